//! Alerts without a server: rules on single series, looked at as scrapes pass, and told to Alertmanager, Slack, Discord or a
//! webhook.
//!
//! ```text
//! scrape → rules → Table (pending → firing → over) → Delivery, one for each receiver
//!                    ↕
//!                  alerts.json
//! ```
//!
//! A scrape is looked at after metric relabelling, with `up` and the other series that report on it. A rule that compares
//! holds for a series while the newest scrape has it; a target that is down has none but these reports. `absent(…)` is looked
//! at every second, once every target was scraped.

pub mod alert;
mod delivery;
pub mod expression;
mod message;
pub mod rule;
mod rules;
mod state_file;
mod table;
pub mod template;

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, spawn_blocking, spawn_local};
use tokio::time::{Instant, sleep, timeout_at};

use self::delivery::Delivery;
use self::expression::Condition;
use self::message::Context;
use self::rule::Rule;
use self::rules::Rules;
use self::table::{Changes, Table};
use crate::clock::Clock;
use crate::config::Alerts as Config;
use crate::labels::Labels;
use crate::scraper::Shared;
use crate::target::{Outcome, Target};
use crate::telemetry::alerts::Alerting;
use crate::whole_file;

pub use self::message::chat::summary;

/// How often absent series and the time of waits are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a receiver whose settings changed may take to answer its last request under the old ones.
const CHANGE_TIME_MAX: Duration = Duration::from_secs(5);

/// How long is waited after the file could not be written.
const WRITE_AGAIN: Duration = Duration::from_secs(60);

/// Rules, alerts and receivers.
#[derive(Debug, Default)]
pub struct Alerts {
    /// What is pending, fires, or is over.
    table: RefCell<Table>,
    /// What all messages have in common.
    context: RefCell<Context>,
    rules: RefCell<Rules>,
    running: RefCell<Vec<Running>>,
    /// Whether the configuration has the section.
    is_on: Cell<bool>,
    /// Told when it has.
    turned_on: Notify,
    /// Goes up whenever a receiver may have something to tell.
    news: watch::Sender<u64>,
    file: RefCell<StateFile>,
    /// Told when the file should be written.
    unsaved: Notify,
    /// Whether it was told that a rule holds for more series than it may.
    is_full: Cell<bool>,
}

#[derive(Debug, Default)]
struct StateFile {
    path: Option<PathBuf>,
    /// What stands in it; `None` where there is none.
    saved: Option<String>,
}

#[derive(Debug)]
struct Running {
    delivery: Rc<Delivery>,
    task: JoinHandle<()>,
}

/// A receiver as the page shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiverStatus {
    /// Its name.
    pub name: String,
    /// Why the last message was not taken.
    pub error: Option<String>,
}

impl Alerts {
    /// Whether the configuration has the section.
    pub fn is_on(&self) -> bool {
        self.is_on.get()
    }

    /// Reads what fired before the start from a file in `folder`, where it will be kept.
    pub fn open(&self, folder: &Path) {
        let path = folder.join(state_file::FILE);
        let saved = state_file::restore(&mut self.table.borrow_mut(), &path).unwrap_or_else(|error| {
            log::warn!(path:% = path.display(), error = error.as_str(); "alerts from before the start not read, what fires is told again");
            None
        });
        self.file.replace(StateFile {
            path: Some(path),
            saved,
        });
    }

