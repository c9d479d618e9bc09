//! Messages that people read, for Slack and Discord.

use serde_json::{Value, json};

use super::Message;
use crate::alerts::alert::{Alert, Status};
use crate::alerts::rule::{ALERT_NAME, shown};
use crate::alerts::template::{Placeholder, Template};
use crate::config::alerts::Words;
use crate::labels::Labels;
use crate::rfc3339;

/// Most alerts whose text stands in a message; of the others it has the number.
const TEXTS_MAX: usize = 20;

/// Longest text of a message. Discord takes 4,096 characters, Slack more.
const TEXT_CHARACTERS_MAX: usize = 4000;

/// Longest title; Discord takes 256 characters.
const TITLE_CHARACTERS_MAX: usize = 250;

/// An incoming webhook of Slack: one attachment with the colour of the status.
pub fn slack(message: &Message<'_>, words: &Words) -> Value {
    let escape = |text: &str| {
        // Else `<!channel>` in a label would call everybody.
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    let title = escape(&title(message, words));
    let text = escape(&text(message, words));
    let color = match message.status {
        Status::Firing => "danger",
        Status::Resolved => "good",
    };
    json!({"attachments": [{
        "fallback": title,
        "title": title,
        "title_link": message.link(),
        "text": text,
        "color": color,
        "mrkdwn_in": ["text"],
    }]})
}

/// A webhook of Discord: one embed, which calls nobody.
pub fn discord(message: &Message<'_>, words: &Words) -> Value {
    let color = match message.status {
        Status::Firing => 0x00c6_2828,
        Status::Resolved => 0x002e_7d32,
    };
    json!({
        "embeds": [{
            "title": title(message, words),
            "description": text(message, words),
            "url": message.link(),
            "color": color,
        }],
        "allowed_mentions": {"parse": []},
    })
}

fn title(message: &Message<'_>, words: &Words) -> String {
    let labels = message.common(|alert| &alert.labels);
    let annotations = message.common(|alert| &alert.annotations);
    let first = message.alerts.first();
    let title = words.title.render(|placeholder, out| match placeholder {
        Placeholder::Label(name) => out.push_str(labels.get(name).map_or("", String::as_str)),
        Placeholder::Annotation(name) => out.push_str(annotations.get(name).map_or("", String::as_str)),
        Placeholder::Count => out.push_str(&message.alerts.len().to_string()),
        other => {
            if let Some(alert) = first {
                fill(other, message, alert, out);
            }
        }
    });
    cut(title.replace(char::is_control, " "), TITLE_CHARACTERS_MAX)
}

/// A line for each alert.
fn text(message: &Message<'_>, words: &Words) -> String {
    let lines = message.alerts.iter().take(TEXTS_MAX);
    let lines: Vec<String> = lines.map(|alert| line(message, &words.text, alert)).collect();
    let mut text = cut(lines.join("\n"), TEXT_CHARACTERS_MAX);
    if let Some(more @ 1..) = message.alerts.len().checked_sub(TEXTS_MAX) {
        text.push_str(&format!("\nand {more} more"));
    }
    text
}

fn line(message: &Message<'_>, template: &Template, alert: &Alert) -> String {
    template.render(|placeholder, out| fill(placeholder, message, alert, out))
}

fn fill(placeholder: &Placeholder, message: &Message<'_>, alert: &Alert, out: &mut String) {
    let label = |labels: &Labels, name: &str| labels.get(name).cloned().unwrap_or_default();
    let at = |at_ms: i64| rfc3339::text(at_ms / 1000 * 1000);
    let text = match placeholder {
        Placeholder::Label(name) => label(&alert.labels, name),
        Placeholder::Annotation(name) => label(&alert.annotations, name),
        Placeholder::Value => shown(alert.value),
        Placeholder::Summary => summary(alert),
        Placeholder::AlertName => label(&alert.labels, ALERT_NAME),
        Placeholder::Status => message.status.word().to_owned(),
        Placeholder::Symbol => match message.status {
            Status::Firing => "🔥".to_owned(),
            Status::Resolved => "✅".to_owned(),
        },
        Placeholder::StartsAt => at(alert.fired.unwrap_or(alert.active).ms(message.now_ms)),
        Placeholder::EndsAt => alert
            .resolved
            .map_or(String::new(), |moment| at(moment.ms(message.now_ms))),
        // Those of rules and titles are refused elsewhere.
        Placeholder::External(_) | Placeholder::Count => String::new(),
    };
    out.push_str(&text);
}

/// The annotation `summary`; where the rule has none, what is known.
pub fn summary(alert: &Alert) -> String {
    match alert.annotations.get("summary") {
        Some(summary) if !summary.is_empty() => summary.clone(),
        _ => {
            let labels = alert.labels.iter().filter(|(name, _)| *name != ALERT_NAME);
            let labels: Vec<String> = labels.map(|(name, value)| format!("{name}={value}")).collect();
            format!("{} is {}", labels.join(", "), shown(alert.value))
        }
    }
}

fn cut(text: String, characters_max: usize) -> String {
    match text.char_indices().nth(characters_max) {
        None => text,
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
