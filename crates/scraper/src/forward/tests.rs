//! The end of all receivers.

use std::path::Path;

use tempfile::TempDir;
use tokio::task::LocalSet;

use super::*;
use crate::clock::tests::{TODAY_MS, booted};
use crate::config::Config;
use crate::label_set::LabelSet;
use crate::telemetry::Telemetry;

const CONFIG: &str =
    "remote_write: [{name: gone, url: 'http://127.0.0.1:1/w', budget: {samples_per_month: 1000}}]";

#[tokio::test]
async fn what_waits_and_what_is_used_outlive_the_stop() {
    let folder = TempDir::new().unwrap();
    let config = Config::parse(Path::new("prometheus.yml"), CONFIG).unwrap();
    let telemetry = &Telemetry::default().forwarding;
    // It is not set before the stop, so that the sample is held until then.
    let (_, clock) = booted(TODAY_MS);
    let storage = Storage {
        path: folder.path().to_owned(),
        bytes_max: 1 << 20,
        sync_interval: Duration::from_secs(5),
    };
    let forward = Forward::default();
    forward.ledger.open(folder.path());
    forward.store_in(storage.clone());
    let stopped = async {
        forward.apply(config.remote_write, &config.external_labels, telemetry);
        let series = LabelSet::of_metric("m", std::iter::empty());
        let frame = Frame::ended(vec![series], clock.now_ms());
        forward.push(frame, &clock, telemetry);
        assert_eq!(telemetry.held.get(), 1);
        forward.stop(Duration::from_secs(2), &clock, telemetry).await;
    };
    LocalSet::new().run_until(stopped).await;
    let cells = telemetry.cells(&Remote {
        remote_name: "gone".to_owned(),
        url: String::new(),
    });
    assert_eq!(storage.queue("gone", cells).samples(), 1);
    let used = std::fs::read_to_string(folder.path().join("budget.json")).unwrap();
    assert!(used.contains("\"gone\""), "{used}");
}

#[tokio::test]
async fn one_that_is_removed_and_added_again_at_once_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let config = Config::parse(Path::new("prometheus.yml"), CONFIG).unwrap();
    let telemetry = &Telemetry::default().forwarding;
    let (_, clock) = booted(TODAY_MS);
    let storage = Storage {
        path: folder.path().to_owned(),
        bytes_max: 1 << 20,
        sync_interval: Duration::from_secs(5),
    };
    let forward = Forward::default();
    forward.store_in(storage.clone());
    let push = |at_ms| {
        let series = LabelSet::of_metric("m", std::iter::empty());
        let frame = Rc::new(Frame::ended(vec![series], at_ms));
        forward.receivers()[0].queue.push(frame);
    };
    let reloaded = async {
        let apply = |configs| forward.apply(configs, &config.external_labels, telemetry);
        for at_ms in 1..=3 {
            apply(config.remote_write.clone());
            push(clock.now_ms() + at_ms);
            apply(Vec::new());
        }
        apply(config.remote_write.clone());
        forward.stop(Duration::from_secs(8), &clock, telemetry).await;
    };
    LocalSet::new().run_until(reloaded).await;
    let cells = telemetry.cells(&Remote {
        remote_name: "gone".to_owned(),
        url: String::new(),
    });
    assert_eq!(storage.queue("gone", cells).samples(), 3);
}
