//! What the scraper tells of by itself: the section `alerts`, checked.

use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use settings::document::{Error, Place, Refused};
use settings::read::At;

use super::http::{HttpSettings, SecretSource, parts};
use super::raw::alerts as raw;
use super::{PromDuration, is_label_name};
use crate::alerts::expression::Expression;
use crate::alerts::rule::Rule;
use crate::alerts::template::{Scope, Template};
use crate::target::Url;

/// How long an alert that still fires is not told again.
const REPEAT_INTERVAL: Duration = Duration::from_secs(4 * 3600);

/// How long the first of several is held, so that all of them are in one message.
const GROUP_WAIT: Duration = Duration::from_secs(10);

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Titles and texts where the file has none.
const TITLE: &str = "{{ $symbol }} {{ $alertname }}: {{ $count }} {{ $status }}";
const TEXT: &str = "{{ $summary }}";

/// The section, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alerts {
    /// Where the fleet page is seen, without a slash at its end; empty where the file does not say.
    pub external_url: String,
    /// The rules, in the order of the file.
    pub rules: Vec<Rc<Rule>>,
    /// The receivers, in the order of the file.
    pub receivers: Vec<Rc<Receiver>>,
}

/// Where alerts go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// What it is called in metrics and on the page.
    pub name: String,
    /// How it is spoken to.
    pub kind: Kind,
    /// Where requests go. Often a secret, so it is never shown.
    pub url: SecretSource,
    /// Whether it is told of ends.
    pub sends_resolved: bool,
    /// How long the first of several alerts is held.
    pub group_wait: Duration,
    /// How long an alert that still fires is not told again.
    pub repeat_interval: Duration,
    /// How long a request may take.
    pub timeout: Duration,
    /// Credentials and TLS.
    pub http: HttpSettings,
}

/// How a receiver is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Alertmanager's API of version 2.
    Alertmanager,
    /// The JSON that Alertmanager sends to webhooks.
    Webhook,
    /// An incoming webhook of Slack.
    Slack(Words),
    /// A webhook of Discord.
    Discord(Words),
}

/// What a chat is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Of a message.
    pub title: Template,
    /// Of each alert in it.
    pub text: Template,
}

impl Alerts {
    pub(super) fn check(raw: At<raw::Alerts>, file: &Path) -> Result<Self, Error> {
        let At { value: raw, place } = raw;
        let refuse = |refused: Refused| Error::of(file, refused);
        let external_url = match raw.external_url {
            None => String::new(),
            Some(at) => {
                Url::parse(&at.value).map_err(|reason| refuse((at.place, reason)))?;
                at.value.trim_end_matches('/').to_owned()
            }
        };
        let time = |given: Option<PromDuration>, default| given.map_or(default, |given| given.0);
        let group_wait = time(raw.group_wait, GROUP_WAIT);
        let repeat_interval = time(raw.repeat_interval, REPEAT_INTERVAL);
        let mut receivers: Vec<Rc<Receiver>> = Vec::new();
        for raw in raw.receivers.unwrap_or_default() {
            let place = raw.value.name.as_ref().map_or(raw.place, |name| name.place);
            let receiver = Receiver::check(raw, group_wait, repeat_interval, file)?;
            if receivers.iter().any(|other| other.name == receiver.name) {
                let reason = format!(
                    "more than one receiver of alerts has the name {:?}",
                    receiver.name
                );
                return Err(refuse((place, reason)));
            }
            receivers.push(Rc::new(receiver));
        }
        if receivers.is_empty() {
            return Err(refuse((place, "alerts has no receivers".into())));
        }
        let mut rules: Vec<Rc<Rule>> = Vec::new();
        for raw in raw.rules.unwrap_or_default() {
            let place = raw.place;
            let rule = rule(raw, &receivers).map_err(refuse)?;
            if rules.iter().any(|other| other.id == rule.id) {
                let reason = format!(
                    "more than one rule has the name {:?} with this expr and these labels",
                    rule.name
                );
                return Err(refuse((place, reason)));
            }
            rules.push(Rc::new(rule));
        }
        Ok(Self {
            external_url,
            rules,
            receivers,
        })
    }
}

