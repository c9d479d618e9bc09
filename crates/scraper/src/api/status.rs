//! `/api/v1/status/…` in the shape that Prometheus gives it.

use std::collections::BTreeMap;

use clap::ArgMatches;
use serde_json::{Value, json};

use crate::app::ABOUT;
use crate::clock;
use crate::rfc3339;
use crate::scraper::Scraper;

/// The flags by name, with their values as they are given or by default; several are joined by commas.
pub fn flags_of(matches: &ArgMatches) -> BTreeMap<String, String> {
    let ids = matches.ids().map(clap::Id::as_str);
    ids.filter_map(|id| {
        let values = matches.try_get_raw(id).ok().flatten()?;
        let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
        Some((id.to_owned(), values.join(",")))
    })
    .collect()
}

/// `/api/v1/status/config`: the configuration that was taken, without its secrets.
pub fn config(scraper: &Scraper) -> Value {
    json!({"yaml": *scraper.yaml.borrow()})
}

/// `/api/v1/status/runtimeinfo`. What only a Go program has is empty or 1.
pub fn runtime(scraper: &Scraper) -> Value {
    let telemetry = &scraper.shared.telemetry;
    let folder = std::env::current_dir().unwrap_or_default();
    json!({
        "startTime": rfc3339::text(scraper.started_ms),
        "CWD": folder.display().to_string(),
        "hostname": scraper.hostname,
        "serverTime": rfc3339::text(clock::now_ms()),
        "reloadConfigSuccess": telemetry.reload_successful.get() == 1,
        "lastConfigTime": rfc3339::text((telemetry.reload_success_time.get() * 1e3) as i64),
        "corruptionCount": 0,
        "goroutineCount": 1,
        "GOMAXPROCS": 1,
        "GOMEMLIMIT": 0,
        "GOGC": "",
        "GODEBUG": "",
        "storageRetention": "",
    })
}

/// `/api/v1/status/buildinfo`.
pub fn build() -> Value {
    json!({
        "version": ABOUT.version,
        "revision": "",
        "branch": "",
        "buildUser": "",
        "buildDate": "",
        "goVersion": "",
        "application": ABOUT.binary,
    })
}
