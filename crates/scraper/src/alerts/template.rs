//! Texts with placeholders: `{{ $labels.instance }} has {{ $value }} °C`.
//!
//! The placeholders are spelled as in Prometheus' templates, so that its annotations can be used; there is nothing else of
//! a language, no functions and no conditions.
//!
//! | placeholder | is | stands in |
//! |---|---|---|
//! | `$labels.NAME` | a label of the series; empty where there is none | everything |
//! | `$externalLabels.NAME` | one of `external_labels` | labels and annotations |
//! | `$value` | the value of the series | everything |
//! | `$annotations.NAME` | an annotation | texts of receivers |
//! | `$summary` | the annotation `summary`, else labels and value | texts of receivers |
//! | `$alertname`, `$status`, `$symbol` | the rule's name, `firing` or `resolved`, and a sign for it | texts of receivers |
//! | `$startsAt`, `$endsAt` | when it began and ended, in UTC; empty where it has not | texts of receivers |
//! | `$count` | how many alerts the message tells of | titles |

use std::fmt;

/// Most bytes of a text with its placeholders filled.
const TEXT_BYTES_MAX: usize = 4096;

/// Where a template stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A label or an annotation of a rule.
    Rule,
    /// The text of one alert in a message.
    Text,
    /// The title of a message.
    Title,
}

/// What is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placeholder {
    /// `$labels.NAME`
    Label(String),
    /// `$externalLabels.NAME`
    External(String),
    /// `$annotations.NAME`
    Annotation(String),
    /// `$value`
    Value,
    /// `$summary`
    Summary,
    /// `$alertname`
    AlertName,
    /// `$status`
    Status,
    /// `$symbol`
    Symbol,
    /// `$startsAt`
    StartsAt,
    /// `$endsAt`
    EndsAt,
    /// `$count`
    Count,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Placeholder(Placeholder),
}

/// A text with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    source: String,
    parts: Vec<Part>,
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl Template {
    /// Reads a text. Fails with a reason on a placeholder that is not known there.
    pub fn parse(source: &str, scope: Scope) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = source;
        while let Some((text, after)) = rest.split_once("{{") {
            let Some((inside, after)) = after.split_once("}}") else {
                return Err("{{ without }}".into());
            };
            if !text.is_empty() {
                parts.push(Part::Text(text.to_owned()));
            }
            parts.push(Part::Placeholder(placeholder(inside.trim(), scope)?));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self {
            source: source.to_owned(),
            parts,
        })
    }

    /// The text with what `fill` appends for each placeholder; cut at 4 KiB.
    pub fn render(&self, mut fill: impl FnMut(&Placeholder, &mut String)) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Placeholder(placeholder) => fill(placeholder, &mut out),
            }
        }
        out.truncate(out.floor_char_boundary(TEXT_BYTES_MAX));
        out
    }
}

fn placeholder(inside: &str, scope: Scope) -> Result<Placeholder, String> {
    let is_name = |name: &&str| {
        !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | ':'))
    };
    let after = |prefix: &str| inside.strip_prefix(prefix).filter(is_name).map(str::to_owned);
    let in_message = scope != Scope::Rule;
    let found = match inside {
        "$value" => Some(Placeholder::Value),
        "$summary" if in_message => Some(Placeholder::Summary),
        "$alertname" if in_message => Some(Placeholder::AlertName),
        "$status" if in_message => Some(Placeholder::Status),
        "$symbol" if in_message => Some(Placeholder::Symbol),
        "$startsAt" if in_message => Some(Placeholder::StartsAt),
        "$endsAt" if in_message => Some(Placeholder::EndsAt),
        "$count" if scope == Scope::Title => Some(Placeholder::Count),
        _ => after("$labels.").map(Placeholder::Label),
    };
    let found = found.or_else(|| match in_message {
        true => after("$annotations.").map(Placeholder::Annotation),
        false => after("$externalLabels.").map(Placeholder::External),
    });
    found.ok_or_else(|| {
        let known = match scope {
            Scope::Rule => "$labels.NAME, $externalLabels.NAME, $value",
            Scope::Text => {
                "$labels.NAME, $annotations.NAME, $summary, $value, $alertname, $status, $symbol, $startsAt, $endsAt"
            }
            Scope::Title => {
                "$labels.NAME, $annotations.NAME, $summary, $value, $alertname, $status, $symbol, $startsAt, $endsAt, $count"
            }
        };
        format!("{{{{ {inside:.100} }}}} is no placeholder; known here: {known}")
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(source: &str, scope: Scope, expect: Expect) {
        let shown = match Template::parse(source, scope) {
            Ok(template) => template.render(|placeholder, out| out.push_str(&format!("<{placeholder:?}>"))),
            Err(reason) => reason,
        };
        expect.assert_eq(&shown);
    }

    #[test]
    fn placeholders() {
        check("", Scope::Rule, expect![""]);
        check("no } braces {", Scope::Rule, expect!["no } braces {"]);
        check(
            "{{ $labels.instance }} has {{$value}} °C at {{ $externalLabels.site }}",
            Scope::Rule,
            expect![[r#"<Label("instance")> has <Value> °C at <External("site")>"#]],
        );
        check(
            "{{ $symbol }} {{ $alertname }}: {{ $count }} {{ $status }} {{ $annotations.runbook }}",
            Scope::Title,
            expect![[r#"<Symbol> <AlertName>: <Count> <Status> <Annotation("runbook")>"#]],
        );
        check(
            "{{ $summary }} {{ $startsAt }} {{ $endsAt }}",
            Scope::Text,
            expect!["<Summary> <StartsAt> <EndsAt>"],
        );
    }

    #[test]
    fn what_is_none() {
        check(
            "{{ $value | humanize }}",
            Scope::Rule,
            expect![
                "{{ $value | humanize }} is no placeholder; known here: $labels.NAME, $externalLabels.NAME, $value"
            ],
        );
        check(
            "{{ $status }}",
            Scope::Rule,
            expect![
                "{{ $status }} is no placeholder; known here: $labels.NAME, $externalLabels.NAME, $value"
            ],
        );
        check(
            "{{ $count }}",
            Scope::Text,
            expect![
                "{{ $count }} is no placeholder; known here: $labels.NAME, $annotations.NAME, $summary, $value, $alertname, $status, $symbol, $startsAt, $endsAt"
            ],
        );
        check(
            "{{ $labels. }}",
            Scope::Rule,
            expect![
                "{{ $labels. }} is no placeholder; known here: $labels.NAME, $externalLabels.NAME, $value"
            ],
        );
        check("a {{ b", Scope::Rule, expect!["{{ without }}"]);
    }

    #[test]
    fn long_values_are_cut_at_a_character() {
        let template = Template::parse("a{{ $value }}", Scope::Rule).unwrap();
        let text = template.render(|_, out| out.push_str(&"ü".repeat(5000)));
        assert_eq!(text.len(), 4095);
    }
}
