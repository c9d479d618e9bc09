//! What is counted about each receiver, under the names of Prometheus' remote storage.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::forward::budget::Row;

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

/// All receivers.
#[derive(Debug)]
pub struct Forwarding {
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
    /// `prometheus_remote_storage_highest_timestamp_in_seconds`.
    pub highest: Seconds,
    /// `prometheus_remote_storage_samples_in_total`.
    pub samples_in: Counter,
    /// `scraper_forward_held_samples`.
    pub held: Gauge,
    /// `scraper_forward_held_dropped_samples_total`.
    pub held_dropped: Counter,
}

/// The cells of one receiver.
#[derive(Clone, Debug)]
pub struct Cells {
    /// `prometheus_remote_storage_samples_total`.
    pub samples: Counter,
    /// `prometheus_remote_storage_samples_failed_total`.
    pub failed: Counter,
    /// `prometheus_remote_storage_samples_retried_total`.
    pub retried: Counter,
    /// `prometheus_remote_storage_samples_dropped_total{reason="too_old"}`.
    pub too_old: Counter,
    /// `prometheus_remote_storage_samples_dropped_total{reason="queue_full"}`.
    pub queue_full: Counter,
    /// `prometheus_remote_storage_samples_dropped_total{reason="no_number"}`.
    pub no_number: Counter,
    /// `prometheus_remote_storage_samples_dropped_total{reason="over_budget"}`.
    pub over_budget: Counter,
    /// `prometheus_remote_storage_samples_dropped_total{reason="damaged"}`.
    pub damaged: Counter,
    /// `prometheus_remote_storage_samples_pending`.
    pub pending: Gauge,
    /// `scraper_forward_stored_bytes`.
    pub stored: Gauge,
    /// `scraper_forward_written_bytes_total`.
    pub stored_written: Counter,
    /// `scraper_forward_write_errors_total`.
    pub write_errors: Counter,
    /// `scraper_forward_damaged_segments_total`.
    pub damaged_segments: Counter,
    name: String,
    budget_used: Family<Resource, Gauge>,
    budget_limit: Family<Resource, Gauge>,
    budget_refused: Gauge,
    bytes: Counter,
    highest_sent: Seconds,
    sent_seconds: Histogram,
}

/// Bounds in seconds, those of Prometheus.
const BOUNDS: [f64; 15] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 60.0, 120.0, 300.0,
];

impl Default for Forwarding {
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
            highest: Seconds::default(),
            samples_in: Counter::default(),
            held: Gauge::default(),
            held_dropped: Counter::default(),
        }
    }
}

impl Cells {
    /// One request, taken or not.
    pub fn sent(&self, bytes: usize, took: Duration) {
        self.bytes.inc_by(bytes as u64);
        self.sent_seconds.observe(took.as_secs_f64());
    }

    /// Samples that the receiver has taken.
    pub fn taken(&self, samples: u64, newest_ms: i64) {
        self.samples.inc_by(samples);
        let newest = newest_ms as f64 / 1e3;
        if self.highest_sent.get() < newest {
            self.highest_sent.set(newest);
        }
    }
}

impl Cells {
    /// How much of a plan is used. A limit that is none is not told.
    pub fn budget(&self, rows: &[Row], refused: usize) {
        let gauge = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        for row in rows {
            let resource = Resource {
                remote_name: self.name.clone(),
                resource: row.resource,
            };
            self.budget_used.get_or_create(&resource).set(gauge(row.used));
            match row.limit {
                Some(limit) => {
                    self.budget_limit.get_or_create(&resource).set(gauge(limit));
                }
                None => {
                    self.budget_limit.remove(&resource);
                }
            }
        }
        self.budget_refused.set(gauge(refused as u64));
    }
}

