//! The cells of one receiver.

use std::rc::Rc;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::presence::Presence;
use super::{Dropped, Families, Name, Resource, Seconds};
use crate::forward::budget::Row;

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
    /// Its series are served as long as this is there.
    _presence: Rc<Presence>,
}

impl Cells {
    pub(super) fn new(each: &Families, presence: Rc<Presence>) -> Self {
        let remote = presence.remote();
        let dropped = |reason| each.dropped.get_or_create(&Dropped::of(remote, reason)).clone();
        each.shards.get_or_create(remote).set(1);
        Self {
            samples: each.samples.get_or_create(remote).clone(),
            failed: each.failed.get_or_create(remote).clone(),
            retried: each.retried.get_or_create(remote).clone(),
            too_old: dropped("too_old"),
            queue_full: dropped("queue_full"),
            no_number: dropped("no_number"),
            over_budget: dropped("over_budget"),
            name: remote.remote_name.clone(),
            budget_used: each.budget_used.clone(),
            budget_limit: each.budget_limit.clone(),
            budget_refused: each.budget_refused.get_or_create(&Name::of(remote)).clone(),
            damaged: dropped("damaged"),
            pending: each.pending.get_or_create(remote).clone(),
            stored: each.stored.get_or_create(remote).clone(),
            stored_written: each.stored_written.get_or_create(remote).clone(),
            write_errors: each.write_errors.get_or_create(remote).clone(),
            damaged_segments: each.damaged_segments.get_or_create(remote).clone(),
            bytes: each.bytes.get_or_create(remote).clone(),
            highest_sent: each.highest_sent.get_or_create(remote).clone(),
            sent_seconds: each.sent_seconds.get_or_create(remote).clone(),
            _presence: presence,
        }
    }

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
