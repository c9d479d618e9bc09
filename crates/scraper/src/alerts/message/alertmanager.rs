//! `POST /api/v2/alerts`, as Prometheus sends it.

use serde_json::{Value, json};

use super::super::alert::RESEND;
use super::Message;
use crate::rfc3339;

/// How many resends may be missing before an alert counts as over, as in Prometheus.
const RESENDS_MISSING: i64 = 4;

/// The alerts. One that fires ends in four minutes unless it is sent again, which it is every minute.
pub fn body(message: &Message<'_>) -> Value {
    let valid_ms = RESENDS_MISSING * RESEND.as_millis() as i64;
    let alerts = message.alerts.iter().map(|alert| {
        let starts = alert.fired.unwrap_or(alert.active).ms(message.now_ms);
        let ends = match alert.resolved {
            Some(moment) => moment.ms(message.now_ms),
            None => message.now_ms + valid_ms,
        };
        json!({
            "labels": alert.labels,
            "annotations": alert.annotations,
            "startsAt": rfc3339::text(starts),
            "endsAt": rfc3339::text(ends),
            "generatorURL": message.link(),
        })
    });
    alerts.collect()
}
