//! What a scrape writes, each series once.
//!
//! Rows come from the server's users (names of tables, hosts, digests), so two may differ in nothing that is a label.
//! The reference answers HTTP 500 then; here the second one is left out and counted.

use std::fmt;
use std::hash::{Hash, Hasher};

use metrics_registry::{Exposition, Family, Kind};
use rustc_hash::{FxHashSet, FxHasher};

/// The series of one scrape, by the hash of name and label values. Kept for its buffer.
#[derive(Debug, Default)]
pub struct Seen {
    series: FxHashSet<u64>,
    /// Series left out because they were there already.
    pub dropped: u64,
}

impl Seen {
    /// Forgets the series, not how many were left out.
    pub fn clear(&mut self) {
        self.series.clear();
    }

    fn is_new<'a>(&mut self, name: &str, values: impl Iterator<Item = &'a str>) -> bool {
        let mut hasher = FxHasher::default();
        name.hash(&mut hasher);
        for value in values {
            value.hash(&mut hasher);
        }
        let new = self.series.insert(hasher.finish());
        self.dropped += u64::from(!new);
        new
    }
}

/// Where collectors write.
pub struct Samples<'a> {
    /// The scrape.
    pub out: &'a mut Exposition,
    /// What it holds already.
    pub seen: &'a mut Seen,
}

impl Samples<'_> {
    /// Writes one sample of a family known at compile time.
    pub fn sample<const N: usize>(&mut self, family: &Family<N>, values: [&str; N], value: f64) {
        if self.seen.is_new(family.name, values.into_iter()) {
            self.out.sample(family, values, value);
        }
    }

    /// Writes one sample whose name, help or labels are known only at run time; labels are sorted by name.
    pub fn dynamic(
        &mut self,
        name: &str,
        help: fmt::Arguments<'_>,
        kind: Kind,
        labels: &[(&str, &str)],
        value: f64,
    ) {
        if self.seen.is_new(name, labels.iter().map(|(_, value)| *value)) {
            self.out.dynamic(name, help, kind, labels.iter().copied(), value);
        }
    }

    /// Writes a histogram; see [`Exposition::histogram`].
    pub fn histogram<const N: usize>(
        &mut self,
        family: &Family<N>,
        values: [&str; N],
        buckets: &[(f64, u64)],
        sum: f64,
        count: u64,
    ) {
        if self.seen.is_new(family.name, values.into_iter()) {
            self.out.histogram(family, values, buckets, sum, count);
        }
    }

    /// Writes a summary; see [`Exposition::summary`].
    pub fn summary<const N: usize>(
        &mut self,
        family: &Family<N>,
        values: [&str; N],
        quantiles: &[(f64, f64)],
        sum: f64,
        count: u64,
    ) {
        if self.seen.is_new(family.name, values.into_iter()) {
            self.out.summary(family, values, quantiles, sum, count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: Family<2> = Family::gauge("x", "Help.", ["a", "b"]);

    #[test]
    fn the_second_one_is_counted() {
        let (mut out, mut seen) = (Exposition::default(), Seen::default());
        for scrape in 1..=2 {
            out.clear();
            seen.clear();
            let mut samples = Samples {
                out: &mut out,
                seen: &mut seen,
            };
            samples.sample(&FAMILY, ["1", "23"], 1.0);
            samples.sample(&FAMILY, ["12", "3"], 2.0);
            samples.sample(&FAMILY, ["1", "23"], 3.0);
            samples.dynamic(
                "x",
                format_args!(""),
                Kind::Gauge,
                &[("a", "1"), ("b", "23")],
                4.0,
            );
            assert_eq!(out.sample_count(), 2);
            assert_eq!(seen.dropped, 2 * scrape);
        }
    }
}
