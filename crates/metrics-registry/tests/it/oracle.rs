//! The same families through prometheus-client's OpenMetrics encoder: both texts say the same.
//!
//! Of what it supports: counters with `_total`, gauges, histograms and unknowns. It writes no help with escapes.

use std::fmt;

use metrics_registry::parse::{Entry, entries};
use metrics_registry::{Exposition, Family, Format};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

const COUNTER: Family<2> = Family::counter("c_total", "A counter.", ["a", "b"]);
const GAUGE: Family<1> = Family::gauge("g_bytes", "A gauge, with \"quotes\".", ["a"]);
const UNKNOWN: Family<0> = Family::untyped("u", "Of no kind.", []);
const HISTOGRAM: Family<1> = Family::histogram("h_seconds", "Buckets.", ["a"]);

const VALUES: &[&str] = &["", "plain", "C:\\dir\n\"x\"", "},=\"", "ü☃"];
const NUMBERS: &[f64] = &[
    0.0,
    1.0,
    -1.5,
    1e6,
    123_456_789.25,
    1e-7,
    0.1 + 0.2,
    5e-324,
    f64::MAX,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];
/// Upper bound and count of each bucket alone.
const BUCKETS: &[(f64, u64)] = &[(0.005, 3), (1.0, 0), (2.5, 4), (1e6, 1), (f64::INFINITY, 2)];

/// The families of this test, as prometheus-client asks for them.
#[derive(Debug)]
struct Recorded;

impl Collector for Recorded {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut counter = encoder.encode_descriptor("c", COUNTER.help, None, MetricType::Counter)?;
        for (value, number) in pairs() {
            let labels = [("a", value), ("b", value)];
            counter
                .encode_family(&labels)?
                .encode_counter::<NoLabelSet, _, f64>(&number, None)?;
        }
        let mut gauge = encoder.encode_descriptor(GAUGE.name, GAUGE.help, None, MetricType::Gauge)?;
        for (value, number) in pairs() {
            gauge.encode_family(&[("a", value)])?.encode_gauge(&number)?;
        }
        let mut histogram =
            encoder.encode_descriptor(HISTOGRAM.name, HISTOGRAM.help, None, MetricType::Histogram)?;
        for value in VALUES {
            let labels = [("a", *value)];
            histogram
                .encode_family(&labels)?
                .encode_histogram::<NoLabelSet>(12.5, 10, BUCKETS, None)?;
        }
        encoder
            .encode_descriptor(UNKNOWN.name, UNKNOWN.help, None, MetricType::Unknown)?
            .encode_gauge(&7_u64)
    }
}

/// Every number, beside the label values in turn.
fn pairs() -> impl Iterator<Item = (&'static str, f64)> {
    std::iter::zip(VALUES.iter().copied().cycle(), NUMBERS.iter().copied())
}

fn ours() -> String {
    let mut out = Exposition::default();
    for (value, number) in pairs() {
        out.sample(&COUNTER, [value, value], number);
    }
    for (value, number) in pairs() {
        out.sample(&GAUGE, [value], number);
    }
    let mut sum = 0;
    let cumulative: Vec<_> = BUCKETS
        .iter()
        .map(|(bound, count)| {
            sum += count;
            (*bound, sum)
        })
        .collect();
    for value in VALUES {
        out.histogram(&HISTOGRAM, [value], &cumulative, 12.5, 10);
    }
    out.sample(&UNKNOWN, [], 7.0);
    let mut text = Vec::new();
    out.write_to(Format::OpenMetrics1, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

/// What a body says, whatever the order of its lines and labels and the spelling of its numbers.
fn meaning(text: &str) -> Vec<String> {
    let mut all: Vec<String> = entries(text.as_bytes(), Format::OpenMetrics1)
        .map(|entry| match entry.unwrap() {
            Entry::Sample(sample) => {
                let mut labels: Vec<_> = sample.labels.iter().collect();
                for (name, value) in &mut labels {
                    if *name == "le" {
                        *value = format!("{:?}", value.parse::<f64>().unwrap()).into();
                    }
                }
                labels.sort();
                format!("{:?} {labels:?} {:?}", sample.name, sample.value)
            }
            entry => format!("{entry:?}").replace("\\\\\\\"", "\\\""),
        })
        .collect();
    all.sort();
    all
}

#[test]
fn says_the_same_as_prometheus_client() {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(Recorded));
    let mut theirs = String::new();
    encode(&mut theirs, &registry).unwrap();
    let (ours, theirs) = (meaning(&ours()), meaning(&theirs));
    for (ours, theirs) in std::iter::zip(&ours, &theirs) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), theirs.len());
}
