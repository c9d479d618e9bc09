//! What Alertmanager sends to a webhook, version 4.

use serde_json::{Value, json};

use super::Message;
use crate::alerts::rule::ALERT_NAME;
use crate::rfc3339;
use crate::target::labels_hash;

/// What Go's zero time looks like: an alert that has no end.
const NO_TIME: &str = "0001-01-01T00:00:00Z";

/// The message. Its group is the rule, by the name.
pub fn body(message: &Message<'_>, receiver: &str) -> Value {
    let common = message.common(|alert| &alert.labels);
    let name = common.get(ALERT_NAME).cloned().unwrap_or_default();
    let alerts = message.alerts.iter().map(|alert| {
        let ends = alert
            .resolved
            .map(|moment| rfc3339::text(moment.ms(message.now_ms)));
        json!({
            "status": message.status.word(),
            "labels": alert.labels,
            "annotations": alert.annotations,
            "startsAt": rfc3339::text(alert.fired.unwrap_or(alert.active).ms(message.now_ms)),
            "endsAt": ends.unwrap_or_else(|| NO_TIME.to_owned()),
            "generatorURL": message.link(),
            "fingerprint": format!("{:016x}", labels_hash(&alert.labels)),
        })
    });
    let alerts: Value = alerts.collect();
    json!({
        "version": "4",
        "groupKey": format!("{{}}:{{{ALERT_NAME}={name:?}}}"),
        "truncatedAlerts": 0,
        "status": message.status.word(),
        "receiver": receiver,
        "groupLabels": {ALERT_NAME: name},
        "commonLabels": common,
        "commonAnnotations": message.common(|alert| &alert.annotations),
        "externalURL": message.context.external_url,
        "alerts": alerts,
    })
}
