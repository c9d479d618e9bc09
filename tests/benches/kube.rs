//! The kube state exporter on made clusters of every size, served by the tests' own API server.
//!
//! `make bench ONLY=kube` builds what is shipped and runs this; words behind it name sections: `home`, `big`, `decode`,
//! `growth`, `soak`. Debian has no kube-state-metrics; what is known of it stands in `KNOWN`.

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
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod http;
#[expect(dead_code, reason = "shared with the other benchmarks, which use more of it")]
mod measured;
#[path = "../it/peer.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
#[expect(clippy::print_stderr, reason = "a test that leaves something out says so")]
mod peer;
mod report;
#[path = "../it/servers"]
mod servers {
    #[expect(dead_code, reason = "shared with the tests, which use more of it")]
    pub mod scratch;
}

use std::process::ExitCode;
use std::time::Duration;

use api_server::churn::churn;
use api_server::made::Cluster;
use api_server::{ApiServer, World};
use home::HOME;
use measured::{Measured, median, release};
use report::Report;
use servers::scratch::free_port;

/// Its name on the command line, and what measures it.
type Section = (&'static str, fn(&mut Report));
const SECTIONS: [Section; 5] = [
    ("home", home),
    ("big", big),
    ("decode", decode),
    ("growth", growth),
    ("soak", soak),
];

/// kube-state-metrics 2.20 on clusters of nearly these sizes, measured before on a machine like this one.
const KNOWN: &str = "known of kube-state-metrics 2.20 (amd64, binary 61.7 MB), not measured in this run:
  home 58.1 MB at its peak, start 0.04 s CPU, scrape 1 ms CPU
  big 272 MB at its peak, start 1.25 s CPU, scrape 105 ms CPU\n";

const BIG: Cluster = Cluster {
    nodes: 100,
    pods: 3_000,
    deployments: 1_000,
    replicasets: 2_000,
    secrets: 1_000,
    secret_bytes: 40_000,
    configmaps: 1_000,
    configmap_bytes: 8_000,
};
const SOAKED: Cluster = Cluster { pods: 5_000, ..HOME };

/// Starts of which the median counts.
const STARTS: usize = 3;
const ROUNDS: usize = 3;
const SCRAPES_PER_ROUND: usize = 20;

fn main() -> ExitCode {
    // Cargo adds a flag of its own.
    let wanted: Vec<_> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let mut report = Report::default();
    println!("{KNOWN}");
    for (name, measure) in SECTIONS {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            measure(&mut report);
        }
    }
    report.verdict()
}

/// What a start cost, and the process.
struct Started {
    exporter: Measured,
    cpu_seconds: f64,
}

/// Starts the exporter and waits until all lists are complete.
fn start(server: &ApiServer, flags: &[&str]) -> Started {
    let mut all = vec![
        format!("--apiserver={}", server.url()),
        "--telemetry-host=127.0.0.1".to_owned(),
        format!("--telemetry-port={}", free_port()),
    ];
    all.extend(flags.iter().map(|flag| (*flag).to_owned()));
    let exporter = Measured::start("ours", &release("pi-kube-state-exporter"), &all, &[]);
    exporter.wait_until_ready();
    let cpu_seconds = exporter.cpu_seconds();
    Started {
        exporter,
        cpu_seconds,
    }
}

/// CPU seconds of several starts, the one in the middle; and the last process.
fn starts(server: &ApiServer, flags: &[&str]) -> Started {
    let mut started: Vec<_> = (0..STARTS).map(|_| start(server, flags)).collect();
    let cpu: Vec<_> = started.iter().map(|started| started.cpu_seconds).collect();
    let mut last = started.pop().unwrap();
    last.cpu_seconds = median(&cpu);
    last
}

fn scrapes(exporter: &mut Measured) -> f64 {
    (0..ROUNDS).for_each(|_| exporter.round(SCRAPES_PER_ROUND));
    median(&exporter.plain_cpu_ms)
}

/// One line of everything that was measured of a cluster.
fn print(what: &str, exporter: &Measured, start_cpu_seconds: f64, scrape_cpu_ms: f64) {
    let body = exporter.scrape();
    let lines = body.split(|byte| *byte == b'\n').count() - 1;
    println!(
        "{what:<14} {lines:>8} lines {:>6.2} MB  resident {:>6.2} MB  peak {:>6.2} MB  start {start_cpu_seconds:.3} s CPU  scrape {scrape_cpu_ms:.2} ms CPU  binary {:.2} MB",
        body.len() as f64 / 1e6,
        exporter.memory_mb("VmRSS"),
        exporter.memory_mb("VmHWM"),
        exporter.binary_mb(),
    );
}

