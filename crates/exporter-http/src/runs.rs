//! Runs of the exporter that several clients wait for: the second of two that ask the same gets what the first one gets.
//!
//! No task is started: a client that waits drives the run, and when it leaves the next one goes on where it was.
//! The last one that leaves takes the run with it, so nothing runs for nobody and nothing is held for ever.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::time::Instant;

use tokio::sync::{Mutex, Notify};
use tokio::time::timeout_at;

use crate::Scrape;
use crate::scrape::Collected;

/// A run, which ends with what it has when the [`Notify`] says so.
pub(crate) type Collecting = Pin<Box<dyn Future<Output = Collected>>>;

/// The runs under way.
#[derive(Default)]
pub(crate) struct Runs(RefCell<Vec<Weak<Run>>>);

struct Run {
    path: String,
    query: Vec<(String, String)>,
    /// When the run ends by itself: the deadline of the client that began it.
    deadline: Instant,
    /// Ends the run with what it has.
    cut: Rc<Notify>,
    /// Locked by the client that drives the run.
    state: Mutex<State>,
}

enum State {
    Collecting(Collecting),
    Done(Rc<Collected>),
}

impl Runs {
    /// Waits for the run that answers `scrape`, up to the deadline of `scrape`; `start` makes it where there is none.
    ///
    /// `None` where the run has a later deadline and goes on for another client.
    pub(crate) async fn join(
        &self,
        scrape: &Scrape,
        start: impl FnOnce(Rc<Notify>) -> Collecting,
    ) -> Option<Rc<Collected>> {
        let run = match self.under_way(scrape) {
            Some(run) => run,
            None => self.begin(scrape, start),
        };
        if run.deadline <= scrape.deadline {
            return Some(self.end_of(&run).await);
        }
        if let Ok(collected) = timeout_at(scrape.deadline.into(), self.end_of(&run)).await {
            return Some(collected);
        }
        if Rc::strong_count(&run) > 1 {
            return None;
        }
        // The client whose deadline it was has left.
        run.cut.notify_one();
        Some(self.end_of(&run).await)
    }

    fn under_way(&self, scrape: &Scrape) -> Option<Rc<Run>> {
        let mut runs = self.0.borrow_mut();
        runs.retain(|run| run.strong_count() > 0);
        runs.iter()
            .filter_map(Weak::upgrade)
            .find(|run| run.path == scrape.path && run.query == scrape.query)
    }

    fn begin(&self, scrape: &Scrape, start: impl FnOnce(Rc<Notify>) -> Collecting) -> Rc<Run> {
        let cut = Rc::new(Notify::new());
        let run = Rc::new(Run {
            path: scrape.path.clone(),
            query: scrape.query.clone(),
            deadline: scrape.deadline,
            state: Mutex::new(State::Collecting(start(Rc::clone(&cut)))),
            cut,
        });
        self.0.borrow_mut().push(Rc::downgrade(&run));
        run
    }

    /// Drives the run to its end, or waits for the client that does. Dropped, it lets the next one drive.
    async fn end_of(&self, run: &Rc<Run>) -> Rc<Collected> {
        let mut state = run.state.lock().await;
        let collected = match &mut *state {
            State::Done(collected) => return Rc::clone(collected),
            State::Collecting(collecting) => Rc::new(collecting.await),
        };
        *state = State::Done(Rc::clone(&collected));
        // Who comes from now on asks anew.
        self.0
            .borrow_mut()
            .retain(|other| !std::ptr::eq(other.as_ptr(), Rc::as_ptr(run)));
        collected
    }
}
