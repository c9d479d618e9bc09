//! Programs from Debian's packages that tests run beside ours, and the reference material beside the checkout.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::daemon::Daemon;

/// Runs a program to its end with `input`; panics with the package's name where it is not installed.
#[track_caller]
pub fn run(program: &str, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}; `make test` installs it"));
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// What `promtool check metrics` says of a text, a line each.
pub fn lint(text: &str) -> Vec<String> {
    let output = run("promtool", &["check", "metrics"], text.as_bytes());
    String::from_utf8_lossy(&output.stderr)
        .lines()
        .map(str::to_owned)
        .collect()
}

/// The reference node exporter, of Debian's package.
fn reference_node() -> PathBuf {
    let path = checkout().join("target/peers/usr/bin/prometheus-node-exporter");
    assert!(
        path.exists(),
        "{} is missing: `make test` fetches it",
        path.display()
    );
    path
}

/// The reference node exporter with these flags, on a port of its own.
#[track_caller]
pub fn node(flags: &[&str]) -> Daemon {
    let mut command = Command::new(reference_node());
    Daemon::start_told(
        command.arg("--web.listen-address=127.0.0.1:0").args(flags),
        "Listening on",
    )
}

/// Whether the reference is at least 1.11, of Debian sid; an older one, and a line that says so, where sid was not to be had.
pub fn is_new_reference() -> bool {
    let output = run(&reference_node().to_string_lossy(), &["--version"], b"");
    // 1.5 writes it to standard error.
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    let version = text
        .split("version ")
        .nth(1)
        .and_then(|rest| rest.split(' ').next());
    let mut numbers = version
        .unwrap_or_default()
        .split('.')
        .map(|number| number.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let is_new = (1, 11) <= version;
    if !is_new {
        eprintln!("the reference is {version:?}, older than 1.11: only families that both have are compared");
    }
    is_new
}

/// Root of the checkout.
pub fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file or folder of the reference material, which stands beside the checkout on development machines;
/// `None`, and a line that says so, in a checkout without it.
pub fn reference(path: &str) -> Option<PathBuf> {
    let path = checkout().join("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("left out: {} is not beside this checkout", path.display());
    None
}