fn home(report: &mut Report) {
    let server = ApiServer::start(HOME.world());
    let Started {
        mut exporter,
        cpu_seconds,
    } = starts(&server, &[]);
    let scrape_ms = scrapes(&mut exporter);
    print("home", &exporter, cpu_seconds, scrape_ms);
    report.at_most("4 nodes, 29 pods: resident, MB", exporter.memory_mb("VmRSS"), 9.0);
    report.at_most("the same: at its peak, MB", exporter.memory_mb("VmHWM"), 9.0);
}

fn big(report: &mut Report) {
    let server = ApiServer::start(BIG.world());
    let Started {
        mut exporter,
        cpu_seconds,
    } = starts(&server, &[]);
    let scrape_ms = scrapes(&mut exporter);
    print("big", &exporter, cpu_seconds, scrape_ms);
    let peak_mb = exporter.memory_mb("VmHWM");
    report.at_most(
        "100 nodes, 3,000 pods, 1,000 secrets: at its peak, MB",
        peak_mb,
        45.0,
    );
    report.at_most("the same: start, s CPU", cpu_seconds, 0.3);
    report.at_most("the same: scrape, ms CPU", scrape_ms, 20.0);
}

/// What 3,000 pods cost from socket to struct: of two starts that write nothing, one has the pods to read.
fn decode(report: &mut Report) {
    let flags = ["--resources=pods", "--metric-allowlist=nothing"];
    let cpu = |pods| {
        starts(
            &ApiServer::start(
                Cluster {
                    pods,
                    ..Cluster::default()
                }
                .world(),
            ),
            &flags,
        )
        .cpu_seconds
    };
    let cpu_seconds = cpu(3_000) - cpu(0);
    println!("decode         3,000 pods read and decoded in {cpu_seconds:.3} s CPU");
    report.at_most("3,000 pods from socket to struct, s CPU", cpu_seconds, 0.06);
}

/// What a pod costs, in memory and CPU, must not depend on how many there are.
fn growth(report: &mut Report) {
    let mut costs = Vec::new();
    let base_mb = start(&ApiServer::start(World::empty(1)), &["--resources=pods"])
        .exporter
        .memory_mb("VmHWM");
    for pods in [300, 1_000, 3_000, 10_000, 30_000] {
        let server = ApiServer::start(
            Cluster {
                pods,
                nodes: 100,
                ..Cluster::default()
            }
            .world(),
        );
        let Started {
            mut exporter,
            cpu_seconds,
        } = start(&server, &["--resources=pods"]);
        let scrape_ms = scrapes(&mut exporter);
        print(&format!("{pods} pods"), &exporter, cpu_seconds, scrape_ms);
        let each = |cost: f64| cost / pods as f64;
        let peak_mb = exporter.memory_mb("VmHWM") - base_mb;
        costs.push([each(peak_mb), each(cpu_seconds), each(scrape_ms)]);
    }
    let (middle, last) = (costs[2], costs[4]);
    for (at, what) in ["peak memory", "CPU of the start", "CPU of a scrape"]
        .iter()
        .enumerate()
    {
        let row = format!("{what} of each pod, 30,000 to 3,000");
        report.at_most(&row, last[at] / middle[at], 1.25);
    }
}

/// Minutes of changes leave the text of a fresh start, and the memory of the own one.
fn soak(report: &mut Report) {
    const CHANGES_PER_SECOND: usize = 200;
    const LASTS: Duration = Duration::from_secs(300);
    let server = ApiServer::start(SOAKED.world());
    let Started { exporter, .. } = start(&server, &["--watch-timeout=30s"]);
    let settled = |exporter: &Measured| {
        (0..3).for_each(|_| drop(exporter.scrape()));
        exporter.memory_mb("VmRSS")
    };
    let before_mb = settled(&exporter);
    let before_cpu = exporter.cpu_seconds();
    churn(&server, SOAKED.pods, SOAKED.nodes, CHANGES_PER_SECOND, LASTS);
    let cpu_seconds = exporter.cpu_seconds() - before_cpu;
    let fresh = start(&server, &[]).exporter.scrape();
    // The last changes are on their way.
    let end = std::time::Instant::now() + daemon::PATIENCE;
    let mut text = exporter.scrape();
    while text != fresh && std::time::Instant::now() < end {
        daemon::pause();
        text = exporter.scrape();
    }
    let after_mb = settled(&exporter);
    println!(
        "soak           {CHANGES_PER_SECOND} changes a second of 5,000 pods for {} s: {cpu_seconds:.1} s CPU, resident {before_mb:.2} MB before, {after_mb:.2} MB after",
        LASTS.as_secs(),
    );
    report.at_most(
        "soak: text other than a fresh start's",
        f64::from(u8::from(text != fresh)),
        0.0,
    );
    report.at_most(
        "soak: memory against before, parts of one",
        (after_mb / before_mb - 1.0).abs(),
        0.1,
    );
}
