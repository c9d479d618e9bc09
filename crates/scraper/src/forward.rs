//! What leaves for the receivers.
//!
//! ```text
//! scrape → Frame → Queue → Receiver → remote write 1.0 or 2.0, or line protocol
//! ```
//!
//! Every scrape gives [`frame::Frame`]s. Each receiver has a [`queue::Queue`] of them, and a task that sends.

pub mod budget;
pub mod frame;
mod line_protocol;
pub mod outgoing;
pub mod post;
pub mod queue;
pub mod receiver;
mod write_v1;
mod write_v2;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::{JoinHandle, spawn_local};
use tokio::time::Instant;

use self::budget::ledger::{self, Ledger};
use self::frame::Frame;
use self::queue::Queue;
use self::receiver::{QUEUE_SAMPLES_MAX, Receiver};
use crate::config::RemoteWrite;
use crate::labels::Labels;
use crate::telemetry::forward::{Forwarding, Remote};

/// All receivers.
#[derive(Debug, Default)]
pub struct Forward {
    running: RefCell<Vec<Running>>,
    external: RefCell<Labels>,
    /// What each receiver has used of its plan.
    pub ledger: Ledger,
}

#[derive(Debug)]
struct Running {
    receiver: Rc<Receiver>,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Forward {
    /// Whether there is any receiver; without one no frame need be made.
    pub fn is_on(&self) -> bool {
        !self.running.borrow().is_empty()
    }

    /// Puts samples into every queue.
    pub fn push(&self, frame: Frame, telemetry: &Forwarding) {
        if frame.is_empty() || !self.is_on() {
            return;
        }
        telemetry.samples_in.inc_by(frame.len() as u64);
        let newest = frame.at_ms as f64 / 1e3;
        if telemetry.highest.get() < newest {
            telemetry.highest.set(newest);
        }
        let frame = Rc::new(frame);
        for running in self.running.borrow().iter() {
            running.receiver.push(Rc::clone(&frame));
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

    /// Takes a configuration. A receiver that is the same goes on; one that has changed keeps what waits for it.
    pub fn apply(&self, configs: Vec<RemoteWrite>, external: &Labels, telemetry: &Forwarding) {
        let same_labels = *self.external.borrow() == *external;
        self.external.replace(external.clone());
        let mut before = self.running.take();
        let mut after = Vec::with_capacity(configs.len());
        for config in configs {
            let same = |running: &Running| same_labels && running.receiver.config == config;
            let named = |running: &Running| {
                let old = &running.receiver.config;
                old.name == config.name && old.url == config.url
            };
            if let Some(at) = before.iter().position(same) {
                after.push(before.swap_remove(at));
                continue;
            }
            let queue = match before.iter().position(named) {
                Some(at) => Rc::clone(&before.swap_remove(at).receiver.queue),
                None => Rc::new(Queue::new(QUEUE_SAMPLES_MAX)),
            };
            let cells = telemetry.cells(&Remote {
                remote_name: config.name.clone(),
                url: config.url.to_string(),
            });
            let budget = self.ledger.budget(&config);
            let receiver = Rc::new(Receiver::new(config, queue, cells, budget));
            let task = spawn_local(Rc::clone(&receiver).run(external.clone()));
            after.push(Running { receiver, task });
        }
        for gone in before {
            let samples = gone.receiver.queue.samples();
            if samples != 0 {
                log::warn!(
                    remote_name = gone.receiver.config.name.as_str(), samples;
                    "receiver is no longer configured, what waited for it is dropped"
                );
            }
        }
        self.running.replace(after);
    }

    /// Keeps the account of what is used, for ever.
    pub async fn keep_account(&self) {
        loop {
            tokio::time::sleep(ledger::SAVE_EVERY).await;
            self.ledger.save();
        }
    }

    /// Ends the tasks and sends what waits, for `time` at most. What is left then is lost.
    pub async fn stop(&self, time: Duration) {
        let end = Instant::now() + time;
        let external = self.external.borrow().clone();
        for running in self.running.take() {
            running.task.abort();
            let receiver = &running.receiver;
            let samples = receiver.flush(external.clone(), end).await;
            if samples != 0 {
                log::warn!(
                    remote_name = receiver.config.name.as_str(), samples;
                    "samples not sent in time, they are lost"
                );
            }
        }
    }
}