impl Forwarding {
    /// The cells of a receiver. They are the same for the same labels.
    pub fn cells(&self, remote: &Remote) -> Cells {
        let dropped = |reason| {
            let labels = Dropped {
                remote_name: remote.remote_name.clone(),
                url: remote.url.clone(),
                reason,
            };
            self.dropped.get_or_create(&labels).clone()
        };
        self.shards.get_or_create(remote).set(1);
        Cells {
            samples: self.samples.get_or_create(remote).clone(),
            failed: self.failed.get_or_create(remote).clone(),
            retried: self.retried.get_or_create(remote).clone(),
            too_old: dropped("too_old"),
            queue_full: dropped("queue_full"),
            no_number: dropped("no_number"),
            over_budget: dropped("over_budget"),
            name: remote.remote_name.clone(),
            budget_used: self.budget_used.clone(),
            budget_limit: self.budget_limit.clone(),
            budget_refused: {
                let remote_name = remote.remote_name.clone();
                self.budget_refused.get_or_create(&Name { remote_name }).clone()
            },
            damaged: dropped("damaged"),
            pending: self.pending.get_or_create(remote).clone(),
            stored: self.stored.get_or_create(remote).clone(),
            stored_written: self.stored_written.get_or_create(remote).clone(),
            write_errors: self.write_errors.get_or_create(remote).clone(),
            damaged_segments: self.damaged_segments.get_or_create(remote).clone(),
            bytes: self.bytes.get_or_create(remote).clone(),
            highest_sent: self.highest_sent.get_or_create(remote).clone(),
            sent_seconds: self.sent_seconds.get_or_create(remote).clone(),
        }
    }

    /// Enters all of them under their names.
    pub fn register(&self, registry: &mut Registry) {
        let counters = [
            (
                "prometheus_remote_storage_samples",
                "Samples that the receiver has taken",
                &self.samples,
            ),
            (
                "prometheus_remote_storage_samples_failed",
                "Samples that the receiver refused, and that were dropped",
                &self.failed,
            ),
            (
                "prometheus_remote_storage_samples_retried",
                "Samples that were sent again, each time counted",
                &self.retried,
            ),
            (
                "prometheus_remote_storage_bytes",
                "Bytes of request bodies, compressed, those sent again counted again",
                &self.bytes,
            ),
        ];
        for (name, help, family) in counters {
            registry.register(name, help, family.clone());
        }
        registry.register(
            "prometheus_remote_storage_sent_batch_duration_seconds",
            "Time in seconds that requests took, taken or not",
            self.sent_seconds.clone(),
        );
        registry.register(
            "prometheus_remote_storage_samples_dropped",
            "Samples that were dropped before they were sent",
            self.dropped.clone(),
        );
        registry.register(
            "prometheus_remote_storage_samples_pending",
            "Samples that wait for the receiver",
            self.pending.clone(),
        );
        registry.register(
            "prometheus_remote_storage_shards",
            "Connections that send at once; always 1, which keeps the order of every series",
            self.shards.clone(),
        );
        registry.register(
            "prometheus_remote_storage_queue_highest_sent_timestamp_seconds",
            "Time of the newest sample that the receiver has taken, in seconds since 1970",
            self.highest_sent.clone(),
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
            self.budget_used.clone(),
        );
        registry.register(
            "scraper_budget_limit",
            "What a receiver's plan includes",
            self.budget_limit.clone(),
        );
        registry.register(
            "scraper_budget_refused_series",
            "Series that are not sent because a limit of the plan is reached",
            self.budget_refused.clone(),
        );
    }

    fn register_stored(&self, registry: &mut Registry) {
        let counters = [
            (
                "scraper_forward_written_bytes",
                "Bytes of samples that were written to the disk",
                &self.stored_written,
            ),
            (
                "scraper_forward_write_errors",
                "Writes of samples to the disk that failed; the samples stay in memory",
                &self.write_errors,
            ),
            (
                "scraper_forward_damaged_segments",
                "Files of stored samples that could not be read to their end",
                &self.damaged_segments,
            ),
        ];
        for (name, help, family) in counters {
            registry.register(name, help, family.clone());
        }
        registry.register(
            "scraper_forward_stored_bytes",
            "Bytes of samples on the disk that wait for the receiver",
            self.stored.clone(),
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
