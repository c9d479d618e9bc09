//! One alert: a series for which a rule holds, and who has been told of it.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

use crate::config::alerts::{Kind, Receiver};
use crate::labels::Labels;

/// How often an Alertmanager is told again of what fires, as by Prometheus.
pub const RESEND: Duration = Duration::from_secs(60);

/// A moment: by the monotonic clock at once, by the wall clock as soon as that is set.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// When it was. After a restart: when the process began.
    pub at: Instant,
    /// The same in milliseconds since 1970.
    pub at_ms: Option<i64>,
}

impl Moment {
    /// By the monotonic clock only.
    pub fn new(at: Instant) -> Self {
        Self { at, at_ms: None }
    }

    /// Gives it a time of the wall clock, which is set and shows `now_ms`. It does not change any more after that.
    pub fn settle(&mut self, now: Instant, now_ms: i64) {
        self.at_ms = Some(self.at_ms.unwrap_or_else(|| self.at_ms_by(now, now_ms)));
    }

    fn at_ms_by(&self, now: Instant, now_ms: i64) -> i64 {
        let ago = now.saturating_duration_since(self.at);
        now_ms.saturating_sub(i64::try_from(ago.as_millis()).unwrap_or(i64::MAX))
    }

    /// Milliseconds since 1970; by a wall clock that may not be set yet where nothing better is known.
    pub fn ms(&self, now_ms: i64) -> i64 {
        self.at_ms
            .unwrap_or_else(|| self.at_ms_by(Instant::now(), now_ms))
    }
}

/// What a receiver has taken of an alert.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Told {
    /// When it took the last message of it, in milliseconds since 1970.
    pub at_ms: i64,
    /// The same by the monotonic clock; `None` after a restart.
    pub at: Option<Instant>,
    /// Whether that said that it is over.
    pub resolved: bool,
}

/// A series for which a rule holds or has held.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Tells it from every other one of the process.
    pub number: u64,
    /// The rule's id.
    pub rule: Rc<str>,
    /// Who is told; all where it is empty.
    pub receivers: Rc<[String]>,
    /// Labels, the name among them.
    pub labels: Labels,
    /// Texts.
    pub annotations: Labels,
    /// The newest value for which the rule held.
    pub value: f64,
    /// Since when the rule holds.
    pub active: Moment,
    /// Since when it fires; `None` while it is pending.
    pub fired: Option<Moment>,
    /// When it ended.
    pub resolved: Option<Moment>,
    /// The target that brought it; `None` after a restart and for what is absent.
    pub owner: Option<Rc<str>>,
    /// Number of the look that found it last.
    pub(super) seen: u64,
    /// What receivers have taken, by their names.
    pub told: BTreeMap<String, Told>,
}

/// What a receiver should be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// It is over.
    Resolved,
    /// It fires.
    Firing,
}

impl Status {
    /// The word that receivers know.
    pub fn word(self) -> &'static str {
        match self {
            Self::Resolved => "resolved",
            Self::Firing => "firing",
        }
    }
}

impl Alert {
    /// Firing or over; `None` while it is pending.
    pub fn status(&self) -> Option<Status> {
        match (self.fired, self.resolved) {
            (_, Some(_)) => Some(Status::Resolved),
            (Some(_), None) => Some(Status::Firing),
            (None, None) => None,
        }
    }

    /// Since when it is as it is.
    pub fn changed(&self) -> Instant {
        self.resolved.or(self.fired).unwrap_or(self.active).at
    }

    /// In how long the receiver should be told, zero is now; `None` where there is nothing to tell unless it changes.
    pub fn due_in(&self, receiver: &Receiver, now: Instant, now_ms: i64) -> Option<Duration> {
        if !self.receivers.is_empty() && !self.receivers.contains(&receiver.name) {
            return None;
        }
        let is_alertmanager = receiver.kind == Kind::Alertmanager;
        match (self.status()?, self.told.get(&receiver.name)) {
            (Status::Resolved, _) if !receiver.sends_resolved && !is_alertmanager => None,
            (Status::Resolved, Some(told)) if told.resolved => None,
            (_, None) | (Status::Resolved, _) => {
                let waited = now.saturating_duration_since(self.changed());
                Some(receiver.group_wait.saturating_sub(waited))
            }
            (Status::Firing, Some(told)) if is_alertmanager => Some(match told.at {
                None => Duration::ZERO,
                Some(at) => RESEND.saturating_sub(now.saturating_duration_since(at)),
            }),
            (Status::Firing, Some(told)) => {
                // A clock that was set back makes the wait no longer than it is.
                let passed_ms = now_ms.saturating_sub(told.at_ms).max(0);
                Some(
                    receiver
                        .repeat_interval
                        .saturating_sub(Duration::from_millis(passed_ms as u64)),
                )
            }
        }
    }
}
