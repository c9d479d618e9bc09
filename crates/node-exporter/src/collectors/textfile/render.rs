//! Samples of one family as finished lines: labels sorted and complete, numbers as the reference spells them.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use metrics_registry::Kind;
use metrics_registry::exposition::{line, number};

use super::family::{Part, Row};

/// All samples of a family with the same labels.
#[derive(Debug)]
pub(super) struct Metric {
    /// In the order of their names; what metrics are sorted by.
    pub values: Vec<String>,
    /// `name{labels}`; no two metrics of a family have the same.
    pub series: String,
    /// Each ended by a newline.
    pub lines: String,
}

/// The metrics of a family; of two that are the same the first.
///
/// A label that one sample of the family has, all have: where it is missing, it is empty.
pub(super) fn metrics(name: &str, kind: Kind, rows: Vec<Row>) -> Vec<Metric> {
    let names: BTreeSet<String> = rows
        .iter()
        .flat_map(|row| row.labels.iter().map(|(name, _)| name.clone()))
        .collect();
    let mut index = HashMap::new();
    let mut drafts: Vec<Draft> = Vec::new();
    for row in rows {
        let mut values = Vec::with_capacity(names.len());
        let mut labels = row.labels.into_iter().peekable();
        for name in &names {
            values.push(
                labels
                    .next_if(|(label, _)| label == name)
                    .map_or(String::new(), |(_, value)| value),
            );
        }
        let at = *index.entry(values.clone()).or_insert(drafts.len());
        match drafts.get_mut(at) {
            Some(draft) => draft.add(row.part, row.value),
            None => {
                let mut draft = Draft::new(values);
                draft.add(row.part, row.value);
                drafts.push(draft);
            }
        }
    }
    drafts
        .into_iter()
        .map(|draft| draft.finish(name, kind, &names))
        .collect()
}

#[derive(Debug, Default)]
struct Draft {
    values: Vec<String>,
    value: Option<f64>,
    /// Bounds of buckets with their counts, or quantiles with their values.
    points: Vec<(f64, f64)>,
    sum: f64,
    count: f64,
}

impl Draft {
    fn new(values: Vec<String>) -> Self {
        Self {
            values,
            ..Self::default()
        }
    }

    fn add(&mut self, part: Part, value: f64) {
        match part {
            Part::Value => {
                self.value.get_or_insert(value);
            }
            Part::At(at) => self.points.push((at, value)),
            Part::Sum => self.sum = value,
            // Counts are whole numbers; what is not becomes one, as in the reference.
            Part::Count => self.count = value as u64 as f64,
            Part::Nothing => {}
        }
    }

    fn finish(mut self, name: &str, kind: Kind, names: &BTreeSet<String>) -> Metric {
        let labels = || {
            names
                .iter()
                .map(String::as_str)
                .zip(self.values.iter().map(String::as_str))
        };
        let mut series = String::new();
        line::write_series(&mut series, name, labels());
        let mut lines = String::new();
        let bound_label = match kind {
            Kind::Histogram => "le",
            Kind::Summary => "quantile",
            _ => {
                line::write(&mut lines, name, labels(), self.value.unwrap_or(0.0));
                return Metric {
                    values: self.values,
                    series,
                    lines,
                };
            }
        };
        if kind == Kind::Histogram {
            for (_, count) in &mut self.points {
                *count = *count as u64 as f64;
            }
            if !self.points.iter().any(|(bound, _)| *bound == f64::INFINITY) {
                self.points.push((f64::INFINITY, self.count));
            }
        }
        // Of two points at the same place the later one counts.
        self.points.reverse();
        self.points.sort_by(|a, b| order(a.0, b.0));
        self.points.dedup_by(|a, b| order(a.0, b.0).is_eq());
        let suffix = if kind == Kind::Histogram { "_bucket" } else { "" };
        let sample = format!("{name}{suffix}");
        let mut at_text = String::new();
        for (at, value) in &self.points {
            at_text.clear();
            number::write(&mut at_text, *at);
            let labels = labels().chain([(bound_label, at_text.as_str())]);
            line::write(&mut lines, &sample, labels, *value);
        }
        line::write(&mut lines, &format!("{name}_sum"), labels(), self.sum);
        line::write(&mut lines, &format!("{name}_count"), labels(), self.count);
        Metric {
            values: self.values,
            series,
            lines,
        }
    }
}

/// Ascending, with what is not a number at the end.
fn order(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}
