//! What went wrong last, so that a lasting fault is logged once, and its end too.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::Error;
use crate::grants::Missing;

/// The newest message of each source of faults of one server.
pub(super) struct Faults {
    /// The server, as the log names it.
    server: String,
    last: RefCell<BTreeMap<String, String>>,
    rights: RefCell<Vec<&'static str>>,
}

impl Faults {
    pub(super) fn new(server: String) -> Self {
        Self {
            server,
            last: RefCell::default(),
            rights: RefCell::default(),
        }
    }

    /// Logs a result where it is another one than last time.
    pub(super) fn tell(&self, name: &str, result: Result<(), Error>) {
        match result {
            Ok(()) => self.end(name),
            // Told already, by whoever lost the connection.
            Err(Error::NotAsked) => {}
            Err(error) => self.begin(name, &error),
        }
    }

    pub(super) fn begin(&self, name: &str, error: &Error) {
        let message = error.to_string();
        let mut last = self.last.borrow_mut();
        if last.get(name) == Some(&message) {
            return;
        }
        let server = self.server.as_str();
        match error.cure() {
            Some(cure) => {
                log::warn!(server, collector = name, error = message.as_str(), cure; "not answered")
            }
            None => log::warn!(server, collector = name, error = message.as_str(); "not answered"),
        }
        last.insert(name.to_owned(), message);
    }

    pub(super) fn end(&self, name: &str) {
        if self.last.borrow_mut().remove(name).is_some() {
            log::info!(server = self.server.as_str(), collector = name; "answered again");
        }
    }

    /// Logs once which rights the user lacks.
    pub(super) fn rights(&self, user: &str, missing: &[Missing]) {
        let names: Vec<&'static str> = missing.iter().map(|missing| missing.right).collect();
        if *self.rights.borrow() == names {
            return;
        }
        for Missing {
            right,
            needed_by,
            grant,
        } in missing
        {
            log::warn!(
                server = self.server.as_str(), user, right, needed_by, grant = grant.as_str();
                "user lacks a right, these collectors see less or nothing"
            );
        }
        *self.rights.borrow_mut() = names;
    }
}
