//! What is counted about each receiver, under the names of Prometheus' remote storage.
//!
//! The series of a receiver that was removed are gone when it has sent or stored what waited, as in Prometheus.

mod cells;
mod presence;

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

pub use self::cells::Cells;
use self::presence::Present;
use crate::forward::budget::RESOURCES;

type Seconds = Gauge<f64, AtomicU64>;

/// The labels of what is counted for each receiver.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Remote {
    /// Its name.
    pub remote_name: String,
    /// Its address, without credentials, which it cannot have.
    pub url: String,
}

/// The labels of samples that are dropped before they are sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Dropped {
    /// Its name.
    pub remote_name: String,
    /// Its address.
    pub url: String,
    /// `too_old`, `queue_full`, `no_number`, `over_budget`, or `damaged`: what was stored cannot be read.
    pub reason: &'static str,
}

impl Dropped {
    /// Why samples for a receiver are dropped before they are sent.
    const REASONS: [&str; 5] = ["too_old", "queue_full", "no_number", "over_budget", "damaged"];

    fn of(remote: &Remote, reason: &'static str) -> Self {
        Self {
            remote_name: remote.remote_name.clone(),
            url: remote.url.clone(),
            reason,
        }
    }
}

/// The labels of what is told about a receiver's plan.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Resource {
    /// Its name.
    pub remote_name: String,
    /// `series`, `samples_per_day`, `samples_per_month`, `bytes_per_day`, or `bytes_per_month`.
    pub resource: &'static str,
}

/// The label of what is counted by name alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Name {
    /// Its name.
    pub remote_name: String,
}

impl Name {
    fn of(remote: &Remote) -> Self {
        Self {
            remote_name: remote.remote_name.clone(),
        }
    }
}

/// All receivers.
#[derive(Debug, Default)]
pub struct Forwarding {
    each: Families,
    present: Present,
    /// `prometheus_remote_storage_highest_timestamp_in_seconds`.
    pub highest: Seconds,
    /// `prometheus_remote_storage_samples_in_total`.
    pub samples_in: Counter,
    /// `scraper_forward_held_samples`.
    pub held: Gauge,
    /// `scraper_forward_held_dropped_samples_total`.
    pub held_dropped: Counter,
}

/// What is counted for each receiver. A clone is the same.
#[derive(Clone, Debug)]
struct Families {
    samples: Family<Remote, Counter>,
    failed: Family<Remote, Counter>,
    retried: Family<Remote, Counter>,
    dropped: Family<Dropped, Counter>,
    pending: Family<Remote, Gauge>,
    bytes: Family<Remote, Counter>,
    highest_sent: Family<Remote, Seconds>,
    sent_seconds: Family<Remote, Histogram, fn() -> Histogram>,
    shards: Family<Remote, Gauge>,
    budget_used: Family<Resource, Gauge>,
    budget_limit: Family<Resource, Gauge>,
    budget_refused: Family<Name, Gauge>,
    stored: Family<Remote, Gauge>,
    stored_written: Family<Remote, Counter>,
    write_errors: Family<Remote, Counter>,
    damaged_segments: Family<Remote, Counter>,
}

/// Bounds in seconds, those of Prometheus.
const BOUNDS: [f64; 15] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 60.0, 120.0, 300.0,
];

impl Default for Families {
    fn default() -> Self {
        Self {
            samples: Family::default(),
            failed: Family::default(),
            retried: Family::default(),
            dropped: Family::default(),
            pending: Family::default(),
            bytes: Family::default(),
            highest_sent: Family::default(),
            sent_seconds: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            shards: Family::default(),
            budget_used: Family::default(),
            budget_limit: Family::default(),
            budget_refused: Family::default(),
            stored: Family::default(),
            stored_written: Family::default(),
            write_errors: Family::default(),
            damaged_segments: Family::default(),
        }
    }
}

impl Families {
    /// Forgets what was counted under these labels.
    fn remove(&self, remote: &Remote) {
        let counters = [
            &self.samples,
            &self.failed,
            &self.retried,
            &self.bytes,
            &self.stored_written,
            &self.write_errors,
            &self.damaged_segments,
        ];
        for family in counters {
            family.remove(remote);
        }
        for family in [&self.pending, &self.shards, &self.stored] {
            family.remove(remote);
        }
        for reason in Dropped::REASONS {
            self.dropped.remove(&Dropped::of(remote, reason));
        }
        self.highest_sent.remove(remote);
        self.sent_seconds.remove(remote);
    }

