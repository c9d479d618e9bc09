//! A whole process: flags, signals, systemd, what stands on stderr.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::client::{connect, get, is_closed, read_answer, request, until};

/// The example that cargo builds beside the tests.
pub fn program() -> Command {
    let mut path: PathBuf = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    path.push("examples/minimal");
    assert!(
        path.exists(),
        "run all of the crate's tests, so that {} is built",
        path.display()
    );
    let mut command = Command::new(path);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

struct Process {
    child: Child,
    stderr: BufReader<ChildStderr>,
    /// Lines read from stderr so far.
    log: Vec<String>,
}

impl Process {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self {
            child,
            stderr,
            log: Vec::new(),
        }
    }

    /// Reads the log up to a line with these words.
    #[track_caller]
    fn wait_for(&mut self, words: &str) -> String {
        loop {
            let mut line = String::new();
            let count = self.stderr.read_line(&mut line).unwrap();
            assert!(count > 0, "{words:?} was never logged: {:?}", self.log);
            self.log.push(line.clone());
            if line.contains(words) {
                return line;
            }
        }
    }

    fn address(&mut self) -> SocketAddr {
        let line = self.wait_for("msg=\"listening\"");
        let address = line.split("address=").nth(1).unwrap();
        address.split(' ').next().unwrap().parse().unwrap()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for the end; the exit code.
    fn end(mut self) -> Option<i32> {
        let start = Instant::now();
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        let status = self.child.wait().unwrap();
        assert!(start.elapsed() < Duration::from_secs(6));
        status.code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Most have ended by themselves.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn output(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

/// The exit code is 1 and stderr holds this one line.
#[track_caller]
fn check_start_error(arguments: &[&str], expect: &str) {
    let output = output(arguments);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!("minimal: error: {expect}\n")
    );
    assert_eq!(output.stdout, b"");
}

#[test]
fn version_and_help_go_to_stdout() {
    let version = output(&["--version"]);
    assert!(version.status.success());
    assert!(version.stdout.starts_with(b"minimal, version 0.1.0 (branch: "));
    for flag in ["--help", "-h"] {
        let help = output(&[flag]);
        assert!(help.status.success());
        assert!(
            String::from_utf8(help.stdout)
                .unwrap()
                .contains("--web.listen-address <ADDRESS>")
        );
    }
}

#[test]
fn what_cannot_be_used_stops_the_start_with_one_line() {
    check_start_error(
        &["--web.lissten-address=:1"],
        "unknown flag '--web.lissten-address' (did you mean '--web.listen-address'?), try --help",
    );
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    check_start_error(
        &[&format!("--web.listen-address={address}")],
        &format!("listen on {address}: the address is in use by another program"),
    );
    check_start_error(
        &["--web.listen-address=127.0.0.1:0", "--web.systemd-socket"],
        "--web.systemd-socket: systemd passed no socket (LISTEN_FDS); is there a .socket unit?",
    );
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"tls_server_config:\n  cert: x\n  key: y\n  min_version: TLS10\n")
        .unwrap();
    let path = file.path().display().to_string();
    check_start_error(
        &[
            "--web.listen-address=127.0.0.1:0",
            &format!("--web.config.file={path}"),
        ],
        &format!(
            "web config {path}: line 4, column 16: tls_server_config.min_version: TLS10 is not supported: rustls has TLS12 and TLS13"
        ),
    );
    check_start_error(
        &["--web.config.file=/nonexistent.yml"],
        "web config /nonexistent.yml: No such file or directory (os error 2)",
    );
}

#[test]
fn several_addresses_and_json() {
    let mut command = program();
    command.args([
        "--web.listen-address=127.0.0.1:0",
        "--web.listen-address=[::1]:0",
        "--web.listen-address",
        ":0",
        "--log.format=json",
    ]);
    let mut process = Process::start(command);
    for host in ["127.0.0.1", "[::1]", "[::]"] {
        let line = process.wait_for("\"listening\"");
        assert!(
            line.starts_with("{\"time\":\"20") && line.ends_with("}\n"),
            "{line}"
        );
        let address = line
            .split("\"address\":\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        assert!(address.starts_with(host), "{address}");
        let port = address.parse::<SocketAddr>().unwrap().port();
        if host == "[::]" {
            assert_eq!(
                get(SocketAddr::from(([127, 0, 0, 1], port)), "/metrics").status,
                200
            );
        }
        assert_eq!(
            get(address.replace("[::]", "[::1]").parse().unwrap(), "/metrics").status,
            200
        );
    }
    process.signal("INT");
    assert_eq!(process.end(), Some(0));
}

#[test]
fn sigterm_under_load_answers_what_is_under_way() {
    let mut command = program();
    command.args(["--web.listen-address=127.0.0.1:0", "--delay=300"]);
    let mut process = Process::start(command);
    let address = process.address();
    let mut streams: Vec<_> = (0..20).map(|_| connect(address)).collect();
    for stream in &mut streams {
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
            .unwrap();
    }
    let start = Instant::now();
    process.signal("TERM");
    for stream in &mut streams {
        let answer = read_answer(stream, false).unwrap();
        assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
        assert!(is_closed(stream));
    }
    assert_eq!(process.end(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn sighup_reloads_and_never_ends() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"rate_limit: {}\n").unwrap();
    let mut command = program();
    command
        .args(["--web.listen-address=127.0.0.1:0", "--web.config.file"])
        .arg(file.path());
    let mut process = Process::start(command);
    let address = process.address();
    for _ in 0..3 {
        process.signal("HUP");
        process.wait_for("msg=\"web config reloaded\"");
        process.wait_for("msg=\"reloaded\"");
    }
    assert_eq!(get(address, "/metrics").status, 200);
    file.write_all(b"nonsense: true\n").unwrap();
    process.signal("HUP");
    let line = process.wait_for("msg=\"web config not reloaded");
    assert!(line.contains("line 2, column 1: unknown field"), "{line}");
    assert_eq!(get(address, "/metrics").status, 200);
    process.signal("TERM");
    assert_eq!(process.end(), Some(0));
}

#[test]
fn a_shortage_of_descriptors_passes() {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg("ulimit -n 24; exec \"$0\" --web.listen-address=127.0.0.1:0")
        .arg(program().get_program())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut process = Process::start(command);
    let address = process.address();
    let slow: Vec<_> = (0..60).map(|_| connect(address)).collect();
    process.wait_for("msg=\"connections not accepted, trying on\"");
    assert_eq!(get(address, "/metrics").status, 200);
    drop(slow);
    process.wait_for("msg=\"connections accepted again\"");
    process.signal("TERM");
    assert_eq!(process.end(), Some(0));
}

#[test]
fn systemd_passes_sockets_and_is_told_how_it_goes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notify");
    let notified = UnixDatagram::bind(&path).unwrap();
    notified.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // The shell puts the socket where systemd does, and becomes the process that LISTEN_PID names.
    // dash knows descriptors of one digit only.
    let descriptor = inheritable_copy(&listener);
    let mut command = Command::new("bash");
    command
        .arg("-c")
        .arg(format!(
            "exec 3<&{descriptor}; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" --web.systemd-socket"
        ))
        .arg(program().get_program())
        .env("NOTIFY_SOCKET", &path)
        .env("WATCHDOG_USEC", "100000")
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut process = Process::start(command);
    let next = || {
        let mut state = [0; 256];
        let count = notified.recv(&mut state).unwrap();
        String::from_utf8(state[..count].to_vec()).unwrap()
    };
    assert_eq!(next(), "READY=1");
    assert_eq!(process.address(), address);
    assert_eq!(get(address, "/metrics").status, 200);
    assert_eq!(until(next, |state| state == "WATCHDOG=1"), "WATCHDOG=1");
    process.signal("HUP");
    until(next, |state| state.starts_with("RELOADING=1\nMONOTONIC_USEC="));
    until(next, |state| state == "READY=1");
    process.signal("TERM");
    until(next, |state| state == "STOPPING=1");
    assert_eq!(process.end(), Some(0));
}

/// The descriptor of a copy that a child inherits.
fn inheritable_copy(listener: &TcpListener) -> i32 {
    let copy = rustix::io::dup(listener).unwrap();
    let descriptor = copy.as_raw_fd();
    std::mem::forget(copy);
    descriptor
}

#[test]
fn memory_does_not_grow() {
    let mut command = program();
    command.args(["--web.listen-address=127.0.0.1:0", "--samples=1000"]);
    let mut process = Process::start(command);
    let address = process.address();
    let resident = || {
        let path = format!("/proc/{}/status", process.child.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find(|line| line.starts_with("RssAnon:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap()
    };
    let scrape = |times: usize| {
        let mut stream = connect(address);
        for encoding in ["gzip", "identity"].iter().cycle().take(times) {
            let request = format!("GET /metrics HTTP/1.1\r\nhost: x\r\naccept-encoding: {encoding}\r\n\r\n");
            stream.write_all(request.as_bytes()).unwrap();
            assert_eq!(read_answer(&mut stream, false).unwrap().status, 200);
        }
    };
    scrape(50);
    let before = resident();
    scrape(2000);
    assert!(resident() <= before + 100, "{before} kB, then {} kB", resident());
    let crowd = || {
        let mut streams: Vec<_> = (0..200).map(|_| connect(address)).collect();
        for stream in &mut streams {
            stream
                .write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
                .unwrap();
        }
        for stream in &mut streams {
            read_answer(stream, false).unwrap();
        }
        drop(streams);
        scrape(50);
    };
    // A crowd leaves something behind once, and the ones after it nothing more.
    crowd();
    assert!(
        resident() <= before + 1_500,
        "{before} kB, then {} kB",
        resident()
    );
    let after_first = resident();
    for _ in 0..5 {
        crowd();
    }
    assert!(
        resident() <= after_first + 600,
        "{after_first} kB, then {} kB",
        resident()
    );
    assert_eq!(request(address, "GET / HTTP/1.1\r\nhost: x\r\n\r\n").status, 200);
}
