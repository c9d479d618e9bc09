//! `/api/v1/alerts` and `/api/v1/rules`, in the shape that Prometheus gives it. All rules are of one group, `alerts`.

use std::rc::Rc;

use serde_json::{Value, json};

use crate::alerts::alert::{Alert, Status};
use crate::alerts::rule::Rule;
use crate::alerts::template::Template;
use crate::clock;
use crate::rfc3339;
use crate::scraper::Scraper;

/// What is pending or fires.
pub fn alerts(scraper: &Scraper) -> Value {
    scraper.shared.alerts.with(|_, active| {
        let alerts: Vec<Value> = active.iter().map(|alert| of_alert(alert)).collect();
        json!({"alerts": alerts})
    })
}

/// The rules, each with its alerts.
pub fn rules(scraper: &Scraper) -> Value {
    scraper.shared.alerts.with(|rules, active| {
        let rules: Vec<Value> = rules.iter().map(|rule| of_rule(rule, active)).collect();
        json!({"groups": [{
            "name": "alerts",
            "file": scraper.config_path().display().to_string(),
            "rules": rules,
            // They are looked at with each scrape.
            "interval": 0,
            "limit": 0,
            "evaluationTime": 0,
            "lastEvaluation": rfc3339::text(clock::now_ms()),
        }]})
    })
}

fn of_rule(rule: &Rc<Rule>, active: &[&Alert]) -> Value {
    let of_it: Vec<&&Alert> = active.iter().filter(|alert| alert.rule == rule.id).collect();
    let fires = of_it.iter().any(|alert| alert.status() == Some(Status::Firing));
    let state = match (fires, of_it.is_empty()) {
        (true, _) => "firing",
        (false, false) => "pending",
        (false, true) => "inactive",
    };
    let texts = |templates: &std::collections::BTreeMap<String, Template>| -> Value {
        let templates = templates.iter();
        templates
            .map(|(name, template)| (name.clone(), template.to_string()))
            .collect()
    };
    json!({
        "state": state,
        "name": rule.name,
        "query": rule.expression.to_string(),
        "duration": rule.hold.as_secs_f64(),
        "keepFiringFor": 0,
        "labels": texts(&rule.labels),
        "annotations": texts(&rule.annotations),
        "alerts": of_it.iter().map(|alert| of_alert(alert)).collect::<Vec<_>>(),
        "health": "ok",
        "evaluationTime": 0,
        "lastEvaluation": rfc3339::text(clock::now_ms()),
        "type": "alerting",
    })
}

fn of_alert(alert: &Alert) -> Value {
    let state = match alert.status() {
        None => "pending",
        Some(status) => status.word(),
    };
    json!({
        "labels": alert.labels,
        "annotations": alert.annotations,
        "state": state,
        "activeAt": rfc3339::text(alert.active.ms(clock::now_ms())),
        "value": exponential(alert.value),
    })
}

/// A number as Go's `strconv` writes it with `e`: `8.15e+01`.
fn exponential(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value < 0.0 { "-Inf" } else { "+Inf" }.to_owned();
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = match exponent.strip_prefix('-') {
        Some(exponent) => ('-', exponent),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{exponent:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (value, expect) in [
            (81.5, "8.15e+01"),
            (0.0, "0e+00"),
            (-1e-7, "-1e-07"),
            (1e100, "1e+100"),
            (f64::NEG_INFINITY, "-Inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(exponential(value), expect);
        }
    }
}
