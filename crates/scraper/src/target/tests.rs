//! Targets as they come out of the configuration and what discovery finds.

use std::path::Path;

use expect_test::{Expect, expect};

use super::*;
use crate::config::Config;

fn build(job: &str, found: &[(&str, &str)]) -> Result<Target, NoTarget> {
    let text = format!("scrape_configs: [{{job_name: node, {job}}}]");
    let config = Config::parse(Path::new("prometheus.yml"), &text).unwrap();
    let job = &config.jobs[0];
    let found: Labels = found
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Target::build(job, &Rc::new(job.scrape.clone()), &found)
}

#[track_caller]
fn check(job: &str, found: &[(&str, &str)], expect: Expect) {
    let text = match build(job, found) {
        Ok(target) => format!(
            "{} {:?} {} {}",
            target.url, target.labels, target.interval, target.timeout
        ),
        Err(NoTarget::Unusable(reason)) => reason,
        Err(NoTarget::Dropped { rule, .. }) => format!("dropped by rule {rule}"),
    };
    expect.assert_eq(&text);
}

#[test]
fn labels_and_address() {
    check(
        "",
        &[("__address__", "pi:9100"), ("room", "attic"), ("__meta_x", "y")],
        expect![[r#"http://pi:9100/metrics {"instance": "pi:9100", "job": "node", "room": "attic"} 1m 10s"#]],
    );
    check(
        "",
        &[("__address__", "pi:9100"), ("instance", "pi"), ("job", "other")],
        expect![[r#"http://pi:9100/metrics {"instance": "pi", "job": "other"} 1m 10s"#]],
    );
    check(
        "scheme: https, metrics_path: /m, params: {a: [b, c]}",
        &[("__address__", "pi")],
        expect![[r#"https://pi/m?a=b&a=c {"instance": "pi", "job": "node"} 1m 10s"#]],
    );
}

#[test]
fn labels_override_the_job() {
    let found = [
        ("__address__", "pi"),
        ("__scheme__", "https"),
        ("__metrics_path__", "/probe"),
        ("__param_target", "http://x y/"),
        ("__param_a", "z"),
        ("__scrape_interval__", "5s"),
        ("__scrape_timeout__", "1s"),
    ];
    check(
        "params: {a: [b, c]}",
        &found,
        expect![[
            r#"https://pi/probe?a=z&a=c&target=http%3A%2F%2Fx+y%2F {"instance": "pi", "job": "node"} 5s 1s"#
        ]],
    );
}

#[test]
fn relabelled() {
    let found = [("__address__", "pi:9100"), ("__meta_room", "attic")];
    check(
        "relabel_configs: [{source_labels: [__meta_room], target_label: room}, {target_label: __address__, replacement: 'x:1'}]",
        &found,
        expect![[r#"http://x:1/metrics {"instance": "x:1", "job": "node", "room": "attic"} 1m 10s"#]],
    );
    check(
        "relabel_configs: [{target_label: a, replacement: b}, {source_labels: [__meta_room], regex: attic, action: drop}]",
        &found,
        expect!["dropped by rule 1"],
    );
}

#[test]
fn not_to_be_built() {
    check("", &[], expect!["no address"]);
    check(
        "",
        &[("__address__", "pi"), ("__scrape_interval__", "x")],
        expect![[r#"scrape interval is not a duration: "x""#]],
    );
    check(
        "",
        &[("__address__", "pi"), ("__scrape_interval__", "0s")],
        expect!["scrape interval cannot be 0"],
    );
    check(
        "",
        &[("__address__", "pi"), ("__scrape_timeout__", "2m")],
        expect!["scrape timeout 2m is greater than the interval 1m"],
    );
    check(
        "",
        &[("__address__", "u:p@pi")],
        expect![[r#""u:p@pi" is not a valid target address"#]],
    );
    check(
        "",
        &[("__address__", "pi"), ("__scheme__", "ftp")],
        expect![[r#"not an address that begins with http:// or https://: "ftp://pi/metrics""#]],
    );
}

#[test]
fn offset_is_the_same_for_ever() {
    let target = build("", &[("__address__", "pi1:9100")]).unwrap();
    let seed = offset::seed("pi1", &Labels::from([("site".into(), "home".into())]));
    // If this changes, every target is scraped at another moment after an update.
    expect!["10039323545963937219"].assert_eq(&seed.to_string());
    expect!["23.205210279s"].assert_eq(&format!("{:?}", offset::of(&target, seed)));
    assert!(offset::of(&target, seed) < target.interval.0);
}

#[test]
fn offsets_are_spread() {
    let seed = offset::seed("pi1", &Labels::new());
    let mut thirds = [0; 3];
    for number in 0..300 {
        let target = build("", &[("__address__", &format!("pi{number}:9100"))]).unwrap();
        thirds[(offset::of(&target, seed).as_secs() / 20) as usize] += 1;
    }
    assert!(thirds.iter().all(|third| (70..130).contains(third)), "{thirds:?}");
    let target = build("", &[("__address__", "pi1:9100")]).unwrap();
    assert_ne!(
        offset::of(&target, seed),
        offset::of(&target, offset::seed("pi2", &Labels::new()))
    );
}

#[test]
fn report_of_a_failed_scrape() {
    let outcome = Outcome {
        at_ms: 0,
        error: Some("x".into()),
        duration: Duration::from_millis(1500),
        scraped: 3,
        kept: 3,
        series_added: 1,
        extra: None,
    };
    expect![[r#"[("scrape_duration_seconds", 1.5), ("scrape_samples_post_metric_relabeling", 3.0), ("scrape_samples_scraped", 3.0), ("scrape_series_added", 1.0), ("up", 0.0)]"#]].assert_eq(&format!("{:?}", outcome.report()));
}
