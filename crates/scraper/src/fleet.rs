//! The page that the owner of six Pis looks at on the phone: one card per machine, one row per target.
//!
//! The scraper tells of every scrape with [`Fleet::begin`], feeds its samples, and calls [`Visit::finish`].
//! What the page shows is kept in RAM in rings of fixed size; nothing here grows with time or with the number of series.

pub mod alerts;
mod card;
mod counter;
pub mod destination;
pub mod dropped;
mod file_system;
mod history;
mod html;
mod interface;
mod level;
mod machine;
mod moment;
mod page;
mod quantity;
pub(crate) mod reading;
mod sparkline;
mod summary;
mod target;
mod targets;
#[cfg(test)]
mod tests;
mod text;
mod tile;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::fleet::card::Card;
use crate::fleet::machine::{HOST_BYTES_MAX, Machine};
use crate::fleet::reading::Reading;
use crate::fleet::target::{Role, State, Target};
use crate::fleet::text::cut;

/// How many machines have a card and a history, of about 7 KiB each.
pub const MACHINES_MAX: usize = 64;
/// How many targets have a row, of about 1 KiB each.
pub const TARGETS_MAX: usize = 500;
/// Up to how many targets without a row are counted one by one.
const LEFT_OUT_MAX: usize = 10_000;

/// Where the page's script fetches [`Fleet::fragment`], as `text/html; charset=utf-8`.
pub const FRAGMENT_PATH: &str = "/fleet";

/// The `Content-Security-Policy` that the page is written for: nothing comes from anywhere else.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
     connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What a scrape ended as, but for its samples.
#[derive(Debug, Clone, Copy)]
pub struct Observation<'a> {
    /// Names the target in all its scrapes and in [`Fleet::forget`]; never shown.
    pub target: &'a str,
    /// The `job` label.
    pub job: &'a str,
    /// The `instance` label; its host part names the machine.
    pub instance: &'a str,
    /// Where the target is scraped; the page links there.
    pub url: &'a str,
    /// When the scrape began, in milliseconds since 1970.
    pub scraped_at_ms: i64,
    /// The target's scrape interval.
    pub interval_seconds: f64,
    /// Whether the scrape brought a whole, well-formed exposition.
    pub up: bool,
    /// Why the scrape failed, in one line.
    pub error: Option<&'a str>,
    /// How long the scrape took.
    pub duration_seconds: f64,
    /// How many series it brought.
    pub series: usize,
}

/// Every machine and target, with an hour of history for the machines.
#[derive(Debug, Default)]
pub struct Fleet {
    machines: Vec<Box<Machine>>,
    targets: Vec<Target>,
    /// Hashes of the targets for which there is no room.
    left_out: HashSet<u64>,
    targets_ever: u64,
    /// What is shown beside machines and targets.
    pub beside: Beside,
}

/// What the page shows beside machines and targets, as it was told last.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Where samples go.
    pub destinations: Vec<destination::Destination>,
    /// What fires or is pending.
    pub alerts: Vec<alerts::Row>,
    /// Who is told of it.
    pub alert_receivers: Vec<crate::alerts::ReceiverStatus>,
    /// How many targets relabelling dropped.
    pub dropped: usize,
}

/// One scrape while its samples are told; dropped without [`Visit::finish`] they leave no trace.
#[derive(Debug)]
#[must_use = "a visit takes effect when it is finished"]
pub struct Visit<'f> {
    fleet: &'f mut Fleet,
    /// Where the target is in the fleet; none if there was no room for it.
    target: Option<usize>,
    reading: Reading,
}

