//! Start, signals, stop, and a clock that jumps.

use std::collections::HashMap;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::daemon::{self, Daemon, binary, until};
use crate::http;

/// Runs a daemon that cannot start; returns its exit code and what it said.
fn refused(name: &str, flags: &[&str]) -> (Option<i32>, String) {
    let mut daemon = Daemon::spawn(Command::new(binary(name)).args(flags));
    let code = daemon.wait().code();
    (code, daemon.log())
}

#[test]
fn wrong_flags_and_files_stop_the_start_with_one_line() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let web = file("web.yml", "tls_server_config:\n  cert_fil: x\n");
    let prometheus = file("prometheus.yml", "global:\n  scrape_intervall: 5s\n");
    let web_flag = format!("--web.config.file={web}");
    let config_flag = format!("--config.file={prometheus}");
    let cases: [(&str, &[&str], &[&str]); 8] = [
        (
            "pi-node-exporter",
            &["--collector.nope"],
            &["--collector.nope", "--help"],
        ),
        (
            "pi-node-exporter",
            &["--web.listen-address=127.0.0.1:port"],
            &["--web.listen-address", "127.0.0.1:port"],
        ),
        (
            "pi-node-exporter",
            &["--log.level=loud"],
            &["--log.level", "loud"],
        ),
        (
            "pi-node-exporter",
            &["--collector.netdev.device-exclude=("],
            &["--collector.netdev.device-exclude"],
        ),
        ("pi-node-exporter", &[&web_flag], &[&web, "cert_fil"]),
        (
            "pi-node-exporter",
            &["--web.config.file=/nonexistent.yml"],
            &["/nonexistent.yml"],
        ),
        ("pi-scraper", &[&config_flag], &[&prometheus, "scrape_intervall"]),
        (
            "pi-scraper",
            &["--config.file=/nonexistent.yml"],
            &["/nonexistent.yml"],
        ),
    ];
    for (name, flags, words) in cases {
        let (code, log) = refused(name, flags);
        assert_eq!(code, Some(1), "{name} {flags:?}: {log}");
        assert_eq!(log.trim_end().lines().count(), 1, "{name} {flags:?}: {log}");
        for word in words {
            assert!(
                log.contains(word),
                "{name} {flags:?} does not say {word:?}: {log}"
            );
        }
    }
}

#[test]
fn a_port_in_use_is_a_clear_message() {
    let node = daemon::node(&[]);
    let (code, log) = refused(
        "pi-node-exporter",
        &[&format!("--web.listen-address={}", node.address)],
    );
    assert_eq!(code, Some(1));
    assert!(
        log.contains(&node.address) && log.to_lowercase().contains("in use"),
        "{log}"
    );
}

#[test]
fn hup_is_harmless_and_term_drains_under_load() {
    let mut node = daemon::node(&[]);
    node.signal("HUP");
    assert_eq!(http::get(&node.address, "/metrics").status, 200);

    let stop = AtomicBool::new(false);
    let took = std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    // A whole answer or none: one that was begun is finished.
                    if let Ok(answer) = http::request(&node.address, "GET", "/metrics", &[]) {
                        let length: usize = answer
                            .header("content-length")
                            .parse()
                            .unwrap_or(answer.body.len());
                        assert!(
                            answer.status == 503 || answer.body.len() == length,
                            "a cut answer"
                        );
                    }
                }
            });
        }
        until("some load", || {
            (http::get(&node.address, "/metrics").status == 200).then_some(())
        });
        let asked = Instant::now();
        node.signal("TERM");
        until("the port to close", || {
            std::net::TcpStream::connect(&node.address).is_err().then_some(())
        });
        stop.store(true, Ordering::Relaxed);
        asked.elapsed()
    });
    assert_eq!(node.wait().code(), Some(0), "{}", node.log());
    assert!(took < Duration::from_secs(2), "took {took:?}");
}

#[test]
fn a_clock_that_jumps_gives_no_negative_number() {
    let directory = tempfile::tempdir().unwrap();
    let offset = directory.path().join("offset");
    std::fs::write(&offset, "+0").unwrap();
    let library = ["/usr/lib", "/lib"].iter().find_map(|root| {
        let found = Command::new("find")
            .args([root, "-name", "libfaketime.so.1"])
            .output()
            .ok()?;
        String::from_utf8(found.stdout)
            .ok()?
            .lines()
            .next()
            .map(str::to_owned)
    });
    let library = library.expect("libfaketime.so.1 of the package faketime; `make test` installs it");
    let node = Daemon::start(
        Command::new(binary("pi-node-exporter"))
            .args(["--web.listen-address=127.0.0.1:0"])
            .env("LD_PRELOAD", library)
            .env("FAKETIME_TIMESTAMP_FILE", &offset)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    );
    let mut counters: HashMap<String, f64> = HashMap::new();
    let mut started = None;
    let mut seen = Vec::new();
    for jump in ["+0", "+3600", "-3600", "+0"] {
        std::fs::write(&offset, jump).unwrap();
        let text = http::get(&node.address, "/metrics").text();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let value: f64 = value.parse().unwrap();
            assert!(
                !series.contains("duration_seconds") || value >= 0.0,
                "after {jump}: {line}"
            );
            if series.split('{').next().unwrap().ends_with("_total") {
                let before = counters.insert(series.to_owned(), value).unwrap_or(0.0);
                assert!(
                    before <= value,
                    "after {jump}: {series} went from {before} to {value}"
                );
            }
            match series {
                "process_start_time_seconds" => {
                    let first = *started.get_or_insert(value);
                    assert!(
                        (first - value).abs() < 1.0,
                        "after {jump}: started at {value}, was {first}"
                    );
                }
                "node_time_seconds" => seen.push(value),
                _ => {}
            }
        }
    }
    assert!(
        seen[1] - seen[0] > 3_000.0 && seen[1] - seen[2] > 6_000.0,
        "the clock did not jump: {seen:?}"
    );
}