    /// Forgets what was told about the plan of the receivers of this name.
    fn remove_plan(&self, name: &str) {
        for resource in RESOURCES {
            let labels = Resource {
                remote_name: name.to_owned(),
                resource,
            };
            self.budget_used.remove(&labels);
            self.budget_limit.remove(&labels);
        }
        self.budget_refused.remove(&Name {
            remote_name: name.to_owned(),
        });
    }
}

impl Forwarding {
    /// The cells of a receiver. They are the same for the same labels, and are served as long as anybody has them.
    pub fn cells(&self, remote: &Remote) -> Cells {
        Cells::new(&self.each, self.present.enter(remote, &self.each))
    }

    /// Enters all of them under their names.
    pub fn register(&self, registry: &mut Registry) {
        let counters = [
            (
                "prometheus_remote_storage_samples",
                "Samples that the receiver has taken",
                &self.each.samples,
            ),
            (
                "prometheus_remote_storage_samples_failed",
                "Samples that the receiver refused, and that were dropped",
                &self.each.failed,
            ),
            (
                "prometheus_remote_storage_samples_retried",
                "Samples that were sent again, each time counted",
                &self.each.retried,
            ),
            (
                "prometheus_remote_storage_bytes",
                "Bytes of request bodies, compressed, those sent again counted again",
                &self.each.bytes,
            ),
        ];
        for (name, help, family) in counters {
            registry.register(name, help, family.clone());
        }
        registry.register(
            "prometheus_remote_storage_sent_batch_duration_seconds",
            "Time in seconds that requests took, taken or not",
            self.each.sent_seconds.clone(),
        );
        registry.register(
            "prometheus_remote_storage_samples_dropped",
            "Samples that were dropped before they were sent",
            self.each.dropped.clone(),
        );
        registry.register(
            "prometheus_remote_storage_samples_pending",
            "Samples that wait for the receiver",
            self.each.pending.clone(),
        );
        registry.register(
            "prometheus_remote_storage_shards",
            "Connections that send at once; always 1, which keeps the order of every series",
            self.each.shards.clone(),
        );
        registry.register(
            "prometheus_remote_storage_queue_highest_sent_timestamp_seconds",
            "Time of the newest sample that the receiver has taken, in seconds since 1970",
            self.each.highest_sent.clone(),
        );
        registry.register(
            "prometheus_remote_storage_highest_timestamp_in_seconds",
            "Time of the newest sample that was queued, in seconds since 1970",
            self.highest.clone(),
        );
        registry.register(
            "prometheus_remote_storage_samples_in",
            "Samples that were queued",
            self.samples_in.clone(),
        );
        self.register_budgets(registry);
        self.register_stored(registry);
    }

    fn register_budgets(&self, registry: &mut Registry) {
        registry.register(
            "scraper_budget_used",
            "What a receiver has got of its plan: active series, samples and bytes of the day and the month",
            self.each.budget_used.clone(),
        );
        registry.register(
            "scraper_budget_limit",
            "What a receiver's plan includes",
            self.each.budget_limit.clone(),
        );
        registry.register(
            "scraper_budget_refused_series",
            "Series that are not sent because a limit of the plan is reached",
            self.each.budget_refused.clone(),
        );
    }

    fn register_stored(&self, registry: &mut Registry) {
        let counters = [
            (
                "scraper_forward_written_bytes",
                "Bytes of samples that were written to the disk",
                &self.each.stored_written,
            ),
            (
                "scraper_forward_write_errors",
                "Writes of samples to the disk that failed; the samples stay in memory",
                &self.each.write_errors,
            ),
            (
                "scraper_forward_damaged_segments",
                "Files of stored samples that could not be read to their end",
                &self.each.damaged_segments,
            ),
        ];
        for (name, help, family) in counters {
            registry.register(name, help, family.clone());
        }
        registry.register(
            "scraper_forward_stored_bytes",
            "Bytes of samples on the disk that wait for the receiver",
            self.each.stored.clone(),
        );
        registry.register(
            "scraper_forward_held_samples",
            "Samples in memory that wait for the clock to be set",
            self.held.clone(),
        );
        registry.register(
            "scraper_forward_held_dropped_samples",
            "Samples that were dropped because there was no room to hold them until the clock was set",
            self.held_dropped.clone(),
        );
    }
}
