//! The bodies that receivers get.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use expect_test::{Expect, expect};
use tokio::time::Instant;

use super::*;
use crate::alerts::alert::Moment;
use crate::alerts::template::{Scope, Template};
use crate::config::alerts::Words;
use crate::config::http::{HttpSettings, SecretSource};

const NOW_MS: i64 = 1_795_293_084_000;

fn alert(instance: &str, summary: &str, value: f64) -> Alert {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let moment = |ago_ms: i64| Moment {
        at: Instant::now(),
        at_ms: Some(NOW_MS - ago_ms),
    };
    Alert {
        number: 1,
        rule: Rc::from("rule"),
        receivers: Rc::from([]),
        labels: Labels::from([
            pair("alertname", "Hot"),
            pair("instance", instance),
            pair("severity", "critical"),
        ]),
        annotations: Labels::from([pair("summary", summary), pair("runbook", "docs")]),
        value,
        active: moment(90_000),
        fired: Some(moment(60_000)),
        resolved: None,
        owner: None,
        seen: 0,
        told: BTreeMap::new(),
    }
}

fn body(kind: Kind, status: Status, alerts: &[Alert]) -> String {
    let receiver = Receiver {
        name: "phone".into(),
        kind,
        url: SecretSource::Inline(settings::Secret::default()),
        sends_resolved: true,
        group_wait: Duration::ZERO,
        repeat_interval: Duration::ZERO,
        timeout: Duration::ZERO,
        http: HttpSettings::plain(),
    };
    let message = Message {
        status,
        alerts,
        context: &Context {
            external_url: "http://big-pi:9090".into(),
            external_labels: Labels::new(),
        },
        now_ms: NOW_MS,
    };
    message.body(&receiver)
}

#[track_caller]
fn check(kind: Kind, status: Status, expect: Expect) {
    let mut alerts = [
        alert("pi1:9100", "81.5 °C", 81.5),
        alert("pi2:9100", "<!channel> @everyone & more", 90.0),
    ];
    if status == Status::Resolved {
        for alert in &mut alerts {
            alert.resolved = Some(Moment {
                at: Instant::now(),
                at_ms: Some(NOW_MS),
            });
        }
    }
    let body: serde_json::Value = serde_json::from_str(&body(kind, status, &alerts)).unwrap();
    expect.assert_eq(&format!("{body:#}\n"));
}

fn words(title: &str, text: &str) -> Words {
    Words {
        title: Template::parse(title, Scope::Title).unwrap(),
        text: Template::parse(text, Scope::Text).unwrap(),
    }
}