impl Fleet {
    /// A fleet that nothing is known of.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts the record of one scrape; its samples follow, and [`Visit::finish`] ends it.
    pub fn begin(&mut self, observation: Observation<'_>) -> Visit<'_> {
        let known = self
            .targets
            .iter()
            .position(|target| *target.id == *observation.target);
        let target = match known {
            Some(at) => {
                self.targets[at].update(&observation);
                Some(at)
            }
            None if self.targets.len() < TARGETS_MAX => {
                self.left_out.remove(&hash(observation.target));
                self.targets_ever += 1;
                self.targets.push(Target::new(self.targets_ever, &observation));
                Some(self.targets.len() - 1)
            }
            None => {
                if self.left_out.len() < LEFT_OUT_MAX {
                    self.left_out.insert(hash(observation.target));
                }
                None
            }
        };
        Visit {
            fleet: self,
            target,
            reading: Reading::default(),
        }
    }

    /// Removes a target that is no longer configured or discovered.
    ///
    /// Its machine's history stays while there is room, since a reload may bring the machine back as another target.
    pub fn forget(&mut self, target: &str) {
        self.targets.retain(|known| *known.id != *target);
        self.left_out.remove(&hash(target));
    }

    /// The whole page, to be served at `/`.
    pub fn page(&self, now_ms: i64) -> String {
        page::document(self, now_ms)
    }

    /// The `<main>` element of the page, to be served at [`FRAGMENT_PATH`].
    pub fn fragment(&self, now_ms: i64) -> String {
        page::fragment(self, now_ms)
    }

    /// One card for each machine that a node exporter speaks for, in the order of their names.
    fn cards(&self, now_ms: i64) -> Vec<Card<'_>> {
        let mut cards: Vec<Card<'_>> = self
            .machines
            .iter()
            .filter_map(|machine| Card::new(machine, &self.targets, now_ms))
            .collect();
        cards.sort_by(|a, b| a.machine.shown_name().cmp(b.machine.shown_name()));
        cards
    }

    /// Machines that should have a card and have none for lack of room.
    fn machines_left_out(&self) -> usize {
        let mut hosts: Vec<&str> = self
            .targets
            .iter()
            .filter(|target| target.is_node())
            .map(Target::host)
            .collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts.retain(|host| !self.machines.iter().any(|machine| is_host(machine, host)));
        hosts.len()
    }

    /// The machine of a host; made if there is room, with a target that speaks for it.
    fn machine_of<'m>(
        machines: &'m mut Vec<Box<Machine>>,
        targets: &[Target],
        host: &str,
        source: u64,
    ) -> Option<&'m mut Machine> {
        if let Some(at) = machines.iter().position(|machine| is_host(machine, host)) {
            return Some(&mut machines[at]);
        }
        if machines.len() == MACHINES_MAX {
            let left = machines
                .iter()
                .position(|machine| speaker(machine, targets).is_none())?;
            machines.swap_remove(left);
        }
        machines.push(Box::new(Machine::new(host, source)));
        machines.last_mut().map(|machine| &mut **machine)
    }
}

impl Visit<'_> {
    /// Takes one sample; cheap for the many that the page does not show, and never allocates.
    ///
    /// `labels` looks up the value of a label.
    pub fn sample<'l>(&mut self, name: &str, labels: impl Fn(&str) -> Option<&'l str>, value: f64) {
        self.reading.take(name, labels, value);
    }

    /// Commits the scrape.
    pub fn finish(self) {
        let Fleet {
            machines, targets, ..
        } = self.fleet;
        let Some(target) = self.target.and_then(|at| targets.get_mut(at)) else {
            return;
        };
        let (number, now_ms, interval_seconds) =
            (target.number, target.scraped_at_ms, target.interval_seconds);
        let up = target.state(now_ms) == State::Up;
        if up {
            target.role = if self.reading.of_a_node {
                Role::Node
            } else {
                Role::Other
            };
        }
        if !target.is_node() {
            return;
        }
        let host = target.host().to_owned();
        let Some(machine) = Fleet::machine_of(machines, targets, &host, number) else {
            return;
        };
        // The first node exporter of a host speaks for it until it is gone or another one answers in its place.
        let speaker = speaker(machine, targets);
        let speaks = speaker.is_none_or(|speaker| speaker.number == number);
        if up && (speaks || speaker.is_none_or(|speaker| speaker.state(now_ms) != State::Up)) {
            machine.observe(number, &self.reading, now_ms, interval_seconds);
        } else if !up && speaks {
            machine.miss(number, now_ms);
        }
    }
}

/// The target that speaks for a machine; none if it was forgotten or is now elsewhere.
fn speaker<'t>(machine: &Machine, targets: &'t [Target]) -> Option<&'t Target> {
    let target = targets.iter().find(|target| target.number == machine.source);
    target.filter(|target| is_host(machine, target.host()))
}

fn is_host(machine: &Machine, host: &str) -> bool {
    *machine.host == *cut(host, HOST_BYTES_MAX)
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
