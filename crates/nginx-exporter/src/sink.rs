//! Samples with the labels that every one of a target gets: `--prometheus.const-label`, and `addr` where there are several.

use metrics_registry::exposition::line;
use metrics_registry::{Exposition, Family, Kind};

/// Label names and values, sorted by name.
pub type Labels = Vec<(String, String)>;

/// Where the samples of one target go.
#[derive(Debug)]
pub struct Sink<'a> {
    out: &'a mut Exposition,
    extra: &'a [(String, String)],
}

impl<'a> Sink<'a> {
    /// Adds `extra`, sorted by name, to every sample.
    pub fn new(out: &'a mut Exposition, extra: &'a [(String, String)]) -> Self {
        Self { out, extra }
    }

    /// Writes one sample.
    pub fn sample<const N: usize>(&mut self, family: &Family<N>, values: [&str; N], value: f64) {
        if self.extra.is_empty() {
            self.out.sample(family, values, value);
        } else {
            let labels = merged(self.extra, &family.labels, &values);
            self.out.dynamic(
                family.name,
                format_args!("{}", family.help),
                family.kind,
                labels,
                value,
            );
        }
    }

    /// Writes a histogram: cumulative buckets in ascending order, the last one `+Inf`.
    pub fn histogram(
        &mut self,
        family: &Family<1>,
        value: &str,
        buckets: &[(f64, u64)],
        sum: f64,
        count: u64,
    ) {
        if self.extra.is_empty() {
            self.out.histogram(family, [value], buckets, sum, count);
            return;
        }
        let labels = merged(self.extra, &family.labels, &[value]);
        let mut lines = String::new();
        let mut bound = String::new();
        for (upper, cumulative) in buckets {
            bound.clear();
            metrics_registry::exposition::number::write(&mut bound, *upper);
            let labels = labels.iter().copied().chain([("le", bound.as_str())]);
            line::write(
                &mut lines,
                &format!("{}_bucket", family.name),
                labels,
                *cumulative as f64,
            );
        }
        let end = [("sum", sum), ("count", count as f64)];
        for (suffix, value) in end {
            line::write(
                &mut lines,
                &format!("{}_{suffix}", family.name),
                labels.iter().copied(),
                value,
            );
        }
        self.out.lines(
            family.name,
            format_args!("{}", family.help),
            Kind::Histogram,
            &lines,
        );
    }
}

/// Both sets of labels, sorted by name. Where both have a name, the family's own stands.
fn merged<'a>(
    extra: &'a [(String, String)],
    names: &[&'a str],
    values: &[&'a str],
) -> Vec<(&'a str, &'a str)> {
    let own = std::iter::zip(names.iter().copied(), values.iter().copied());
    let mut labels: Vec<_> = extra
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !names.contains(name))
        .chain(own)
        .collect();
    labels.sort_by_key(|(name, _)| *name);
    labels
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const PLAIN: Family<0> = Family::gauge("plain", "Without labels.", []);
    const ZONE: Family<1> = Family::counter("zone", "With a label.", ["zone"]);
    const SIZE: Family<1> = Family::histogram("size", "In buckets.", ["zone"]);

    #[track_caller]
    fn check(extra: &[(&str, &str)], expect: Expect) {
        let extra: Labels = extra.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect();
        let mut out = Exposition::default();
        let mut sink = Sink::new(&mut out, &extra);
        sink.sample(&PLAIN, [], 1.0);
        sink.sample(&ZONE, ["a"], 2.0);
        sink.histogram(&SIZE, "a", &[(1.0, 1), (f64::INFINITY, 2)], 5.0, 2);
        expect.assert_eq(&out.to_text());
    }

    #[test]
    fn none() {
        check(
            &[],
            expect![[r##"
            # HELP plain Without labels.
            # TYPE plain gauge
            plain 1
            # HELP size In buckets.
            # TYPE size histogram
            size_bucket{zone="a",le="1"} 1
            size_bucket{zone="a",le="+Inf"} 2
            size_sum{zone="a"} 5
            size_count{zone="a"} 2
            # HELP zone With a label.
            # TYPE zone counter
            zone{zone="a"} 2
        "##]],
        );
    }

    #[test]
    fn sorted_between() {
        check(
            &[("addr", "http://x"), ("zulu", "\"")],
            expect![[r##"
            # HELP plain Without labels.
            # TYPE plain gauge
            plain{addr="http://x",zulu="\""} 1
            # HELP size In buckets.
            # TYPE size histogram
            size_bucket{addr="http://x",zone="a",zulu="\"",le="1"} 1
            size_bucket{addr="http://x",zone="a",zulu="\"",le="+Inf"} 2
            size_sum{addr="http://x",zone="a",zulu="\""} 5
            size_count{addr="http://x",zone="a",zulu="\""} 2
            # HELP zone With a label.
            # TYPE zone counter
            zone{addr="http://x",zone="a",zulu="\""} 2
        "##]],
        );
    }

    #[test]
    fn the_family_wins() {
        check(
            &[("zone", "mine")],
            expect![[r##"
            # HELP plain Without labels.
            # TYPE plain gauge
            plain{zone="mine"} 1
            # HELP size In buckets.
            # TYPE size histogram
            size_bucket{zone="a",le="1"} 1
            size_bucket{zone="a",le="+Inf"} 2
            size_sum{zone="a"} 5
            size_count{zone="a"} 2
            # HELP zone With a label.
            # TYPE zone counter
            zone{zone="a"} 2
        "##]],
        );
    }
}
