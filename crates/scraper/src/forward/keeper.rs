//! Moves what waits for one receiver from memory to the disk, when the receiver does not take it and at the end.
//!
//! What has waited for a sync interval while the receiver refuses, hangs, or works on what was stored before, is written
//! and synchronised at once, so that a process that is killed loses one interval at most. That holds for the samples of
//! the first moments too: a request is sent early enough for its answer to come within the interval. While the receiver
//! answers nothing is written. A disk that is full or read-only leaves the samples in memory, and is tried again each
//! interval.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use super::queue::Queue;
use super::spill::{Spill, job};

/// How often is looked whether something is due, in parts of the sync interval.
const LOOKS: u32 = 10;

/// What the task and those that end it share.
#[derive(Debug)]
pub struct Keeper {
    queue: Rc<Queue>,
    sync_interval: Duration,
    is_ending: Cell<bool>,
    ending: Notify,
    /// Whether the last write failed; told once.
    fails: Cell<bool>,
}

impl Keeper {
    /// One that does nothing yet; [`Keeper::run`] does.
    pub fn new(queue: Rc<Queue>, sync_interval: Duration) -> Self {
        Self {
            queue,
            sync_interval,
            is_ending: Cell::new(false),
            ending: Notify::new(),
            fails: Cell::new(false),
        }
    }

    /// Makes [`Keeper::run`] write what is left, and end.
    pub fn stop(&self) {
        self.is_ending.set(true);
        self.ending.notify_one();
    }

    /// Looks and writes until [`Keeper::stop`].
    pub async fn run(self: Rc<Self>) {
        let look = self.sync_interval / LOOKS;
        let mut synchronised = Instant::now();
        while !self.is_ending.get() {
            let wait = match self.fails.get() {
                true => self.sync_interval,
                false => look,
            };
            tokio::select! {
                () = sleep(wait) => {}
                () = self.queue.pressed.notified(), if !self.fails.get() => {}
                () = self.ending.notified() => break,
            }
            // A look early: the next one would be late.
            if self.queue.is_due(look) {
                self.write_all().await;
            }
            if self.sync_interval <= synchronised.elapsed() {
                self.synchronise().await;
                synchronised = Instant::now();
            }
        }
        self.write_all().await;
        self.queue.disk(Spill::end_segment);
        self.synchronise().await;
    }

    /// Writes what is in memory now; what comes meanwhile may follow.
    async fn write_all(&self) {
        let mut left = self.queue.samples_in_memory();
        while 0 < left {
            let Some(write) = self.queue.write() else { return };
            let error = match write {
                Ok(write) => {
                    let samples: usize = write.frames.iter().map(|(_, samples)| samples).sum();
                    left = left.saturating_sub(samples.max(1));
                    let Ok((write, result)) = spawn_blocking(move || write.run()).await else {
                        return;
                    };
                    self.queue.written(&write, &result);
                    result.err()
                }
                Err(error) => Some(error),
            };
            self.tell(error.as_ref());
            if error.is_some() {
                return;
            }
        }
    }

    fn tell(&self, error: Option<&std::io::Error>) {
        let Some(error) = error else {
            if self.fails.replace(false) {
                let path = self
                    .queue
                    .disk(|disk| disk.folder().to_owned())
                    .unwrap_or_default();
                log::info!(path:% = path.display(); "samples can be stored again");
            }
            return;
        };
        self.queue.count_write_error();
        if !self.fails.replace(true) {
            let path = self
                .queue
                .disk(|disk| disk.folder().to_owned())
                .unwrap_or_default();
            let samples = self.queue.samples_in_memory();
            log::error!(
                path:% = path.display(), error:%, samples;
                "samples cannot be stored, they wait in memory and the oldest are dropped when it is full"
            );
        }
    }

    async fn synchronise(&self) {
        let Some(Some(file)) = self.queue.disk(Spill::unsynchronised) else {
            return;
        };
        // What this is for is a power cut, and then the receiver gets a few samples twice.
        let _ = spawn_blocking(move || job::sync(&file)).await;
    }
}
