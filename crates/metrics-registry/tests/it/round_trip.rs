//! What is written is read back as it was, in both formats.

use std::fmt::Write;

use metrics_registry::parse::{Entry, MetricType, entries};
use metrics_registry::{Exposition, Family, Format, Kind};

const NASTY: &[&str] = &[
    "",
    " ",
    "plain",
    "}",
    "{",
    ",",
    "=",
    "\"",
    "\\",
    "\\\\",
    "\n",
    "\\n",
    "\\\"",
    "ends with \\",
    "a=\"b\",c=\"d\"} 1",
    ",le=",
    "le=\"1\"",
    " # {a=\"b\"} 1",
    "# EOF",
    "\t\r\u{b}",
    "\u{0}",
    "ü☃\u{1F980}",
    "\u{feff}",
    "C:\\new\\table \"x\"\n",
];
const NUMBERS: &[f64] = &[
    0.0,
    1.0,
    -1.5,
    1e6,
    1e-5,
    0.1 + 0.2,
    5e-324,
    f64::MAX,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

const COUNTER: Family<2> = Family::counter("c_total", "A \"counter\" \\ of\nlines.", ["a", "b"]);
const BARE: Family<1> = Family::counter("bare", "A counter without its suffix.", ["a"]);
const GAUGE: Family<1> = Family::gauge("g", "", ["a"]);
const UNTYPED: Family<0> = Family::untyped("u", "Ends with a backslash \\", []);
const HISTOGRAM: Family<1> = Family::histogram("h", "Buckets.", ["a"]);
const SUMMARY: Family<1> = Family::summary("s", "Quantiles.", ["a"]);

/// A sample, spelled for comparison.
fn spell<'a>(name: &str, labels: impl IntoIterator<Item = (&'a str, &'a str)>, value: f64) -> String {
    let mut out = name.to_owned();
    for (name, value) in labels {
        write!(out, " {name:?}={value:?}").unwrap();
    }
    write!(out, " {value:?}").unwrap();
    out
}

fn filled(expect: &mut Vec<String>) -> Exposition {
    let mut out = Exposition::default();
    for (value, number) in std::iter::zip(NASTY, NUMBERS.iter().cycle()) {
        out.sample(&BARE, [value], *number);
        expect.push(spell("bare", [("a", *value)], *number));
    }
    for (value, number) in std::iter::zip(NASTY, NUMBERS.iter().cycle()) {
        out.sample(&COUNTER, [value, value], *number);
        expect.push(spell("c_total", [("a", *value), ("b", *value)], *number));
    }
    for number in NUMBERS {
        out.sample(&GAUGE, ["x"], *number);
        expect.push(spell("g", [("a", "x")], *number));
    }
    for value in NASTY {
        out.histogram(
            &HISTOGRAM,
            [value],
            &[(0.5, 1), (2.0, 3), (f64::INFINITY, 4)],
            2.5,
            4,
        );
        for (bound, count) in [("0.5", 1.0), ("2.0", 3.0), ("+Inf", 4.0)] {
            expect.push(spell("h_bucket", [("a", *value), ("le", bound)], count));
        }
        expect.push(spell("h_sum", [("a", *value)], 2.5));
        expect.push(spell("h_count", [("a", *value)], 4.0));
    }
    for value in NASTY {
        out.summary(&SUMMARY, [value], &[(0.0, 0.1), (0.99, f64::NAN)], 7.0, 2_000_000);
        expect.push(spell("s", [("a", *value), ("quantile", "0.0")], 0.1));
        expect.push(spell("s", [("a", *value), ("quantile", "0.99")], f64::NAN));
        expect.push(spell("s_sum", [("a", *value)], 7.0));
        expect.push(spell("s_count", [("a", *value)], 2_000_000.0));
    }
    out.sample(&UNTYPED, [], 1.0);
    expect.push(spell("u", [], 1.0));
    out
}

#[track_caller]
fn check(format: Format) {
    let mut expect = Vec::new();
    let out = filled(&mut expect);
    let mut text = Vec::new();
    out.write_to(format, &mut text).unwrap();

    let mut samples = Vec::new();
    let mut helps = Vec::new();
    let mut types = Vec::new();
    for entry in entries(&text, format) {
        match entry.unwrap() {
            Entry::Sample(sample) => {
                let labels: Vec<_> = sample.labels.iter().collect();
                let labels = labels
                    .iter()
                    .map(|(name, value)| match (name.as_ref(), value.as_ref()) {
                        // The one thing that the formats spell differently.
                        ("le", "2") if format == Format::Text004 => ("le", "2.0"),
                        ("quantile", "0") if format == Format::Text004 => ("quantile", "0.0"),
                        label => label,
                    });
                samples.push(spell(&sample.name, labels, sample.value));
            }
            Entry::Help { help, .. } => helps.push(help.unescape().into_owned()),
            Entry::Type { name, kind } => types.push((name.into_owned(), kind)),
            Entry::Eof => assert_eq!(format, Format::OpenMetrics1),
            entry => panic!("{entry:?}"),
        }
    }
    assert_eq!(samples, expect);
    assert_eq!(
        helps,
        [
            BARE.help,
            COUNTER.help,
            GAUGE.help,
            HISTOGRAM.help,
            SUMMARY.help,
            UNTYPED.help
        ]
    );
    let (bare, counter) = match format {
        Format::Text004 => (MetricType::Counter, "c_total"),
        Format::OpenMetrics1 => (MetricType::Unknown, "c"),
    };
    let expect = [
        ("bare", bare),
        (counter, MetricType::Counter),
        ("g", MetricType::Gauge),
        ("h", MetricType::Histogram),
        ("s", MetricType::Summary),
        ("u", MetricType::Unknown),
    ];
    assert_eq!(types, expect.map(|(name, kind)| (name.to_owned(), kind)));
}

#[test]
fn text() {
    check(Format::Text004);
}

#[test]
fn openmetrics() {
    check(Format::OpenMetrics1);
}

#[test]
fn finished_lines_with_timestamps_pass_through() {
    let mut out = Exposition::default();
    out.lines(
        "a",
        format_args!("Lines."),
        Kind::Gauge,
        "a 1 1520879607789\na{b=\"c\"} 2\n",
    );
    let text = out.to_text();
    let times: Vec<_> = entries(text.as_bytes(), Format::Text004)
        .filter_map(|entry| match entry.unwrap() {
            Entry::Sample(sample) => Some(sample.timestamp_ms),
            _ => None,
        })
        .collect();
    assert_eq!(times, [Some(1_520_879_607_789), None]);
}
