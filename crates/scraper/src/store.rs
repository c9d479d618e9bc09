//! The newest sample of every series of one target.
//!
//! A series is known by the hash of its text as the target spells it, so that labels are parsed, joined and relabelled
//! once. The text itself is not kept: it is a third of what a series would weigh. The usual scrape has the lines of the
//! last one in their order, and of each only the value is read; only where it has not, a map of the lines is made for
//! it. Two spellings that end as the same label set share a slot. A spelling that relabelling drops is remembered as long
//! as the target exposes it.
//!
//! A scrape is all or nothing: [`Ingest`] stages its samples, and [`Store::commit`] takes them or [`Store::fail`] leaves
//! nothing of them. A series that is missing in a good scrape has gone stale and is forgotten; after a failed scrape all
//! of them are stale but remembered, as in Prometheus, so that they are not counted as new when the target is back.

mod bound;
mod fault;
mod help;
mod ingest;
mod order;
mod rules;
mod spelling;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use metrics_registry::parse::MetricType;
use rustc_hash::FxBuildHasher;

use self::order::{Line, METADATA};
use self::spelling::{Spelling, Spellings};
use crate::forward::frame::{Frame, Layout, Series};
use crate::label_set::LabelSet;

pub use self::fault::Fault;
pub use self::help::{Help, Helps};
pub use self::ingest::Ingest;
pub use self::rules::Rules;

/// How long a sample is current without a newer one, in milliseconds; Prometheus' lookback.
pub const LOOKBACK_MS: i64 = 5 * 60 * 1000;

/// Bits of the NaN that says that a series has ended. No exposition can bring it: the parser gives NaN other bits.
pub const STALE_BITS: u64 = 0x7ff0_0000_0000_0002;

/// Above this many free slots the store is rebuilt if they are the majority, so that one bad scrape leaves no trace.
const FREE_SLOTS_KEPT: usize = 1024;

/// The series of one target.
#[derive(Debug, Default)]
pub struct Store {
    /// Makes spellings of texts.
    spellings: Spellings,
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// What families mean, by the spelling of the line that says so.
    helps: HashMap<Spelling, Rc<Help>, FxBuildHasher>,
    /// The lines of the last good scrape.
    order: Vec<Line>,
    /// How often the order has changed.
    orders: u32,
    /// Whether a scrape has failed since the last good one, which may have said other things of the series' kinds.
    has_failed: bool,
    /// The series of the last scrape that was sent on, in its order.
    layout: Option<KeptLayout>,
    /// Counts the scrapes; a slot that was seen in this one has its number.
    attempt: u32,
}

#[derive(Debug)]
struct KeptLayout {
    layout: Rc<Layout>,
    /// Of which order it is.
    of: u32,
}

#[derive(Debug)]
struct Slot {
    labels: LabelSet,
    value: f64,
    timestamp_ms: i64,
    seen: u32,
    kind: Option<MetricType>,
    /// Whether the target gave the timestamp and staleness does not follow from its absence.
    untracked: bool,
    state: State,
    /// Whether the fleet page looks at it.
    is_shown: bool,
}

/// What a slot holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing.
    Free,
    /// A series that no good scrape has brought yet; it does not exist for readers.
    New,
    /// A series.
    Known,
}

/// One series as readers see it.
#[derive(Clone, Copy, Debug)]
pub struct Current<'a> {
    /// Its name and labels, as they are after relabelling, those of the target among them.
    pub labels: &'a LabelSet,
    /// Its newest value.
    pub value: f64,
    /// When it was taken, in milliseconds since 1970.
    pub timestamp_ms: i64,
    /// What the target says that it is.
    pub kind: Option<MetricType>,
}

