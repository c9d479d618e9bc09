//! All six daemons at work, beside one Go node_exporter, in one run: the promise of the project.
//!
//! `make bench ONLY=together` builds what is shipped and runs this: MariaDB, PostgreSQL, nginx and the API server of a
//! small cluster, our exporters beside them, and our scraper, which asks them and the reference every five seconds and
//! forwards to Debian's Prometheus.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on stops where it stands"
)]
#![expect(clippy::print_stdout, reason = "its result is what it prints")]

#[path = "../it/api_server.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod api_server;
#[path = "../it/daemon.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod daemon;
mod home;
#[path = "../it/http.rs"]
mod http;
#[expect(dead_code, reason = "shared with the other benchmarks, which use more of it")]
mod measured;
#[path = "../it/npm.rs"]
mod npm;
#[path = "../it/peer.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
#[expect(clippy::print_stderr, reason = "a test that leaves something out says so")]
mod peer;
mod report;
#[path = "../it/servers.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod servers;
#[path = "../it/sid.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
#[expect(clippy::print_stderr, reason = "a test that leaves something out says so")]
mod sid;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use api_server::ApiServer;
use daemon::Daemon;
use home::HOME;
use measured::{Measured, median, release};
use report::Report;
use servers::mariadb::Mariadb;
use servers::nginx::Nginx;
use servers::postgres::Postgres;
use servers::postgres_programs::debian_version;
use servers::scratch::free_port;

/// Memory is taken this often, and the median counts.
const READINGS: usize = 12;
/// Between two readings, and before the first one, so that each was asked some times.
const PAUSE: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let folder = tempfile::tempdir().unwrap();
    let (mariadb, postgres, nginx) = (
        Mariadb::start(),
        Postgres::start(debian_version()),
        Nginx::start(),
    );
    let cluster = ApiServer::start(HOME.world());
    let start = |name, flags: &[String], environment: &[(&str, &str)]| {
        Measured::start(name, &release(name), flags, environment)
    };
    let mut ours = vec![
        start("pi-node-exporter", &[], &[]),
        start(
            "pi-mysql-exporter",
            &[format!("--config.my-cnf={}", mariadb.options_file())],
            &[],
        ),
        start(
            "pi-postgres-exporter",
            &[],
            &[("DATA_SOURCE_NAME", &postgres.uri())],
        ),
        start(
            "pi-nginx-exporter",
            &[format!("--nginx.scrape-uri={}", nginx.tcp_uri())],
            &[],
        ),
        start(
            "pi-kube-state-exporter",
            &[
                format!("--apiserver={}", cluster.url()),
                "--telemetry-host=127.0.0.1".to_owned(),
                format!("--telemetry-port={}", free_port()),
            ],
            &[],
        ),
    ];
    ours[4].wait_until_ready();
    let program = sid::package("prometheus-node-exporter").join("usr/bin/prometheus-node-exporter");
    let reference = Measured::start("reference", &program, &[], &[]);
    let receiver = receiver(folder.path());
    let targets: Vec<_> = ours.iter().chain([&reference]).map(Measured::address).collect();
    let count = targets.len();
    let config = configuration(folder.path(), &targets, &receiver.address);
    let data = format!("--storage.agent.path={}", folder.path().join("agent").display());
    ours.push(start("pi-scraper", &[config, data], &[]));
    wait_for_samples(&receiver, count);
    verdict(&ours, &reference)
}

/// Reads the memory of all several times and holds the sum against the reference.
fn verdict(ours: &[Measured], reference: &Measured) -> ExitCode {
    println!(
        "six daemons and the reference, each asked every 5 s and forwarded; {READINGS} readings, {} s apart",
        PAUSE.as_secs()
    );
    let all: Vec<_> = ours.iter().chain([reference]).collect();
    let mut resident = vec![Vec::new(); all.len()];
    let mut proportional = resident.clone();
    for _ in 0..READINGS {
        pause();
        for (index, one) in all.iter().enumerate() {
            resident[index].push(one.resident_mib());
            proportional[index].push(one.proportional_mib());
        }
    }
    println!("  {:<24} {:>12} {:>12}", "", "resident MiB", "PSS MiB");
    let row = |name: &str, resident: f64, proportional: f64| {
        println!("  {name:<24} {resident:>12.2} {proportional:>12.2}");
    };
    let medians = |readings: &[Vec<f64>]| readings.iter().map(|one| median(one)).collect::<Vec<_>>();
    let (resident, proportional) = (medians(&resident), medians(&proportional));
    for (index, one) in all.iter().enumerate() {
        if index == ours.len() {
            let sum = |values: &[f64]| values[..ours.len()].iter().sum();
            row("all six", sum(&resident), sum(&proportional));
        }
        row(one.name, resident[index], proportional[index]);
    }
    let mut report = Report::default();
    report.at_most(
        "all six daemons, PSS in MiB (at most: one Go node_exporter)",
        proportional[..ours.len()].iter().sum(),
        proportional[ours.len()],
    );
    report.verdict()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the benchmark's own thread, between two readings"
)]
fn pause() {
    std::thread::sleep(PAUSE);
}

/// Debian's Prometheus, which takes what is forwarded.
fn receiver(folder: &Path) -> Daemon {
    let config = folder.join("receiver.yml");
    std::fs::write(&config, "{}").unwrap();
    let address = format!("127.0.0.1:{}", free_port());
    let mut receiver = Daemon::spawn(Command::new("prometheus").args([
        format!("--config.file={}", config.display()),
        format!("--storage.tsdb.path={}", folder.join("tsdb").display()),
        format!("--web.listen-address={address}"),
        "--web.enable-remote-write-receiver".to_owned(),
    ]));
    receiver.address = address;
    daemon::until("the receiver", || {
        std::net::TcpStream::connect(&receiver.address).ok()
    });
    receiver
}

/// Writes the scraper's configuration; the flag that names it.
fn configuration(folder: &Path, targets: &[&str], receiver: &str) -> String {
    let path = folder.join("prometheus.yml");
    let text = format!(
        "global: {{scrape_interval: 5s}}\n\
         scrape_configs: [{{job_name: home, static_configs: [{{targets: {targets:?}}}]}}]\n\
         remote_write: [{{url: 'http://{receiver}/api/v1/write'}}]\n"
    );
    std::fs::write(&path, text).unwrap();
    format!("--config.file={}", path.display())
}

/// Waits until all targets are up in the receiver.
fn wait_for_samples(receiver: &Daemon, targets: usize) {
    daemon::until("all targets in the receiver", || {
        let answer = http::get(&receiver.address, "/api/v1/query?query=sum(up)").text();
        answer.contains(&format!(",\"{targets}\"]")).then_some(())
    });
}
