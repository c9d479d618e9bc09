//! Written expositions, in both formats.

use expect_test::{Expect, expect};

use super::*;

const REQUESTS: Family<1> = Family::counter(
    "requests_total",
    "Requests \"seen\".\nBy code \\ class.",
    ["code"],
);
const ERRORS: Family<0> = Family::counter("errors", "A counter without its suffix.", []);
const LATENCY: Family<1> = Family::histogram("latency_seconds", "Latency.", ["route"]);
const PAUSE: Family<0> = Family::summary("pause_seconds", "Pauses.", []);

fn filled() -> Exposition {
    let mut out = Exposition::default();
    out.sample(&REQUESTS, ["500"], 1.0);
    out.sample(&ERRORS, [], 3.0);
    out.sample(&REQUESTS, ["200"], 1e6);
    out.histogram(
        &LATENCY,
        ["/"],
        &[(0.5, 1), (1.0, 2_000_000), (f64::INFINITY, 2_000_001)],
        1.5,
        2_000_001,
    );
    out.summary(&PAUSE, [], &[(0.0, 0.1), (1.0, 0.9)], 1.0, 2);
    out.dynamic(
        "netstat_Tcp",
        format_args!("Statistic {}.", "Tcp"),
        Kind::Untyped,
        [("a", "\"")],
        7.0,
    );
    out
}

#[track_caller]
fn check(out: &Exposition, format: Format, expect: Expect) {
    let mut text = Vec::new();
    out.write_to(format, &mut text).unwrap();
    expect.assert_eq(&String::from_utf8(text).unwrap());
}

#[test]
fn text_004() {
    check(
        &filled(),
        Format::Text004,
        expect![[r##"
        # HELP errors A counter without its suffix.
        # TYPE errors counter
        errors 3
        # HELP latency_seconds Latency.
        # TYPE latency_seconds histogram
        latency_seconds_bucket{route="/",le="0.5"} 1
        latency_seconds_bucket{route="/",le="1"} 2e+06
        latency_seconds_bucket{route="/",le="+Inf"} 2.000001e+06
        latency_seconds_sum{route="/"} 1.5
        latency_seconds_count{route="/"} 2.000001e+06
        # HELP netstat_Tcp Statistic Tcp.
        # TYPE netstat_Tcp untyped
        netstat_Tcp{a="\""} 7
        # HELP pause_seconds Pauses.
        # TYPE pause_seconds summary
        pause_seconds{quantile="0"} 0.1
        pause_seconds{quantile="1"} 0.9
        pause_seconds_sum 1
        pause_seconds_count 2
        # HELP requests_total Requests "seen".\nBy code \\ class.
        # TYPE requests_total counter
        requests_total{code="500"} 1
        requests_total{code="200"} 1e+06
    "##]],
    );
}

#[test]
fn openmetrics_1() {
    check(
        &filled(),
        Format::OpenMetrics1,
        expect![[r##"
        # HELP errors A counter without its suffix.
        # TYPE errors unknown
        errors 3
        # HELP latency_seconds Latency.
        # TYPE latency_seconds histogram
        latency_seconds_bucket{route="/",le="0.5"} 1
        latency_seconds_bucket{route="/",le="1.0"} 2e+06
        latency_seconds_bucket{route="/",le="+Inf"} 2.000001e+06
        latency_seconds_sum{route="/"} 1.5
        latency_seconds_count{route="/"} 2.000001e+06
        # HELP netstat_Tcp Statistic Tcp.
        # TYPE netstat_Tcp unknown
        netstat_Tcp{a="\""} 7
        # HELP pause_seconds Pauses.
        # TYPE pause_seconds summary
        pause_seconds{quantile="0.0"} 0.1
        pause_seconds{quantile="1.0"} 0.9
        pause_seconds_sum 1
        pause_seconds_count 2
        # HELP requests Requests \"seen\".\nBy code \\ class.
        # TYPE requests counter
        requests_total{code="500"} 1
        requests_total{code="200"} 1e+06
        # EOF
    "##]],
    );
}

#[test]
fn cleared_buffers_are_reused_and_stale_names_forgotten() {
    let mut out = filled();
    for _ in 0..=IDLE_SCRAPES_MAX {
        out.clear();
        out.sample(&ERRORS, [], 4.0);
        assert_eq!(
            out.to_text(),
            "# HELP errors A counter without its suffix.\n# TYPE errors counter\nerrors 4\n"
        );
    }
    assert_eq!(out.families.len(), 1);
    out.clear();
    out.sample(&REQUESTS, ["200"], 1.0);
    out.sample(&ERRORS, [], 5.0);
    assert_eq!(out.sample_count(), 2);
    assert!(out.contains("requests_total") && !out.contains("latency_seconds"));
}

#[test]
fn merged_families_keep_the_first_help() {
    let mut out = Exposition::default();
    out.lines(
        "errors",
        format_args!("Other help."),
        Kind::Gauge,
        "errors{a=\"b\"} 1\n",
    );
    out.merge(&filled());
    assert!(
        out.to_text()
            .starts_with("# HELP errors Other help.\n# TYPE errors gauge\nerrors{a=\"b\"} 1\nerrors 3\n")
    );
}

#[test]
fn a_family_without_lines_is_not_written() {
    let mut out = Exposition::default();
    out.lines("a", format_args!("Help."), Kind::Gauge, "");
    assert!(!out.contains("a"));
    check(&out, Format::Text004, expect![[""]]);
    check(&out, Format::OpenMetrics1, expect![["# EOF\n"]]);
}

#[test]
fn interleaved_families_keep_the_order_of_their_samples() {
    let mut out = Exposition::default();
    for code in ["3", "1", "2"] {
        out.sample(&REQUESTS, [code], 1.0);
        out.dynamic("b", format_args!(""), Kind::Gauge, [("code", code)], 2.0);
    }
    check(
        &out,
        Format::Text004,
        expect![[r##"
        # HELP b 
        # TYPE b gauge
        b{code="3"} 2
        b{code="1"} 2
        b{code="2"} 2
        # HELP requests_total Requests "seen".\nBy code \\ class.
        # TYPE requests_total counter
        requests_total{code="3"} 1
        requests_total{code="1"} 1
        requests_total{code="2"} 1
    "##]],
    );
}

#[test]
fn families_that_come_in_another_order_than_last_time() {
    let mut out = Exposition::default();
    for order in ["abc", "acb", "b", "cabac", "abc"] {
        out.clear();
        for name in order.chars() {
            let name = name.to_string();
            out.dynamic(&name, format_args!("Help."), Kind::Gauge, [], 1.0);
        }
        let expected: String = ["a", "b", "c"]
            .iter()
            .filter(|name| order.contains(**name))
            .map(|name| {
                let samples = format!("{name} 1\n").repeat(order.matches(*name).count());
                format!("# HELP {name} Help.\n# TYPE {name} gauge\n{samples}")
            })
            .collect();
        assert_eq!(out.to_text(), expected, "{order}");
    }
}