impl Store {
    /// How many series there are, stale ones included.
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every series that is not stale, in no order that means anything.
    pub fn current(&self) -> impl Iterator<Item = Current<'_>> {
        let live = self.slots.iter().filter(|slot| slot.is_live());
        live.map(Slot::current)
    }

    /// Those of them at which the fleet page looks.
    pub fn shown(&self) -> impl Iterator<Item = Current<'_>> {
        let shown = self.slots.iter().filter(|slot| slot.is_shown && slot.is_live());
        shown.map(Slot::current)
    }

    /// What a family means; empty where the target does not say. A counter of OpenMetrics is known without its `_total`.
    pub fn helps(&self) -> HashMap<&str, &str> {
        let helps = self.helps.values();
        helps.map(|help| (&*help.family, &*help.text)).collect()
    }

    /// Takes everything that `ingest` staged. Tells `ended` of every series that went stale by that, and returns how many.
    pub fn commit(&mut self, ingest: &mut Ingest<'_>, at_ms: i64, ended: impl FnMut(&LabelSet)) -> usize {
        if let Some(order) = ingest.reading.finish(&self.order) {
            self.order = order;
            self.orders = self.orders.wrapping_add(1);
            self.forget_other_helps();
        }
        self.has_failed = false;
        for staged in &ingest.staged {
            let Some(slot) = self.slots.get_mut(staged.slot as usize) else {
                continue;
            };
            slot.value = staged.value;
            slot.timestamp_ms = staged.timestamp_ms;
            slot.untracked = staged.untracked;
            slot.state = State::Known;
        }
        // Room for a few series more; a vector that grew by itself would have up to as much again.
        let room = self.slots.len() + self.slots.len() / 8;
        self.slots.shrink_to(room);
        let attempt = self.attempt;
        self.remove_where(ended, |slot| {
            let kept_by_timestamp = slot.untracked && at_ms - slot.timestamp_ms < LOOKBACK_MS;
            slot.state == State::New || slot.seen != attempt && !kept_by_timestamp
        })
    }

    /// The samples that `ingest` brought, for those that they are sent to. Scrapes like the last one share its layout.
    pub fn frame(&mut self, ingest: &Ingest<'_>, at_ms: i64) -> Frame {
        let of = self
            .orders
            .wrapping_add(u32::from(!ingest.reading.is_same(&self.order)));
        let layout = match self.layout.take() {
            Some(kept) if kept.of == of => kept,
            _ => {
                let slots = ingest.staged.iter().map(|staged| staged.slot as usize);
                let slots = slots.filter_map(|slot| self.slots.get(slot));
                let series = slots.map(|slot| Series {
                    labels: slot.labels.clone(),
                    kind: slot.kind,
                });
                KeptLayout {
                    layout: Rc::new(Layout {
                        series: series.collect(),
                    }),
                    of,
                }
            }
        };
        let own_times = ingest
            .staged
            .iter()
            .enumerate()
            .filter(|(_, staged)| staged.timestamp_ms != at_ms);
        let frame = Frame {
            layout: Rc::clone(&layout.layout),
            at_ms,
            values: ingest.staged.iter().map(|staged| staged.value).collect(),
            own_times: own_times
                .map(|(at, staged)| (at as u32, staged.timestamp_ms))
                .collect(),
        };
        self.layout = Some(layout);
        frame
    }

    /// Forgets what a failed scrape brought and marks everything from before as stale. Tells `ended` of every series
    /// that became so, and returns how many.
    pub fn fail(&mut self, at_ms: i64, mut tell: impl FnMut(&LabelSet)) -> usize {
        self.has_failed = true;
        self.remove_where(|_| (), |slot| slot.state == State::New);
        let mut ended = 0;
        for slot in &mut self.slots {
            if slot.is_taken() && !slot.untracked && slot.value.to_bits() != STALE_BITS {
                slot.value = f64::from_bits(STALE_BITS);
                slot.timestamp_ms = at_ms;
                tell(&slot.labels);
                ended += 1;
            }
        }
        ended
    }

    /// Keeps what the last scrape said, where families come and go.
    fn forget_other_helps(&mut self) {
        let metadata = self.order.iter().filter(|line| line.slot == METADATA);
        let said: HashSet<Spelling, FxBuildHasher> = metadata.map(|line| line.spelling).collect();
        self.helps.retain(|spelling, _| said.contains(spelling));
        self.helps.shrink_to_fit();
    }

    /// Frees the slots that `goes` picks; returns how many. Tells `ended` of those that were not stale before.
    fn remove_where(&mut self, mut ended: impl FnMut(&LabelSet), goes: impl Fn(&Slot) -> bool) -> usize {
        let mut removed = 0;
        for (index, slot) in self.slots.iter_mut().enumerate() {
            if slot.is_taken() && goes(slot) {
                if slot.state == State::Known && !slot.untracked && slot.value.to_bits() != STALE_BITS {
                    ended(&slot.labels);
                }
                slot.state = State::Free;
                slot.labels = LabelSet::default();
                self.free.push(index as u32);
                removed += 1;
            }
        }
        if removed == 0 {
            return 0;
        }
        // Another series may get a freed slot, under which the layout would know it.
        self.layout = None;
        if FREE_SLOTS_KEPT < self.free.len() && self.slots.len() < 2 * self.free.len() {
            self.compact();
        }
        removed
    }

    /// Moves the living slots together and gives the rest of the memory back.
    fn compact(&mut self) {
        let mut moved = vec![0_u32; self.slots.len()];
        let mut kept = 0_u32;
        for (slot, moved) in self.slots.iter().zip(&mut moved) {
            *moved = kept;
            kept += u32::from(slot.is_taken());
        }
        for line in self.order.iter_mut().filter(|line| line.is_kept()) {
            line.slot = moved.get(line.slot as usize).copied().unwrap_or(0);
        }
        self.layout = None;
        self.slots.retain(Slot::is_taken);
        self.slots.shrink_to_fit();
        self.free = Vec::new();
    }
}

impl Slot {
    fn is_taken(&self) -> bool {
        self.state != State::Free
    }

    fn is_live(&self) -> bool {
        self.state == State::Known && self.value.to_bits() != STALE_BITS
    }

    fn current(&self) -> Current<'_> {
        Current {
            labels: &self.labels,
            value: self.value,
            timestamp_ms: self.timestamp_ms,
            kind: self.kind,
        }
    }
}

#[cfg(test)]
mod tests;
