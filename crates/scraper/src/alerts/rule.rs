//! One rule: when it holds, and what is told then.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use metrics_registry::exposition::number;

use super::expression::Expression;
use super::template::{Placeholder, Template};
use crate::fnv::Fnv;
use crate::label_set::METRIC_NAME;
use crate::labels::Labels;

/// The label that holds a rule's name.
pub const ALERT_NAME: &str = "alertname";

/// A rule, as the configuration has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Tells it from every other one, also after a restart: made of name, expression and labels.
    pub id: Rc<str>,
    /// Its name.
    pub name: String,
    /// When it holds.
    pub expression: Expression,
    /// How long it must hold before it is told.
    pub hold: Duration,
    /// Labels of its alerts beside those of the series.
    pub labels: BTreeMap<String, Template>,
    /// Texts of its alerts.
    pub annotations: BTreeMap<String, Template>,
    /// Who is told; all where it is empty.
    pub receivers: Rc<[String]>,
}

impl Rule {
    /// A rule and its [`Rule::id`].
    pub fn new(
        name: String,
        expression: Expression,
        hold: Duration,
        labels: BTreeMap<String, Template>,
        annotations: BTreeMap<String, Template>,
        receivers: Vec<String>,
    ) -> Self {
        let mut hash = Fnv::new();
        let mut write = |text: &str| {
            hash.write(text.as_bytes());
            hash.write(&[0xff]);
        };
        write(&name);
        write(&expression.to_string());
        for (label, template) in &labels {
            write(label);
            write(&template.to_string());
        }
        Self {
            id: format!("{:016x}", hash.finish()).into(),
            name,
            expression,
            hold,
            labels,
            annotations,
            receivers: receivers.into(),
        }
    }

    /// The labels of the alert of a series: its own, those of the rule, and external ones where these leave room.
    pub fn labels_of(&self, series: &Labels, value: f64, external: &Labels) -> Labels {
        let mut labels = series.clone();
        labels.remove(METRIC_NAME);
        for (name, template) in &self.labels {
            labels.insert(name.clone(), filled(template, series, value, external));
        }
        labels.insert(ALERT_NAME.to_owned(), self.name.clone());
        for (name, value) in external {
            labels.entry(name.clone()).or_insert_with(|| value.clone());
        }
        labels.retain(|_, value| !value.is_empty());
        labels
    }

    /// Its texts, filled.
    pub fn annotations_of(&self, series: &Labels, value: f64, external: &Labels) -> Labels {
        let filled = |template| filled(template, series, value, external);
        let annotations = self.annotations.iter();
        annotations
            .map(|(name, template)| (name.clone(), filled(template)))
            .collect()
    }
}

/// A number as messages have it.
pub fn shown(value: f64) -> String {
    let mut text = String::new();
    number::write(&mut text, value);
    text
}

fn filled(template: &Template, series: &Labels, value: f64, external: &Labels) -> String {
    template.render(|placeholder, out| match placeholder {
        Placeholder::Label(name) => out.push_str(series.get(name).map_or("", String::as_str)),
        Placeholder::External(name) => out.push_str(external.get(name).map_or("", String::as_str)),
        Placeholder::Value => number::write(out, value),
        // The others are of messages, and refused in rules.
        _ => {}
    })
}

#[cfg(test)]
mod tests {
    use super::super::template::Scope;
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn labels_and_texts() {
        let template = |text: &str| Template::parse(text, Scope::Rule).unwrap();
        let rule = Rule::new(
            "Hot".into(),
            Expression::parse("temp > 80").unwrap(),
            Duration::ZERO,
            BTreeMap::from([
                ("severity".to_owned(), template("critical")),
                ("where".to_owned(), template("{{ $labels.room }}")),
                ("gone".to_owned(), template("{{ $labels.absent }}")),
                ("site".to_owned(), template("rule")),
            ]),
            BTreeMap::from([(
                "summary".to_owned(),
                template(
                    "{{ $labels.__name__ }} of {{ $labels.instance }} is {{ $value }} at {{ $externalLabels.home }}",
                ),
            )]),
            Vec::new(),
        );
        let series = labels(&[("__name__", "temp"), ("instance", "pi:9100"), ("room", "attic")]);
        let external = labels(&[("home", "north"), ("room", "none"), ("site", "none")]);
        assert_eq!(
            rule.labels_of(&series, 81.5, &external),
            labels(&[
                ("alertname", "Hot"),
                ("home", "north"),
                ("instance", "pi:9100"),
                ("room", "attic"),
                ("severity", "critical"),
                ("site", "rule"),
                ("where", "attic"),
            ])
        );
        assert_eq!(
            rule.annotations_of(&series, 81.5, &external)["summary"],
            "temp of pi:9100 is 81.5 at north"
        );
    }
}
