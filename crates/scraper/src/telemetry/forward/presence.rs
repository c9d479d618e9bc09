//! Which receivers there are, so that the series of one that is gone are not served for ever.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use super::{Families, Remote};

/// The receivers whose cells somebody has.
#[derive(Clone, Debug, Default)]
pub(super) struct Present(Rc<RefCell<HashMap<Remote, Weak<Presence>>>>);

/// One of them. Its series go when this does.
#[derive(Debug)]
pub(super) struct Presence {
    remote: Remote,
    each: Families,
    present: Present,
}

impl Present {
    /// The presence of a receiver with these labels; the same one as long as it lasts.
    pub fn enter(&self, remote: &Remote, each: &Families) -> Rc<Presence> {
        let mut present = self.0.borrow_mut();
        if let Some(known) = present.get(remote).and_then(Weak::upgrade) {
            return known;
        }
        let presence = Rc::new(Presence {
            remote: remote.clone(),
            each: each.clone(),
            present: self.clone(),
        });
        present.insert(remote.clone(), Rc::downgrade(&presence));
        presence
    }
}

impl Presence {
    /// Its labels.
    pub fn remote(&self) -> &Remote {
        &self.remote
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let mut present = self.present.0.borrow_mut();
        present.remove(&self.remote);
        self.each.remove(&self.remote);
        let name = &self.remote.remote_name;
        // Another address may have its name and its plan.
        if present.keys().all(|other| other.remote_name != *name) {
            self.each.remove_plan(name);
        }
    }
}
