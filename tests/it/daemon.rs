//! Starts the built daemons, keeps their log, and stops them.

use std::io::{BufRead as _, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long a daemon may take to say or do what a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A running process and its log; killed when dropped.
pub struct Daemon {
    child: Child,
    /// Ends when the process has closed its standard error.
    reader: Option<JoinHandle<()>>,
    log: Arc<Log>,
    /// `host:port` of the first listener.
    pub address: String,
}

#[derive(Default)]
struct Log {
    text: Mutex<String>,
    grown: Condvar,
}

/// Path of a built daemon.
pub fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().unwrap().parent().unwrap().join(name);
    assert!(path.exists(), "{} is not built: run `make test`", path.display());
    path
}

/// The node exporter with these flags, on a port of its own.
pub fn node(flags: &[&str]) -> Daemon {
    Daemon::start(
        Command::new(binary("pi-node-exporter"))
            .arg("--web.listen-address=127.0.0.1:0")
            .args(flags),
    )
}

/// The scraper with this configuration and these flags, on a port of its own.
pub fn scraper(config: &std::path::Path, flags: &[&str]) -> Daemon {
    Daemon::start(
        Command::new(binary("pi-scraper"))
            .arg(format!("--config.file={}", config.display()))
            .arg("--web.listen-address=127.0.0.1:0")
            .args(flags),
    )
}

impl Daemon {
    /// Starts a daemon and waits until it tells in its log where it listens.
    #[track_caller]
    pub fn start(command: &mut Command) -> Self {
        Self::start_told(command, "listening")
    }

    /// Starts a process that tells in its log where it listens, in a line with `words`.
    #[track_caller]
    pub fn start_told(command: &mut Command, words: &str) -> Self {
        let mut daemon = Self::spawn(command);
        let line = daemon.wait_for_log(words);
        let address = line
            .split("address=")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next());
        daemon.address = address
            .unwrap_or_else(|| panic!("no address in {line:?}"))
            .trim_matches('"')
            .to_owned();
        daemon
    }

    /// Starts a process and reads its log, without waiting for it.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Log::default());
        let stderr = child.stderr.take().unwrap();
        let writer = Arc::clone(&log);
        let reader = std::thread::spawn(move || keep(stderr, &writer));
        Self {
            child,
            reader: Some(reader),
            log,
            address: String::new(),
        }
    }

    /// `http://host:port` and a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Waits until a line of the log contains `words`, and returns it.
    #[track_caller]
    pub fn wait_for_log(&self, words: &str) -> String {
        let end = Instant::now() + PATIENCE;
        let mut text = self.log.text.lock().unwrap();
        loop {
            if let Some(line) = text.lines().find(|line| line.contains(words)) {
                return line.to_owned();
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "no {words:?} in the log:\n{text}");
            text = self.log.grown.wait_timeout(text, left).unwrap().0;
        }
    }

    /// All that was logged so far.
    pub fn log(&self) -> String {
        self.log.text.lock().unwrap().clone()
    }

    /// Process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by name: `TERM`, `HUP`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.pid().to_string()])
            .status()
            .unwrap();
        assert!(status.success(), "kill -s {name}");
    }

    /// Waits for the process to end by itself, and for the end of its log.
    #[track_caller]
    pub fn wait(&mut self) -> ExitStatus {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                if let Some(reader) = self.reader.take() {
                    reader.join().unwrap();
                }
                return status;
            }
            assert!(Instant::now() < end, "still running; its log:\n{}", self.log());
            pause();
        }
    }

    /// Whether the process runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// A field of `/proc/PID/status` in KiB: `VmRSS`, `VmHWM`.
    pub fn memory_kib(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))
            .unwrap();
        line.split_whitespace().next().unwrap().parse().unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A short pause between two looks at something that cannot be waited on.
#[expect(
    clippy::disallowed_methods,
    reason = "the test's own thread, between two polls"
)]
pub fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

/// Polls `look` until it gives a value, or fails with `what` after [`PATIENCE`].
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = look() {
            return value;
        }
        assert!(Instant::now() < end, "waited {PATIENCE:?} for {what}");
        pause();
    }
}

fn keep(stderr: impl Read, log: &Log) {
    let mut reader = BufReader::new(stderr);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
        log.text.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
        log.grown.notify_all();
        line.clear();
    }
}
