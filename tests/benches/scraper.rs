//! The scraper beside Prometheus' agent and vmagent, on the same targets, in one run.
//!
//! `make bench ONLY=scraper` builds, fetches both from Debian unstable, and runs this. `../shared/tools/scraper_bench.py`
//! drives all three in turn, each with fake targets and a receiver that counts.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on stops where it stands"
)]
#![expect(clippy::print_stdout, reason = "its result is what it prints")]

#[path = "../it/daemon.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod daemon;
#[path = "../it/npm.rs"]
mod npm;
#[path = "../it/peer.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
#[expect(clippy::print_stderr, reason = "a test that leaves something out says so")]
mod peer;
#[path = "../it/python.rs"]
mod python;
mod report;
#[path = "../it/servers.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod servers;
#[path = "../it/sid.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
#[expect(clippy::print_stderr, reason = "a test that leaves something out says so")]
mod sid;

use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use serde_json::Value;

use report::Report;

/// First port of the targets; the receiver and the subject listen below it.
const PORT: &str = "23000";

/// A run: targets, series of each, interval in seconds, seconds that are measured.
#[derive(Clone, Copy)]
struct Load {
    targets: u32,
    series: u32,
    interval_seconds: u32,
    seconds: u32,
}

/// A fleet, every second.
const BUSY: Load = Load {
    targets: 20,
    series: 1_000,
    interval_seconds: 1,
    seconds: 45,
};
/// A house.
const HOUSE: Load = Load {
    targets: 5,
    series: 800,
    interval_seconds: 5,
    seconds: 60,
};
/// The two between which the growth per series is taken.
const FEW: Load = Load {
    targets: 5,
    series: 1_000,
    interval_seconds: 10,
    seconds: 60,
};
const MANY: Load = Load { targets: 200, ..FEW };

/// One of those that are compared.
#[derive(Clone, Copy)]
struct Subject {
    name: &'static str,
    kind: &'static str,
}

const PROMETHEUS: Subject = Subject {
    name: "prometheus",
    kind: "prom-agent",
};
const VMAGENT: Subject = Subject {
    name: "vmagent",
    kind: "vmagent",
};
const OURS: Subject = Subject {
    name: "ours",
    kind: "cmd",
};

fn main() -> ExitCode {
    let Some(bench) = Bench::find() else {
        return ExitCode::FAILURE;
    };
    let mut report = Report::default();
    busy(&bench, &mut report);
    outage(&bench, &mut report);
    house(&bench, &mut report);
    growth(&bench, &mut report);
    let binary_mb = std::fs::metadata(release()).unwrap().len() as f64 / 1e6;
    report.at_most("scraper, stripped binary, MB", binary_mb, 6.0);
    report.verdict()
}

fn busy(bench: &Bench, report: &mut Report) {
    println!("20 targets of 1,000 series every second, remote write 1.0");
    bench.run(PROMETHEUS, BUSY, &[]);
    bench.run(VMAGENT, BUSY, &[]);
    let ours = bench.run(OURS, BUSY, &[]);
    println!("the same, remote write 2.0");
    bench.run(
        Subject {
            kind: "prom-agent-v2",
            ..PROMETHEUS
        },
        BUSY,
        &[],
    );
    let second = bench.run(OURS, BUSY, &["--rw2"]);
    report.at_most(
        "scraper, 20 x 1,000 every s: resident, MiB",
        ours.resident_mib,
        24.0,
    );
    report.at_most(
        "scraper, 20 x 1,000 every s: CPU s per million samples",
        ours.cpu_seconds,
        0.9,
    );
    report.at_most("scraper, bytes a sample on the wire, 1.0", ours.wire_bytes, 18.7);
    report.at_most(
        "scraper, bytes a sample on the wire, 2.0",
        second.wire_bytes,
        13.4,
    );
    report.at_most(
        "scraper, bytes a sample written while the receiver answers",
        ours.disk_bytes.max(second.disk_bytes),
        0.0,
    );
    for (which, run) in [("1.0", &ours), ("2.0", &second)] {
        report.at_most(
            &format!("scraper, {which}: scrapes lost, twice or out of order"),
            run.faults,
            0.0,
        );
    }
}

