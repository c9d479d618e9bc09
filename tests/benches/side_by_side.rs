//! The node exporter beside the reference's, in one run: memory, CPU per scrape, latency, size.
//!
//! `make bench` builds, fetches the reference exporter's Debian package, and runs this.
//! Rounds alternate between the two, and the medians are compared: what else the machine does hits both.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on stops where it stands"
)]
#![expect(clippy::print_stdout, reason = "its result is what it prints")]

#[path = "../it/daemon.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod daemon;
mod report;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use daemon::Daemon;
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
const ROUNDS: usize = 7;
const SCRAPES_PER_ROUND: usize = 40;

fn main() -> ExitCode {
    let mut report = Report::default();
    let peer = checkout().join("target/peers/usr/bin/prometheus-node-exporter");
    assert!(peer.exists(), "{} is missing: run `make bench`", peer.display());
    if std::env::args().any(|argument| argument == INSIDE) {
        let (ours, theirs) = node_exporters("with 50 more interfaces", &peer);
        println!("{}", median(&ours.cpu_ms) / median(&theirs.cpu_ms));
        return ExitCode::SUCCESS;
    }
    node(&peer, &mut report);
    interfaces(&mut report);
    report.verdict()
}

/// Measures both node exporters with the collectors that they have on by default.
fn node_exporters(what: &str, peer: &Path) -> (Measured, Measured) {
    let mut theirs = Measured::start("reference", peer, &FLAGS);
    let mut ours = Measured::start("ours", &release("pi-node-exporter"), &FLAGS);
    println!(
        "node exporter, default collectors, {what}, {ROUNDS} rounds of {SCRAPES_PER_ROUND} scrapes each, in turn"
    );
    for round in 0..=ROUNDS {
        for side in [&mut theirs, &mut ours] {
            side.round();
            // The first round warms up.
            if round == 0 {
                side.cpu_ms.clear();
                side.latency_ms.clear();
            }
        }
    }
    for side in [&theirs, &ours] {
        println!(
            "  {:<10} {:>6.2} MiB resident  {:>6.2} MiB PSS  {:>6.3} ms CPU per scrape (min {:.3}, max {:.3})  p50 {:.2} ms  p99 {:.2} ms  {} series  binary {:.2} MB",
            side.name,
            side.memory_mib("VmRSS"),
            side.proportional_mib(),
            median(&side.cpu_ms),
            quantile(&side.cpu_ms, 0.0),
            quantile(&side.cpu_ms, 1.0),
            median(&side.latency_ms),
            quantile(&side.latency_ms, 0.99),
            side.series,
            side.binary_bytes as f64 / 1e6,
        );
    }
    (ours, theirs)
}

fn node(peer: &Path, report: &mut Report) {
    let (ours, theirs) = node_exporters("this machine", peer);
    report.at_most(
        "node exporter, resident after 320 scrapes, MiB",
        ours.memory_mib("VmRSS"),
        4.0,
    );
    report.at_most(
        "node exporter, CPU per scrape, share of the reference",
        median(&ours.cpu_ms) / median(&theirs.cpu_ms),
        1.0 / 8.0,
    );
    report.at_most(
        "node exporter, p99 latency, share of the reference",
        quantile(&ours.latency_ms, 0.99) / quantile(&theirs.latency_ms, 0.99),
        1.0 / 4.0,
    );
    report.at_most(
        "node exporter, stripped binary, MB",
        ours.binary_bytes as f64 / 1e6,
        3.0,
    );
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
    let (lines, share) = said.trim_end().rsplit_once('\n').unwrap();
    println!("{lines}");
    report.at_most(
        "node exporter, 50 veth: CPU per scrape, share of the reference",
        share.parse().unwrap(),
        1.0 / 10.0,
    );
}

/// One exporter and what its rounds measured.
struct Measured {
    name: &'static str,
    daemon: Daemon,
    binary_bytes: u64,
    /// CPU time of one scrape, user and system, mean of a round; one per round.
    cpu_ms: Vec<f64>,
    /// One per scrape.
    latency_ms: Vec<f64>,
    series: usize,
}

impl Measured {
    fn start(name: &'static str, binary: &Path, flags: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let address = format!("127.0.0.1:{port}");
        let mut daemon = Daemon::spawn(
            Command::new(binary)
                .arg(format!("--web.listen-address={address}"))
                .args(flags),
        );
        daemon::until("the exporter to listen", || TcpStream::connect(&address).ok());
        daemon.address = address;
        let binary_bytes = std::fs::metadata(binary).unwrap().len();
        Self {
            name,
            daemon,
            binary_bytes,
            cpu_ms: Vec::new(),
            latency_ms: Vec::new(),
            series: 0,
        }
    }

    /// Scrapes over one connection, as Prometheus does.
    fn round(&mut self) {
        let mut connection = BufReader::new(TcpStream::connect(&self.daemon.address).unwrap());
        connection.get_ref().set_nodelay(true).unwrap();
        let before = cpu_nanoseconds(self.daemon.pid());
        for _ in 0..SCRAPES_PER_ROUND {
            let asked = Instant::now();
            let body = scrape(&mut connection);
            self.latency_ms.push(asked.elapsed().as_secs_f64() * 1e3);
            self.series = body
                .split(|byte| *byte == b'\n')
                .filter(|line| line.first().is_some_and(|b| *b != b'#'))
                .count();
        }
        let spent = cpu_nanoseconds(self.daemon.pid()) - before;
        self.cpu_ms.push(spent as f64 / 1e6 / SCRAPES_PER_ROUND as f64);
    }

    fn memory_mib(&self, field: &str) -> f64 {
        self.daemon.memory_kib(field) as f64 / 1024.0
    }

    /// Proportional set size: shared pages counted by share.
    fn proportional_mib(&self) -> f64 {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.daemon.pid())).unwrap();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
    }
}

/// One scrape without compression over a connection that stays open; the answer has a length or chunks.
fn scrape(connection: &mut BufReader<TcpStream>) -> Vec<u8> {
    let request = b"GET /metrics HTTP/1.1\r\nHost: bench\r\nUser-Agent: Prometheus/3.0.0\r\n\r\n";
    connection.get_mut().write_all(request).unwrap();
    let mut length = None;
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = Some(value.trim().parse::<usize>().unwrap());
        }
    }
    let mut body = Vec::new();
    match length {
        Some(length) => {
            body.resize(length, 0);
            connection.read_exact(&mut body).unwrap();
        }
        None => loop {
            let mut line = String::new();
            connection.read_line(&mut line).unwrap();
            let size = usize::from_str_radix(line.trim(), 16).unwrap();
            let start = body.len();
            body.resize(start + size, 0);
            connection.read_exact(&mut body[start..]).unwrap();
            connection.read_line(&mut line).unwrap();
            if size == 0 {
                break;
            }
        },
    }
    body
}

/// CPU time of all threads of a process so far, user and system.
fn cpu_nanoseconds(pid: u32) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    let times = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok());
    times
        .filter_map(|text| text.split(' ').next()?.parse::<u64>().ok())
        .sum()
}

fn release(name: &str) -> PathBuf {
    checkout().join("target/release").join(name)
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}
