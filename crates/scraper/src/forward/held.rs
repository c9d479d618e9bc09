//! Samples that wait for the clock to be set.
//!
//! They keep the offset between wall clock and time since boot with which they were stamped. When the clock is set,
//! the difference to the offset of then is added to their times; the times that targets gave stay as they are.

use std::collections::VecDeque;

use super::frame::Frame;
use crate::clock::Clock;

/// Samples that are held at most, 8 bytes each.
const SAMPLES_MAX: usize = 1 << 20;

/// Frames, oldest first, with the offset of their stamps.
#[derive(Debug, Default)]
pub struct Held {
    frames: VecDeque<(Frame, i64)>,
    samples: usize,
}

impl Held {
    /// Adds a frame. Where there is no room the oldest go; returns how many samples went.
    pub fn push(&mut self, frame: Frame, clock: &Clock) -> usize {
        self.samples += frame.len();
        let offset_ms = clock.offset_of_ms(frame.at_ms);
        self.frames.push_back((frame, offset_ms));
        let before = self.samples;
        while SAMPLES_MAX < self.samples
            && let Some((frame, _)) = self.frames.pop_front()
        {
            self.samples -= frame.len();
        }
        before - self.samples
    }

    /// All of them, with the times of the clock as it is now.
    pub fn release(&mut self, clock: &Clock) -> Vec<Frame> {
        self.samples = 0;
        let frames = std::mem::take(&mut self.frames);
        let restamped = frames.into_iter().map(|(mut frame, offset_ms)| {
            frame.at_ms = frame.at_ms.saturating_add(clock.correction_ms(offset_ms));
            frame
        });
        restamped.collect()
    }

    /// How many samples there are.
    pub fn samples(&self) -> usize {
        self.samples
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::tests::{TODAY_MS, booted};
    use crate::label_set::LabelSet;

    fn frame(at_ms: i64, series: usize) -> Frame {
        let labels = (0..series).map(|n| LabelSet::of_metric(&format!("m{n}"), std::iter::empty()));
        Frame::ended(labels.collect(), at_ms)
    }

    #[test]
    fn stamps_of_1970_become_those_of_today() {
        // 20 s after the boot the clock shows 30 s after 1970.
        let (fake, clock) = booted(30_000);
        let mut held = Held::default();
        for _ in 0..3 {
            held.push(frame(clock.now_ms(), 2), &clock);
            fake.pass(10_000);
        }
        let under_way_ms = clock.now_ms();
        fake.pass(100);
        fake.step(TODAY_MS as i64);
        assert!(clock.look());
        held.push(frame(under_way_ms, 2), &clock);
        held.push(frame(clock.now_ms(), 2), &clock);
        assert_eq!(held.samples(), 10);
        let seconds = |frame: &Frame| frame.at_ms - TODAY_MS as i64;
        let stamps: Vec<_> = held.release(&clock).iter().map(seconds).collect();
        assert_eq!(stamps, [30_000, 40_000, 50_000, 60_000, 60_100]);
        assert_eq!((held.samples(), held.release(&clock).len()), (0, 0));
    }

    #[test]
    fn a_clock_that_is_set_back_at_first_keeps_the_order() {
        let (fake, clock) = booted(TODAY_MS);
        let mut held = Held::default();
        held.push(frame(clock.now_ms(), 1), &clock);
        fake.pass(1_000);
        fake.step(-7_200_000);
        held.push(frame(clock.now_ms(), 1), &clock);
        let frames = held.release(&clock);
        assert_eq!(frames[1].at_ms - frames[0].at_ms, 1_000);
    }

    #[test]
    fn the_oldest_go_where_there_is_no_room() {
        let (_, clock) = booted(TODAY_MS);
        let mut held = Held::default();
        assert_eq!(held.push(frame(1, 10), &clock), 0);
        assert_eq!(held.push(frame(2, SAMPLES_MAX), &clock), 10);
        assert_eq!(held.samples(), SAMPLES_MAX);
    }
}