fn outage(bench: &Bench, report: &mut Report) {
    println!("the same, while the receiver answers 500 all the time");
    let down = ["--script", "0:500:100000"];
    bench.run(PROMETHEUS, BUSY, &down);
    bench.run(VMAGENT, BUSY, &down);
    let ours = bench.run(OURS, BUSY, &down);
    report.at_most(
        "scraper, bytes a sample written while it does not",
        ours.disk_bytes,
        3.0,
    );
    report.at_most(
        "scraper, 20 x 1,000 every s: resident in an outage, MiB",
        ours.resident_mib,
        24.0,
    );
    println!("the same, while the receiver is down for 20 s");
    let ours = bench.run(OURS, BUSY, &["--script", "10:500:20"]);
    report.at_most(
        "scraper, 20 x 1,000 every s: highest after an outage, MiB",
        ours.highest_mib,
        32.0,
    );
    report.at_most(
        "scraper, after an outage: scrapes lost, twice or out of order",
        ours.faults,
        0.0,
    );
}

fn house(bench: &Bench, report: &mut Report) {
    println!("5 targets of 800 series every 5 s");
    bench.run(PROMETHEUS, HOUSE, &[]);
    bench.run(VMAGENT, HOUSE, &[]);
    let ours = bench.run(OURS, HOUSE, &[]);
    report.at_most(
        "scraper, 5 x 800 every 5 s: resident, MiB",
        ours.resident_mib,
        12.0,
    );
}

fn growth(bench: &Bench, report: &mut Report) {
    println!("5,000 and 200,000 series, every 10 s");
    let [few, many] = [FEW, MANY].map(|load| bench.run(OURS, load, &[]));
    let series = MANY.targets * MANY.series - FEW.targets * FEW.series;
    let bytes = (many.resident_mib - few.resident_mib) * f64::from(1 << 20) / f64::from(series);
    report.at_most("scraper, growth per series, bytes", bytes, 300.0);
}

/// What a run measured.
struct Run {
    resident_mib: f64,
    highest_mib: f64,
    /// Per million samples.
    cpu_seconds: f64,
    /// Per sample.
    wire_bytes: f64,
    disk_bytes: f64,
    /// Scrapes that are missing, and samples that came twice or out of order.
    faults: f64,
}

/// What all runs need.
struct Bench {
    driver: PathBuf,
    prometheus: PathBuf,
    vmagent: PathBuf,
}

impl Bench {
    fn find() -> Option<Self> {
        Some(Self {
            driver: peer::reference("tools/scraper_bench.py")?,
            prometheus: sid::package("prometheus").join("usr/bin/prometheus"),
            vmagent: sid::package("victoria-metrics").join("usr/bin/vmagent"),
        })
    }

    fn run(&self, subject: Subject, load: Load, more: &[&str]) -> Run {
        let command = format!(
            "{} --config.file={{conf}} --storage.agent.path={{data}} --web.listen-address=127.0.0.1:{{port}} --clock.wait=0s",
            release().display()
        );
        let warm = 8_u32.max(load.interval_seconds * 2).to_string();
        let output = Command::new(python::interpreter())
            .arg(&self.driver)
            .args([
                "--kind",
                subject.kind,
                "--cmd",
                &command,
                "--base",
                PORT,
                "--warm",
                &warm,
            ])
            .args(["--targets", &load.targets.to_string()])
            .args(["--series", &load.series.to_string()])
            .args(["--interval", &format!("{}s", load.interval_seconds)])
            .args(["--secs", &load.seconds.to_string()])
            .args(more)
            .env("PY", python::interpreter())
            .env("PROMETHEUS", &self.prometheus)
            .env("VMAGENT", &self.vmagent)
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let last = text.lines().last().unwrap_or_default();
        let result: Value = serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {text}"));
        let run = Run::of(&result);
        println!(
            "  {:<10} {:>6.1} MiB resident ({:.1} highest)  {:>5.2} s CPU per million samples  {:>6.2} bytes a sample sent  {:>6.2} written  {} faults  load {}",
            subject.name,
            run.resident_mib,
            run.highest_mib,
            run.cpu_seconds,
            run.wire_bytes,
            run.disk_bytes,
            run.faults,
            result["loadavg"].as_str().unwrap_or_default(),
        );
        run
    }
}

impl Run {
    fn of(result: &Value) -> Self {
        let number = |value: &Value| value.as_f64().unwrap_or(0.0);
        let sink = &result["sink"];
        let lost = number(&result["served_scrapes_total"]) - number(&result["sink_seq_total"]);
        Self {
            resident_mib: number(&result["rss_med_MiB"]),
            highest_mib: number(&result["hwm_MiB"]),
            cpu_seconds: number(&result["cpu_s_per_Msample"]),
            wire_bytes: number(&sink["bytes_per_sample"]),
            disk_bytes: number(&result["disk_write_B_per_sample"]),
            faults: lost + number(&sink["duplicates"]) + number(&sink["out_of_order"]),
        }
    }
}

fn release() -> PathBuf {
    peer::checkout().join("target/release/pi-scraper")
}
