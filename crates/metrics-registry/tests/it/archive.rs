//! Reference archives, which are not part of this repository and stand in a folder `shared` beside it.

use std::io::Write;
use std::path::Path;
use std::process::Command;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference");

/// Unpacks `member` of an archive, or all of it where `member` is empty. None, said aloud, where there is no archive.
pub fn unpack(archive: &str, member: &str) -> Option<tempfile::TempDir> {
    let path = Path::new(FOLDER).join(archive);
    if !path.exists() {
        // Written past the test harness, which shows nothing of a test that passes.
        let mut console = std::io::stderr();
        writeln!(console, "LEFT OUT: a test needs {}", path.display()).unwrap();
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut tar = Command::new("tar");
    tar.arg("-xJf").arg(path).arg("-C").arg(folder.path());
    if !member.is_empty() {
        tar.arg(member);
    }
    let status = tar.status().unwrap();
    assert!(status.success(), "tar: {status}");
    Some(folder)
}
