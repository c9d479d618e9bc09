//! Debian's Prometheus scrapes both daemons.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::daemon::{self, Daemon, until};
use crate::http;
use crate::servers::scratch::free_port;

/// How long Prometheus scrapes, once a second.
const WATCHED: Duration = Duration::from_secs(60);
/// Whether Prometheus' own targets are up; the federated series have the scraper's jobs.
const UP: &str = "up{job=~\"direct|scraper|federate\"}";

/// What Prometheus answers to an expression, now.
pub fn query(address: &str, expression: &str) -> Value {
    let encoded: String = expression.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let answer = http::get(address, &format!("/api/v1/query?query={encoded}"));
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

/// Debian's Prometheus with the `prometheus.yml` of this folder, where it also keeps its data.
#[track_caller]
pub fn start(folder: &Path, flags: &[&str]) -> Daemon {
    // It cannot choose a port by itself; one that was free a moment ago is.
    let address = format!("127.0.0.1:{}", free_port());
    start_at(folder, &address, flags)
}

/// As [`start`], where it is to listen.
#[track_caller]
pub fn start_at(folder: &Path, address: &str, flags: &[&str]) -> Daemon {
    let mut prometheus = Daemon::spawn(
        Command::new("prometheus")
            .arg(format!(
                "--config.file={}",
                folder.join("prometheus.yml").display()
            ))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .args(flags),
    );
    prometheus.wait_for_log("Server is ready");
    prometheus.address = address.to_owned();
    prometheus
}

#[test]
fn a_minute_of_prometheus_shows_no_error() {
    let directory = tempfile::tempdir().unwrap();
    let node = daemon::node(&[]);
    let own = directory.path().join("scraper.yml");
    let jobs = |list: &[(&str, &str)]| {
        let jobs = list.iter().map(|(job, target)| {
            format!("  - job_name: {job}\n    static_configs:\n      - targets: [\"{target}\"]\n")
        });
        format!(
            "global:\n  scrape_interval: 1s\n  scrape_timeout: 1s\nscrape_configs:\n{}",
            jobs.collect::<String>()
        )
    };
    std::fs::write(&own, jobs(&[("node", &node.address)])).unwrap();
    let scraper = daemon::scraper(&own, &[]);

    let config = directory.path().join("prometheus.yml");
    let federation = format!(
        "  - job_name: federate\n    honor_labels: true\n    metrics_path: /federate\n    params:\n      'match[]': ['{{__name__=~\".+\"}}']\n    static_configs:\n      - targets: [\"{}\"]\n",
        scraper.address
    );
    let text = jobs(&[("direct", &node.address), ("scraper", &scraper.address)]);
    std::fs::write(&config, text + &federation).unwrap();
    let prometheus = start(directory.path(), &[]);
    let address = &prometheus.address;

    let all_up = |value: &Value| {
        let results = value["data"]["result"].as_array().cloned().unwrap_or_default();
        results.len() == 3 && results.iter().all(|result| result["value"][1] == "1")
    };
    until("three targets up", || all_up(&query(address, UP)).then_some(()));
    let started = Instant::now();
    while started.elapsed() < WATCHED {
        let up = query(address, UP);
        assert!(all_up(&up), "after {:?}: {up}", started.elapsed());
        daemon::pause();
    }
    let lowest = query(address, &format!("min_over_time({UP}[50s])"));
    assert!(all_up(&lowest), "{lowest}");
    let scrapes = query(address, "count_over_time(node_load1{job=\"direct\"}[50s])");
    let count: u64 = scrapes["data"]["result"][0]["value"][1]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(45 <= count, "{count} scrapes in 50 s");
    let log = prometheus.log();
    let errors: Vec<_> = log
        .lines()
        .filter(|l| l.contains("level=error") || l.contains("level=warn"))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}
