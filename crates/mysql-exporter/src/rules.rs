//! A query and the rules that turn its columns into samples.
//!
//! Most collectors are nothing else: one statement, and for each of its rows one sample per rule.

use std::borrow::Cow;

use metrics_registry::{Family, Kind};

use crate::row::Row;
use crate::samples::Samples;

/// One statement and what its rows mean.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// The statement.
    pub query: &'static str,
    /// What each row is turned into, in the order in which it is written.
    pub rules: &'static [Rule],
}

/// Where a label's value comes from.
#[derive(Clone, Copy, Debug)]
pub enum Label {
    /// The column of this name; NULL is empty.
    Column(&'static str),
    /// Always this.
    Is(&'static str),
}

/// What a column counts in. Fractions are multiplied and picoseconds divided, because so does the reference.
#[derive(Clone, Copy, Debug)]
pub enum Unit {
    /// Written as it is.
    Plain,
    /// Written as seconds.
    Picoseconds,
    /// Written as seconds.
    Microseconds,
    /// Written as seconds.
    Milliseconds,
}

impl Unit {
    fn convert(self, value: f64) -> f64 {
        match self {
            Self::Plain => value,
            Self::Picoseconds => value / 1e12,
            Self::Microseconds => value * 0.000_001,
            Self::Milliseconds => value * 0.001,
        }
    }
}

/// One sample per row: a family, where its labels come from, and the column with its value.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    name: &'static str,
    help: &'static str,
    kind: Kind,
    names: &'static [&'static str],
    labels: &'static [Label],
    column: &'static str,
    unit: Unit,
}

impl Rule {
    /// A sample whose value is the column as it is. Rows where that is no number are left out.
    #[must_use]
    pub const fn new<const N: usize>(
        family: &'static Family<N>,
        labels: &'static [Label; N],
        column: &'static str,
    ) -> Self {
        Self {
            name: family.name,
            help: family.help,
            kind: family.kind,
            names: &family.labels,
            labels,
            column,
            unit: Unit::Plain,
        }
    }

    /// The same with a column that counts in `unit`.
    #[must_use]
    pub const fn of(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }
}

/// The rules of one result, with its columns found.
#[derive(Debug, Default)]
pub struct Found {
    rules: Vec<FoundRule>,
    columns: Vec<FoundLabel>,
}

#[derive(Debug)]
struct FoundRule {
    rule: &'static Rule,
    column: usize,
    /// Where this rule's labels end in `columns`.
    labels_end: usize,
}

#[derive(Clone, Copy, Debug)]
enum FoundLabel {
    Column(usize),
    Is(&'static str),
}

impl Found {
    /// Finds the columns of `rules` in a result. A rule whose columns are not all there does not apply.
    #[must_use]
    pub fn new(rules: &'static [Rule], row: &impl Row) -> Self {
        let mut found = Self::default();
        for rule in rules {
            let start = found.columns.len();
            let labels = rule.labels.iter().map(|label| match label {
                Label::Column(name) => row.position(name).map(FoundLabel::Column),
                Label::Is(text) => Some(FoundLabel::Is(text)),
            });
            let labels: Option<Vec<_>> = labels.collect();
            if let (Some(labels), Some(column)) = (labels, row.position(rule.column)) {
                found.columns.extend(labels);
                found.rules.push(FoundRule {
                    rule,
                    column,
                    labels_end: found.columns.len(),
                });
            } else {
                found.columns.truncate(start);
            }
        }
        found
    }

