//! Directories of files, and those of the reference where they are at hand.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use expect_test::{Expect, expect};
use tempfile::TempDir;

use super::*;
use crate::flags;

fn directory(files: &[(&str, &[u8])]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(root.path().join(name), content).unwrap();
    }
    root
}

fn node(directory: &Path) -> Node {
    let flag = format!("--collector.textfile.directory={}", directory.display());
    Node::new(&flags::command().get_matches_from(["x", flag.as_str()])).unwrap()
}

/// What is written, without the part of paths that changes and the families about the files themselves.
fn text(node: &Node, root: &Path) -> String {
    let mut out = Exposition::default();
    collect(node, &mut out).unwrap();
    let root = format!("{}/", root.display());
    let text = out.to_text().replace(&root, "");
    let lines = text.lines().filter(|line| {
        !line.starts_with("# TYPE node_textfile")
            && !line.starts_with("# HELP node_textfile")
            && !line.starts_with("node_textfile_mtime_seconds")
    });
    lines.map(|line| format!("{line}\n")).collect()
}

#[track_caller]
fn check(files: &[(&str, &[u8])], expect: Expect) {
    let root = directory(files);
    let node = node(root.path());
    let first = text(&node, root.path());
    assert_eq!(first, text(&node, root.path()), "the second scrape");
    expect.assert_eq(&first);
}

