//! Where collectors write: an exposition that takes each series once, under the labels of its server.
//!
//! The reference answers 500 to a whole scrape where two rows give the same series (two receivers with one
//! `application_name`). Here the first one is served and the others are counted.

use std::fmt;
use std::hash::{Hash, Hasher};

use metrics_registry::{Exposition, Family, Kind};
use rustc_hash::{FxHashSet, FxHasher};

/// The series of one scrape, as hashes, and how many came twice.
#[derive(Debug, Default)]
pub struct Seen {
    series: FxHashSet<u64>,
    /// Series that were dropped since the process started.
    pub duplicates: u64,
}

impl Seen {
    /// Starts the next scrape; the count stays.
    pub fn clear(&mut self) {
        self.series.clear();
    }
}

/// What is put on every sample beside its own labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extra {
    /// Labels in the order of their names.
    pub labels: Vec<(String, String)>,
    /// What stands instead of the leading `pg` of a name.
    pub prefix: Option<String>,
}

impl Extra {
    /// These labels, sorted, the last of equal names, under the usual names.
    #[must_use]
    pub fn labels(labels: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut sorted: Vec<(String, String)> = Vec::new();
        for label in labels {
            match sorted.binary_search_by(|other| other.0.cmp(&label.0)) {
                Ok(at) => sorted[at] = label,
                Err(at) => sorted.insert(at, label),
            }
        }
        Self {
            labels: sorted,
            prefix: None,
        }
    }

    fn is_none(&self) -> bool {
        self.labels.is_empty() && self.prefix.is_none()
    }

    fn name<'a>(&self, name: &'a str) -> std::borrow::Cow<'a, str> {
        match (&self.prefix, name.strip_prefix("pg")) {
            (Some(prefix), Some(rest)) => format!("{prefix}{rest}").into(),
            _ => name.into(),
        }
    }
}

/// Takes the samples of one server.
pub struct Samples<'a> {
    out: &'a mut Exposition,
    seen: &'a mut Seen,
    extra: &'a Extra,
}

impl<'a> Samples<'a> {
    /// Writes to `out`, with `extra` on every sample.
    pub fn new(out: &'a mut Exposition, seen: &'a mut Seen, extra: &'a Extra) -> Self {
        Self { out, seen, extra }
    }

    /// Writes one sample of a family known at compile time.
    pub fn sample<const N: usize>(&mut self, family: &Family<N>, values: [&str; N], value: f64) {
        if !self.extra.is_none() {
            let labels = std::iter::zip(family.labels, values);
            self.dynamic(
                family.name,
                format_args!("{}", family.help),
                family.kind,
                labels,
                value,
            );
        } else if self.is_new(family.name, std::iter::zip(family.labels, values)) {
            self.out.sample(family, values, value);
        }
    }

    /// Writes one sample whose name or labels are known only at run time; labels in any order, each name once.
    pub fn dynamic<'l>(
        &mut self,
        name: &str,
        help: fmt::Arguments<'_>,
        kind: Kind,
        labels: impl IntoIterator<Item = (&'l str, &'l str)>,
        value: f64,
    ) {
        let name = self.extra.name(name);
        let labels = merged(self.extra, labels);
        if self.is_new(&name, labels.iter().copied()) {
            self.out.dynamic(&name, help, kind, labels, value);
        }
    }

    /// Writes a histogram: cumulative `(upper bound, count)` buckets in ascending order, without `+Inf`.
    pub fn histogram<'l>(
        &mut self,
        name: &str,
        help: fmt::Arguments<'_>,
        labels: impl IntoIterator<Item = (&'l str, &'l str)>,
        buckets: &[(f64, u64)],
        (sum, count): (f64, u64),
    ) {
        let name = self.extra.name(name);
        let labels = merged(self.extra, labels);
        if !self.is_new(&name, labels.iter().copied()) {
            return;
        }
        let mut lines = String::new();
        let all = buckets.iter().copied().chain([(f64::INFINITY, count)]);
        for (bound, cumulative) in all {
            let bound = number(bound);
            let labels = labels.iter().copied().chain([("le", bound.as_str())]);
            line(&mut lines, &name, "_bucket", labels, cumulative as f64);
        }
        line(&mut lines, &name, "_sum", labels.iter().copied(), sum);
        line(&mut lines, &name, "_count", labels.iter().copied(), count as f64);
        self.out.lines(&name, help, Kind::Histogram, &lines);
    }

    fn is_new<'l>(&mut self, name: &str, labels: impl Iterator<Item = (&'l str, &'l str)>) -> bool {
        let mut hasher = FxHasher::default();
        name.hash(&mut hasher);
        for label in labels {
            label.hash(&mut hasher);
        }
        let is_new = self.seen.series.insert(hasher.finish());
        if !is_new {
            self.seen.duplicates += 1;
        }
        is_new
    }
}