    /// Writes the samples of one row.
    pub fn write(&self, row: &impl Row, samples: &mut Samples<'_>) {
        let mut start = 0;
        for found in &self.rules {
            let labels = self.columns.get(start..found.labels_end).unwrap_or_default();
            start = found.labels_end;
            if let Some(value) = row.number(found.column) {
                write(found.rule, labels, row, value, samples);
            }
        }
    }
}

fn write(rule: &Rule, labels: &[FoundLabel], row: &impl Row, value: f64, samples: &mut Samples<'_>) {
    // Nothing has more labels than this; the constants below are checked by a test.
    let mut texts: [Cow<'_, str>; LABELS_MAX] = Default::default();
    for (text, label) in std::iter::zip(&mut texts, labels) {
        *text = match label {
            FoundLabel::Column(column) => row.text(*column),
            FoundLabel::Is(text) => Cow::Borrowed(*text),
        };
    }
    let mut pairs = [("", ""); LABELS_MAX];
    for (pair, (name, text)) in std::iter::zip(&mut pairs, std::iter::zip(rule.names, &texts)) {
        *pair = (*name, &**text);
    }
    let pairs = pairs.get(..labels.len()).unwrap_or_default();
    let value = rule.unit.convert(value);
    samples.dynamic(rule.name, format_args!("{}", rule.help), rule.kind, pairs, value);
}

/// Labels of one rule, at most.
const LABELS_MAX: usize = 6;

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use metrics_registry::Exposition;

    use super::*;
    use crate::row::made::Made;
    use crate::samples::Seen;

    const WAITS: Family<2> = Family::counter("waits_total", "Waits.", ["name", "operation"]);
    const SECONDS: Family<2> = Family::counter("waits_seconds_total", "Seconds.", ["name", "operation"]);
    const LAG: Family<0> = Family::gauge("lag_seconds", "Lag.", []);
    const RULES: &[Rule] = &[
        Rule::new(&WAITS, &[Label::Column("NAME"), Label::Is("fetch")], "COUNT"),
        Rule::new(&SECONDS, &[Label::Column("NAME"), Label::Is("fetch")], "TIME").of(Unit::Picoseconds),
        Rule::new(&LAG, &[], "LAG").of(Unit::Milliseconds),
    ];

    #[track_caller]
    fn check(names: &[&str], rows: &[&[Option<&str>]], expect: Expect) {
        let (mut out, mut seen) = (Exposition::default(), Seen::default());
        let mut samples = Samples {
            out: &mut out,
            seen: &mut seen,
        };
        let made = |cells: &[Option<&str>]| Made {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            cells: cells.iter().map(|cell| cell.map(str::to_owned)).collect(),
        };
        let found = Found::new(RULES, &made(&[]));
        for cells in rows {
            found.write(&made(cells), &mut samples);
        }
        expect.assert_eq(&out.to_text());
    }

    #[test]
    fn columns_are_found_by_name() {
        check(
            &["time", "Name", "count", "LAG"],
            &[
                &[Some("2500000000000"), Some("a\"b"), Some("7"), Some("12")],
                &[Some("0"), None, Some("8"), Some("")],
            ],
            expect![[r#"
                # HELP lag_seconds Lag.
                # TYPE lag_seconds gauge
                lag_seconds 0.012
                # HELP waits_seconds_total Seconds.
                # TYPE waits_seconds_total counter
                waits_seconds_total{name="a\"b",operation="fetch"} 2.5
                waits_seconds_total{name="",operation="fetch"} 0
                # HELP waits_total Waits.
                # TYPE waits_total counter
                waits_total{name="a\"b",operation="fetch"} 7
                waits_total{name="",operation="fetch"} 8
            "#]],
        );
    }

    #[test]
    fn a_rule_without_its_columns_does_not_apply() {
        check(
            &["NAME", "COUNT"],
            &[&[Some("a"), Some("1")], &[Some("b"), Some("many")]],
            expect![[r#"
                # HELP waits_total Waits.
                # TYPE waits_total counter
                waits_total{name="a",operation="fetch"} 1
            "#]],
        );
    }

    #[test]
    fn no_rule_has_too_many_labels() {
        for table in crate::collectors::tables() {
            for rule in table.rules {
                assert!(rule.labels.len() <= LABELS_MAX, "{}", rule.name);
            }
        }
    }
}
