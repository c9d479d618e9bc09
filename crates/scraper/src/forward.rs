//! What leaves for the receivers.
//!
//! ```text
//! scrape → Frame → Held (until the clock is set) → Queue → Receiver → remote write 1.0 or 2.0, or line protocol
//!                                                    ↕
//!                                                  Spill (while the receiver does not take samples)
//! ```
//!
//! Every scrape gives [`frame::Frame`]s. Each receiver has a [`queue::Queue`] of them, a task that sends, and a
//! [`keeper::Keeper`] that moves to the disk what cannot be sent.

pub mod budget;
pub mod frame;
pub mod held;
pub mod keeper;
mod line_protocol;
pub mod outgoing;
pub mod post;
pub mod queue;
pub mod receiver;
pub mod spill;
pub mod storage;
mod write_v1;
mod write_v2;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::{Instant, timeout_at};

use self::budget::ledger::{self, Ledger};
use self::frame::Frame;
use self::held::Held;
use self::keeper::Keeper;
use self::queue::Queue;
use self::receiver::{QUEUE_SAMPLES_MAX, Receiver};
use self::storage::Storage;
use crate::clock::Clock;
use crate::config::RemoteWrite;
use crate::labels::Labels;
use crate::telemetry::forward::{Forwarding, Remote};

/// How long a receiver whose settings changed may take to answer its last request under the old ones.
const CHANGE_TIME_MAX: Duration = Duration::from_secs(5);

/// All receivers.
#[derive(Debug, Default)]
pub struct Forward {
    running: RefCell<Vec<Running>>,
    /// Those that were removed from the configuration and are not done yet.
    leaving: RefCell<Vec<Leaving>>,
    external: RefCell<Labels>,
    /// What each receiver has used of its plan.
    pub ledger: Ledger,
    storage: RefCell<Option<Storage>>,
    held: RefCell<Held>,
}

#[derive(Debug)]
struct Running {
    receiver: Rc<Receiver>,
    task: JoinHandle<()>,
    /// Where there is a disk.
    keeper: Option<(Rc<Keeper>, JoinHandle<()>)>,
}

/// A receiver that was removed and still sends or stores what waits for it.
#[derive(Debug)]
struct Leaving {
    name: String,
    /// Gone when it has ended and nobody goes on with it.
    queue: Weak<Queue>,
    /// Whether another one of its name goes on with its queue.
    is_taken_over: Rc<Cell<bool>>,
    ended: watch::Receiver<bool>,
}

impl Forward {
    /// Whether there is any receiver; without one no frame need be made.
    pub fn is_on(&self) -> bool {
        !self.running.borrow().is_empty()
    }

    /// Lets queues use the disk, from the next configuration on.
    pub fn store_in(&self, storage: Storage) {
        self.storage.replace(Some(storage));
    }

    /// Puts samples into every queue, or holds them until the clock is set.
    pub fn push(&self, frame: Frame, clock: &Clock, telemetry: &Forwarding) {
        if frame.is_empty() || !self.is_on() {
            return;
        }
        telemetry.samples_in.inc_by(frame.len() as u64);
        let mut held = self.held.borrow_mut();
        let dropped = held.push(frame, clock);
        telemetry.held_dropped.inc_by(dropped as u64);
        drop(held);
        self.release(clock, telemetry);
    }

    /// Puts what was held into the queues, once the clock is set.
    pub fn release(&self, clock: &Clock, telemetry: &Forwarding) {
        let frames = match clock.is_set() {
            true => self.held.borrow_mut().release(clock),
            false => Vec::new(),
        };
        telemetry.held.set(self.held.borrow().samples() as i64);
        self.queue(frames, telemetry);
    }

    fn queue(&self, frames: Vec<Frame>, telemetry: &Forwarding) {
        for frame in frames {
            let newest = frame.at_ms as f64 / 1e3;
            if telemetry.highest.get() < newest {
                telemetry.highest.set(newest);
            }
            let frame = Rc::new(frame);
            for running in self.running.borrow().iter() {
                running.receiver.queue.push(Rc::clone(&frame));
            }
        }
    }

    /// The receivers, in the order of the configuration.
    pub fn receivers(&self) -> Vec<Rc<Receiver>> {
        let running = self.running.borrow();
        running
            .iter()
            .map(|running| Rc::clone(&running.receiver))
            .collect()
    }

    /// Takes a configuration. A receiver that is the same goes on; one of the same name keeps what waits for it.
    pub fn apply(&self, configs: Vec<RemoteWrite>, external: &Labels, telemetry: &Forwarding) {
        let same_labels = *self.external.borrow() == *external;
        self.external.replace(external.clone());
        if let Some(storage) = &*self.storage.borrow() {
            storage.tell_of_others(configs.iter().map(|config| config.name.as_str()));
        }
        let mut before = self.running.take();
        let mut after = Vec::with_capacity(configs.len());
        for config in configs {
            let named = |running: &Running| running.receiver.config.name == config.name;
            let old = before.iter().position(named).map(|at| before.swap_remove(at));
            after.push(match old {
                Some(old) if same_labels && old.receiver.config == config => old,
                old => self.start(config, old, external, telemetry),
            });
        }
        let mut leaving = self.leaving.borrow_mut();
        leaving.retain(|one| !*one.ended.borrow());
        leaving.extend(before.into_iter().map(Running::leave));
        drop(leaving);
        self.running.replace(after);
    }

    /// Keeps the account of what is used, for ever.
    pub async fn keep_account(&self) {
        loop {
            tokio::time::sleep(ledger::SAVE_EVERY).await;
            self.ledger.save();
        }
    }

