//! The end of all receivers, and of one.

use std::path::Path;

use prometheus_client::registry::Registry;
use tempfile::TempDir;
use tokio::task::LocalSet;

use super::*;
use crate::clock::tests::{TODAY_MS, booted};
use crate::config::Config;
use crate::label_set::LabelSet;

const CONFIG: &str =
    "remote_write: [{name: gone, url: 'http://127.0.0.1:1/w', budget: {samples_per_month: 1000}}]";

/// A receiver that does not answer, and the folder in which samples wait for it.
struct Rig {
    folder: TempDir,
    config: Config,
    telemetry: Forwarding,
    clock: Clock,
    storage: Storage,
    forward: Forward,
}

impl Rig {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let storage = Storage {
            path: folder.path().to_owned(),
            bytes_max: 1 << 20,
            sync_interval: Duration::from_secs(5),
        };
        let forward = Forward::default();
        forward.store_in(storage.clone());
        Self {
            folder,
            config: Config::parse(Path::new("prometheus.yml"), CONFIG).unwrap(),
            telemetry: Forwarding::default(),
            // It is not set before the stop, so that samples are held until then.
            clock: booted(TODAY_MS).1,
            storage,
            forward,
        }
    }

    fn apply(&self, configs: Vec<RemoteWrite>) {
        let external = &self.config.external_labels;
        self.forward.apply(configs, external, &self.telemetry);
    }

    fn frame(at_ms: i64) -> Frame {
        Frame::ended(vec![LabelSet::of_metric("m", std::iter::empty())], at_ms)
    }

    async fn stop(&self, time: Duration) {
        self.forward.stop(time, &self.clock, &self.telemetry).await;
    }

    /// How many samples are stored.
    fn stored(&self) -> usize {
        let cells = self.telemetry.cells(&Remote {
            remote_name: "gone".to_owned(),
            url: String::new(),
        });
        self.storage.queue("gone", cells).samples()
    }

    /// What is served of receivers.
    fn metrics(&self) -> String {
        let mut registry = Registry::default();
        self.telemetry.register(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        text
    }
}

#[tokio::test]
async fn what_waits_and_what_is_used_outlive_the_stop() {
    let rig = Rig::new();
    rig.forward.ledger.open(rig.folder.path());
    let stopped = async {
        rig.apply(rig.config.remote_write.clone());
        let frame = Rig::frame(rig.clock.now_ms());
        rig.forward.push(frame, &rig.clock, &rig.telemetry);
        assert_eq!(rig.telemetry.held.get(), 1);
        rig.stop(Duration::from_secs(2)).await;
    };
    LocalSet::new().run_until(stopped).await;
    assert_eq!(rig.stored(), 1);
    let used = std::fs::read_to_string(rig.folder.path().join("budget.json")).unwrap();
    assert!(used.contains("\"gone\""), "{used}");
}

#[tokio::test]
async fn one_that_is_removed_and_added_again_at_once_loses_nothing() {
    let rig = Rig::new();
    let reloaded = async {
        for at_ms in 1..=3 {
            rig.apply(rig.config.remote_write.clone());
            let frame = Rc::new(Rig::frame(rig.clock.now_ms() + at_ms));
            rig.forward.receivers()[0].queue.push(frame);
            rig.apply(Vec::new());
        }
        rig.apply(rig.config.remote_write.clone());
        rig.stop(Duration::from_secs(8)).await;
    };
    LocalSet::new().run_until(reloaded).await;
    assert_eq!(rig.stored(), 3);
}

#[tokio::test]
async fn of_one_that_is_removed_nothing_is_told_any_more() {
    let rig = Rig::new();
    let removed = async {
        rig.apply(rig.config.remote_write.clone());
        let told = rig.metrics();
        assert!(told.contains("samples_pending{remote_name=\"gone\""), "{told}");
        let url = "http://127.0.0.1:2/w";
        let moved = CONFIG.replace("http://127.0.0.1:1/w", url);
        let moved = Config::parse(Path::new("prometheus.yml"), &moved).unwrap();
        rig.apply(moved.remote_write);
        rig.forward.receivers()[0].tell_of_budget();
        while rig.metrics().contains("127.0.0.1:1/w") {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let told = rig.metrics();
        assert!(
            told.contains(url) && told.contains("scraper_budget_used{"),
            "{told}"
        );
        rig.apply(Vec::new());
        while rig.metrics().contains("gone") {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    LocalSet::new().run_until(removed).await;
}
