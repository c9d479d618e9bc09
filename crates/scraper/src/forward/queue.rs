//! Frames that wait for one receiver, oldest first: those on disk, then those in memory.
//!
//! What is sent stays in the queue until the receiver has taken it, so that nothing is lost when the sender stops in the
//! middle. The queue is the only place that knows how far the receiver is. While the receiver takes samples they stay
//! in memory; [`super::keeper`] moves them to the disk when it does not.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::frame::Frame;
use super::spill::job::{Read, Write};
use super::spill::{Position, Spill};
use crate::telemetry::forward::Cells;

/// What waits for one receiver.
#[derive(Debug)]
pub struct Queue {
    samples_max: usize,
    state: RefCell<State>,
    cells: RefCell<Cells>,
    grown: Notify,
    /// Told when so much is in memory that it should go to the disk.
    pub(super) pressed: Notify,
    /// Since when the receiver has not taken anything that it was asked to; `None` where it answers.
    pub refused_since: Cell<Option<Instant>>,
    /// How long a request that is not full waits for more, by the configuration.
    pub batch_deadline: Cell<Duration>,
    /// How long samples may be in memory only while the receiver does not take them; zero where there is no disk.
    pub sync_interval: Cell<Duration>,
}

#[derive(Debug, Default)]
struct State {
    /// What is in memory, and since when.
    frames: VecDeque<(Rc<Frame>, Instant)>,
    /// Number of the first of them.
    first: u64,
    /// How far the receiver is.
    position: Position,
    /// The end of the batch that was given out last, and how many samples it has.
    lent: Position,
    lent_samples: u64,
    /// How many samples wait in memory.
    samples: usize,
    disk: Option<Spill>,
}

/// Samples from the front of a queue.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Number, frame, and which of its samples.
    pub pieces: Vec<(u64, Rc<Frame>, Range<usize>)>,
    /// How many samples there are.
    pub samples: usize,
    end: Position,
}

impl Queue {
    /// A queue of at most `samples_max` samples in memory, eight bytes each.
    pub fn new(samples_max: usize, cells: Cells) -> Self {
        Self {
            samples_max,
            state: RefCell::default(),
            cells: RefCell::new(cells),
            grown: Notify::new(),
            pressed: Notify::new(),
            refused_since: Cell::new(None),
            batch_deadline: Cell::new(Duration::ZERO),
            sync_interval: Cell::new(Duration::ZERO),
        }
    }

    /// The same with a folder on disk, and what is in it.
    pub fn with_disk(samples_max: usize, cells: Cells, disk: (Spill, Position, u64)) -> Self {
        let queue = Self::new(samples_max, cells);
        let (disk, position, first) = disk;
        queue.state.replace(State {
            first,
            position,
            disk: Some(disk),
            ..State::default()
        });
        queue.count();
        queue
    }

    /// What is counted goes here from now on. Nothing waits any more under the address before.
    pub fn count_in(&self, cells: Cells) {
        let before = self.cells.replace(cells);
        before.pending.set(0);
        before.stored.set(0);
        self.count();
    }

    /// Whether it has a folder on disk.
    pub fn has_disk(&self) -> bool {
        self.state.borrow().disk.is_some()
    }

    /// Adds a frame. Where the memory is full, the oldest one in it goes.
    pub fn push(&self, frame: Rc<Frame>) {
        let mut state = self.state.borrow_mut();
        state.samples += frame.len();
        state.frames.push_back((frame, Instant::now()));
        let mut dropped = 0;
        while self.samples_max < state.samples {
            dropped += state.drop_first();
        }
        let is_pressed = self.samples_max / 2 < state.samples;
        drop(state);
        self.cells.borrow().queue_full.inc_by(dropped);
        if is_pressed {
            self.pressed.notify_one();
        }
        self.count();
        self.grown.notify_one();
    }

    /// The oldest samples, `samples_max` at most. They stay in the queue.
    pub async fn front(&self, samples_max: usize) -> Batch {
        loop {
            let read = match self.next_read() {
                None => return self.state.borrow_mut().batch(samples_max),
                Some(read) => read,
            };
            // A thread that ends without a result has no counterpart: nothing in it panics.
            if let Ok(loaded) = spawn_blocking(move || read.run()).await {
                let mut state = self.state.borrow_mut();
                let position = state.position;
                if let Some(disk) = &mut state.disk {
                    disk.install(loaded, position);
                }
            }
            self.count();
        }
    }