    /// Takes a configuration. Alerts of rules that are the same go on, those of others are over; receivers that are the same
    /// go on too.
    pub fn apply(&self, config: Option<Config>, external: &Labels, shared: &Rc<Shared>, hostname: &str) {
        self.is_on.set(config.is_some());
        let config = config.unwrap_or_default();
        self.context.replace(Context {
            external_url: match config.external_url.as_str() {
                "" => format!("http://{hostname}:9090"),
                url => url.to_owned(),
            },
            external_labels: external.clone(),
        });
        let now = Instant::now();
        let changes = self.table.borrow_mut().keep_rules(&config.rules, now);
        self.rules.borrow_mut().take(config.rules, now);
        let mut before = self.running.take();
        let mut after = Vec::with_capacity(config.receivers.len());
        for receiver in config.receivers {
            let named = |running: &Running| running.delivery.receiver.name == receiver.name;
            let old = before.iter().position(named).map(|at| before.swap_remove(at));
            after.push(match old {
                Some(old) if old.delivery.receiver == receiver => old,
                old => {
                    let (delivery, shared) = (Rc::new(Delivery::new(receiver)), Rc::clone(shared));
                    let (next, news) = (Rc::clone(&delivery), self.news.subscribe());
                    let task = spawn_local(async move {
                        if let Some(old) = old {
                            // Its request must be answered first, or the same would be told twice.
                            old.end(Instant::now() + CHANGE_TIME_MAX).await;
                        }
                        next.run(&shared, news).await;
                    });
                    Running { delivery, task }
                }
            });
        }
        for gone in before {
            spawn_local(gone.end(Instant::now() + CHANGE_TIME_MAX));
        }
        self.running.replace(after);
        self.take(changes, &shared.telemetry.alerting);
        if self.is_on() {
            self.turned_on.notify_one();
        }
    }

    /// Looks at a scrape, good or not.
    pub fn observe(&self, target: &Target, outcome: &Outcome, telemetry: &Alerting) {
        if !self.is_on() {
            return;
        }
        let now = Instant::now();
        let report = target.report_layout();
        let reports = report.series.iter().map(|series| &series.labels);
        let reports = reports.zip(outcome.report().into_iter().map(|(_, value)| value));
        let store = target.store.borrow();
        let scraped = store.current().map(|current| (current.labels, current.value));
        let scraped = scraped.filter(|_| outcome.error.is_none());
        let mut rules = self.rules.borrow_mut();
        let external = &self.context.borrow().external_labels;
        let found = rules.look(&target.id, scraped.chain(reports), external);
        let mut table = self.table.borrow_mut();
        let mut changes = Changes::default();
        for (rule, hits) in rules.all.iter().zip(found) {
            if rule.expression.condition != Condition::Absent {
                changes += table.look(rule, Some((&target.id, &target.labels)), hits, now);
            }
        }
        drop(table);
        self.take(changes, telemetry);
    }

    /// Ends what a target brought that is gone.
    pub fn forget(&self, target: &Target, telemetry: &Alerting) {
        self.rules.borrow_mut().forget(&target.id);
        let changes = self.table.borrow_mut().forget(&target.id, Instant::now());
        self.take(changes, telemetry);
    }

    /// Looks every second at what no scrape tells, for ever.
    pub async fn follow(&self, shared: &Shared) {
        loop {
            if !self.is_on() {
                self.turned_on.notified().await;
            }
            sleep(LOOK_EVERY).await;
            self.look(&shared.running(), &shared.clock, &shared.telemetry.alerting);
        }
    }

    fn look(&self, running: &[Rc<Target>], clock: &Clock, telemetry: &Alerting) {
        let now = Instant::now();
        let rules = self.rules.borrow();
        let mut table = self.table.borrow_mut();
        if clock.look() {
            table.settle(now, clock.now_ms());
        }
        let mut changes = table.end_orphans(now);
        changes += table.prune(&self.receivers(), now);
        for (rule, is_absent) in rules.absent(running, now) {
            let hits = match is_absent {
                false => Vec::new(),
                true => vec![rules::of_absent(rule, &self.context.borrow().external_labels)],
            };
            changes += table.look(rule, None, hits, now);
        }
        drop(table);
        self.take(changes, telemetry);
    }

    /// Counts changes, and lets them be told and saved.
    fn take(&self, changes: Changes, telemetry: &Alerting) {
        telemetry.refused.inc_by(changes.refused);
        telemetry.dropped.inc_by(changes.dropped);
        if changes.states != 0 {
            self.changed(telemetry);
        }
        if changes.refused != 0 && !self.is_full.replace(true) {
            log::warn!(limit = table::ALERTS_PER_RULE_MAX; "a rule of alerts holds for more series than it may have alerts");
        }
    }

