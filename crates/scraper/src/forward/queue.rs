//! Frames that wait for one receiver, oldest first, bounded in samples.
//!
//! What is sent stays in the queue until the receiver has taken it, so that nothing is lost when the sender stops in the
//! middle. The queue is the only place that knows how far the receiver is.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

use tokio::sync::Notify;

use super::frame::Frame;

/// What waits for one receiver.
#[derive(Debug)]
pub struct Queue {
    samples_max: usize,
    state: RefCell<State>,
    grown: Notify,
}

#[derive(Debug, Default)]
struct State {
    frames: VecDeque<Rc<Frame>>,
    /// Number of the first frame, counted from the start of the process.
    first: u64,
    /// How many samples of the first frame the receiver has.
    taken: usize,
    /// How many samples wait.
    samples: usize,
}

/// Samples from the front of a queue.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Frames, and which of their samples.
    pub pieces: Vec<(Rc<Frame>, Range<usize>)>,
    /// How many samples there are.
    pub samples: usize,
    end: Position,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Position {
    frame: u64,
    taken: usize,
}

impl Queue {
    /// A queue of at most `samples_max` samples, eight bytes each.
    pub fn new(samples_max: usize) -> Self {
        Self {
            samples_max,
            state: RefCell::default(),
            grown: Notify::new(),
        }
    }

    /// Adds a frame. Where the queue is full, the oldest ones go. Returns how many samples went.
    pub fn push(&self, frame: Rc<Frame>) -> usize {
        let mut state = self.state.borrow_mut();
        state.samples += frame.len();
        state.frames.push_back(frame);
        let mut dropped = 0;
        while self.samples_max < state.samples {
            dropped += state.pop();
        }
        drop(state);
        self.grown.notify_one();
        dropped
    }

    /// The oldest samples, `samples_max` at most. They stay in the queue.
    pub fn front(&self, samples_max: usize) -> Batch {
        let state = self.state.borrow();
        let mut batch = Batch {
            end: Position {
                frame: state.first,
                taken: state.taken,
            },
            ..Batch::default()
        };
        for frame in &state.frames {
            let left = samples_max - batch.samples;
            if left == 0 {
                break;
            }
            let start = batch.end.taken;
            let end = frame.len().min(start.saturating_add(left));
            batch.samples += end - start;
            batch.pieces.push((Rc::clone(frame), start..end));
            batch.end = match end == frame.len() {
                true => Position {
                    frame: batch.end.frame + 1,
                    taken: 0,
                },
                false => Position {
                    taken: end,
                    ..batch.end
                },
            };
        }
        batch
    }

    /// Removes the samples of a batch, which the receiver has, or will never take. Those that went meanwhile are gone.
    pub fn remove(&self, batch: &Batch) {
        let mut state = self.state.borrow_mut();
        while state.first < batch.end.frame && !state.frames.is_empty() {
            state.pop();
        }
        if state.first == batch.end.frame && state.taken < batch.end.taken {
            state.samples -= batch.end.taken - state.taken;
            state.taken = batch.end.taken;
        }
    }

    /// Ends when something was added since the last call.
    pub async fn grown(&self) {
        self.grown.notified().await;
    }

    /// How many samples wait.
    pub fn samples(&self) -> usize {
        self.state.borrow().samples
    }
}

impl State {
    /// Removes the first frame. Returns how many samples of it the receiver did not have.
    fn pop(&mut self) -> usize {
        let Some(frame) = self.frames.pop_front() else {
            return 0;
        };
        let left = frame.len() - self.taken;
        self.samples -= left;
        self.first += 1;
        self.taken = 0;
        left
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

    fn queue(samples_max: usize, frames: usize) -> Queue {
        let queue = Queue::new(samples_max);
        for at_ms in 0..frames {
            queue.push(frame(at_ms as i64, 4));
        }
        queue
    }

    fn show(batch: &Batch) -> String {
        let pieces: Vec<String> = batch
            .pieces
            .iter()
            .map(|(frame, range)| format!("{}[{}..{}]", frame.at_ms, range.start, range.end))
            .collect();
        pieces.join(" ")
    }

    #[test]
    fn the_oldest_go_when_it_is_full() {
        let queue = queue(10, 4);
        assert_eq!(queue.push(frame(4, 4)), 4);
        assert_eq!(queue.samples(), 8);
        assert_eq!(show(&queue.front(100)), "3[0..4] 4[0..4]");
    }

    #[test]
    fn frames_are_split_and_stay_until_they_are_removed() {
        let queue = queue(100, 3);
        let batch = queue.front(6);
        assert_eq!(show(&batch), "0[0..4] 1[0..2]");
        assert_eq!(show(&queue.front(6)), "0[0..4] 1[0..2]");
        queue.remove(&batch);
        assert_eq!(queue.samples(), 6);
        let batch = queue.front(100);
        assert_eq!(show(&batch), "1[2..4] 2[0..4]");
        queue.remove(&batch);
        assert_eq!((queue.samples(), show(&queue.front(9)).as_str()), (0, ""));
    }

    #[test]
    fn a_batch_whose_samples_were_dropped_meanwhile_removes_no_others() {
        let queue = queue(10, 2);
        let batch = queue.front(6);
        assert_eq!(queue.push(frame(2, 4)) + queue.push(frame(3, 4)), 8);
        assert_eq!(show(&queue.front(100)), "2[0..4] 3[0..4]");
        queue.remove(&batch);
        assert_eq!(queue.samples(), 8);
    }
}
