//! The series that one receiver gets.
//!
//! Looked at once for a layout and a minute, not for every sample. A series is known by the hash of its labels: 16 bytes.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::rc::{Rc, Weak};

use rustc_hash::FxBuildHasher;
use tokio::time::Instant;

use crate::forward::frame::{Frame, Layout};
use crate::label_set::LabelSet;
use crate::store::STALE_BITS;

/// Minutes that a series is active after its last sample, as hosted receivers count.
const ACTIVE_MINUTES: u32 = 20;

/// Series and when they were seen last.
#[derive(Debug, Default)]
pub struct Active {
    began: Option<Instant>,
    /// The minute of the last sample of each, since the start.
    seen: HashMap<u64, u32, FxBuildHasher>,
    /// The same of those that are refused.
    refused: HashMap<u64, u32, FxBuildHasher>,
    layouts: Vec<Known>,
    pruned: u32,
}

/// What was decided for a layout.
#[derive(Debug)]
struct Known {
    layout: Weak<Layout>,
    minute: u32,
    series_max: usize,
    refused: Option<Rc<[bool]>>,
}

impl Active {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// How many series are refused. A series that is no longer scraped is among them for a minute or two.
    pub fn refused_series(&self) -> usize {
        self.refused.len()
    }

    /// Which samples of a frame are refused, where there may be `series_max` series; `None` where none is.
    pub fn refused(
        &mut self,
        frame: &Frame,
        labels: Option<&[Option<LabelSet>]>,
        series_max: usize,
    ) -> Option<Rc<[bool]>> {
        let began = *self.began.get_or_insert_with(Instant::now);
        let minute = u32::try_from(began.elapsed().as_secs() / 60).unwrap_or(u32::MAX);
        self.prune(minute);
        // The end of a series makes none active.
        if frame
            .values
            .first()
            .is_some_and(|value| value.to_bits() == STALE_BITS)
        {
            let mask = |set: &LabelSet| series_max != usize::MAX && !self.seen.contains_key(&hash(set));
            return masked(frame, labels, mask);
        }
        let layout = Rc::downgrade(&frame.layout);
        if let Some(known) = self.layouts.iter().find(|known| known.layout.ptr_eq(&layout))
            && (known.minute, known.series_max) == (minute, series_max)
        {
            return known.refused.clone();
        }
        let Self { seen, refused, .. } = self;
        let mask = masked(frame, labels, |set| {
            let hash = hash(set);
            if !seen.contains_key(&hash) && series_max <= seen.len() {
                refused.insert(hash, minute);
                return true;
            }
            seen.insert(hash, minute);
            refused.remove(&hash);
            false
        });
        self.layouts
            .retain(|known| known.layout.strong_count() != 0 && !known.layout.ptr_eq(&layout));
        self.layouts.push(Known {
            layout,
            minute,
            series_max,
            refused: mask.clone(),
        });
        mask
    }

    fn prune(&mut self, minute: u32) {
        if self.pruned < minute {
            self.pruned = minute;
            self.seen.retain(|_, seen| minute - *seen <= ACTIVE_MINUTES);
            // Every layout that is sent is looked at once a minute.
            self.refused.retain(|_, seen| minute - *seen <= 1);
        }
    }
}

/// Asks for every series that is sent; `None` where none is refused.
fn masked(
    frame: &Frame,
    labels: Option<&[Option<LabelSet>]>,
    mut is_refused: impl FnMut(&LabelSet) -> bool,
) -> Option<Rc<[bool]>> {
    let mask: Rc<[bool]> = match labels {
        None => {
            let series = frame.layout.series.iter();
            series.map(|series| is_refused(&series.labels)).collect()
        }
        Some(labels) => {
            let sent = labels.iter();
            sent.map(|set| set.as_ref().is_some_and(&mut is_refused))
                .collect()
        }
    };
    mask.contains(&true).then_some(mask)
}

fn hash(labels: &LabelSet) -> u64 {
    FxBuildHasher.hash_one(labels.as_bytes())
}
