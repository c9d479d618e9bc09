//! Scrapes, rules and a receiver together.

use std::path::Path;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::LocalSet;

use super::*;
use crate::clock::tests::{TODAY_MS, booted};
use crate::config;
use crate::config::Job;

/// A receiver that takes everything, and the bodies that it got.
async fn receiver(bodies: Rc<RefCell<Vec<serde_json::Value>>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    spawn_local(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut text = Vec::new();
            let body = loop {
                assert_ne!(stream.read_buf(&mut text).await.unwrap(), 0);
                let text = String::from_utf8_lossy(&text).into_owned();
                if let Some((_, body)) = text.split_once("\r\n\r\n")
                    && let Ok(body) = serde_json::from_str(body)
                {
                    break body;
                }
            };
            bodies.borrow_mut().push(body);
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                .await
                .unwrap();
        }
    });
    address
}

fn target(job: &Job, address: &str) -> Rc<Target> {
    let found = Labels::from([("__address__".to_owned(), address.to_owned())]);
    Rc::new(Target::build(job, &Rc::new(job.scrape.clone()), &found).unwrap())
}

fn outcome(is_up: bool) -> Outcome {
    Outcome {
        at_ms: 0,
        error: (!is_up).then(|| "down".to_owned()),
        duration: Duration::ZERO,
        scraped: 0,
        kept: 0,
        series_added: 0,
        extra: None,
    }
}

fn parse(address: &str, rules: &str) -> config::Config {
    let text = format!(
        "scrape_configs: [{{job_name: pi}}]\n\
         alerts:\n  group_wait: 0s\n  receivers: [{{name: r, type: webhook, url: 'http://{address}/'}}]\n  rules: [{rules}]\n"
    );
    config::Config::parse(Path::new("prometheus.yml"), &text).unwrap()
}

async fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(value) = look() {
            return value;
        }
        assert!(Instant::now() < end);
        sleep(Duration::from_millis(5)).await;
    }
}

/// A scraper whose clock shows 1970 until `fake.step`.
fn shared(
    rules: &str,
    address: &str,
    wall_ms: u64,
) -> (Rc<crate::clock::tests::Fake>, Rc<Shared>, config::Config) {
    let (fake, clock) = booted(wall_ms);
    let shared = Rc::new(Shared::with_clock(clock));
    let config = parse(address, rules);
    shared
        .alerts
        .apply(config.alerts.clone(), &config.external_labels, &shared, "big-pi");
    (fake, shared, config)
}

#[tokio::test]
async fn nothing_is_told_before_the_clock_is_set() {
    let told = async {
        let bodies = Rc::default();
        let address = receiver(Rc::clone(&bodies)).await;
        let (fake, shared, config) = shared("{alert: Down, expr: up == 0}", &address, 5000);
        let target = target(&config.jobs[0], "pi1:9100");
        shared.observe(&target, &outcome(false));
        assert_eq!(shared.alerts.with(|_, active| active.len()), 1);
        // More than a second, in which the receiver looks again.
        fake.pass(60_000);
        sleep(Duration::from_millis(1200)).await;
        assert!(bodies.borrow().is_empty(), "{bodies:?}");
        assert!(shared.alerts.unsaved_text(&shared.clock).is_none());
        fake.step(TODAY_MS as i64);
        let body = until(|| bodies.borrow().first().cloned()).await;
        // Of when it was: seconds before the clock was set.
        assert!(
            body["alerts"][0]["startsAt"]
                .as_str()
                .unwrap()
                .starts_with("2026-11-1"),
            "{body}"
        );
        assert_eq!(body["alerts"][0]["labels"]["instance"], "pi1:9100", "{body}");
    };
    LocalSet::new().run_until(told).await;
}

