//! A file that an owner wrote and may write anew: when it was read, what it said, and whether that is in force.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use settings::document::{self, Error, Limits};

use crate::telemetry::{ConfigState, Telemetry};

/// The file, and what was read of it.
#[derive(Debug)]
pub struct WatchedFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it is, in the label `type` of the numbers about it.
    kind: &'static str,
    /// Time and size of the file when it was last read.
    seen: Cell<Option<(SystemTime, u64)>>,
    /// The text that was last read.
    text: RefCell<String>,
}

impl WatchedFile {
    /// A file that was not read yet.
    pub fn new(path: PathBuf, kind: &'static str) -> Self {
        Self {
            path,
            kind,
            seen: Cell::new(None),
            text: RefCell::default(),
        }
    }

    /// Whether it is there and was written since it was last read.
    pub fn is_touched(&self) -> bool {
        let now = stamp(&self.path);
        now.is_some() && now != self.seen.get()
    }

    /// Its text, and whether that is another than the last time.
    pub fn read(&self, limits: &Limits) -> Result<(String, bool), Error> {
        // Before the text, so that a change in between is seen the next time.
        self.seen.set(stamp(&self.path));
        let text = document::load(&self.path, limits)?;
        let before = self.text.replace(text.clone());
        let changed = before != text;
        Ok((text, changed))
    }

    /// Tells whether what was read last is in force.
    pub fn tell(&self, telemetry: &Telemetry, successful: bool) {
        let mut states = telemetry.configs.borrow_mut();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let before = states.remove(self.kind);
        let state = ConfigState {
            file: self.path.display().to_string(),
            hash: match (successful, &before) {
                (false, Some(before)) => before.hash,
                _ => crate::shard::fnv64a(self.text.borrow().as_bytes()),
            },
            successful,
            success_time_seconds: match (successful, before) {
                (false, before) => before.map_or(0.0, |before| before.success_time_seconds),
                (true, _) => now.map_or(0.0, |now| now.as_secs_f64()),
            },
        };
        states.insert(self.kind, state);
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