    fn start(
        &self,
        config: RemoteWrite,
        old: Option<Running>,
        external: &Labels,
        telemetry: &Forwarding,
    ) -> Running {
        let cells = telemetry.cells(&Remote {
            remote_name: config.name.clone(),
            url: config.url.to_string(),
        });
        // Its folder is used by one only, so that the one after it waits for its end and goes on with its queue.
        let leaving = self.take_over(&config.name);
        let ended = leaving.as_ref().map(|leaving| leaving.ended.clone());
        let (queue, keeper, old) = match old {
            Some(old) => (
                Rc::clone(&old.receiver.queue),
                old.keeper,
                Some((old.receiver, old.task)),
            ),
            None => {
                let storage = self.storage.borrow();
                let left = leaving.as_ref().and_then(|leaving| leaving.queue.upgrade());
                let queue = match (left, &*storage) {
                    (Some(queue), _) => queue,
                    (None, Some(storage)) => Rc::new(storage.queue(&config.name, cells.clone())),
                    (None, None) => Rc::new(Queue::new(QUEUE_SAMPLES_MAX, cells.clone())),
                };
                let storage = storage.as_ref().filter(|_| queue.has_disk());
                let keeper = storage.map(|storage| {
                    let keeper = Rc::new(Keeper::new(Rc::clone(&queue), storage.sync_interval));
                    let (next, ended) = (Rc::clone(&keeper), ended.clone());
                    (
                        keeper,
                        spawn_local(async move {
                            until(ended).await;
                            next.run().await;
                        }),
                    )
                });
                (queue, keeper, None)
            }
        };
        let budget = self.ledger.budget(&config);
        let receiver = Rc::new(Receiver::new(config, queue, cells, budget));
        let (next, external) = (Rc::clone(&receiver), external.clone());
        let task = spawn_local(async move {
            until(ended).await;
            if let Some((old, task)) = old {
                // Its request must be answered first, or the same samples would be sent twice.
                end_task(&old, task, Instant::now() + CHANGE_TIME_MAX).await;
            }
            next.run(external).await;
        });
        Running {
            receiver,
            task,
            keeper,
        }
    }

    /// Ends the tasks: sends what waits where it is taken, and stores the rest, in `time` at most. Saves what was used.
    pub async fn stop(&self, time: Duration, clock: &Clock, telemetry: &Forwarding) {
        let end = Instant::now() + time;
        let held = self.held.borrow_mut().release(clock);
        self.queue(held, telemetry);
        let ending: Vec<_> = self
            .running
            .take()
            .into_iter()
            .map(|running| spawn_local(running.stop(end, Rc::default())))
            .collect();
        let leaving = self.leaving.take();
        for task in ending {
            // A task that ends another one does not panic.
            let _ = task.await;
        }
        for one in leaving {
            let _ = timeout_at(end, until(Some(one.ended))).await;
        }
        self.ledger.save();
    }

    /// The removed receiver of this name, if it is not done yet.
    fn take_over(&self, name: &str) -> Option<Leaving> {
        let mut leaving = self.leaving.borrow_mut();
        let at = leaving.iter().position(|one| one.name == name)?;
        let one = leaving.swap_remove(at);
        one.is_taken_over.set(true);
        Some(one)
    }
}

/// Waits for the end of a receiver that was removed, if there is one.
async fn until(ended: Option<watch::Receiver<bool>>) {
    if let Some(mut ended) = ended {
        // One whose sender is gone has ended too.
        let _ = ended.wait_for(|ended| *ended).await;
    }
}

impl Running {
    /// Ends it while the configuration that does not have it any more is in force.
    fn leave(self) -> Leaving {
        let (name, queue) = (
            self.receiver.config.name.clone(),
            Rc::downgrade(&self.receiver.queue),
        );
        let is_taken_over = Rc::<Cell<bool>>::default();
        let (sender, ended) = watch::channel(false);
        let stopped = self.stop(Instant::now() + CHANGE_TIME_MAX, Rc::clone(&is_taken_over));
        spawn_local(async move {
            stopped.await;
            sender.send_replace(true);
        });
        Leaving {
            name,
            queue,
            is_taken_over,
            ended,
        }
    }

    /// Sends for half of the time where the receiver takes samples, and stores the rest.
    async fn stop(self, end: Instant, is_taken_over: Rc<Cell<bool>>) {
        let left = end.saturating_duration_since(Instant::now());
        end_task(&self.receiver, self.task, end - left / 2).await;
        let queue = &self.receiver.queue;
        if let Some((keeper, task)) = self.keeper {
            keeper.stop();
            if timeout_at(end, task).await.is_err() {
                log::error!(remote_name = self.receiver.config.name.as_str(); "the disk does not answer");
            }
        }
        if is_taken_over.get() {
            return;
        }
        let (samples, lost) = (queue.samples(), queue.samples_in_memory());
        match lost {
            0 if samples == 0 => {}
            0 => log::info!(
                remote_name = self.receiver.config.name.as_str(), samples;
                "samples not sent, they are stored"
            ),
            _ => log::warn!(
                remote_name = self.receiver.config.name.as_str(), samples = lost;
                "samples neither sent nor stored, they are lost"
            ),
        }
    }
}

/// Ends a receiver's task after its request, or at `end`.
async fn end_task(receiver: &Receiver, mut task: JoinHandle<()>, end: Instant) {
    // What waits is sent for less time than a request may take that was begun before.
    let left = end.saturating_duration_since(Instant::now());
    receiver.stop(end - left / 2);
    if timeout_at(end, &mut task).await.is_err() {
        task.abort();
    }
}

#[cfg(test)]
mod tests;
