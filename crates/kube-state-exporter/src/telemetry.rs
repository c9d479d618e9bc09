//! What the process counts about its reading and its answers, under the reference's names.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Instant;

use metrics_registry::{Exposition, Family};

use crate::cluster::Cluster;
use crate::shard::Shard;

const LIST: Family<2> = Family::counter(
    "kube_state_metrics_list_total",
    "Pages of lists that were asked for; streaming lists are watches.",
    ["resource", "result"],
);
const WATCH: Family<2> = Family::counter(
    "kube_state_metrics_watch_total",
    "Watches that were asked for, streaming lists among them.",
    ["resource", "result"],
);
const OBJECTS: Family<1> = Family::gauge(
    "kube_state_metrics_list_objects",
    "Objects that are known.",
    ["resource"],
);
const SHARD_ORDINAL: Family<1> = Family::gauge(
    "kube_state_metrics_shard_ordinal",
    "Number of this shard, from 0.",
    ["shard_ordinal"],
);
const TOTAL_SHARDS: Family<0> = Family::gauge("kube_state_metrics_total_shards", "Number of shards.", []);
const CONFIG_HASH: Family<2> = Family::gauge(
    "kube_state_metrics_config_hash",
    "Hash of the configuration file that is in force.",
    ["filename", "type"],
);
const CONFIG_SUCCESS: Family<2> = Family::gauge(
    "kube_state_metrics_last_config_reload_successful",
    "Whether the newest state of the configuration file is in force.",
    ["filename", "type"],
);
const CONFIG_SUCCESS_TIME: Family<2> = Family::gauge(
    "kube_state_metrics_last_config_reload_success_timestamp_seconds",
    "When the configuration file in force was read, in seconds since 1970.",
    ["filename", "type"],
);
const REQUEST_SECONDS: Family<2> = Family::histogram(
    "http_request_duration_seconds",
    "Seconds from a request for samples to the last byte of its answer.",
    ["handler", "method"],
);
const CUSTOM_ADDED: Family<0> = Family::counter(
    "kube_state_metrics_custom_resource_state_add_events_total",
    "Definitions of custom resources that appeared.",
    [],
);
const CUSTOM_DELETED: Family<0> = Family::counter(
    "kube_state_metrics_custom_resource_state_delete_events_total",
    "Definitions of custom resources that vanished.",
    [],
);
const CUSTOM_KNOWN: Family<0> = Family::gauge(
    "kube_state_metrics_custom_resource_state_cache",
    "Definitions of custom resources that are known.",
    [],
);
/// Our own; the reference only writes to its log.
const CUSTOM_UNRESOLVED: Family<1> = Family::counter(
    "kube_state_metrics_custom_resource_state_unresolved_total",
    "Values of custom resources that were not where the configuration looks, or no numbers.",
    ["name"],
);
/// Our own; the reference says nothing of how old its numbers are.
const SYNCED_SECONDS: Family<2> = Family::gauge(
    "kube_state_metrics_resource_synced_seconds",
    "Seconds for which objects have not been watched, 0 while they are; absent before the first list is complete.",
    ["namespace", "resource"],
);
/// Our own; the reference stops where it cannot read an object.
const UNDECODABLE: Family<1> = Family::counter(
    "kube_state_metrics_undecodable_objects_total",
    "Objects that could not be read; what was known of them is served on.",
    ["resource"],
);

/// Upper bounds of the histogram in seconds: those of the Go client.
const BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Counters of all kinds of objects; they outlive a change of the configuration.
#[derive(Debug, Default)]
pub struct Telemetry {
    counts: RefCell<BTreeMap<String, Rc<Counts>>>,
    /// Answered requests for samples.
    pub requests: Rc<Requests>,
    /// Custom resources.
    pub custom: Rc<CustomCounts>,
    /// The configuration files that there are, by what they are.
    pub configs: RefCell<BTreeMap<&'static str, ConfigState>>,
}

/// Counters of one kind of object.
#[derive(Debug, Default)]
pub struct Counts {
    list: Outcomes,
    watch: Outcomes,
    undecodable: Cell<u64>,
}

#[derive(Debug, Default)]
struct Outcomes {
    success: Cell<u64>,
    error: Cell<u64>,
}

/// Counters of custom resources.
#[derive(Debug, Default)]
pub struct CustomCounts {
    added: Cell<u64>,
    deleted: Cell<u64>,
    known: Cell<u64>,
    /// By family.
    unresolved: RefCell<BTreeMap<String, u64>>,
}

/// How current a part of the store is.
#[derive(Debug, Default)]
pub struct PartState {
    /// Whether changes arrive.
    is_watching: Cell<bool>,
    /// When that began or ended; `None` before the first list.
    since: Cell<Option<Instant>>,
    /// Whether the server refused the kind as a whole.
    is_refused: Cell<bool>,
}

/// How a configuration file was last read.
#[derive(Clone, Debug)]
pub struct ConfigState {
    /// Its path.
    pub file: String,
    /// Hash of the text in force.
    pub hash: u64,
    /// Whether its newest state is in force.
    pub successful: bool,
    /// When the text in force was read, in seconds since 1970.
    pub success_time_seconds: f64,
}

/// Durations of answered requests.
#[derive(Debug, Default)]
pub struct Requests {
    /// Requests in each bucket alone; the last one has no bound.
    buckets: [Cell<u64>; BOUNDS.len() + 1],
    sum_seconds: Cell<f64>,
}

impl Counts {
    /// A page of a list was read, or not.
    pub fn list(&self, success: bool) {
        self.list.count(success);
    }

    /// A watch was begun, or not.
    pub fn watch(&self, success: bool) {
        self.watch.count(success);
    }

