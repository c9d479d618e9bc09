//! What was changed and what was there before, on disk before each change.
//!
//! A run is open from its first entry until its last step is done. One that is found open at the start was stopped
//! half-way: what it has done is taken back, and planned anew.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::command_line::Wishes;
use crate::machine::Machine;
use crate::step::{Before, Step};

/// Where it is.
pub const PATH: &str = "/var/lib/pi-exporters/setup.json";
/// The folder of it.
pub const FOLDER: &str = "/var/lib/pi-exporters";

/// The journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Journal {
    /// The wishes of the last run that was not stopped.
    pub wishes: Wishes,
    /// Steps, in the order in which they were begun.
    pub entries: Vec<Entry>,
    /// The first entry of a run that has not come to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_from: Option<usize>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What was begun.
    #[serde(flatten)]
    pub step: Step,
    /// What was there before.
    pub before: Before,
}

impl Journal {
    /// Reads it; an empty one where there is none. Fails where the file is not a journal.
    pub fn load(machine: &Machine) -> Result<Self, Error> {
        let Some(text) = machine.read(PATH)? else {
            return Ok(Self::default());
        };
        serde_json::from_str(&text).map_err(|error| Error::Journal {
            path: PATH.into(),
            reason: error.to_string(),
        })
    }

    /// Writes it; an empty one has no file. What it holds may have been secret before: only root reads it.
    pub fn save(&self, machine: &Machine) -> Result<(), Error> {
        if self.entries.is_empty() && self.open_from.is_none() {
            return machine.remove(PATH, Some(FOLDER));
        }
        let text = serde_json::to_string_pretty(self).map_err(|error| Error::Journal {
            path: PATH.into(),
            reason: error.to_string(),
        })?;
        machine.write(PATH, &(text + "\n"), 0o600)
    }

    /// The entries of the run that was stopped, or nothing.
    #[must_use]
    pub fn open(&self) -> Option<&[Entry]> {
        self.entries.get(self.open_from?..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::daemon::Daemon;

    fn machine() -> (tempfile::TempDir, Machine) {
        let folder = tempfile::tempdir().unwrap();
        let machine = Machine::new(folder.path().to_owned(), None);
        (folder, machine)
    }

    #[test]
    fn comes_back_as_it_was() {
        let (_folder, machine) = machine();
        let entry = Entry {
            step: Step::Unit {
                daemon: Daemon::Node,
                told: Some("x".to_owned()),
            },
            before: Before {
                enabled: true,
                ..Before::default()
            },
        };
        let journal = Journal {
            entries: vec![entry],
            open_from: Some(0),
            ..Journal::default()
        };
        journal.save(&machine).unwrap();
        assert_eq!(Journal::load(&machine).unwrap(), journal);
        assert_eq!(machine.mode(PATH), Some(0o600));
        assert_eq!(journal.open().map(<[Entry]>::len), Some(1));
    }

    #[test]
    fn an_empty_one_has_no_file() {
        let (_folder, machine) = machine();
        let journal = Journal {
            open_from: Some(0),
            ..Journal::default()
        };
        journal.save(&machine).unwrap();
        Journal::default().save(&machine).unwrap();
        assert!(!machine.exists(FOLDER));
        assert_eq!(Journal::load(&machine).unwrap(), Journal::default());
    }

    #[test]
    fn another_file_is_left_alone() {
        let (_folder, machine) = machine();
        machine.write(PATH, "{\"entries\": 7}", 0o600).unwrap();
        let error = Journal::load(&machine).unwrap_err().to_string();
        assert!(error.contains("not a journal of pi-setup"), "{error}");
        assert!(machine.exists(PATH));
    }
}
