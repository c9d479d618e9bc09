//! The node exporter beside the reference's, in one run: memory, CPU per scrape, latency, size.
//!
//! `make bench ONLY=node` builds, fetches the reference exporter's Debian package, and runs this.
//! Rounds alternate between the two, and each is compared with its neighbour: what else the machine does hits both.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on stops where it stands"
)]
#![expect(clippy::print_stdout, reason = "its result is what it prints")]

#[path = "../it/daemon.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod daemon;
#[path = "../it/http.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
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
#[expect(dead_code, reason = "the servers beside it need it")]
#[expect(clippy::print_stderr, reason = "a test that leaves something out says so")]
mod sid;

use std::path::Path;
use std::process::{Command, ExitCode};

use measured::{Measured, cpu_shares, release};
use report::Report;

/// Where Debian's package has another default, both get the same. The rest is what either has on by default.
const FLAGS: [&str; 2] = [
    "--no-collector.systemd",
    "--collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys|mnt|media)($|/)",
];
/// Argument with which this program measures in a network of its own.
const INSIDE: &str = "inside-network";
/// What a machine with containers has: 50 interfaces. `/sys` shows those of the network in which it was mounted.
const NETWORK: &str = "
    mount -t sysfs sysfs /sys
    ip link set lo up
    for i in $(seq 25); do
        ip link add veth$i type veth peer name vethp$i
        ip link set veth$i up
        ip link set vethp$i up
    done
    exec \"$@\"";
/// Rounds after the first, which warms up.
const ROUNDS: usize = 7;
const SCRAPES_PER_ROUND: usize = 80;
/// Shares of the reference's CPU time that a scrape may take.
const CPU_SHARE: f64 = 1.0 / 8.0;
const CPU_SHARE_WITH_INTERFACES: f64 = 1.0 / 10.0;

fn main() -> ExitCode {
    let mut report = Report::default();
    let peer = peer::checkout().join("target/peers/usr/bin/prometheus-node-exporter");
    assert!(peer.exists(), "{} is missing: run `make bench`", peer.display());
    if std::env::args().any(|argument| argument == INSIDE) {
        let (ours, theirs) = node_exporters("with 50 more interfaces", &peer);
        let (plain, gzip) = cpu_shares(&ours, &theirs);
        println!("{plain} {gzip}");
        return ExitCode::SUCCESS;
    }
    node(&peer, &mut report);
    interfaces(&mut report);
    report.verdict()
}

/// Measures both node exporters with the collectors that they have on by default.
fn node_exporters(what: &str, peer: &Path) -> (Measured, Measured) {
    let flags = FLAGS.map(str::to_owned);
    let mut theirs = Measured::start("reference", peer, &flags, &[]);
    let mut ours = Measured::start("ours", &release("pi-node-exporter"), &flags, &[]);
    println!(
        "node exporter, default collectors, {what}, {ROUNDS} rounds of {SCRAPES_PER_ROUND} scrapes each, in turn"
    );
    for round in 0..=ROUNDS {
        for side in [&mut theirs, &mut ours] {
            side.round(SCRAPES_PER_ROUND);
            if round == 0 {
                side.forget();
            }
        }
    }
    for side in [&theirs, &ours] {
        side.print();
    }
    (ours, theirs)
}

fn node(peer: &Path, report: &mut Report) {
    let (ours, theirs) = node_exporters("this machine", peer);
    report.at_most(
        "node exporter, resident after 640 scrapes, MiB",
        ours.resident_mib(),
        4.0,
    );
    let (plain, gzip) = cpu_shares(&ours, &theirs);
    report.at_most(
        "node exporter, CPU per scrape, share of the reference",
        plain,
        CPU_SHARE,
    );
    report.at_most("the same with gzip, as Prometheus asks", gzip, CPU_SHARE);
    report.at_most(
        "node exporter, p99 latency, share of the reference",
        ours.latency_p99_ms() / theirs.latency_p99_ms(),
        1.0 / 4.0,
    );
    report.at_most("node exporter, stripped binary, MB", ours.binary_mb(), 3.0);
}

/// Measures both in a network namespace with many interfaces.
fn interfaces(report: &mut Report) {
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount"]);
    // Only root may read this file; others become root in a user namespace.
    if std::fs::File::open("/proc/1/environ").is_err() {
        command.arg("--map-root-user");
    }
    let output = command
        .args(["sh", "-ec", NETWORK, "sh"])
        .arg(std::env::current_exe().unwrap())
        .arg(INSIDE)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let (lines, shares) = said.trim_end().rsplit_once('\n').unwrap();
    println!("{lines}");
    let (plain, gzip) = shares.split_once(' ').unwrap();
    let what = "node exporter, 50 veth: CPU per scrape, share of the reference";
    report.at_most(what, plain.parse().unwrap(), CPU_SHARE_WITH_INTERFACES);
    report.at_most(
        "the same with gzip, as Prometheus asks",
        gzip.parse().unwrap(),
        CPU_SHARE_WITH_INTERFACES,
    );
}