#[test]
fn labels_are_sorted_and_filled_and_numbers_respelled() {
    check(
        &[(
            "a.prom",
            b"x_total{b=\"2\",a=\"1\\n\\\"\"} 1078320\nx_total 0.00001\nx_total{a=\"0\"} +Inf\n\n# just a comment \xff\n",
        )],
        expect![[r#"
            node_textfile_scrape_error 0
            # HELP x_total Metric read from a.prom
            # TYPE x_total untyped
            x_total{a="",b=""} 1e-05
            x_total{a="0",b=""} +Inf
            x_total{a="1\n\"",b="2"} 1.07832e+06
        "#]],
    );
}

#[test]
fn histograms_and_summaries() {
    check(
        &[(
            "a.prom",
            b"# TYPE h histogram\nh_bucket{le=\"10\"} 3\nh_bucket{le=\"2.50\"} 1\nh_sum 12\nh_count 4\n\
              # TYPE s summary\ns{quantile=\"0.5\",a=\"b\"} 2\ns_sum{a=\"b\"} 5\ns_count{a=\"b\"} 2000000\n\
              # TYPE g gauge\ng_sum 1\n",
        )],
        expect![[r##"
            # HELP g_sum Metric read from a.prom
            # TYPE g_sum untyped
            g_sum 1
            # HELP h Metric read from a.prom
            # TYPE h histogram
            h_bucket{le="2.5"} 1
            h_bucket{le="10"} 3
            h_bucket{le="+Inf"} 4
            h_sum 12
            h_count 4
            node_textfile_scrape_error 0
            # HELP s Metric read from a.prom
            # TYPE s summary
            s{a="b",quantile="0.5"} 2
            s_sum{a="b"} 5
            s_count{a="b"} 2e+06
        "##]],
    );
}

#[test]
fn files_are_merged() {
    check(
        &[
            (
                "a.prom",
                b"# HELP x first\n# TYPE x counter\nx{f=\"b\"} 1\n# HELP y y\ny 1\n",
            ),
            (
                "b.prom",
                b"# TYPE x counter\nx{f=\"a\"} 2\n# HELP y another\ny{f=\"b\"} 2\nz 1\n",
            ),
            ("c.prom", b"# TYPE x gauge\nx{f=\"c\"} 3\nz 2\nz{f=\"c\"} 3\n"),
            ("d.txt", b"not read"),
        ],
        expect![[r#"
            node_textfile_scrape_error 1
            # HELP x first
            # TYPE x counter
            x{f="a"} 2
            x{f="b"} 1
            # HELP y y
            # TYPE y untyped
            y 1
            # HELP z Metric read from b.prom, c.prom
            # TYPE z untyped
            z 1
            z{f=""} 2
            z{f="c"} 3
        "#]],
    );
}

#[test]
fn a_file_is_refused_as_a_whole() {
    let bad: [&[u8]; 12] = [
        b"good 1\nbad",
        b"good 1\nbad 2",
        b"good 1\nbad 2 1441205977284\n",
        b"good 1\nbad{a=\"1\",a=\"2\"} 2\n",
        b"good 1\nbad{__name__=\"x\"} 2\n",
        b"good 1\n# TYPE good gauge\n",
        b"# TYPE good gauge\n# TYPE good gauge\ngood 1\n",
        b"# HELP good a\n# HELP good a\ngood 1\n",
        b"# TYPE good nonsense\ngood 1\n",
        b"good 1\n{\"b\xc3\xa4d\"} 1\n",
        b"good 1\nbad{a=\"\xff\"} 1\n",
        b"# TYPE good histogram\ngood_bucket{le=\"x\"} 1\n",
    ];
    for content in bad {
        let shown = String::from_utf8_lossy(content);
        let root = directory(&[("a.prom", content)]);
        let text = text(&node(root.path()), root.path());
        assert_eq!(text, "node_textfile_scrape_error 1\n", "{shown}");
    }
}

#[test]
fn a_file_that_is_too_large_and_what_is_no_file() {
    let root = directory(&[("good.prom", b"good 1\n")]);
    let huge = fs::File::create(root.path().join("huge.prom")).unwrap();
    huge.set_len(100 << 30).unwrap();
    fs::create_dir(root.path().join("directory.prom")).unwrap();
    std::os::unix::fs::symlink("missing", root.path().join("dangling.prom")).unwrap();
    std::os::unix::fs::symlink("/dev/zero", root.path().join("endless.prom")).unwrap();
    let pipe = root.path().join("pipe.prom");
    assert!(Command::new("mkfifo").arg(pipe).status().unwrap().success());
    let node = node(root.path());
    for _ in 0..2 {
        let text = text(&node, root.path());
        assert!(
            text.contains("good 1\n") && text.contains("scrape_error 1\n"),
            "{text}"
        );
        assert_eq!(node.textfile.found.borrow().faults.len(), 5);
    }
}

#[test]
fn links_are_followed_and_names_need_not_be_utf8() {
    use std::os::unix::ffi::OsStrExt as _;

    let other = directory(&[("content", b"x{f=\"linked\"} 1\n")]);
    let root = directory(&[]);
    std::os::unix::fs::symlink(other.path().join("content"), root.path().join("a.prom")).unwrap();
    let name = std::ffi::OsStr::from_bytes(b"b\xff.prom");
    fs::write(root.path().join(name), "x{f=\"strange\"} 2\n").unwrap();
    let text = text(&node(root.path()), root.path());
    assert!(
        text.contains("# HELP x Metric read from a.prom, b\u{fffd}.prom\n"),
        "{text}"
    );
    assert!(text.contains("x{f=\"linked\"} 1\nx{f=\"strange\"} 2\n"), "{text}");
    assert!(text.contains("scrape_error 0\n"), "{text}");
}

#[test]
fn files_that_change_come_and_go() {
    let root = directory(&[("a.prom", b"x 1\n")]);
    let node = node(root.path());
    assert!(text(&node, root.path()).contains("x 1\n"));
    fs::write(root.path().join("new"), "x 2\n").unwrap();
    fs::rename(root.path().join("new"), root.path().join("a.prom")).unwrap();
    assert!(text(&node, root.path()).contains("x 2\n"));
    fs::write(root.path().join("b.prom"), "y 3\n").unwrap();
    assert!(text(&node, root.path()).contains("y 3\n"));
    fs::remove_file(root.path().join("a.prom")).unwrap();
    let text = text(&node, root.path());
    assert!(text.contains("y 3\n") && !text.contains("x 2\n"), "{text}");
}

#[test]
fn a_family_that_a_collector_has_is_left_out() {
    const LOAD: Family<0> = Family::gauge("node_load1", "Load.", []);
    let root = directory(&[("a.prom", b"node_load1 7\n")]);
    let mut out = Exposition::default();
    out.sample(&LOAD, [], 1.0);
    collect(&node(root.path()), &mut out).unwrap();
    assert!(out.to_text().contains("node_load1 1\n") && !out.to_text().contains("node_load1 7\n"));
}

#[test]
fn without_a_directory_nothing_is_wrong_and_with_a_missing_one_there_is() {
    let text = |flags: &[&str]| {
        let matches = flags::command().get_matches_from([&["x"], flags].concat());
        text(&Node::new(&matches).unwrap(), Path::new("/"))
    };
    assert_eq!(text(&[]), "node_textfile_scrape_error 0\n");
    assert_eq!(
        text(&["--collector.textfile.directory="]),
        "node_textfile_scrape_error 0\n"
    );
    assert_eq!(
        text(&["--collector.textfile.directory=/nonexistent/*"]),
        "node_textfile_scrape_error 1\n"
    );
}

/// The reference's own directories, with the text that it writes for each.
#[test]
fn directories_of_the_reference() {
    let archive =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/node-fixtures-v1.12.1.tar.xz");
    if !archive.exists() {
        // Written past the test harness, which shows nothing of a test that passes.
        writeln!(std::io::stderr(), "left out: {} is not there", archive.display()).unwrap();
        return;
    }
    let root = tempfile::tempdir().unwrap();
    let tar = Command::new("tar")
        .args([
            "-xJf",
            archive.to_str().unwrap(),
            "-C",
            root.path().to_str().unwrap(),
        ])
        .arg("./collector/fixtures/textfile")
        .status();
    assert!(tar.unwrap().success());
    let root = root.path().join("collector");
    let cases = root.join("fixtures/textfile");
    let mut count = 0;
    for case in fs::read_dir(&cases).unwrap() {
        let path = case.unwrap().path();
        let Some(name) = path.file_name().unwrap().to_str().unwrap().strip_suffix(".out") else {
            continue;
        };
        let name = match name {
            "glob_extra_dimension" => "*_extra_dimension",
            name => name,
        };
        let expected = fs::read_to_string(&path).unwrap();
        let got = written(&node(&cases.join(name)), &root);
        assert_eq!(got, without_own_help(&expected), "{name}");
        count += 1;
    }
    assert_eq!(count, 15);
}

/// All that is written, with the times that the reference puts into its own.
fn written(node: &Node, root: &Path) -> String {
    let mut out = Exposition::default();
    collect(node, &mut out).unwrap();
    let text = out.to_text().replace(&format!("{}/", root.display()), "");
    let lines = text.lines().map(|line| match line.split_once("} ") {
        Some((series, _)) if line.starts_with("node_textfile_mtime_seconds{") => format!("{series}}} 1\n"),
        _ => format!("{line}\n"),
    });
    without_own_help(&lines.collect::<String>())
}

/// Help texts of our own are our own words.
fn without_own_help(text: &str) -> String {
    let lines = text
        .lines()
        .filter(|line| !line.starts_with("# HELP node_textfile_"));
    lines.map(|line| format!("{line}\n")).collect()
}
