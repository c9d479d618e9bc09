use std::fs;
use std::io::Write as _;

use super::*;

/// A directory with a log, and the lines that were followed.
struct Log {
    folder: tempfile::TempDir,
    follow: Option<Follow>,
    lines: Vec<String>,
}

impl Log {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            follow: None,
            lines: Vec::new(),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("access.log")
    }

    fn append(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        let mut file = OpenOptions::new().append(true).create(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn rename(&self) {
        fs::rename(self.path(), self.folder.path().join("access.log.1")).unwrap();
    }

    /// Follows all that is there, and returns the lines since the last call.
    fn look(&mut self) -> String {
        let path = self.path();
        let follow = self.follow.get_or_insert_with(|| Follow::start(path));
        follow.check();
        while follow.step(|line| self.lines.push(String::from_utf8_lossy(line).into_owned())) {}
        std::mem::take(&mut self.lines).join(" ")
    }

    fn follow(&self) -> &Follow {
        self.follow.as_ref().unwrap()
    }
}

#[test]
fn history_is_not_read() {
    let mut log = Log::new();
    log.append("access.log", "old\nha");
    assert_eq!(log.look(), "");
    log.append("access.log", "lf\nnew\n");
    assert_eq!(log.look(), "new");
    assert_eq!(log.follow().read_bytes(), 7);
}

#[test]
fn renamed_and_created() {
    let mut log = Log::new();
    log.append("access.log", "old\n");
    assert_eq!(log.look(), "");
    log.append("access.log", "a\n");
    log.rename();
    assert_eq!(log.look(), "a");
    assert!(log.follow().is_open());
    log.append("access.log.1", "b\n");
    log.append("access.log", "c\n");
    assert_eq!(log.look(), "b c");
    // nginx has not reopened yet.
    log.append("access.log.1", "d\n");
    log.append("access.log", "e\n");
    assert_eq!(log.look(), "d e");
    assert_eq!(log.follow().rotations(), 1);
}

#[test]
fn truncated() {
    let mut log = Log::new();
    log.append("access.log", "old\n");
    log.look();
    log.append("access.log", "a\nunfinished");
    assert_eq!(log.look(), "a");
    fs::write(log.path(), "").unwrap();
    assert_eq!(log.look(), "");
    log.append("access.log", "b\n");
    assert_eq!(log.look(), "b");
    assert_eq!(log.follow().rotations(), 1);
}

#[test]
fn appears_later() {
    let mut log = Log::new();
    assert_eq!(log.look(), "");
    assert!(!log.follow().is_open());
    log.append("access.log", "first\n");
    assert_eq!(log.look(), "first");
    assert!(log.follow().is_open());
}

#[test]
fn gone_for_long() {
    let mut log = Log::new();
    log.append("access.log", "");
    log.look();
    fs::remove_file(log.path()).unwrap();
    for _ in 0..MISSING_LOOKS {
        log.look();
        assert!(log.follow().is_open());
    }
    log.look();
    assert!(!log.follow().is_open());
    log.append("access.log", "back\n");
    assert_eq!(log.look(), "back");
    assert!(log.follow().is_open());
}

#[test]
fn no_file() {
    let mut log = Log::new();
    fs::create_dir(log.path()).unwrap();
    assert_eq!(log.look(), "");
    assert_eq!(log.follow().fault.as_deref(), Some("not a regular file"));
}

#[test]
fn more_than_one_step() {
    let mut log = Log::new();
    log.append("access.log", "");
    log.look();
    log.append("access.log", &"x\n".repeat(STEP_BYTES));
    assert_eq!(log.look().len(), 2 * STEP_BYTES - 1);
    assert_eq!(log.follow().buffer.capacity(), 0);
}