    fn next_read(&self) -> Option<Read> {
        let mut state = self.state.borrow_mut();
        state.disk.as_mut()?.read()
    }

    /// Removes the samples of a batch, which the receiver has, or will never take. Those that went meanwhile are gone.
    pub fn remove(&self, batch: &Batch) {
        let mut state = self.state.borrow_mut();
        if batch.end <= state.position {
            return;
        }
        if let Some(disk) = &mut state.disk {
            for (number, _, range) in &batch.pieces {
                disk.take(*number, range.len());
            }
        }
        while state.first < batch.end.frame && !state.frames.is_empty() {
            state.pop();
        }
        if state.first == batch.end.frame && !state.frames.is_empty() {
            state.samples -= batch.end.taken - state.taken_of(state.first);
        }
        state.position = batch.end;
        state.lent_samples = 0;
        if let Some(disk) = &mut state.disk
            && !disk.is_empty()
        {
            disk.advance(batch.end);
        }
        drop(state);
        self.count();
    }

    /// Ends when something was added since the last call.
    pub async fn grown(&self) {
        self.grown.notified().await;
    }

    /// Lets [`Queue::grown`] end.
    pub fn wake(&self) {
        self.grown.notify_one();
    }

    /// How many samples wait.
    pub fn samples(&self) -> usize {
        let state = self.state.borrow();
        let stored = state.disk.as_ref().map_or(0, Spill::samples);
        state.samples + usize::try_from(stored).unwrap_or(usize::MAX)
    }

    /// How many of them are in memory.
    pub fn samples_in_memory(&self) -> usize {
        self.state.borrow().samples
    }

    /// Whether any are on the disk.
    pub fn is_stored(&self) -> bool {
        self.state
            .borrow()
            .disk
            .as_ref()
            .is_some_and(|disk| !disk.is_empty())
    }

    /// How long a request that is not full waits for more. Where it may wait no longer than samples may be in memory
    /// only, it goes earlier, so that there is time for the answer.
    pub fn batch_wait(&self) -> Duration {
        let (deadline, sync_interval) = (self.batch_deadline.get(), self.sync_interval.get());
        match deadline <= sync_interval {
            true => deadline.min(sync_interval - self.answer_time()),
            false => deadline,
        }
    }

    /// After how long without an answer samples count as not taken, of which nothing else is known.
    fn answer_time(&self) -> Duration {
        self.sync_interval.get() * 3 / 5
    }

    /// Whether what is in memory should go to the disk within `soon`: it is much, or it is old and the receiver does not
    /// take it. Where requests are answered in time, samples that are many wait in memory, and wear no disk.
    pub fn is_due(&self, soon: Duration) -> bool {
        let state = self.state.borrow();
        let Some((_, oldest)) = state.frames.front() else {
            return false;
        };
        let is_refused = self
            .refused_since
            .get()
            .is_some_and(|since| self.answer_time() <= since.elapsed() + soon);
        let is_behind = is_refused || state.disk.as_ref().is_some_and(|disk| !disk.is_empty());
        self.samples_max / 2 < state.samples
            || is_behind && self.sync_interval.get() <= oldest.elapsed() + soon
    }

    /// Prepares the oldest samples in memory for the disk. After it follows [`Queue::written`].
    pub fn write(&self) -> Option<io::Result<Write>> {
        let mut state = self.state.borrow_mut();
        let State {
            frames, first, disk, ..
        } = &mut *state;
        if frames.is_empty() {
            return None;
        }
        let frames = frames.iter().map(|(frame, _)| Rc::clone(frame));
        let write = disk.as_mut()?.write(*first, frames);
        if write.is_err()
            && let Some(disk) = disk
        {
            disk.give_up_write();
        }
        Some(write)
    }

