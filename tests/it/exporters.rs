//! Exporters of databases, ours and the reference's, on the same server.

use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::daemon::{self, Daemon, binary};
use crate::http::{self, Answer};
use crate::servers::scratch::free_port;

/// The timeout that scrapes announce here, as Prometheus does.
pub const ANNOUNCED: Duration = Duration::from_secs(2);
/// A timeout for faults that cost every scrape all of its time, so that a hundred of them can be seen.
pub const HURRIED: Duration = Duration::from_millis(400);
/// An answer may always take this long: a busy machine may hold it back for longer than a short timeout leaves.
const SCHEDULING: Duration = Duration::from_secs(1);
/// Scrapes after which nothing may have grown.
pub const SCRAPES: usize = 100;

/// Our `pi-NAME-exporter` with these flags and environment, on a port of its own.
#[track_caller]
pub fn ours(name: &str, flags: &[&str], environment: &[(&str, &str)]) -> Daemon {
    ours_at(0, name, flags, environment)
}

/// As [`ours`], on this port, which it has again after it started anew.
#[track_caller]
pub fn ours_at(port: u16, name: &str, flags: &[&str], environment: &[(&str, &str)]) -> Daemon {
    let mut command = Command::new(binary(&format!("pi-{name}-exporter")));
    command
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .args(flags);
    clean(&mut command);
    Daemon::start(command.envs(environment.iter().copied()))
}

/// Makes every file system read-only in a mount namespace of its own, then becomes the command.
const READ_ONLY: &str = "set -e
cut -d' ' -f5 /proc/self/mountinfo | while read -r point; do mount -o remount,bind,ro \"$point\" 2>/dev/null || true; done
if touch \"$0\" 2>/dev/null; then echo \"$0 can still be written\" >&2; exit 1; fi
exec \"$@\"";

/// As [`ours`], where nothing can be written to any disk.
#[track_caller]
pub fn ours_read_only(name: &str, flags: &[&str], environment: &[(&str, &str)]) -> Daemon {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut command = Command::new("unshare");
    command
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", READ_ONLY])
        .arg(file.path());
    command
        .arg(binary(&format!("pi-{name}-exporter")))
        .arg("--web.listen-address=127.0.0.1:0")
        .args(flags);
    clean(&mut command);
    Daemon::start(command.envs(environment.iter().copied()))
}

/// The reference's program with these flags and environment, on a port of its own.
#[track_caller]
pub fn theirs(program: &Path, flags: &[&str], environment: &[(&str, &str)]) -> Daemon {
    let address = format!("127.0.0.1:{}", free_port());
    let mut command = Command::new(program);
    command.arg(format!("--web.listen-address={address}")).args(flags);
    clean(&mut command);
    let mut daemon = Daemon::spawn(command.envs(environment.iter().copied()));
    daemon::until("the reference to listen", || TcpStream::connect(&address).ok());
    daemon.address = address;
    daemon
}

/// Takes away what this machine's user may have set for databases.
fn clean(command: &mut Command) {
    for name in [
        "DATA_SOURCE_NAME",
        "DATA_SOURCE_URI",
        "DATA_SOURCE_USER",
        "DATA_SOURCE_PASS",
        "PGHOST",
        "PGPORT",
        "PGUSER",
        "PGPASSWORD",
        "PGDATABASE",
        "PGPASSFILE",
        "PGSSLMODE",
        "MYSQLD_EXPORTER_PASSWORD",
    ] {
        command.env_remove(name);
    }
    command.env("HOME", "/nonexistent");
}

/// A scrape as Prometheus sends it: 200 within the announced timeout, or the test fails.
#[track_caller]
pub fn scrape(daemon: &Daemon) -> String {
    scrape_path(daemon, "/metrics")
}

/// As [`scrape`], of another path.
#[track_caller]
pub fn scrape_path(daemon: &Daemon, path: &str) -> String {
    scrape_within(daemon, path, ANNOUNCED)
}

/// As [`scrape`], of another path and with another announced timeout.
#[track_caller]
pub fn scrape_within(daemon: &Daemon, path: &str, timeout: Duration) -> String {
    let asked = Instant::now();
    let answer = announced(daemon, path, timeout);
    let took = asked.elapsed();
    assert_eq!(
        answer.status,
        200,
        "{}\nits log:\n{}",
        answer.text(),
        daemon.log()
    );
    assert!(
        took < timeout.max(SCHEDULING),
        "answered after {took:?}; its log:\n{}",
        daemon.log()
    );
    answer.text()
}

/// One request with an announced timeout, whatever comes of it.
#[track_caller]
pub fn announced(daemon: &Daemon, path: &str, timeout: Duration) -> Answer {
    let seconds = timeout.as_secs_f64().to_string();
    http::request(
        &daemon.address,
        "GET",
        path,
        &[("X-Prometheus-Scrape-Timeout-Seconds", &seconds)],
    )
    .unwrap_or_else(|error| panic!("GET {path}: {error}; its log:\n{}", daemon.log()))
}

/// A fault that lasts is logged when it begins, not with every scrape.
#[track_caller]
pub fn assert_quiet(daemon: &Daemon) {
    let log = daemon.log();
    let lines = log
        .lines()
        .filter(|line| line.contains("level=WARN") || line.contains("level=ERROR"))
        .count();
    assert!(lines <= 5, "{lines} complaints:\n{log}");
}

/// None of `secrets` stands in the log, in `metrics`, on the page or in what `ps` shows.
#[track_caller]
pub fn assert_nowhere(secrets: &[&str], daemon: &Daemon, metrics: &str) {
    let page = http::get(&daemon.address, "/").text();
    let arguments = std::fs::read_to_string(format!("/proc/{}/cmdline", daemon.pid())).unwrap();
    for (place, text) in [
        ("log", daemon.log().as_str()),
        ("metrics", metrics),
        ("page", &page),
        ("ps", &arguments),
    ] {
        let is_seen = secrets.iter().any(|secret| text.contains(secret));
        assert!(!is_seen, "seen in the {place}:\n{text}");
    }
}

/// What a process holds: open files, threads, and resident memory in KiB.
#[derive(Clone, Copy, Debug)]
pub struct Holdings {
    pub files: usize,
    pub threads: usize,
    pub resident_kib: u64,
}

impl Holdings {
    /// Of this process, now.
    pub fn of(daemon: &Daemon) -> Self {
        let count = |what: &str| {
            std::fs::read_dir(format!("/proc/{}/{what}", daemon.pid()))
                .unwrap()
                .count()
        };
        Self {
            files: count("fd"),
            threads: count("task"),
            resident_kib: daemon.memory_kib("VmRSS"),
        }
    }

    /// Fails where more is held than `before`: two files of connections that are just being replaced,
    /// no thread, and 1 MiB of memory that allocators keep.
    #[track_caller]
    pub fn assert_not_grown(self, before: Self) {
        let grown = self.files > before.files + 2
            || self.threads > before.threads
            || self.resident_kib > before.resident_kib + 1024;
        assert!(!grown, "grown from {before:?} to {self:?}");
    }
}