    /// An object could not be read.
    pub fn undecodable(&self) {
        self.undecodable.set(self.undecodable.get() + 1);
    }
}

impl CustomCounts {
    /// So many definitions appeared, vanished and are known now.
    pub fn definitions(&self, added: usize, deleted: usize, known: usize) {
        self.added.set(self.added.get() + added as u64);
        self.deleted.set(self.deleted.get() + deleted as u64);
        self.known.set(known as u64);
    }

    /// So many values of a family were not as configured.
    pub fn unresolved(&self, family: &str, faults: usize) {
        let mut unresolved = self.unresolved.borrow_mut();
        match unresolved.get_mut(family) {
            Some(count) => *count += faults as u64,
            None => {
                unresolved.insert(family.to_owned(), faults as u64);
            }
        }
    }

    fn write(&self, out: &mut Exposition) {
        out.sample(&CUSTOM_ADDED, [], self.added.get() as f64);
        out.sample(&CUSTOM_DELETED, [], self.deleted.get() as f64);
        out.sample(&CUSTOM_KNOWN, [], self.known.get() as f64);
        for (family, count) in &*self.unresolved.borrow() {
            out.sample(&CUSTOM_UNRESOLVED, [family], *count as f64);
        }
    }
}

impl Outcomes {
    fn count(&self, success: bool) {
        let counter = if success { &self.success } else { &self.error };
        counter.set(counter.get() + 1);
    }

    fn write(&self, family: &Family<2>, resource: &str, out: &mut Exposition) {
        for (result, count) in [("error", self.error.get()), ("success", self.success.get())] {
            // As in the reference, what never happened has no series.
            if count > 0 {
                out.sample(family, [resource, result], count as f64);
            }
        }
    }
}

impl PartState {
    /// Changes arrive.
    pub fn watching(&self) {
        self.is_watching.set(true);
        self.is_refused.set(false);
        self.since.set(Some(Instant::now()));
    }

    /// Changes do not arrive any more. Returns whether they did.
    pub fn lost(&self) -> bool {
        let was_watching = self.is_watching.replace(false);
        if was_watching {
            self.since.set(Some(Instant::now()));
        }
        was_watching
    }

    /// The server does not have the kind, or does not let us read it.
    pub fn refused(&self) {
        self.is_refused.set(true);
    }

    /// Whether there was a first list, or the server said that there will be none.
    pub fn is_settled(&self) -> bool {
        self.since.get().is_some() || self.is_refused.get()
    }

    /// Seconds for which no changes arrived; `None` before the first list.
    pub fn age_seconds(&self) -> Option<f64> {
        let since = self.since.get()?;
        match self.is_watching.get() {
            true => Some(0.0),
            false => Some(since.elapsed().as_secs_f64()),
        }
    }
}

impl Requests {
    /// Counts an answer.
    pub fn observe(&self, seconds: f64) {
        let bucket = BOUNDS.partition_point(|bound| *bound < seconds);
        if let Some(count) = self.buckets.get(bucket) {
            count.set(count.get() + 1);
        }
        self.sum_seconds.set(self.sum_seconds.get() + seconds);
    }

    fn write(&self, out: &mut Exposition) {
        let mut count = 0;
        let bounds = BOUNDS.into_iter().chain([f64::INFINITY]);
        let cumulative: Vec<_> = std::iter::zip(bounds, &self.buckets)
            .map(|(bound, bucket)| {
                count += bucket.get();
                (bound, count)
            })
            .collect();
        let labels = ["metrics", "get"];
        out.histogram(
            &REQUEST_SECONDS,
            labels,
            &cumulative,
            self.sum_seconds.get(),
            count,
        );
    }
}

impl Telemetry {
    /// The counters of one kind of object.
    pub fn counts(&self, go_type: &str) -> Rc<Counts> {
        Rc::clone(self.counts.borrow_mut().entry(go_type.to_owned()).or_default())
    }

    /// Writes everything, and how current `clusters` are.
    pub fn write(&self, clusters: &[&Cluster], shard: Shard, out: &mut Exposition) {
        for (resource, counts) in &*self.counts.borrow() {
            counts.list.write(&LIST, resource, out);
            counts.watch.write(&WATCH, resource, out);
            out.sample(&UNDECODABLE, [resource], counts.undecodable.get() as f64);
        }
        // All custom resources are of one type.
        let mut objects: BTreeMap<&str, usize> = BTreeMap::new();
        for group in clusters.iter().flat_map(|cluster| &cluster.store.groups) {
            let count: usize = group.parts.iter().map(|part| part.len()).sum();
            *objects.entry(&group.subject.go_type).or_default() += count;
        }
        for (go_type, count) in objects {
            out.sample(&OBJECTS, [go_type], count as f64);
        }
        for reading in clusters.iter().flat_map(|cluster| &cluster.readings) {
            if let Some(age) = reading.state.age_seconds() {
                let namespace = reading.namespace.as_deref().unwrap_or_default();
                out.sample(&SYNCED_SECONDS, [namespace, &reading.resource], age);
            }
        }
        let ordinal = shard.ordinal.to_string();
        out.sample(&SHARD_ORDINAL, [&ordinal], f64::from(shard.ordinal));
        out.sample(&TOTAL_SHARDS, [], f64::from(shard.total));
        self.requests.write(out);
        self.custom.write(out);
        for (kind, config) in &*self.configs.borrow() {
            let labels = [config.file.as_str(), kind];
            // A hash has more digits than a sample; it only has to change with the text.
            out.sample(&CONFIG_HASH, labels, (config.hash >> 16) as f64);
            out.sample(&CONFIG_SUCCESS, labels, f64::from(u8::from(config.successful)));
            out.sample(&CONFIG_SUCCESS_TIME, labels, config.success_time_seconds);
        }
    }
}
