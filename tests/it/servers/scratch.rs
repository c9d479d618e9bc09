//! A server's directory and processes, and the promise that both are gone when the test is, however it ends.
//!
//! A static is never dropped and a killed test drops nothing, so a shell waits for the end of its standard input,
//! which is the end of the test, then stops what the directory's pid files name and removes the directory.

use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::daemon::{PATIENCE, pause};

/// Servers refuse to run as root; `nobody` has this number everywhere.
const NOBODY: u32 = 65534;

/// Stops the processes kindly, after 2 s by force, and removes the directory.
const REAP: &str = r#"
trap '' INT TERM HUP
cat >/dev/null
pids=$(cat "$1"/*.pid 2>/dev/null)
for pid in $pids; do kill -s QUIT "$pid"; kill -s CONT "$pid"; done
left=100
while [ $left -gt 0 ]; do
    alive=
    for pid in $pids; do kill -0 "$pid" && alive=1; done
    [ -n "$alive" ] || break
    left=$((left - 1))
    sleep 0.02
done
for pid in $pids; do kill -s KILL "$pid"; done
rm -rf "$1"
"#;

/// A directory that the servers' user owns.
pub struct Scratch {
    path: PathBuf,
    reaper: Child,
}

impl Scratch {
    /// An empty directory; the path is short because a socket's path has at most 107 bytes.
    pub fn new(name: &str) -> Self {
        let directory = tempfile::Builder::new()
            .prefix(&format!("pi-{name}-"))
            .tempdir()
            .unwrap();
        let path = directory.keep();
        let reaper = Command::new("sh")
            .args(["-c", REAP, "reaper"])
            .arg(&path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let scratch = Self { path, reaper };
        scratch.give_away(&scratch.path);
        scratch
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A path below the directory, as text.
    pub fn join(&self, name: &str) -> String {
        self.path.join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file that the servers' user owns and nobody else reads.
    pub fn write(&self, name: &str, text: &str) -> String {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        self.give_away(&path);
        path.to_str().unwrap().to_owned()
    }

    /// Starts a server; what it says stands in `NAME.log` of the directory.
    #[track_caller]
    pub fn spawn(&self, name: &str, command: &mut Command) -> Process {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.path.join(format!("{name}.log")))
            .unwrap();
        let child = command
            .current_dir(&self.path)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}; `make test` installs it"));
        let pid_file = self.path.join(format!("{name}.pid"));
        std::fs::write(&pid_file, format!("{}\n", child.id())).unwrap();
        Process { child, pid_file }
    }

    /// What the server `name` said so far.
    pub fn log(&self, name: &str) -> String {
        let bytes = std::fs::read(self.path.join(format!("{name}.log"))).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn give_away(&self, path: &Path) {
        if is_root() {
            std::os::unix::fs::chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.reaper.stdin.take());
        let _ = self.reaper.wait();
    }
}

/// A running server; killed when dropped.
pub struct Process {
    child: Child,
    pid_file: PathBuf,
}

impl Process {
    /// Process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by name and does not wait for its effect: `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.pid().to_string()])
            .status()
            .unwrap();
        assert!(status.success(), "kill -s {name}");
    }

    /// Sends a signal and waits for the process to end.
    #[track_caller]
    pub fn end(mut self, signal: &str) {
        self.signal(signal);
        let end = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < end, "still running after SIG{signal}");
            pause();
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // QUIT lets PostgreSQL take its children along; the reaper comes with KILL where it is not enough.
        if self.child.try_wait().is_ok_and(|status| status.is_none()) {
            self.signal("CONT");
            self.signal("QUIT");
            let end = Instant::now() + PATIENCE;
            while self.child.try_wait().is_ok_and(|status| status.is_none()) {
                if Instant::now() > end {
                    let _ = self.child.kill();
                }
                pause();
            }
        }
        let _ = std::fs::remove_file(&self.pid_file);
    }
}

/// A command that runs as `nobody` where the test runs as root, in plain English.
pub fn unprivileged(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env("LC_ALL", "C").env("TZ", "UTC").env_remove("PGDATA");
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Runs a command to its end and returns what it wrote; panics with all that it said where it fails.
#[track_caller]
pub fn output(command: &mut Command) -> String {
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; `make test` installs it"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{said}{complaints}");
    said
}

/// A port of loopback that nobody listens on.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Whether the test runs as root.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}
