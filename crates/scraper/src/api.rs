//! `/api/v1/…`, in the shape that Prometheus gives it.
//!
//! What only a database could answer is refused with the words of Prometheus' agent.

pub mod alerts;
pub mod metadata;
pub mod status;

use serde::Serialize;
use serde_json::{Value, json};

use crate::labels::Labels;
use crate::rfc3339;
use crate::scraper::Scraper;
use crate::target::Target;

#[derive(Debug, Serialize)]
struct Answer<'a> {
    status: &'static str,
    data: Data<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    active_targets: Vec<Active<'a>>,
    dropped_targets: Vec<Dropped>,
    dropped_target_counts: Option<std::collections::BTreeMap<String, u64>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Dropped {
    discovered_labels: Labels,
    scrape_pool: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Active<'a> {
    discovered_labels: &'a Labels,
    labels: &'a Labels,
    scrape_pool: &'a str,
    scrape_url: String,
    global_url: String,
    last_error: String,
    last_scrape: String,
    last_scrape_duration: f64,
    health: &'static str,
    scrape_interval: String,
    scrape_timeout: String,
}

/// Paths of a database. `rules` and `alerts` are answered where the configuration has alerts.
const OF_A_DATABASE: [&str; 7] = [
    "query",
    "query_range",
    "query_exemplars",
    "series",
    "labels",
    "rules",
    "alerts",
];

/// An answer that holds `data`.
pub fn success(data: Value) -> String {
    json!({"status": "success", "data": data}).to_string()
}

/// An answer that gives a reason.
pub fn failure(kind: &str, reason: &str) -> String {
    json!({"status": "error", "errorType": kind, "error": reason}).to_string()
}

/// Whether the part of a path after `/api/v1/` is one that only a database could answer.
pub fn is_of_a_database(name: &str) -> bool {
    OF_A_DATABASE.contains(&name) || name.starts_with("label/")
}

/// `/api/v1/scrape_pools`.
pub fn scrape_pools(scraper: &Scraper) -> Value {
    let pools = scraper.pools();
    let names: Vec<&str> = pools.iter().map(|pool| pool.job.name.as_str()).collect();
    json!({"scrapePools": names})
}

/// The JSON for `?state=` and `?scrapePool=`; empty is all of them.
pub fn targets(scraper: &Scraper, state: &str, pool: &str) -> String {
    let state = state.to_ascii_lowercase();
    let shows = |wanted: &str| matches!(state.as_str(), "" | "any") || state == wanted;
    let taken = |job: &str| pool.is_empty() || pool == job;
    let targets = scraper.targets();
    let active = targets
        .iter()
        .filter(|target| shows("active") && taken(&target.job))
        .map(|target| active(target, &scraper.hostname))
        .collect();
    let mut dropped_targets = Vec::new();
    let mut counts = None;
    if shows("dropped") {
        let counts = counts.get_or_insert_with(std::collections::BTreeMap::new);
        for pool in scraper.pools().iter().filter(|pool| taken(&pool.job.name)) {
            let dropped = pool.dropped();
            counts.insert(pool.job.name.clone(), dropped.count as u64);
            dropped_targets.extend(dropped.kept.iter().map(|labels| Dropped {
                discovered_labels: labels.clone(),
                scrape_pool: pool.job.name.clone(),
            }));
        }
    }
    let answer = Answer {
        status: "success",
        data: Data {
            active_targets: active,
            dropped_targets,
            dropped_target_counts: counts,
        },
    };
    serde_json::to_string(&answer).expect("strings and finite numbers are JSON")
}

fn active<'a>(target: &'a Target, hostname: &str) -> Active<'a> {
    let outcome = target.outcome.borrow();
    let outcome = outcome.as_ref();
    Active {
        discovered_labels: &target.discovered,
        labels: &target.labels,
        scrape_pool: &target.job,
        scrape_url: target.url.to_string(),
        global_url: target.url.seen_from_outside(hostname),
        last_error: outcome
            .and_then(|outcome| outcome.error.clone())
            .unwrap_or_default(),
        // What Go's zero time looks like.
        last_scrape: outcome.map_or_else(
            || "0001-01-01T00:00:00Z".to_owned(),
            |outcome| rfc3339::text(outcome.at_ms),
        ),
        last_scrape_duration: outcome.map_or(0.0, |outcome| outcome.duration.as_secs_f64()),
        health: match outcome {
            None => "unknown",
            Some(outcome) if outcome.error.is_some() => "down",
            Some(_) => "up",
        },
        scrape_interval: target.interval.to_string(),
        scrape_timeout: target.timeout.to_string(),
    }
}
