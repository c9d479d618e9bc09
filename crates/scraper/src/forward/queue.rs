//! Frames that wait for one receiver, oldest first, bounded in samples.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use tokio::sync::Notify;

use super::frame::Frame;

/// What waits for one receiver.
#[derive(Debug)]
pub struct Queue {
    samples_max: usize,
    frames: RefCell<VecDeque<Rc<Frame>>>,
    samples: Cell<usize>,
    dropped: Cell<u64>,
    grown: Notify,
}

impl Queue {
    /// A queue of at most `samples_max` samples, eight bytes each.
    pub fn new(samples_max: usize) -> Self {
        Self {
            samples_max,
            frames: RefCell::default(),
            samples: Cell::new(0),
            dropped: Cell::new(0),
            grown: Notify::new(),
        }
    }

    /// Adds a frame. Where the queue is full, the oldest ones go, and are counted.
    pub fn push(&self, frame: Rc<Frame>) {
        self.samples.set(self.samples.get() + frame.len());
        self.frames.borrow_mut().push_back(frame);
        while self.samples_max < self.samples.get() {
            match self.pop() {
                Some(oldest) => self.dropped.set(self.dropped.get() + oldest.len() as u64),
                None => break,
            }
        }
        self.grown.notify_one();
    }

    /// Takes the oldest frame.
    pub fn pop(&self) -> Option<Rc<Frame>> {
        let frame = self.frames.borrow_mut().pop_front()?;
        self.samples.set(self.samples.get() - frame.len());
        Some(frame)
    }

    /// Ends when something was added since the last call.
    pub async fn grown(&self) {
        self.grown.notified().await;
    }

    /// How many samples wait.
    pub fn samples(&self) -> usize {
        self.samples.get()
    }

    /// How many samples were dropped because the queue was full.
    pub fn dropped(&self) -> u64 {
        self.dropped.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label_set::LabelSet;

    fn frame(at_ms: i64, series: usize) -> Rc<Frame> {
        let labels = (0..series).map(|n| LabelSet::of_metric(&format!("m{n}"), std::iter::empty()));
        Rc::new(Frame::ended(labels.collect(), at_ms))
    }

    #[test]
    fn the_oldest_go_when_it_is_full() {
        let queue = Queue::new(10);
        for at_ms in 0..5 {
            queue.push(frame(at_ms, 4));
        }
        assert_eq!((queue.samples(), queue.dropped()), (8, 12));
        assert_eq!(queue.pop().map(|frame| frame.at_ms), Some(3));
        assert_eq!(queue.pop().map(|frame| frame.at_ms), Some(4));
        assert!(queue.pop().is_none());
    }
}
