//! Objects of the reference exporter's own tests, each served by a small API server in JSON: the same series must come out.

use std::process::Command;

use crate::daemon::binary;
use crate::peer;

#[test]
fn every_object_gives_the_series_of_the_reference() {
    let (Some(runner), Some(cases)) = (
        peer::reference("tools/kube_cases.py"),
        peer::reference("reference/kube-cases"),
    ) else {
        return;
    };
    let mut files: Vec<_> = std::fs::read_dir(cases)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let output = Command::new("python3")
        .arg(runner)
        .arg("--bin")
        .arg(binary("pi-kube-state-exporter"))
        .args(["--jobs=4", "--timeout=20"])
        .args(files)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(told.contains("{'pass': 250}"), "{told}");
}
