//! What a connection is waiting for, and until when.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use crate::limits::Limits;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Agreeing on TLS.
    Handshake,
    /// Waiting for the rest of a request's head.
    Head,
    /// The request is being answered.
    Serving,
    /// The answer is being sent.
    Sending,
    /// Between two requests.
    Idle,
    /// Answered for the last time; what the client still sends is thrown away.
    Lingering,
}

/// One connection's state, shared by its stream, its requests and the list of connections.
#[derive(Debug)]
pub(crate) struct Pace {
    limits: Limits,
    phase: Cell<Phase>,
    since: Cell<Instant>,
    /// When the phase must be over; `None` while serving, which has limits of its own.
    deadline: Cell<Option<Instant>>,
    /// Counts against the requests in flight until the answer is sent.
    permit: RefCell<Option<Permit>>,
    /// Whether the client may still be sending what nobody reads.
    unread: Cell<bool>,
    /// Whether the answer's body is still being made.
    unfinished: Cell<bool>,
}

impl Pace {
    pub(crate) fn new(limits: Limits, phase: Phase) -> Self {
        let pace = Self {
            limits,
            phase: Cell::new(phase),
            since: Cell::new(Instant::now()),
            deadline: Cell::new(None),
            permit: RefCell::new(None),
            unread: Cell::new(false),
            unfinished: Cell::new(false),
        };
        pace.enter(phase);
        pace
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// How long the phase has lasted.
    pub(crate) fn age(&self) -> Duration {
        self.since.get().elapsed()
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline.get()
    }

    pub(crate) fn enter(&self, phase: Phase) {
        let now = Instant::now();
        self.phase.set(phase);
        self.since.set(now);
        let time = match phase {
            Phase::Handshake => Some(self.limits.handshake),
            Phase::Head => Some(self.limits.header_read),
            Phase::Serving => None,
            Phase::Sending => Some(self.limits.response_write),
            Phase::Idle => Some(self.limits.idle),
            Phase::Lingering => Some(self.limits.linger),
        };
        self.deadline.set(time.map(|time| now + time));
    }

    /// Bytes came from the client: the first ones after an answer start a request.
    pub(crate) fn received(&self) {
        if self.phase.get() == Phase::Idle {
            self.enter(Phase::Head);
        }
    }

    /// All that was written has gone to the system.
    pub(crate) fn flushed(&self) {
        if self.phase.get() == Phase::Sending && !self.unfinished.get() {
            self.permit.take();
            self.enter(Phase::Idle);
        }
    }

    /// Keeps a permit until the answer is sent or the connection is gone.
    pub(crate) fn hold(&self, permit: Permit) {
        self.permit.replace(Some(permit));
    }

    /// Tells whether more of the answer follows what was written.
    pub(crate) fn set_unfinished(&self, unfinished: bool) {
        self.unfinished.set(unfinished);
    }

    /// Tells that a request is answered without having been read to its end.
    pub(crate) fn leave_unread(&self) {
        self.unread.set(true);
    }

    /// Whether a close right now would throw the answer away: a head that was refused, or a body that was not read.
    pub(crate) fn must_linger(&self) -> bool {
        self.unread.get() || self.phase.get() == Phase::Head
    }
}

/// How many requests are in flight, and how many may be.
#[derive(Clone, Debug)]
pub(crate) struct Flights {
    count: Rc<Cell<usize>>,
    /// 0 is no limit.
    max: usize,
}

/// One request in flight; ends when dropped.
#[derive(Debug)]
pub(crate) struct Permit(Rc<Cell<usize>>);

impl Flights {
    pub(crate) fn new(max: usize) -> Self {
        Self {
            count: Rc::default(),
            max,
        }
    }

    /// `None` where the limit is reached.
    pub(crate) fn take(&self) -> Option<Permit> {
        if self.max != 0 && self.count.get() >= self.max {
            return None;
        }
        self.count.set(self.count.get() + 1);
        Some(Permit(Rc::clone(&self.count)))
    }

    pub(crate) fn max(&self) -> usize {
        self.max
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
