//! Programs from Debian's packages that tests run beside ours, and the reference material beside the checkout.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

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
