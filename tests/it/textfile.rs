//! Files of the textfile collector that are broken, huge, or no files at all.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::daemon;
use crate::http;

#[test]
fn bad_files_are_reported_and_good_ones_served() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| std::fs::write(directory.path().join(name), text).unwrap();
    let flag = format!("--collector.textfile.directory={}", directory.path().display());
    let node = daemon::node(&[&flag]);
    let scrape = || {
        let asked = Instant::now();
        let text = http::get(&node.address, "/metrics?collect[]=textfile").text();
        assert!(
            asked.elapsed() < Duration::from_secs(2),
            "a scrape took {:?}",
            asked.elapsed()
        );
        text
    };

    write("good.prom", b"# HELP backup_age_seconds Age.\n# TYPE backup_age_seconds gauge\nbackup_age_seconds{x=\"\xc3\xbc\"} 5\n");
    let text = scrape();
    assert!(text.contains("backup_age_seconds{x=\"ü\"} 5\n"), "{text}");
    assert!(text.contains("node_textfile_scrape_error 0\n"), "{text}");
    assert!(text.contains("node_textfile_mtime_seconds{file=\""), "{text}");

    let huge = "huge_metric 1\n".repeat(4 << 20);
    let bad: [(&str, &[u8]); 5] = [
        ("truncated.prom", b"x{a=\"b"),
        ("binary.prom", b"\0\x01\xff\xfe"),
        ("stamped.prom", b"stamped 1 1700000000000\n"),
        ("huge.prom", huge.as_bytes()),
        ("words.prom", b"this is not a metric\n"),
    ];
    for (name, content) in bad {
        write(name, content);
        let text = scrape();
        assert!(text.contains("node_textfile_scrape_error 1\n"), "{name}: {text}");
        assert!(
            text.contains("backup_age_seconds{x=\"ü\"} 5\n"),
            "{name}: the good file is gone"
        );
        std::fs::remove_file(directory.path().join(name)).unwrap();
    }
    assert!(scrape().contains("node_textfile_scrape_error 0\n"));
    assert!(
        node.memory_kib("VmHWM") < 32 << 10,
        "{} KiB",
        node.memory_kib("VmHWM")
    );

    // A pipe that nobody writes to must not be waited for, and a link is followed.
    let fifo = directory.path().join("pipe.prom");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    scrape();
    std::fs::remove_file(fifo).unwrap();
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(&elsewhere, "linked 1\n").unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), directory.path().join("link.prom")).unwrap();
    assert!(scrape().contains("\nlinked 1\n"));
}

#[test]
fn label_values_cannot_break_the_exposition() {
    let directory = tempfile::tempdir().unwrap();
    let long = "x".repeat(64 << 10);
    let text = format!("injected{{a=\"\\\"}} 1\\nforged 2\",b=\"\\\\\",c=\"{long}\"}} 1\n");
    std::fs::write(directory.path().join("a.prom"), text).unwrap();
    let flag = format!("--collector.textfile.directory={}", directory.path().display());
    let node = daemon::node(&[&flag]);
    let text = http::get(&node.address, "/metrics?collect[]=textfile").text();
    assert!(
        text.contains("injected{a=\"\\\"} 1\\nforged 2\",b=\"\\\\\",c=\"xxx"),
        "{}",
        &text[..2_000.min(text.len())]
    );
    assert!(!text.lines().any(|line| line.starts_with("forged")));
    let complaints = crate::peer::lint(&text);
    assert!(
        complaints
            .iter()
            .all(|line| !line.contains("error while linting")),
        "{complaints:?}"
    );
}

#[test]
fn a_family_of_a_collector_is_not_served_twice_whatever_their_names_are() {
    let directory = tempfile::tempdir().unwrap();
    // One collector runs before textfile in the order of names, one after it.
    for family in ["node_load1", "node_uname_info"] {
        let text = format!("# TYPE {family} counter\n{family}{{from=\"file\"}} 7\n");
        std::fs::write(directory.path().join(format!("{family}.prom")), text).unwrap();
    }
    std::fs::write(directory.path().join("own.prom"), "own 1\n").unwrap();
    let flag = format!("--collector.textfile.directory={}", directory.path().display());
    let node = daemon::node(&[&flag]);
    for _ in 0..2 {
        let text = http::get(&node.address, "/metrics").text();
        assert!(!text.contains("from=\"file\""), "{text}");
        assert!(text.contains("\nown 1\n") && text.contains("# TYPE node_uname_info gauge\n"));
    }
    let log = node.log();
    for family in ["node_load1", "node_uname_info"] {
        assert_eq!(
            log.matches(&format!("{family}: a collector has")).count(),
            1,
            "{log}"
        );
    }
}
