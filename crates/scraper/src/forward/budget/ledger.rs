//! The budgets of all receivers, and the file in which what is used of a month outlives the process.
//!
//! The file is written at the stop, and once an hour where anything changed: a power cut loses the count of an hour. It
//! is written only where a receiver has a limit of samples or bytes; without one, no byte is ever written.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use super::{Budget, Usage};
use crate::config::RemoteWrite;
use crate::whole_file;

/// How often the file is written at most.
pub const SAVE_EVERY: Duration = Duration::from_secs(3600);

const FILE: &str = "budget.json";

/// Largest file that is read; one receiver takes about 150 bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Budgets by the names of receivers.
#[derive(Debug, Default)]
pub struct Ledger {
    file: RefCell<Option<PathBuf>>,
    budgets: RefCell<BTreeMap<String, Rc<Budget>>>,
    saved: RefCell<BTreeMap<String, Usage>>,
}

impl Ledger {
    /// Reads what was used before, from a file in `folder`, where it will be kept. One that cannot be used is said in
    /// the log, and counting begins at 0.
    pub fn open(&self, folder: &Path) {
        let file = folder.join(FILE);
        match read(&file) {
            Ok(saved) => {
                self.saved.replace(saved);
            }
            Err(error) => {
                log::warn!(path:% = file.display(), error = error.as_str(); "budgets not read, they begin at 0")
            }
        }
        self.file.replace(Some(file));
    }

    /// The budget of a receiver, with the limits of its configuration.
    pub fn budget(&self, config: &RemoteWrite) -> Rc<Budget> {
        let mut budgets = self.budgets.borrow_mut();
        let budget = budgets.entry(config.name.clone()).or_insert_with(|| {
            let usage = self.saved.borrow().get(&config.name).cloned();
            Rc::new(Budget::new(usage.unwrap_or_default()))
        });
        budget.limit(config.budget);
        Rc::clone(budget)
    }

    /// Writes the file where anything has changed that must last.
    pub fn save(&self) {
        let file = self.file.borrow();
        let Some(file) = &*file else { return };
        let budgets = self.budgets.borrow();
        let lasting = budgets.iter().filter(|(_, budget)| budget.must_last());
        let now: BTreeMap<String, Usage> = lasting
            .map(|(name, budget)| (name.clone(), budget.usage()))
            .collect();
        if now.is_empty() || *self.saved.borrow() == now {
            return;
        }
        match write(file, &now) {
            Ok(()) => {
                self.saved.replace(now);
            }
            Err(error) => log::warn!(path:% = file.display(), error:%; "budgets not saved"),
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.save();
    }
}

fn read(file: &Path) -> Result<BTreeMap<String, Usage>, String> {
    let Some(text) = whole_file::read(file, FILE_BYTES_MAX)? else {
        return Ok(BTreeMap::new());
    };
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

fn write(file: &Path, usage: &BTreeMap<String, Usage>) -> std::io::Result<()> {
    whole_file::write(file, &serde_json::to_string(usage)?)
}