#[test]
fn alertmanager_is_told_what_fires() {
    check(
        Kind::Alertmanager,
        Status::Firing,
        expect![[r#"
        [
          {
            "annotations": {
              "runbook": "docs",
              "summary": "81.5 °C"
            },
            "endsAt": "2026-11-21T20:35:24Z",
            "generatorURL": "http://big-pi:9090/#alerts",
            "labels": {
              "alertname": "Hot",
              "instance": "pi1:9100",
              "severity": "critical"
            },
            "startsAt": "2026-11-21T20:30:24Z"
          },
          {
            "annotations": {
              "runbook": "docs",
              "summary": "<!channel> @everyone & more"
            },
            "endsAt": "2026-11-21T20:35:24Z",
            "generatorURL": "http://big-pi:9090/#alerts",
            "labels": {
              "alertname": "Hot",
              "instance": "pi2:9100",
              "severity": "critical"
            },
            "startsAt": "2026-11-21T20:30:24Z"
          }
        ]
    "#]],
    );
}

#[test]
fn a_webhook_is_told_what_is_over() {
    check(
        Kind::Webhook,
        Status::Resolved,
        expect![[r#"
        {
          "alerts": [
            {
              "annotations": {
                "runbook": "docs",
                "summary": "81.5 °C"
              },
              "endsAt": "2026-11-21T20:31:24Z",
              "fingerprint": "63718c05191bc81e",
              "generatorURL": "http://big-pi:9090/#alerts",
              "labels": {
                "alertname": "Hot",
                "instance": "pi1:9100",
                "severity": "critical"
              },
              "startsAt": "2026-11-21T20:30:24Z",
              "status": "resolved"
            },
            {
              "annotations": {
                "runbook": "docs",
                "summary": "<!channel> @everyone & more"
              },
              "endsAt": "2026-11-21T20:31:24Z",
              "fingerprint": "4bb87964c51e4d5f",
              "generatorURL": "http://big-pi:9090/#alerts",
              "labels": {
                "alertname": "Hot",
                "instance": "pi2:9100",
                "severity": "critical"
              },
              "startsAt": "2026-11-21T20:30:24Z",
              "status": "resolved"
            }
          ],
          "commonAnnotations": {
            "runbook": "docs"
          },
          "commonLabels": {
            "alertname": "Hot",
            "severity": "critical"
          },
          "externalURL": "http://big-pi:9090",
          "groupKey": "{}:{alertname=\"Hot\"}",
          "groupLabels": {
            "alertname": "Hot"
          },
          "receiver": "phone",
          "status": "resolved",
          "truncatedAlerts": 0,
          "version": "4"
        }
    "#]],
    );
}

#[test]
fn a_webhook_is_told_what_fires() {
    check(
        Kind::Webhook,
        Status::Firing,
        expect![[r#"
        {
          "alerts": [
            {
              "annotations": {
                "runbook": "docs",
                "summary": "81.5 °C"
              },
              "endsAt": "0001-01-01T00:00:00Z",
              "fingerprint": "63718c05191bc81e",
              "generatorURL": "http://big-pi:9090/#alerts",
              "labels": {
                "alertname": "Hot",
                "instance": "pi1:9100",
                "severity": "critical"
              },
              "startsAt": "2026-11-21T20:30:24Z",
              "status": "firing"
            },
            {
              "annotations": {
                "runbook": "docs",
                "summary": "<!channel> @everyone & more"
              },
              "endsAt": "0001-01-01T00:00:00Z",
              "fingerprint": "4bb87964c51e4d5f",
              "generatorURL": "http://big-pi:9090/#alerts",
              "labels": {
                "alertname": "Hot",
                "instance": "pi2:9100",
                "severity": "critical"
              },
              "startsAt": "2026-11-21T20:30:24Z",
              "status": "firing"
            }
          ],
          "commonAnnotations": {
            "runbook": "docs"
          },
          "commonLabels": {
            "alertname": "Hot",
            "severity": "critical"
          },
          "externalURL": "http://big-pi:9090",
          "groupKey": "{}:{alertname=\"Hot\"}",
          "groupLabels": {
            "alertname": "Hot"
          },
          "receiver": "phone",
          "status": "firing",
          "truncatedAlerts": 0,
          "version": "4"
        }
    "#]],
    );
}

#[test]
fn slack() {
    let words = words(
        "{{ $symbol }} {{ $alertname }}: {{ $count }} {{ $status }} {{ $labels.severity }}{{ $labels.instance }}",
        "{{ $labels.instance }}: {{ $summary }} ({{ $annotations.runbook }})",
    );
    check(
        Kind::Slack(words),
        Status::Firing,
        expect![[r#"
        {
          "attachments": [
            {
              "color": "danger",
              "fallback": "🔥 Hot: 2 firing critical",
              "mrkdwn_in": [
                "text"
              ],
              "text": "pi1:9100: 81.5 °C (docs)\npi2:9100: &lt;!channel&gt; @everyone &amp; more (docs)",
              "title": "🔥 Hot: 2 firing critical",
              "title_link": "http://big-pi:9090/#alerts"
            }
          ]
        }
    "#]],
    );
}

#[test]
fn discord() {
    let words = words(
        "{{ $symbol }} {{ $alertname }}",
        "{{ $summary }} {{ $value }} {{ $startsAt }} – {{ $endsAt }}",
    );
    check(
        Kind::Discord(words),
        Status::Resolved,
        expect![[r#"
        {
          "allowed_mentions": {
            "parse": []
          },
          "embeds": [
            {
              "color": 3046706,
              "description": "81.5 °C 81.5 2026-11-21T20:30:24Z – 2026-11-21T20:31:24Z\n<!channel> @everyone & more 90 2026-11-21T20:30:24Z – 2026-11-21T20:31:24Z",
              "title": "✅ Hot",
              "url": "http://big-pi:9090/#alerts"
            }
          ]
        }
    "#]],
    );
}

#[test]
fn what_is_long_is_cut() {
    let long = "ü".repeat(5000);
    let alerts: Vec<Alert> = (0..30).map(|_| alert("pi1", &long, 1.0)).collect();
    let words = words("{{ $annotations.summary }}", "{{ $summary }}");
    let body = body(Kind::Discord(words), Status::Firing, &alerts);
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    let count = |name: &str| body["embeds"][0][name].as_str().unwrap().chars().count();
    assert_eq!((count("title"), count("description")), (251, 4013));
    let text = body["embeds"][0]["description"].as_str().unwrap();
    assert!(text.ends_with("…\nand 10 more"), "{text}");
}

#[test]
fn without_a_summary_labels_are_told() {
    let mut alert = alert("pi1", "", 0.5);
    alert.annotations.clear();
    assert_eq!(chat::summary(&alert), "instance=pi1, severity=critical is 0.5");
}
