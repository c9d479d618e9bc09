//! The reference's fixtures, with the samples that the reference gives for them: natively, and for ARM in an emulator.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::daemon::binary;
use crate::emulator::{self, Emulator};
use crate::peer;

const ARCHIVE: &str = "reference/node-fixtures-v1.12.1.tar.xz";
const TOOL: &str = "tools/node_fixtures.py";

/// Collectors of ours that the reference does not have.
const OURS: [&str; 2] = ["--extra=--no-collector.mmc", "--extra=--no-collector.rpi"];

/// The fixtures, unpacked once beside the binaries; nothing in a checkout without the reference material.
fn fixtures() -> Option<&'static Path> {
    static UNPACKED: OnceLock<Option<PathBuf>> = OnceLock::new();
    let unpack = || {
        let archive = peer::reference(ARCHIVE)?;
        let target = emulator::target_directory();
        // A directory of its own until it is whole: an interrupted run must not leave half of the files.
        let temporary = tempfile::tempdir_in(&target).unwrap();
        let status = Command::new("tar")
            .arg("xf")
            .arg(archive)
            .arg("-C")
            .arg(temporary.path())
            .status()
            .unwrap();
        assert!(status.success(), "tar: {status}");
        let unpacked = target.join("node-fixtures-v1.12.1");
        if !unpacked.exists() {
            // Another test process may have been faster.
            let _ = std::fs::rename(temporary.path(), &unpacked);
        }
        Some(unpacked)
    };
    UNPACKED.get_or_init(unpack).as_deref()
}

#[track_caller]
fn check(binary: &Path, arguments: &[String]) {
    let (Some(fixtures), Some(tool)) = (fixtures(), peer::reference(TOOL)) else {
        return;
    };
    let output = Command::new("python3")
        .arg(tool)
        .arg("--bin")
        .arg(binary)
        .arg("--fixtures")
        .arg(fixtures)
        .args(OURS)
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complaint}");
    assert!(said.contains("RESULT: match"), "{said}{complaint}");
}

fn check_emulated(emulator: &Emulator) {
    // What the reference says on ARM lacks only the facts about x86 processors.
    let arguments = [
        format!("--run-with={}", emulator.words()),
        "--machine=aarch64".to_owned(),
    ];
    check(&emulator.binary("pi-node-exporter"), &arguments);
}

#[test]
fn this_machine_gives_the_reference_s_samples() {
    check(&binary("pi-node-exporter"), &[]);
}

#[test]
fn arm_of_64_bits_gives_the_reference_s_samples() {
    check_emulated(&emulator::AARCH64);
}

#[test]
fn arm_of_32_bits_gives_the_reference_s_samples() {
    check_emulated(&emulator::ARMV7);
}