    /// Lets receivers look and the file be written.
    fn changed(&self, telemetry: &Alerting) {
        let receivers = self.receivers();
        let pruned = self.table.borrow_mut().prune(&receivers, Instant::now());
        telemetry.dropped.inc_by(pruned.dropped);
        self.news.send_modify(|news| *news = news.wrapping_add(1));
        self.unsaved.notify_one();
    }

    fn receivers(&self) -> Vec<Rc<crate::config::alerts::Receiver>> {
        let running = self.running.borrow();
        running
            .iter()
            .map(|one| Rc::clone(&one.delivery.receiver))
            .collect()
    }

    /// Writes the file when it should be, for ever.
    pub async fn keep(&self, clock: &Clock, telemetry: &Alerting) {
        loop {
            self.unsaved.notified().await;
            while !clock.look() {
                sleep(LOOK_EVERY).await;
            }
            let Some((path, text)) = self.unsaved_text(clock) else {
                continue;
            };
            let written = {
                let (path, text) = (path.clone(), text.clone());
                spawn_blocking(move || whole_file::write(&path, &text)).await
            };
            // A thread that ends without a result has no counterpart: nothing in it panics.
            let Ok(written) = written else { continue };
            if !self.saved(&path, text, written, telemetry) {
                sleep(WRITE_AGAIN).await;
                self.unsaved.notify_one();
            }
        }
    }

    /// What should stand in the file and does not.
    fn unsaved_text(&self, clock: &Clock) -> Option<(PathBuf, String)> {
        let mut table = self.table.borrow_mut();
        if clock.is_set() {
            table.settle(Instant::now(), clock.now_ms());
        }
        let file = self.file.borrow();
        let is_new = file.saved.is_none() && table.all().all(|alert| alert.fired.is_none());
        let text = state_file::text(&table);
        let is_saved = is_new || file.saved.as_ref() == Some(&text);
        file.path.clone().filter(|_| !is_saved).map(|path| (path, text))
    }

    fn saved(&self, path: &Path, text: String, written: std::io::Result<()>, telemetry: &Alerting) -> bool {
        match written {
            Ok(()) => {
                self.file.borrow_mut().saved = Some(text);
                true
            }
            Err(error) => {
                telemetry.write_errors.inc();
                log::error!(path:% = path.display(), error:%; "alerts not saved, a restart would tell them again");
                false
            }
        }
    }

    /// Lets requests that are under way end, in `time` at most, and saves what changed since.
    pub async fn stop(&self, time: Duration, clock: &Clock, telemetry: &Alerting) {
        let end = Instant::now() + time;
        let ending: Vec<_> = self
            .running
            .take()
            .into_iter()
            .map(|one| spawn_local(one.end(end)))
            .collect();
        for task in ending {
            // A task that ends another one does not panic.
            let _ = task.await;
        }
        if let Some((path, text)) = self.unsaved_text(clock) {
            let written = whole_file::write(&path, &text);
            self.saved(&path, text, written, telemetry);
        }
    }

    /// Works on the rules, in the order of the configuration, and what is pending or fires.
    pub fn with<T>(&self, work: impl FnOnce(&[Rc<Rule>], &[&alert::Alert]) -> T) -> T {
        let table = self.table.borrow();
        let active: Vec<_> = table.active().collect();
        work(&self.rules.borrow().all, &active)
    }

    /// How the receivers do, in the order of the configuration.
    pub fn receiver_statuses(&self) -> Vec<ReceiverStatus> {
        let running = self.running.borrow();
        let statuses = running.iter().map(|one| ReceiverStatus {
            name: one.delivery.receiver.name.clone(),
            error: one.delivery.error.borrow().clone(),
        });
        statuses.collect()
    }

    /// Brings what is counted of the table up to date.
    pub fn count(&self, telemetry: &Alerting) {
        self.with(|rules, active| telemetry.count(rules, active));
    }
}

impl Running {
    async fn end(mut self, end: Instant) {
        self.delivery.stop();
        if timeout_at(end, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

#[cfg(test)]
mod tests;