impl Receiver {
    fn check(
        raw: At<raw::AlertReceiver>,
        group_wait: Duration,
        repeat_interval: Duration,
        file: &Path,
    ) -> Result<Self, Error> {
        let At {
            value: mut raw,
            place,
        } = raw;
        let refuse = |refused: Refused| Error::of(file, refused);
        let missing = |key: &str| refuse((place, format!("a receiver of alerts has no {key}")));
        let name = raw.name.take().filter(|name| !name.value.is_empty());
        let name = name.ok_or_else(|| missing("name"))?.value;
        let kind = raw.r#type.take().ok_or_else(|| missing("type"))?;
        let kind = Kind::check(kind, raw.title.take(), raw.text.take()).map_err(refuse)?;
        let url = match (raw.url.take(), raw.url_file.take()) {
            (Some(at), None) => {
                // What an address of a webhook holds is not repeated in a message.
                address(at.value.expose(), &kind).map_err(|reason| refuse((at.place, reason)))?;
                SecretSource::Inline(at.value)
            }
            (None, Some(path)) => SecretSource::File(file.parent().unwrap_or(Path::new("")).join(path)),
            (None, None) => return Err(missing("url or url_file")),
            (Some(at), Some(_)) => {
                return Err(refuse((
                    at.place,
                    "at most one of url and url_file must be given".into(),
                )));
            }
        };
        let time = |given: Option<PromDuration>, default| match given {
            Some(given) if !given.0.is_zero() => given.0,
            _ => default,
        };
        Ok(Self {
            name,
            url,
            sends_resolved: raw.send_resolved.unwrap_or(true),
            // Alertmanager groups by itself.
            group_wait: match kind {
                Kind::Alertmanager => Duration::ZERO,
                _ => raw.group_wait.map_or(group_wait, |given| given.0),
            },
            repeat_interval: time(raw.repeat_interval, repeat_interval),
            timeout: time(raw.timeout, TIMEOUT),
            http: HttpSettings::check(parts!(raw), file, place)?,
            kind,
        })
    }
}

impl Kind {
    fn check(kind: At<String>, title: Option<At<String>>, text: Option<At<String>>) -> Result<Self, Refused> {
        let words = |title: Option<At<String>>, text: Option<At<String>>| {
            Ok(Words {
                title: template(title.as_ref(), TITLE, Scope::Title)?,
                text: template(text.as_ref(), TEXT, Scope::Text)?,
            })
        };
        let silent = |kind: Self, given: Option<At<String>>| match given {
            None => Ok(kind),
            Some(at) => Err((
                at.place,
                "title and text are for slack and discord; others get labels and annotations".into(),
            )),
        };
        match kind.value.as_str() {
            "slack" => Ok(Self::Slack(words(title, text)?)),
            "discord" => Ok(Self::Discord(words(title, text)?)),
            "alertmanager" => silent(Self::Alertmanager, title.or(text)),
            "webhook" => silent(Self::Webhook, title.or(text)),
            other => Err((
                kind.place,
                format!("{other:?} is no type of receiver: alertmanager, discord, slack or webhook"),
            )),
        }
    }
}

/// Where requests go. Fails with a reason that does not repeat the address.
pub fn address(text: &str, kind: &Kind) -> Result<Url, String> {
    let url = Url::parse(text.trim()).map_err(|_| {
        "the address of a receiver must begin with http:// or https://, have a host and no user in it"
            .to_owned()
    })?;
    match kind {
        Kind::Alertmanager if !url.path_and_query().ends_with(ALERTMANAGER_PATH) => {
            url.at(ALERTMANAGER_PATH, &[])
        }
        _ => Ok(url),
    }
}