    /// Takes the end of a write: what is on the disk leaves the memory.
    pub fn written(&self, write: &Write, result: &io::Result<()>) {
        let mut state = self.state.borrow_mut();
        let position = state.position;
        let lent = state.lent_samples;
        let Some(disk) = &mut state.disk else { return };
        if result.is_err() {
            return disk.give_up_write();
        }
        let taken = |(number, samples): &(u64, usize)| match number.cmp(&position.frame) {
            std::cmp::Ordering::Less => *samples as u64,
            std::cmp::Ordering::Equal => position.taken as u64,
            std::cmp::Ordering::Greater => 0,
        };
        if !disk.written(write, write.frames.iter().map(taken).sum()) {
            // They are still in memory, and are written again.
            return;
        }
        disk.make_room(lent);
        disk.advance(position);
        let end = write.frames.last().map_or(0, |(number, _)| number + 1);
        while state.first < end && !state.frames.is_empty() {
            state.pop();
        }
        drop(state);
        self.cells.borrow().stored_written.inc_by(write.length_bytes());
        self.count();
    }

    /// Works on the folder, where there is one.
    pub fn disk<T>(&self, work: impl FnOnce(&mut Spill) -> T) -> Option<T> {
        self.state.borrow_mut().disk.as_mut().map(work)
    }

    /// Counts a write that failed.
    pub fn count_write_error(&self) {
        self.cells.borrow().write_errors.inc();
    }

    /// Brings what is counted up to date.
    fn count(&self) {
        let cells = self.cells.borrow();
        cells.pending.set(self.samples() as i64);
        let Some((lost, bytes)) = self.disk(|disk| (disk.take_lost(), disk.bytes())) else {
            return;
        };
        cells.stored.set(bytes as i64);
        cells.queue_full.inc_by(lost.full);
        cells.damaged.inc_by(lost.damaged);
        cells.damaged_segments.inc_by(lost.segments);
    }
}

impl State {
    fn batch(&mut self, samples_max: usize) -> Batch {
        let mut batch = Batch {
            end: self.position,
            ..Batch::default()
        };
        let stored = self
            .disk
            .as_ref()
            .map(Spill::loaded)
            .filter(|loaded| !loaded.is_empty());
        match stored {
            Some(loaded) => {
                for (number, frame) in loaded {
                    if !batch.push(*number, frame, samples_max) {
                        break;
                    }
                }
            }
            None => {
                for (number, (frame, _)) in (self.first..).zip(&self.frames) {
                    if !batch.push(number, frame, samples_max) {
                        break;
                    }
                }
            }
        }
        self.lent = batch.end;
        self.lent_samples = batch.samples as u64;
        batch
    }

    /// How many samples of a frame the receiver has.
    fn taken_of(&self, frame: u64) -> usize {
        match frame == self.position.frame {
            true => self.position.taken,
            false => 0,
        }
    }

    /// Removes the first frame from memory. Returns its number, and how many samples of it the receiver did not have.
    fn pop(&mut self) -> (u64, usize) {
        let number = self.first;
        let Some((frame, _)) = self.frames.pop_front() else {
            return (number, 0);
        };
        let left = frame.len() - self.taken_of(number);
        self.samples -= left;
        self.first += 1;
        (number, left)
    }

    /// The same because there is no room. Returns how many samples are lost by that: those that are with the receiver
    /// right now are not.
    fn drop_first(&mut self) -> u64 {
        let taken = self.taken_of(self.first);
        let (number, left) = self.pop();
        let lent = match number.cmp(&self.lent.frame) {
            std::cmp::Ordering::Less if self.lent_samples != 0 => left,
            std::cmp::Ordering::Equal => self.lent.taken.saturating_sub(taken),
            _ => 0,
        };
        left.saturating_sub(lent) as u64
    }
}

impl Batch {
    /// Adds what fits of a frame. Returns whether more may fit.
    fn push(&mut self, number: u64, frame: &Rc<Frame>, samples_max: usize) -> bool {
        let left = samples_max - self.samples;
        if left == 0 {
            return false;
        }
        let start = match number == self.end.frame {
            true => self.end.taken.min(frame.len()),
            false => 0,
        };
        let end = frame.len().min(start.saturating_add(left));
        self.samples += end - start;
        self.pieces.push((number, Rc::clone(frame), start..end));
        self.end = match end == frame.len() {
            true => Position {
                frame: number + 1,
                taken: 0,
            },
            false => Position {
                frame: number,
                taken: end,
            },
        };
        true
    }
}

#[cfg(test)]
mod tests;