#[tokio::test]
async fn up_and_absent_series() {
    let told = async {
        let bodies = Rc::default();
        let address = receiver(Rc::clone(&bodies)).await;
        let rules = "{alert: Down, expr: up == 0}, {alert: Gone, expr: 'absent(up{instance=\"pi2:9100\"})'}";
        let (fake, shared, config) = shared(rules, &address, TODAY_MS);
        fake.step(3_600_000);
        let (first, second) = (
            target(&config.jobs[0], "pi1:9100"),
            target(&config.jobs[0], "pi2:9100"),
        );
        let running = [Rc::clone(&first), Rc::clone(&second)];
        let look = |running: &[Rc<Target>]| {
            shared
                .alerts
                .look(running, &shared.clock, &shared.telemetry.alerting);
            shared.alerts.with(|_, active| {
                let names = active.iter().map(|alert| {
                    let instance = alert.labels.get("instance").map_or("", String::as_str);
                    format!("{} {instance}", alert.labels["alertname"])
                });
                names.collect::<Vec<_>>().join(", ")
            })
        };
        shared.observe(&first, &outcome(true));
        // The other one was not looked at yet, and may have it.
        assert_eq!(look(&running), "");
        shared.observe(&second, &outcome(false));
        assert_eq!(look(&running), "Down pi2:9100");
        until(|| (bodies.borrow().len() == 1).then_some(())).await;
        shared.observe(&second, &outcome(true));
        assert_eq!(look(&running), "");
        shared.alerts.forget(&second, &shared.telemetry.alerting);
        assert_eq!(look(&running[..1]), "Gone pi2:9100");
        until(|| (bodies.borrow().len() == 3).then_some(())).await;
        shared.observe(&second, &outcome(true));
        assert_eq!(look(&running), "");
        until(|| (bodies.borrow().len() == 4).then_some(())).await;
        let words = bodies
            .borrow()
            .iter()
            .map(|body: &serde_json::Value| {
                format!("{} {}", body["groupLabels"]["alertname"], body["status"]).replace('"', "")
            })
            .collect::<Vec<_>>();
        let mut sorted = words.clone();
        sorted.sort();
        assert_eq!(
            sorted,
            ["Down firing", "Down resolved", "Gone firing", "Gone resolved"],
            "{words:?}"
        );
    };
    LocalSet::new().run_until(told).await;
}

#[tokio::test]
async fn the_file_is_written_only_when_something_changed() {
    let saved = async {
        let bodies = Rc::default();
        let address = receiver(Rc::clone(&bodies)).await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data/alerts.json");
        let (fake, shared, config) = shared("{alert: Down, expr: up == 0}", &address, TODAY_MS);
        fake.step(3_600_000);
        shared.alerts.open(&folder.path().join("data"));
        let keeping = Rc::clone(&shared);
        let keep = spawn_local(async move {
            keeping
                .alerts
                .keep(&keeping.clock, &keeping.telemetry.alerting)
                .await
        });
        let target = target(&config.jobs[0], "pi1:9100");
        shared.observe(&target, &outcome(true));
        sleep(Duration::from_millis(50)).await;
        assert!(!folder.path().join("data").exists());
        shared.observe(&target, &outcome(false));
        let text = until(|| {
            let text = std::fs::read_to_string(&file).ok()?;
            text.contains("\"told\":{\"r\"").then_some(text)
        })
        .await;
        std::fs::remove_file(&file).unwrap();
        for _ in 0..10 {
            shared.observe(&target, &outcome(false));
            sleep(Duration::from_millis(10)).await;
        }
        assert!(!file.exists());
        // The next one takes it up and tells nothing.
        std::fs::write(&file, text).unwrap();
        let next = Rc::new(Shared::with_clock(booted(TODAY_MS).1));
        next.alerts.open(&folder.path().join("data"));
        next.alerts
            .apply(config.alerts.clone(), &config.external_labels, &next, "big-pi");
        next.observe(&target, &outcome(false));
        assert!(next.alerts.unsaved_text(&next.clock).is_none());
        keep.abort();
        assert_eq!(bodies.borrow().len(), 1);
    };
    LocalSet::new().run_until(saved).await;
}
