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
