//! What one receiver has used of its plan: active series, and samples and bytes of the day and the month.
//!
//! **The rule at a limit.** As long as any limit of the plan is reached, a series that is not active is refused: its
//! samples are not sent and are counted. Series that are active go on, whatever the limit, so that graphs that exist do
//! not break. A series is active for 20 minutes after its last sample, which is how hosted receivers count; the place of
//! one that falls silent is free then. For samples and bytes the counters begin anew with the day or the month, by UTC.

mod active;
pub mod ledger;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use self::active::Active;
use super::frame::Frame;
use crate::clock;
use crate::config::budget::BudgetLimits;
use crate::label_set::LabelSet;
use crate::rfc3339;

/// From which part of a limit on the owner is warned.
const NEAR: f64 = 0.8;

/// Samples and bytes of a day and of a month.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// `2026-11-22`, by UTC.
    pub day: String,
    /// Samples that were taken on that day.
    pub samples_of_day: u64,
    /// Bytes of request bodies that were taken on that day.
    pub bytes_of_day: u64,
    /// Samples that were taken in the month of that day.
    pub samples_of_month: u64,
    /// Bytes that were taken in that month.
    pub bytes_of_month: u64,
}

/// What a plan has limits of, as the configuration calls them.
pub const RESOURCES: [&str; 5] = [
    "series",
    "samples_per_day",
    "samples_per_month",
    "bytes_per_day",
    "bytes_per_month",
];

/// One number of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// One of [`RESOURCES`].
    pub resource: &'static str,
    /// How much of it is used.
    pub used: u64,
    /// How much there is; `None` is no limit.
    pub limit: Option<u64>,
}

/// How near a limit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Far, or there is none.
    Fine,
    /// Four fifths of it are used.
    Near,
    /// It is reached.
    Reached,
}

/// What one receiver has used.
#[derive(Debug, Default)]
pub struct Budget {
    limits: Cell<BudgetLimits>,
    usage: RefCell<Usage>,
    active: RefCell<Active>,
    /// The level of each row that was told last.
    told: Cell<[Option<Level>; 5]>,
}

impl Row {
    /// How near the limit is.
    pub fn level(&self) -> Level {
        match self.limit {
            Some(limit) if limit <= self.used => Level::Reached,
            Some(limit) if NEAR * limit as f64 <= self.used as f64 => Level::Near,
            _ => Level::Fine,
        }
    }
}

impl Usage {
    /// Begins a new day or month where one has come. A clock that shows an earlier day, as one that was not set yet
    /// does, begins none.
    fn roll(&mut self, now_ms: i64) {
        let now = rfc3339::text(now_ms);
        let (Some(day), Some(month)) = (now.get(..10), now.get(..7)) else {
            return;
        };
        if day <= self.day.as_str() {
            return;
        }
        if !self.day.starts_with(month) {
            (self.samples_of_month, self.bytes_of_month) = (0, 0);
        }
        (self.samples_of_day, self.bytes_of_day) = (0, 0);
        self.day = day.to_owned();
    }
}

impl Budget {
    /// A receiver that has used this much.
    pub fn new(usage: Usage) -> Self {
        Self {
            usage: RefCell::new(usage),
            ..Self::default()
        }
    }

    /// The limits that hold from now on.
    pub fn limit(&self, limits: BudgetLimits) {
        self.limits.set(limits);
    }

    /// Which samples of a frame are refused; `None` where none is. `labels` are those that are sent, by place.
    pub fn refused(&self, frame: &Frame, labels: Option<&[Option<LabelSet>]>) -> Option<Rc<[bool]>> {
        let limits = self.limits.get();
        let is_closed = || {
            let rows = self.rows();
            let later = rows.iter().skip(1);
            later.map(Row::level).any(|level| level == Level::Reached)
        };
        let series_max = match limits == BudgetLimits::default() {
            true => usize::MAX,
            false if is_closed() => 0,
            false => limits
                .series
                .map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX)),
        };
        self.active.borrow_mut().refused(frame, labels, series_max)
    }

    /// Counts what the receiver has taken.
    pub fn taken(&self, samples: u64, bytes: u64) {
        let mut usage = self.usage.borrow_mut();
        usage.roll(clock::now_ms());
        usage.samples_of_day = usage.samples_of_day.saturating_add(samples);
        usage.samples_of_month = usage.samples_of_month.saturating_add(samples);
        usage.bytes_of_day = usage.bytes_of_day.saturating_add(bytes);
        usage.bytes_of_month = usage.bytes_of_month.saturating_add(bytes);
    }

    /// Samples and bytes so far.
    pub fn usage(&self) -> Usage {
        self.usage.borrow().clone()
    }

    /// Whether samples or bytes have a limit, so that what is used must outlive the process.
    pub fn must_last(&self) -> bool {
        let limits = self.limits.get();
        let without_series = BudgetLimits {
            series: None,
            ..limits
        };
        without_series != BudgetLimits::default()
    }

    /// Every number of the plan, series first.
    pub fn rows(&self) -> [Row; 5] {
        let limits = self.limits.get();
        let mut usage = self.usage.borrow_mut();
        usage.roll(clock::now_ms());
        let numbers = [
            (self.active.borrow().len() as u64, limits.series),
            (usage.samples_of_day, limits.samples_per_day),
            (usage.samples_of_month, limits.samples_per_month),
            (usage.bytes_of_day, limits.bytes_per_day),
            (usage.bytes_of_month, limits.bytes_per_month),
        ];
        let mut resources = RESOURCES.into_iter();
        numbers.map(|(used, limit)| Row {
            resource: resources.next().unwrap_or_default(),
            used,
            limit,
        })
    }

    /// How many series are refused at the moment.
    pub fn refused_series(&self) -> usize {
        self.active.borrow().refused_series()
    }

    /// Says in the log when a limit comes near or is reached, once each time.
    pub fn tell(&self, remote_name: &str) {
        let mut told = self.told.get();
        for (row, told) in self.rows().iter().zip(&mut told) {
            let level = row.level();
            if told.unwrap_or(Level::Fine) < level {
                let (resource, used, limit) = (row.resource, row.used, row.limit.unwrap_or(0));
                match level {
                    Level::Reached => {
                        log::error!(remote_name, resource, used, limit; "budget reached, new series are refused");
                    }
                    _ => log::warn!(remote_name, resource, used, limit; "budget nearly used"),
                }
            }
            *told = Some(level);
        }
        self.told.set(told);
    }
}

#[cfg(test)]
mod tests;
