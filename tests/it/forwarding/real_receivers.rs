//! Receivers that people have: Debian's Prometheus and VictoriaMetrics. Asked afterwards, they have what was scraped.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::recording::{Labels, Said, spelled};
use crate::daemon::{Daemon, until};
use crate::fleet::{Fleet, TARGETS, free_ports, json};
use crate::{http, sid};

/// Time in milliseconds and value of every sample, by series.
type Stored = BTreeMap<Labels, Vec<(i64, f64)>>;

/// Series of each target: constants, counters, gauges and histograms.
const SERIES: u16 = 220;
/// Scrapes of all targets together.
const SCRAPES: u64 = 40;

#[test]
fn prometheus() {
    let folder = tempfile::tempdir().unwrap();
    through_prometheus(Path::new("prometheus"), folder.path(), "");
}

#[test]
fn prometheus_3_with_remote_write_2() {
    let Some(package) = sid::package_if_any("prometheus") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let message = ", protobuf_message: io.prometheus.write.v2.Request";
    through_prometheus(&package.join("usr/bin/prometheus"), folder.path(), message);
}

/// Sends through a Prometheus with its receiver on.
fn through_prometheus(binary: &Path, folder: &Path, message: &str) {
    let config = folder.join("receiver.yml");
    std::fs::write(&config, "").unwrap();
    let address = format!("127.0.0.1:{}", free_ports(1));
    let receiver = Daemon::spawn(Command::new(binary).args([
        format!("--config.file={}", config.display()),
        format!("--storage.tsdb.path={}", folder.join("data").display()),
        format!("--web.listen-address={address}"),
        "--web.enable-remote-write-receiver".to_owned(),
    ]));
    until("the receiver", || is_ready(&address, "/-/ready"));
    let Some(fleet) = send(&format!("http://{address}/api/v1/write"), message) else {
        return;
    };
    // A range of raw samples, which no step has touched.
    let query = "%7B__name__%3D~%22.%2B%22%7D%5B1h%5D";
    let answer = json(&address, &format!("/api/v1/query?query={query}"));
    let mut stored = Stored::new();
    for series in answer["data"]["result"].as_array().unwrap() {
        let values = series["values"].as_array().unwrap().iter();
        let values = values.map(|pair| {
            let at_ms = (pair[0].as_f64().unwrap() * 1000.0).round() as i64;
            (at_ms, pair[1].as_str().unwrap().parse().unwrap())
        });
        stored.insert(labels(&series["metric"]), values.collect());
    }
    check(&fleet, &stored, 0.0);
    assert!(!receiver.log().contains("level=error"), "{}", receiver.log());
}

#[test]
fn victoria_metrics() {
    let Some(package) = sid::package_if_any("victoria-metrics") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let address = format!("127.0.0.1:{}", free_ports(1));
    let _receiver = Daemon::spawn(Command::new(package.join("usr/bin/victoria-metrics")).args([
        format!("-storageDataPath={}", folder.path().display()),
        format!("-httpListenAddr={address}"),
        "-retentionPeriod=1y".to_owned(),
    ]));
    until("the receiver", || is_ready(&address, "/health"));
    let Some(fleet) = send(&format!("http://{address}/api/v1/write"), "") else {
        return;
    };
    http::get(&address, "/internal/force_flush");
    // Without an end, the newest samples are left out.
    let range = "start=0&end=4102444800";
    let path = format!("/api/v1/export?match[]=%7B__name__!%3D%22%22%7D&{range}");
    let exported = http::get(&address, &path).text();
    let mut stored = Stored::new();
    for line in exported.lines() {
        let series: Value = serde_json::from_str(line).unwrap();
        let times = series["timestamps"].as_array().unwrap().iter();
        let values = series["values"].as_array().unwrap();
        let samples = times.zip(values);
        // The end of a series is shown as null.
        let samples = samples.filter_map(|(at, value)| Some((at.as_i64().unwrap(), value.as_f64()?)));
        stored
            .entry(labels(&series["metric"]))
            .or_default()
            .extend(samples);
    }
    // It keeps decimal numbers of 15 places and more.
    check(&fleet, &stored, 1e-14);
}

fn is_ready(address: &str, path: &str) -> Option<()> {
    let answer = http::request(address, "GET", path, &[]).ok()?;
    (answer.status == 200).then_some(())
}

/// Lets a scraper send some scrapes to this address, with these settings more, and end.
fn send(url: &str, message: &str) -> Option<Fleet> {
    let fleet = Fleet::with_series(SERIES)?;
    fleet.configure_for(url, message);
    let mut scraper = fleet.scraper();
    fleet.wait_for_scrapes(SCRAPES);
    scraper.signal("TERM");
    assert_eq!(scraper.wait().code(), Some(0), "{}", scraper.log());
    for words in ["level=error", "refused", "they are stored"] {
        assert!(!scraper.log().contains(words), "{}", scraper.log());
    }
    Some(fleet)
}

fn labels(metric: &Value) -> Labels {
    let pairs = metric.as_object().unwrap().iter();
    pairs
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect()
}

/// Every number that a target said is there, once, and nothing else.
#[track_caller]
fn check(fleet: &Fleet, stored: &Stored, tolerance: f64) {
    for target in 0..TARGETS {
        let instance = fleet.instance(target);
        let of_target = || stored.iter().filter(|(labels, _)| labels["instance"] == instance);
        let (_, numbers) = of_target()
            .find(|(labels, _)| labels["__name__"] == "fake_scrape_seq")
            .unwrap();
        let numbered: Vec<_> = numbers.iter().map(|(_, number)| *number as u64).collect();
        let served = fleet.served_by(target);
        assert_eq!(numbered, (1..=served).collect::<Vec<_>>(), "{instance}");
        let said = Said::by(target, SERIES, served).unwrap();
        let mut series = 0;
        for (labels, samples) in of_target() {
            assert_eq!(samples.len(), numbers.len(), "{labels:?}");
            if !labels["__name__"].starts_with("fake_") {
                continue;
            }
            series += 1;
            for ((at_ms, value), (scraped_ms, number)) in samples.iter().zip(numbers) {
                assert_eq!(at_ms, scraped_ms, "{labels:?}");
                let expect = said.value(*number as u64, &spelled(labels)).unwrap();
                let apart = (value - expect).abs();
                assert!(
                    apart <= tolerance * expect.abs(),
                    "{labels:?}: {value}, not {expect}"
                );
            }
        }
        assert!(i32::from(SERIES) < series, "{series} of {instance}");
        let up = of_target()
            .find(|(labels, _)| labels["__name__"] == "up")
            .unwrap();
        assert!(up.1.iter().all(|(_, value)| *value == 1.0), "{up:?}");
    }
}
