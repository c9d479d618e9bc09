//! The units: how much each daemon may do, and that it is restarted, watched and limited.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Exposure by `systemd-analyze security`, in tenths; Debian's exporters have 92.
const LIMITS: [(&str, u32); 6] = [
    ("pi-kube-state-exporter", 13),
    ("pi-mysql-exporter", 13),
    ("pi-nginx-exporter", 13),
    ("pi-node-exporter", 17),
    ("pi-postgres-exporter", 13),
    ("pi-scraper", 13),
];

/// What every daemon's unit says, whatever else it says.
const SAID: [(&str, &str); 9] = [
    ("StartLimitIntervalSec", "0"),
    ("Type", "notify"),
    ("User", "prometheus"),
    ("Restart", "always"),
    ("WatchdogSec", "30"),
    ("TasksMax", "32"),
    ("LimitNOFILE", "1024"),
    ("ExecReload", "/bin/kill -HUP $MAINPID"),
    ("WantedBy", "multi-user.target"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/systemd")
}

fn units(extension: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names
        .filter_map(|name| Some(name.strip_suffix(extension)?.to_owned()))
        .collect();
    names.sort();
    names
}

/// The lines of a unit; of a key that stands there twice, the last one.
fn settings(name: &str) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(folder().join(name)).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

#[track_caller]
fn check_exposure(name: &str, tenths_max: u32) {
    let path = folder().join(format!("{name}.service")).canonicalize().unwrap();
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager"])
        .arg(format!("--threshold={tenths_max}"))
        .arg(&path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("Overall exposure level"), "{name}: {said}");
    assert!(
        output.status.success(),
        "{name}: more than {tenths_max} tenths\n{said}"
    );
}

#[test]
fn every_unit_keeps_to_its_exposure() {
    let known: Vec<_> = LIMITS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(units(".service"), known, "a unit without a limit");
    for (name, tenths_max) in LIMITS {
        check_exposure(name, tenths_max);
    }
}

#[test]
fn every_daemon_is_restarted_watched_and_limited() {
    for name in units(".service") {
        let unit = settings(&format!("{name}.service"));
        for (key, value) in SAID {
            assert_eq!(unit.get(key).map(String::as_str), Some(value), "{name}: {key}");
        }
        assert!(unit.contains_key("MemoryMax"), "{name}");
        let start = &unit["ExecStart"];
        assert!(start.starts_with(&format!("/usr/bin/{name} ")), "{name}: {start}");
        // What the owner says comes last, and wins.
        assert!(start.ends_with(" $LISTEN $ARGS"), "{name}: {start}");
    }
}

#[test]
fn every_daemon_has_a_socket_on_its_own_port() {
    assert_eq!(units(".socket"), units(".service"));
    for name in units(".socket") {
        let socket = settings(&format!("{name}.socket"));
        let help = Command::new(crate::daemon::binary(&name))
            .arg("--help")
            .output()
            .unwrap();
        let help = String::from_utf8_lossy(&help.stdout).into_owned();
        let stream = &socket["ListenStream"];
        let port = stream.rsplit(':').next().unwrap();
        assert!(
            help.contains(&format!(":{port}]")),
            "{name}: {stream} is not the default of --web.listen-address"
        );
    }
}

#[test]
fn no_secret_is_handed_over_in_the_environment() {
    for name in units(".service") {
        let text = std::fs::read_to_string(folder().join(format!("{name}.service"))).unwrap();
        for line in text.lines().filter(|line| line.starts_with("LoadCredential=")) {
            let (id, file) = line
                .trim_start_matches("LoadCredential=")
                .split_once(':')
                .unwrap();
            assert_eq!(file, format!("{name}.{id}"), "{line}");
        }
        assert!(!text.contains("PASS="), "{name}");
    }
}
