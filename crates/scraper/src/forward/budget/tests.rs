//! Series that are refused, and counters that begin anew and outlive the process.

use super::ledger::Ledger;
use super::*;
use crate::config::Config;
use crate::forward::frame::{Layout, Series};

fn frame(names: &[&str]) -> Frame {
    let series = names.iter().map(|name| Series {
        labels: LabelSet::of_metric(name, std::iter::empty()),
        kind: None,
    });
    Frame {
        layout: Rc::new(Layout {
            series: series.collect(),
        }),
        at_ms: 0,
        values: names.iter().map(|_| 1.0).collect(),
        own_times: Box::default(),
    }
}

fn limited(series: u64) -> Budget {
    let budget = Budget::default();
    budget.limit(BudgetLimits {
        series: Some(series),
        ..BudgetLimits::default()
    });
    budget
}

fn refused(budget: &Budget, frame: &Frame) -> Vec<bool> {
    budget
        .refused(frame, None)
        .map_or_else(Vec::new, |mask| mask.to_vec())
}

#[tokio::test(start_paused = true)]
async fn new_series_are_refused_and_active_ones_go_on() {
    let budget = limited(2);
    assert!(refused(&budget, &frame(&["a", "b"])).is_empty());
    let more = frame(&["c", "a"]);
    assert_eq!(refused(&budget, &more), [true, false]);
    assert_eq!(
        (budget.rows()[0].used, budget.rows()[0].level()),
        (2, Level::Reached)
    );
    assert_eq!(budget.refused_series(), 1);
    // The end of a series that was never sent is not sent either.
    let ended = |name: &str| Frame::ended(vec![LabelSet::of_metric(name, std::iter::empty())], 0);
    assert_eq!(refused(&budget, &ended("c")), [true]);
    assert!(refused(&budget, &ended("b")).is_empty());
    // b falls silent; its place is free after 20 minutes.
    for _ in 0..21 {
        assert_eq!(refused(&budget, &more), [true, false]);
        tokio::time::advance(std::time::Duration::from_secs(60)).await;
    }
    assert!(refused(&budget, &more).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_refused_series_is_counted_once_however_often_its_target_changes() {
    let budget = limited(1);
    assert!(refused(&budget, &frame(&["a"])).is_empty());
    // All of these wait, so that each layout is in use.
    let waiting: Vec<_> = ["x", "y", "z"].iter().map(|other| frame(&["b", other])).collect();
    for frame in &waiting {
        assert_eq!(refused(&budget, frame), [true, true]);
    }
    assert_eq!(budget.refused_series(), 4);
    // Only the last one is scraped from now on.
    for _ in 0..3 {
        tokio::time::advance(std::time::Duration::from_secs(60)).await;
        refused(&budget, &waiting[2]);
    }
    assert_eq!(budget.refused_series(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_reached_limit_of_samples_closes_the_door_too() {
    let budget = Budget::default();
    budget.limit(BudgetLimits {
        samples_per_day: Some(100),
        ..BudgetLimits::default()
    });
    let first = frame(&["a"]);
    assert!(refused(&budget, &first).is_empty());
    budget.taken(80, 1);
    assert_eq!(budget.rows()[1].level(), Level::Near);
    budget.taken(20, 1);
    assert_eq!(budget.rows()[1].level(), Level::Reached);
    assert!(refused(&budget, &first).is_empty());
    assert_eq!(refused(&budget, &frame(&["b"])), [true]);
}

#[test]
fn days_and_months() {
    let mut usage = Usage::default();
    // 2026-11-30 and the days after it.
    let day = |n: i64| 1_796_000_000_000 + n * 86_400_000;
    let mut shown = Vec::new();
    for now_ms in [day(0), day(0), day(1), 0, day(2)] {
        usage.roll(now_ms);
        usage.samples_of_day += 1;
        usage.samples_of_month += 1;
        shown.push(format!(
            "{} {} {}",
            usage.day, usage.samples_of_day, usage.samples_of_month
        ));
    }
    assert_eq!(
        shown,
        [
            "2026-11-30 1 1",
            "2026-11-30 2 2",
            "2026-12-01 1 1",
            "2026-12-01 2 2",
            "2026-12-02 1 3"
        ]
    );
}

#[test]
fn what_is_used_outlives_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let config = |budget: &str| {
        let text = format!("remote_write: [{{url: 'http://x', name: a, budget: {{{budget}}}}}]");
        Config::parse(std::path::Path::new("p.yml"), &text)
            .unwrap()
            .remote_write
            .remove(0)
    };
    let used = |budget: &str, samples| {
        let ledger = Ledger::default();
        ledger.open(folder.path());
        let budget = ledger.budget(&config(budget));
        budget.taken(samples, 10 * samples);
        budget.rows()[2].used
    };
    assert_eq!(used("series: 7", 5), 5);
    assert!(!folder.path().join("budget.json").exists());
    assert_eq!(used("samples_per_month: 100", 5), 5);
    assert_eq!(used("samples_per_month: 100", 5), 10);
    std::fs::write(folder.path().join("budget.json"), "{").unwrap();
    assert_eq!(used("bytes_per_month: 1GB", 5), 5);
}
