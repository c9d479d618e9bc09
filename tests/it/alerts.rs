//! The rules for Prometheus in `docker/prometheus/rules`, their unit tests and runbook, and the Alertmanager's example.

use std::path::{Path, PathBuf};

use crate::{peer, served, sid};

/// Alerts, with the file that they are in.
struct Rules {
    alerts: Vec<(String, String)>,
    recorded: Vec<String>,
    /// All of it.
    text: String,
}

fn folder(name: &str) -> PathBuf {
    peer::checkout().join("docker/prometheus").join(name)
}

/// The files of a folder by name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

fn rules() -> Rules {
    let mut rules = Rules {
        alerts: Vec::new(),
        recorded: Vec::new(),
        text: String::new(),
    };
    for path in files(&folder("rules")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        for line in text.lines() {
            if let Some(name) = line.trim().strip_prefix("- alert: ") {
                rules.alerts.push((file.clone(), name.to_owned()));
            }
            if let Some(name) = line.trim().strip_prefix("- record: ") {
                rules.recorded.push(name.to_owned());
            }
        }
        rules.text += &text;
    }
    assert!(40 < rules.alerts.len(), "{}", rules.alerts.len());
    rules
}

#[track_caller]
fn promtool(words: [&str; 2], files: &[PathBuf]) {
    let files = files.iter().map(|path| path.to_str().unwrap());
    let arguments: Vec<&str> = words.into_iter().chain(files).collect();
    let output = peer::run("promtool", &arguments, b"");
    let told = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&told));
}

#[test]
fn promtool_takes_the_rules() {
    promtool(["check", "rules"], &files(&folder("rules")));
}

#[test]
fn rules_fire_when_they_should_and_not_otherwise() {
    promtool(["test", "rules"], &files(&folder("tests")));
}

#[test]
fn every_rule_has_a_unit_test() {
    let tests: String = files(&folder("tests"))
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let rules = rules();
    let mut missing: Vec<&str> = Vec::new();
    for (_, alert) in &rules.alerts {
        // One in which it fires; the same series hold an instance that is well.
        if !tests.contains(&format!("alertname: {alert}\n        exp_alerts:")) {
            missing.push(alert);
        }
    }
    for record in &rules.recorded {
        if !tests.contains(&format!("- expr: {record}\n")) {
            missing.push(record);
        }
    }
    assert!(missing.is_empty(), "without a unit test: {missing:?}");
}

#[test]
fn every_alert_has_a_line_in_the_runbook() {
    let page = std::fs::read_to_string(peer::checkout().join("docs/alerts.md")).unwrap();
    let mut file = "";
    let mut told = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("## ") {
            file = name;
        } else if let Some(name) = line.strip_prefix("### ") {
            told.push((file.to_owned(), name.to_owned()));
            let words = lines.next().unwrap_or_default();
            assert!(
                !words.is_empty() && !words.starts_with('#'),
                "{name} says nothing"
            );
        }
    }
    let Rules { mut alerts, text, .. } = rules();
    for (_, alert) in &alerts {
        let anchor = format!("runbook: docs/alerts.md#{}\n", alert.to_lowercase());
        assert!(text.contains(&anchor), "{alert} names no {anchor}");
    }
    // The order within a file is that of the file; the page begins with what matters most.
    alerts.sort();
    told.sort();
    assert_eq!(told, alerts);
}

#[test]
fn rules_name_what_is_served() {
    let rules = rules();
    let lines = rules.text.lines().filter(|line| !line.trim().starts_with('#'));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    assert_eq!(served::unknown(&text), Vec::<String>::new());
}

#[test]
fn amtool_takes_the_alertmanager_s_example() {
    // Addresses of Discord in files came with a version that is newer than Debian 12's.
    let amtool = sid::package("prometheus-alertmanager").join("usr/bin/amtool");
    let amtool = amtool.to_str().unwrap();
    let source = peer::checkout().join("docker/alertmanager");
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("alertmanager.yml");
    // The templates are where the image has them.
    let text = std::fs::read_to_string(source.join("alertmanager.yml")).unwrap();
    std::fs::write(
        &config,
        text.replace("/etc/alertmanager", source.to_str().unwrap()),
    )
    .unwrap();
    let config = config.to_str().unwrap();
    let output = peer::run(amtool, &["check-config", config], b"");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        told.contains("2 receivers") && told.contains("1 templates"),
        "{told}"
    );

    let flag = format!("--config.file={config}");
    for (severity, receivers) in [
        ("critical", "slack,discord"),
        ("warning", "discord"),
        ("info", "discord"),
    ] {
        let labels = format!("severity={severity}");
        let output = peer::run(amtool, &["config", "routes", "test", &flag, &labels], b"");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).trim(),
            receivers,
            "{severity}"
        );
    }
}
