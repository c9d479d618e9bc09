//! The text that a federating Prometheus gets.

use std::path::Path;
use std::time::Duration;

use expect_test::{Expect, expect};
use metrics_registry::Format;

use super::*;
use crate::config::Config;
use crate::store::{Helps, Ingest, Rules};
use crate::target::Outcome;

const NOW_MS: i64 = 1_700_000_000_000;

const BODY: &str = r#"# TYPE b_total counter
b_total{mode="idle"} 1
b_total{mode="a\"b\\c\nd"} 2
# TYPE a gauge
a{job="mine"} 0.5
# TYPE h histogram
h_bucket{le="+Inf"} 1
h_sum 2
h_count 1
{"my.name","a.b"="c"} 7
"#;

/// A target that was scraped `age_ms` ago.
fn target(address: &str, honor_labels: bool, body: &str, age_ms: i64) -> Rc<Target> {
    let text = format!("scrape_configs: [{{job_name: node, honor_labels: {honor_labels}}}]");
    let config = Config::parse(Path::new("prometheus.yml"), &text).unwrap();
    let job = &config.jobs[0];
    let found = Labels::from([("__address__".into(), address.into())]);
    let target = Target::build(job, &Rc::new(job.scrape.clone()), &found).unwrap();
    let rules = Rules {
        labels: &target.labels,
        honor_labels,
        honor_timestamps: true,
        track_timestamps_staleness: false,
        relabel: &[],
        limits: job.scrape.limits,
        helps: &Helps::default(),
    };
    let at_ms = NOW_MS - age_ms;
    {
        let mut store = target.store.borrow_mut();
        let mut ingest = Ingest::new(&mut store, rules, Format::Text004, at_ms);
        ingest.push(&mut store, body.as_bytes()).unwrap();
        ingest.finish(&mut store).unwrap();
        store.commit(&mut ingest, at_ms, |_| ());
    }
    target.outcome.replace(Some(Outcome {
        at_ms,
        error: None,
        duration: Duration::from_millis(12),
        scraped: 7,
        kept: 7,
        series_added: 7,
        extra: None,
    }));
    Rc::new(target)
}

#[track_caller]
fn check(targets: &[Rc<Target>], selectors: &[&str], external: &[(&str, &str)], expect: Expect) {
    let selectors: Vec<Selector> = selectors
        .iter()
        .map(|text| Selector::parse(text).unwrap())
        .collect();
    let external = external
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    expect.assert_eq(&text(targets, &selectors, &external, NOW_MS));
}

#[test]
fn sorted_with_types_times_and_labels() {
    check(
        &[target("pi:9100", false, BODY, 1000)],
        &["{__name__=~\".+\"}"],
        &[],
        expect![[r##"
        # TYPE a gauge
        a{exported_job="mine",instance="pi:9100",job="node"} 0.5 1699999999000
        # TYPE b_total counter
        b_total{instance="pi:9100",job="node",mode="a\"b\\c\nd"} 2 1699999999000
        b_total{instance="pi:9100",job="node",mode="idle"} 1 1699999999000
        # TYPE h_bucket untyped
        h_bucket{instance="pi:9100",job="node",le="+Inf"} 1 1699999999000
        # TYPE h_count untyped
        h_count{instance="pi:9100",job="node"} 1 1699999999000
        # TYPE h_sum untyped
        h_sum{instance="pi:9100",job="node"} 2 1699999999000
        # TYPE scrape_duration_seconds gauge
        scrape_duration_seconds{instance="pi:9100",job="node"} 0.012 1699999999000
        # TYPE scrape_samples_post_metric_relabeling gauge
        scrape_samples_post_metric_relabeling{instance="pi:9100",job="node"} 7 1699999999000
        # TYPE scrape_samples_scraped gauge
        scrape_samples_scraped{instance="pi:9100",job="node"} 7 1699999999000
        # TYPE scrape_series_added gauge
        scrape_series_added{instance="pi:9100",job="node"} 7 1699999999000
        # TYPE up gauge
        up{instance="pi:9100",job="node"} 1 1699999999000
        # TYPE "my.name" untyped
        {"my.name","a.b"="c",instance="pi:9100",job="node"} 7 1699999999000
    "##]],
    );
}

#[test]
fn selected() {
    let targets = [
        target("pi1", false, "a 1\nb 2\n", 0),
        target("pi2", false, "a 3\n", 10),
    ];
    check(
        &targets,
        &["a", "{instance=\"pi1\",__name__!~\"scrape.*\"}"],
        &[],
        expect![[r##"
        # TYPE a untyped
        a{instance="pi1",job="node"} 1 1700000000000
        a{instance="pi2",job="node"} 3 1699999999990
        # TYPE b untyped
        b{instance="pi1",job="node"} 2 1700000000000
        # TYPE up gauge
        up{instance="pi1",job="node"} 1 1700000000000
    "##]],
    );
    check(&targets, &["nope"], &[], expect![""]);
    check(&targets, &[], &[], expect![""]);
}

#[test]
fn external_labels_where_there_is_none_of_that_name() {
    let targets = [target(
        "pi1",
        true,
        "a{site=\"garden\",instance=\"\"} 1\nb 2\n",
        0,
    )];
    check(
        &targets,
        &["a", "b"],
        &[("site", "home"), ("zone", "z")],
        expect![[r##"
        # TYPE a untyped
        a{job="node",site="garden",instance="",zone="z"} 1 1700000000000
        # TYPE b untyped
        b{instance="pi1",job="node",site="home",zone="z"} 2 1700000000000
    "##]],
    );
}

#[test]
fn stale_and_old_samples_are_left_out() {
    let down = target("pi1", false, "a 1\n", 0);
    down.store.borrow_mut().fail(NOW_MS, |_| ());
    let old = target("pi2", false, "a 1\n", LOOKBACK_MS);
    check(
        &[down, old],
        &["a", "up"],
        &[],
        expect![[r##"
        # TYPE up gauge
        up{instance="pi1",job="node"} 1 1700000000000
    "##]],
    );
}
