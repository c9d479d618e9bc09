//! `/api/v1/targets/metadata` and `/api/v1/metadata`: what targets say that their metrics are.
//!
//! The scraper keeps the type of every series and the help of every family; units are not kept, and are empty here.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use metrics_registry::parse::MetricType;
use serde_json::{Value, json};

use crate::labels::Labels;
use crate::scraper::Scraper;
use crate::selector::Selector;
use crate::target::Target;

/// Most rows of one answer, so that a page of 200,000 series is not made by mistake.
const ROWS_MAX: usize = 10_000;

/// For each target that `selector` picks: every metric, or the one that is named.
pub fn of_targets(scraper: &Scraper, selector: Option<&Selector>, metric: &str, limit: usize) -> Value {
    let mut rows = Vec::new();
    for target in scraper.targets() {
        if selector.is_some_and(|selector| !is_picked(selector, &target.labels)) {
            continue;
        }
        let store = target.store.borrow();
        let helps = store.helps();
        for (name, kind) in metrics(&target) {
            if rows.len() == limit.min(ROWS_MAX) {
                return rows.into();
            }
            if !metric.is_empty() && metric != name {
                continue;
            }
            let mut row =
                json!({"target": target.labels, "type": kind, "help": help_of(&helps, &name), "unit": ""});
            if metric.is_empty() {
                row["metric"] = name.into();
            }
            rows.push(row);
        }
    }
    rows.into()
}

/// Every metric of all targets, or the one that is named, with each type and help that it has.
pub fn of_metrics(scraper: &Scraper, metric: &str, limit: usize) -> Value {
    let mut kinds: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for target in scraper.targets() {
        let store = target.store.borrow();
        let helps = store.helps();
        for (name, kind) in metrics(&target) {
            if !metric.is_empty() && metric != name {
                continue;
            }
            if !kinds.contains_key(&name) && kinds.len() == limit.min(ROWS_MAX) {
                continue;
            }
            let row = json!({"type": kind, "help": help_of(&helps, &name), "unit": ""});
            let known = kinds.entry(name).or_default();
            if !known.contains(&row) {
                known.push(row);
            }
        }
    }
    let rows = kinds.into_iter().map(|(name, rows)| (name, rows.into()));
    Value::Object(rows.collect())
}

/// What a metric means; OpenMetrics names a counter's family without its suffix.
fn help_of<'h>(helps: &HashMap<&str, &'h str>, metric: &str) -> &'h str {
    let family = || metric.strip_suffix("_total").and_then(|family| helps.get(family));
    helps.get(metric).or_else(family).copied().unwrap_or_default()
}

fn is_picked(selector: &Selector, labels: &Labels) -> bool {
    selector.takes_labels(|name| labels.get(name).map_or("", String::as_str))
}

/// The metrics of a target and their types. Histograms and summaries are known by their buckets and quantiles, since
/// their series have no type of their own.
fn metrics(target: &Rc<Target>) -> BTreeMap<String, &'static str> {
    let store = target.store.borrow();
    let mut metrics = BTreeMap::new();
    for current in store.current() {
        let (name, labels) = (current.labels.metric(), current.labels);
        match name.strip_suffix("_bucket") {
            Some(name) if !labels.get("le").is_empty() => metrics.insert(name.to_owned(), "histogram"),
            _ if !labels.get("quantile").is_empty() => metrics.insert(name.to_owned(), "summary"),
            _ => None,
        };
    }
    let parts: Vec<String> = metrics
        .keys()
        .flat_map(|name| ["_bucket", "_sum", "_count"].map(|suffix| format!("{name}{suffix}")))
        .collect();
    for current in store.current() {
        let name = current.labels.metric();
        if !metrics.contains_key(name) && !parts.iter().any(|part| part == name) {
            metrics.insert(name.to_owned(), word(current.kind));
        }
    }
    metrics
}

fn word(kind: Option<MetricType>) -> &'static str {
    match kind {
        Some(MetricType::Counter) => "counter",
        Some(MetricType::Gauge) => "gauge",
        Some(MetricType::Histogram) => "histogram",
        Some(MetricType::GaugeHistogram) => "gaugehistogram",
        Some(MetricType::Summary) => "summary",
        Some(MetricType::Info) => "info",
        Some(MetricType::StateSet) => "stateset",
        Some(MetricType::Unknown) | None => "unknown",
    }
}
