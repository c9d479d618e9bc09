use std::path::Path;

use expect_test::{Expect, expect};
use metrics_registry::Exposition;

use super::*;
use crate::custom::file;
use crate::samples::{Extra, Seen};

/// Writes `table` as the section `q` with these `metrics` says.
#[track_caller]
fn check(metrics: &str, table: &str, types: &[(usize, Type)], expect: Expect) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("queries.yaml");
    let text = format!("q:\n  query: SELECT 1\n  metrics: {metrics}\n");
    std::fs::write(&path, text).expect("written");
    let (_, definitions) = file::load(Path::new(&path));
    let definitions = definitions.expect("a file that is right");
    let mut table = Table::made(table);
    for (column, kind) in types {
        table.set_kind(*column, *kind);
    }
    let mut out = Exposition::default();
    let mut seen = Seen::default();
    let extra = Extra::labels([("server".into(), "h:5432".into())]);
    let mut samples = Samples::new(&mut out, &mut seen, &extra);
    let result = write(&definitions[0], Version(150_018), &table, &mut samples);
    let error = result.map_or_else(|error| format!("error: {error}\n"), |()| String::new());
    expect.assert_eq(&format!("{}{error}", out.to_text()));
}

#[test]
fn counters_gauges_and_labels() {
    check(
        "[{queue: {usage: LABEL}}, {done: {usage: COUNTER, description: Jobs done}}, \
         {depth: {usage: GAUGE}}, {secret: {usage: DISCARD}}]",
        "queue|done|depth|secret|extra|words\nmail|10|NULL|1|7|none\n\"x\"|11|2.5|1|t|none",
        &[],
        expect![[r##"
            # HELP q_depth 
            # TYPE q_depth gauge
            q_depth{queue="mail",server="h:5432"} NaN
            q_depth{queue="\"x\"",server="h:5432"} 2.5
            # HELP q_done Jobs done
            # TYPE q_done counter
            q_done{queue="mail",server="h:5432"} 10
            q_done{queue="\"x\"",server="h:5432"} 11
            # HELP q_extra Column extra of the custom query q.
            # TYPE q_extra untyped
            q_extra{queue="mail",server="h:5432"} 7
            q_extra{queue="\"x\"",server="h:5432"} 1
        "##]],
    );
}

#[test]
fn texts_durations_and_times() {
    check(
        "[{state: {usage: MAPPEDMETRIC, metric_mapping: {on: 1, off: 0}}}, {age: {usage: DURATION}}, \
         {at: {usage: GAUGE}}, {is_on: {usage: LABEL}}]",
        "state|age|at|is_on\non|1m30s|2026-11-21 23:18:04.75+00|t\noff|-1|1970-01-02|f\nhalf|soon|later|t",
        &[(2, Type::Time), (3, Type::Bool)],
        expect![[r##"
            # HELP q_age_milliseconds 
            # TYPE q_age_milliseconds gauge
            q_age_milliseconds{is_on="true",server="h:5432"} 90000
            # HELP q_at 
            # TYPE q_at gauge
            q_at{is_on="true",server="h:5432"} 1.795303084e+09
            q_at{is_on="false",server="h:5432"} 86400
            # HELP q_state 
            # TYPE q_state gauge
            q_state{is_on="true",server="h:5432"} 1
            q_state{is_on="false",server="h:5432"} 0
            error: column "at": "later" is not a number
        "##]],
    );
}

#[test]
fn histograms() {
    check(
        "[{name: {usage: LABEL}}, {wait: {usage: HISTOGRAM, description: Waiting}}]",
        "name|wait|wait_bucket|wait_sum|wait_count\na|{1,2.5,10}|{3,4,4}|12.5|5\nb|{}|{}|0|0\nc|1|2|3|4",
        &[],
        expect![[r##"
            # HELP q_wait Waiting
            # TYPE q_wait histogram
            q_wait_bucket{name="a",server="h:5432",le="1"} 3
            q_wait_bucket{name="a",server="h:5432",le="2.5"} 4
            q_wait_bucket{name="a",server="h:5432",le="10"} 4
            q_wait_bucket{name="a",server="h:5432",le="+Inf"} 5
            q_wait_sum{name="a",server="h:5432"} 12.5
            q_wait_count{name="a",server="h:5432"} 5
            q_wait_bucket{name="b",server="h:5432",le="+Inf"} 0
            q_wait_sum{name="b",server="h:5432"} 0
            q_wait_count{name="b",server="h:5432"} 0
            error: column "wait": "1" is not an array, with another in _bucket
        "##]],
    );
}

#[test]
fn columns_of_other_versions() {
    check(
        "[{a: {usage: GAUGE, pg_version: '>=16.0.0'}}, {b: {usage: GAUGE, pg_version: '<16.0.0'}}]",
        "a|b\n1|2",
        &[],
        expect![[r##"
            # HELP q_b 
            # TYPE q_b gauge
            q_b{server="h:5432"} 2
        "##]],
    );
}

#[test]
fn times() {
    for (text, expect) in [
        ("1970-01-01 00:00:00+00", Some(0.0)),
        ("2026-11-21 23:18:04.75+00", Some(1_795_303_084.0)),
        ("2000-02-29 12:00:00+05:30", Some(951_805_800.0)),
        ("1969-12-31 23:59:59-00", Some(-1.0)),
        ("2024-03-01", Some(1_709_251_200.0)),
        ("infinity", Some(f64::INFINITY)),
        ("now", None),
        ("2024-13-01", None),
        ("2024-01-01 12:xx:00", None),
    ] {
        assert_eq!(unix_seconds(text), expect, "{text}");
    }
}
