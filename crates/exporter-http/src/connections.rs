//! The connections that are open, and which of them makes room for the next.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinHandle};

use crate::memory;
use crate::pace::{Pace, Phase};

/// When so many connections, and half of the most that there were, are gone, their memory is given back.
const GONE_MIN: usize = 8;

/// A request that took this long to come and is not complete is slow; one that is under way in a burst is not.
const SLOW: Duration = Duration::from_secs(1);
/// Phases in which no request is waiting for its answer, but for `Idle`.
const UNSENT: [Phase; 3] = [Phase::Head, Phase::Handshake, Phase::Lingering];

/// All open connections, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    open: RefCell<BTreeMap<u64, Entry>>,
    next: Cell<u64>,
    /// Most connections since memory was last given back.
    peak: Cell<usize>,
    /// Woken when the last one is gone.
    empty: Notify,
}

#[derive(Debug)]
struct Entry {
    pace: Rc<Pace>,
    task: Option<AbortHandle>,
}

/// Takes a connection off the list when dropped.
#[derive(Debug)]
pub(crate) struct Listed {
    connections: Rc<Connections>,
    number: u64,
}

impl Connections {
    /// Puts a connection on the list and starts the task that `serve` makes of its place there.
    pub(crate) fn start(self: &Rc<Self>, pace: Rc<Pace>, serve: impl FnOnce(Listed) -> JoinHandle<()>) {
        let number = self.next.get();
        self.next.set(number + 1);
        self.open.borrow_mut().insert(number, Entry { pace, task: None });
        self.peak.set(self.peak.get().max(self.count()));
        let task = serve(Listed {
            connections: Rc::clone(self),
            number,
        });
        if let Some(entry) = self.open.borrow_mut().get_mut(&number) {
            entry.task = Some(task.abort_handle());
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.open.borrow().len()
    }

    /// Closes the connection that can best be missed: the oldest one whose request is slow to come, else the oldest
    /// idle one, whose client will just open another, else the oldest without a request. `false` where all are being answered.
    pub(crate) fn make_room(&self) -> bool {
        let victim = {
            let open = self.open.borrow();
            let oldest = |phases: &[Phase], age: Duration| {
                open.iter()
                    .find(|(_, entry)| phases.contains(&entry.pace.phase()) && entry.pace.age() >= age)
                    .map(|(number, _)| *number)
            };
            oldest(&UNSENT, SLOW)
                .or_else(|| oldest(&[Phase::Idle], Duration::ZERO))
                .or_else(|| oldest(&UNSENT, Duration::ZERO))
        };
        match victim {
            Some(number) => {
                self.close(number);
                true
            }
            None => false,
        }
    }

    /// Closes every connection that is in one of these phases.
    pub(crate) fn close_all(&self, phases: &[Phase]) {
        let numbers: Vec<_> = {
            let open = self.open.borrow();
            open.iter()
                .filter(|(_, entry)| phases.contains(&entry.pace.phase()))
                .map(|(number, _)| *number)
                .collect()
        };
        for number in numbers {
            self.close(number);
        }
    }

    /// Waits until no connection is open.
    pub(crate) async fn all_closed(&self) {
        while self.count() > 0 {
            self.empty.notified().await;
        }
    }

    fn close(&self, number: u64) {
        let entry = self.open.borrow_mut().remove(&number);
        if let Some(task) = entry.and_then(|entry| entry.task) {
            task.abort();
        }
        self.after_one_less();
    }

    fn after_one_less(&self) {
        let count = self.count();
        if count == 0 {
            self.empty.notify_one();
        }
        let peak = self.peak.get();
        if count <= peak / 2 && peak - count >= GONE_MIN {
            self.peak.set(count);
            memory::give_back();
        }
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.connections.open.borrow_mut().remove(&self.number);
        self.connections.after_one_less();
    }
}
