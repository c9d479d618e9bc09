//! `alerts.json` in the data folder: what fires and who was told, so that a restart tells nothing twice and forgets no end.
//!
//! It is written when an alert begins to fire or ends and when a receiver has taken a message of that, whole or not at all.
//! While nothing changes, and where no alert ever fired, no byte is written. An alert that is pending starts anew.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::alert::{Alert, Moment, Told};
use super::table::Table;
use crate::labels::Labels;
use crate::whole_file;

/// Its name.
pub const FILE: &str = "alerts.json";

/// Largest file that is read: 2,000 alerts of 4 kB.
const FILE_BYTES_MAX: u64 = 8 << 20;

#[derive(Debug, Serialize, Deserialize)]
struct Saved {
    alerts: Vec<SavedAlert>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedAlert {
    rule: String,
    #[serde(default)]
    receivers: Vec<String>,
    labels: Labels,
    annotations: Labels,
    /// As text: JSON has no infinity.
    value: String,
    active_at_ms: i64,
    fired_at_ms: i64,
    resolved_at_ms: Option<i64>,
    told: BTreeMap<String, SavedTold>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedTold {
    /// Of the first message: those that repeat it do not write the file.
    at_ms: i64,
    resolved: bool,
}

/// The text of the file. What fires since a moment without a time is left out: nobody could be told of it yet.
pub fn text(table: &Table) -> String {
    let alerts = table.all().filter_map(|alert| {
        Some(SavedAlert {
            rule: alert.rule.to_string(),
            receivers: alert.receivers.to_vec(),
            labels: alert.labels.clone(),
            annotations: alert.annotations.clone(),
            value: alert.value.to_string(),
            active_at_ms: alert.active.at_ms?,
            fired_at_ms: alert.fired?.at_ms?,
            resolved_at_ms: match alert.resolved {
                None => None,
                Some(moment) => Some(moment.at_ms?),
            },
            told: alert.told.iter().map(saved).collect(),
        })
    });
    let saved = Saved {
        alerts: alerts.collect(),
    };
    serde_json::to_string(&saved).expect("texts and whole numbers are JSON")
}

fn saved((name, told): (&String, &Told)) -> (String, SavedTold) {
    let told = SavedTold {
        at_ms: told.at_ms,
        resolved: told.resolved,
    };
    (name.clone(), told)
}

/// Puts the alerts of a file into an empty table. Returns the text of the file, or the reason why it cannot be used.
pub fn restore(table: &mut Table, path: &Path) -> Result<Option<String>, String> {
    let Some(text) = whole_file::read(path, FILE_BYTES_MAX)? else {
        return Ok(None);
    };
    let saved: Saved = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let at = Instant::now();
    let moment = |at_ms: i64| Moment {
        at,
        at_ms: Some(at_ms),
    };
    for saved in saved.alerts {
        let told = saved.told.into_iter().map(|(name, told)| {
            let told = Told {
                at_ms: told.at_ms,
                at: None,
                resolved: told.resolved,
            };
            (name, told)
        });
        table.restore(Alert {
            number: 0,
            rule: Rc::from(saved.rule),
            receivers: saved.receivers.into(),
            labels: saved.labels,
            annotations: saved.annotations,
            value: saved.value.parse().unwrap_or(f64::NAN),
            active: moment(saved.active_at_ms),
            fired: Some(moment(saved.fired_at_ms)),
            resolved: saved.resolved_at_ms.map(moment),
            owner: None,
            seen: 0,
            told: told.collect(),
        });
    }
    Ok(Some(text))
}