/// A sample's own labels and those of its server, sorted; its own win.
fn merged<'x, 'l: 'x>(
    extra: &'x Extra,
    labels: impl IntoIterator<Item = (&'l str, &'l str)>,
) -> Vec<(&'x str, &'x str)> {
    let mut merged: Vec<(&'x str, &'x str)> = Vec::new();
    for label in labels {
        merged.push(label);
    }
    for (name, value) in &extra.labels {
        if !merged.iter().any(|(other, _)| other == name) {
            merged.push((name, value));
        }
    }
    merged.sort_unstable();
    merged
}

fn line<'l>(
    out: &mut String,
    name: &str,
    suffix: &str,
    labels: impl Iterator<Item = (&'l str, &'l str)>,
    value: f64,
) {
    out.push_str(name);
    metrics_registry::exposition::line::write(out, suffix, labels, value);
}

fn number(value: f64) -> String {
    let mut text = String::new();
    metrics_registry::exposition::number::write(&mut text, value);
    text
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const UP: Family<1> = Family::gauge("pg_up", "Up.", ["datname"]);

    #[track_caller]
    fn check(extra: &Extra, write: impl Fn(&mut Samples<'_>), duplicates: u64, expect: Expect) {
        let mut out = Exposition::default();
        let mut seen = Seen::default();
        write(&mut Samples::new(&mut out, &mut seen, extra));
        expect.assert_eq(&out.to_text());
        assert_eq!(seen.duplicates, duplicates);
    }

    #[test]
    fn the_first_of_two_equal_series_is_served() {
        let write = |samples: &mut Samples<'_>| {
            samples.sample(&UP, ["a"], 1.0);
            samples.sample(&UP, ["a"], 2.0);
            samples.dynamic("pg_up", format_args!("Up."), Kind::Gauge, [("datname", "a")], 3.0);
            samples.sample(&UP, ["b"], 4.0);
        };
        check(
            &Extra::default(),
            write,
            2,
            expect![[r#"
                # HELP pg_up Up.
                # TYPE pg_up gauge
                pg_up{datname="a"} 1
                pg_up{datname="b"} 4
            "#]],
        );
    }

    #[test]
    fn labels_of_the_server_stand_among_the_others() {
        let mut extra = Extra::labels([
            ("server".into(), "h:1".into()),
            ("a".into(), "x".into()),
            ("a".into(), "y".into()),
        ]);
        extra.prefix = Some("mydb".into());
        check(
            &extra,
            |samples| {
                samples.sample(&UP, ["d"], 1.0);
                let buckets = [(1.0, 2), (5.0, 3)];
                samples.histogram("h_seconds", format_args!("H."), [("l", "v")], &buckets, (2.5, 4));
            },
            0,
            expect![[r#"
                # HELP h_seconds H.
                # TYPE h_seconds histogram
                h_seconds_bucket{a="y",l="v",server="h:1",le="1"} 2
                h_seconds_bucket{a="y",l="v",server="h:1",le="5"} 3
                h_seconds_bucket{a="y",l="v",server="h:1",le="+Inf"} 4
                h_seconds_sum{a="y",l="v",server="h:1"} 2.5
                h_seconds_count{a="y",l="v",server="h:1"} 4
                # HELP mydb_up Up.
                # TYPE mydb_up gauge
                mydb_up{a="y",datname="d",server="h:1"} 1
            "#]],
        );
    }
}