/// Where Alertmanager takes alerts.
const ALERTMANAGER_PATH: &str = "/api/v2/alerts";

fn template(given: Option<&At<String>>, default: &str, scope: Scope) -> Result<Template, Refused> {
    let (text, place) = given.map_or((default, Place::default()), |at| (at.value.as_str(), at.place));
    Template::parse(text, scope).map_err(|reason| (place, reason))
}

fn rule(raw: At<raw::AlertRule>, receivers: &[Rc<Receiver>]) -> Result<Rule, Refused> {
    let At { value: raw, place } = raw;
    let name = raw.alert.filter(|name| !name.value.is_empty());
    let name = name.ok_or_else(|| (place, "a rule of alerts has no alert, which is its name".into()))?;
    let expr = raw
        .expr
        .ok_or_else(|| (place, format!("rule {:?} has no expr", name.value)))?;
    let expression = Expression::parse(&expr.value).map_err(|reason| (expr.place, reason))?;
    let labels = templates(raw.labels.unwrap_or_default())?;
    let annotations = templates(raw.annotations.unwrap_or_default())?;
    if labels.contains_key("alertname") {
        return Err((place, "the label alertname is the rule's name".into()));
    }
    let mut wanted = Vec::new();
    for at in raw.receivers.unwrap_or_default() {
        if !receivers.iter().any(|receiver| receiver.name == at.value) {
            return Err((
                at.place,
                format!("no receiver of alerts has the name {:?}", at.value),
            ));
        }
        wanted.push(at.value);
    }
    let hold = raw.r#for.map_or(Duration::ZERO, |time| time.0);
    Ok(Rule::new(
        name.value,
        expression,
        hold,
        labels,
        annotations,
        wanted,
    ))
}

fn templates(raw: BTreeMap<String, At<String>>) -> Result<BTreeMap<String, Template>, Refused> {
    let mut templates = BTreeMap::new();
    for (name, at) in raw {
        if !is_label_name(&name) {
            return Err((at.place, format!("{name:?} is not a valid label name")));
        }
        templates.insert(name, template(Some(&at), "", Scope::Rule)?);
    }
    Ok(templates)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{parse, refused};
    use super::*;

    const RECEIVER: &str = "receivers: [{name: r, type: webhook, url: 'http://x/'}]";

    #[test]
    fn a_section_with_everything() {
        let config = parse(
            r#"
alerts:
  external_url: https://pi.example/
  group_wait: 1s
  repeat_interval: 1h
  receivers:
    - {name: am, type: alertmanager, url: 'http://am:9093/prefix/', basic_auth: {username: u, password: p}}
    - {name: chat, type: slack, url_file: slack, title: '{{ $count }}', text: '{{ $value }}', repeat_interval: 2h, send_resolved: false}
    - {name: hook, type: webhook, url: 'http://x/y?z', group_wait: 0s, timeout: 3s}
  rules:
    - alert: Hot
      expr: temp{chip=~"thermal.*"} > 80
      for: 5m
      labels: {severity: critical}
      annotations: {summary: '{{ $labels.instance }} has {{ $value }}'}
      receivers: [chat]
    - {alert: Hot, expr: temp > 70}
"#,
        )
        .unwrap();
        let alerts = config.alerts.unwrap();
        assert_eq!(alerts.external_url, "https://pi.example");
        let shown: Vec<_> = alerts
            .receivers
            .iter()
            .map(|one| {
                (
                    one.name.as_str(),
                    one.group_wait.as_secs(),
                    one.repeat_interval.as_secs(),
                    one.timeout.as_secs(),
                    one.sends_resolved,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                ("am", 0, 3600, 10, true),
                ("chat", 1, 7200, 10, false),
                ("hook", 0, 3600, 3, true)
            ]
        );
        let url = alerts.receivers[0].url.read().unwrap();
        assert_eq!(
            address(url.expose(), &Kind::Alertmanager).unwrap().to_string(),
            "http://am:9093/prefix/api/v2/alerts"
        );
        assert_eq!(alerts.rules[0].hold.as_secs(), 300);
        assert_eq!(alerts.rules[0].receivers[..], ["chat".to_owned()]);
        assert_eq!(parse("scrape_configs: []").unwrap().alerts, None);
    }

    #[test]
    fn what_is_refused() {
        for (section, expect) in [
            ("{}", "1:9: alerts has no receivers"),
            (
                "{receivers: [{type: slack}]}",
                "1:22: a receiver of alerts has no name",
            ),
            (
                "{receivers: [{name: a}]}",
                "1:22: a receiver of alerts has no type",
            ),
            (
                "{receivers: [{name: a, type: slack}]}",
                "1:22: a receiver of alerts has no url or url_file",
            ),
            (
                "{receivers: [{name: a, type: pager, url: 'http://x'}]}",
                r#"1:38: "pager" is no type of receiver: alertmanager, discord, slack or webhook"#,
            ),
            (
                "{receivers: [{name: a, type: slack, url: 'hooks.example/secret'}]}",
                "1:50: the address of a receiver must begin with http:// or https://, have a host and no user in it",
            ),
            (
                "{receivers: [{name: a, type: slack, url: 'http://x', url_file: f}]}",
                "1:50: at most one of url and url_file must be given",
            ),
            (
                "{receivers: [{name: a, type: webhook, url: 'http://x', text: t}]}",
                "1:70: title and text are for slack and discord; others get labels and annotations",
            ),
            (
                "{receivers: [{name: a, type: slack, url: 'http://x', titel: t}]}",
                r#"1:62: unknown key "titel", did you mean "title"?"#,
            ),
            (
                "{receivers: [{name: a, type: slack, url: 'http://x'}, {name: a, type: slack, url: 'http://x'}]}",
                r#"1:70: more than one receiver of alerts has the name "a""#,
            ),
        ] {
            refused(
                &format!("alerts: {section}"),
                &format!("/etc/pi/prometheus.yml:{expect}"),
            );
        }
    }

    #[test]
    fn rules_that_are_refused() {
        for (rules, expect) in [
            (
                "[{expr: up == 0}]",
                "3:11: a rule of alerts has no alert, which is its name",
            ),
            ("[{alert: a}]", r#"3:11: rule "a" has no expr"#),
            (
                "[{alert: a, expr: up == 0, receivers: [b]}]",
                r#"3:49: no receiver of alerts has the name "b""#,
            ),
            (
                "[{alert: a, expr: up == 0, annotations: {s: '{{ $x }}'}}]",
                "3:54: {{ $x }} is no placeholder; known here: $labels.NAME, $externalLabels.NAME, $value",
            ),
            (
                "[{alert: a, expr: up == 0, labels: {__name__: b}}]",
                r#"3:56: "__name__" is not a valid label name"#,
            ),
            (
                "[{alert: a, expr: up == 0, keep_firing_for: 1m}]",
                "3:37: keep_firing_for is not supported by the scraper: let Prometheus evaluate such rules, as in docker/prometheus",
            ),
            (
                "[{alert: a, expr: up == 0}, {alert: a, expr: up == 0}]",
                r#"3:38: more than one rule has the name "a" with this expr and these labels"#,
            ),
            (
                "[{alert: a, expr: rate(x) > 1}]",
                "3:28: expr \"rate(x) > 1\", character 5: functions and aggregations are not evaluated; the scraper takes SELECTOR > NUMBER and absent(SELECTOR); for more, let Prometheus evaluate rules, as in docker/prometheus",
            ),
        ] {
            refused(
                &format!("alerts:\n  {RECEIVER}\n  rules: {rules}\n"),
                &format!("/etc/pi/prometheus.yml:{expect}"),
            );
        }
    }
}
