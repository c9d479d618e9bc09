//! One exporter under measurement, and the targets that it is held against.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::daemon::{self, Daemon};
use crate::http;
use crate::peer;
use crate::servers::scratch::free_port;

/// How Prometheus asks; it always takes gzip.
const PROMETHEUS: &str = "GET /metrics HTTP/1.1\r\nHost: bench\r\nUser-Agent: Prometheus/3.0.0\r\nAccept: text/plain;version=0.0.4;q=0.5,*/*;q=0.1\r\nX-Prometheus-Scrape-Timeout-Seconds: 10\r\n";

/// One exporter and what its rounds measured.
pub struct Measured {
    pub name: &'static str,
    daemon: Daemon,
    binary_bytes: u64,
    /// CPU time of one scrape, user and system, mean of a round; one per round.
    pub plain_cpu_ms: Vec<f64>,
    /// The same with gzip.
    pub gzip_cpu_ms: Vec<f64>,
    /// One per scrape, with and without gzip.
    latency_ms: Vec<f64>,
    series: usize,
}

impl Measured {
    /// Starts an exporter and waits until it listens.
    pub fn start(name: &'static str, binary: &Path, flags: &[String], environment: &[(&str, &str)]) -> Self {
        let address = format!("127.0.0.1:{}", free_port());
        let mut command = Command::new(binary);
        command.arg(format!("--web.listen-address={address}")).args(flags);
        let mut daemon = Daemon::spawn(command.envs(environment.iter().copied()));
        daemon::until("the exporter to listen", || TcpStream::connect(&address).ok());
        daemon.address = address;
        Self {
            name,
            daemon,
            binary_bytes: std::fs::metadata(binary).unwrap().len(),
            plain_cpu_ms: Vec::new(),
            gzip_cpu_ms: Vec::new(),
            latency_ms: Vec::new(),
            series: 0,
        }
    }

    /// Where it listens, `host:port`.
    pub fn address(&self) -> &str {
        &self.daemon.address
    }

    /// Scrapes as often as told over one connection, half of them with gzip as Prometheus does.
    pub fn round(&mut self, scrapes: usize) {
        for gzip in [false, true] {
            let mut connection = BufReader::new(TcpStream::connect(&self.daemon.address).unwrap());
            connection.get_ref().set_nodelay(true).unwrap();
            let before = cpu_nanoseconds(self.daemon.pid());
            for _ in 0..scrapes / 2 {
                let asked = Instant::now();
                let body = scrape(&mut connection, gzip);
                self.latency_ms.push(asked.elapsed().as_secs_f64() * 1e3);
                if !gzip {
                    let lines = body.split(|byte| *byte == b'\n');
                    self.series = lines
                        .filter(|line| line.first().is_some_and(|b| *b != b'#'))
                        .count();
                }
            }
            let spent = cpu_nanoseconds(self.daemon.pid()) - before;
            let cpu_ms = spent as f64 / 1e6 / (scrapes / 2) as f64;
            if gzip {
                self.gzip_cpu_ms.push(cpu_ms);
            } else {
                self.plain_cpu_ms.push(cpu_ms);
            }
        }
    }

    /// Forgets what was measured; what warmed up stays warm.
    pub fn forget(&mut self) {
        self.plain_cpu_ms.clear();
        self.gzip_cpu_ms.clear();
        self.latency_ms.clear();
    }

    /// One scrape without compression.
    pub fn scrape(&self) -> Vec<u8> {
        let stream = TcpStream::connect(&self.daemon.address).unwrap();
        scrape(&mut BufReader::new(stream), false)
    }

    /// Waits until it says that it is ready.
    pub fn wait_until_ready(&self) {
        daemon::until("readiness", || {
            let answer = http::get(&self.daemon.address, "/readyz");
            (answer.status == 200).then_some(())
        });
    }

    /// CPU time so far, user and system, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        cpu_nanoseconds(self.daemon.pid()) as f64 / 1e9
    }

    /// A field of `/proc/PID/status` in MB: `VmRSS`, `VmHWM`.
    pub fn memory_mb(&self, field: &str) -> f64 {
        self.daemon.memory_kib(field) as f64 * 1024.0 / 1e6
    }

    /// Size of the program in MB.
    pub fn binary_mb(&self) -> f64 {
        self.binary_bytes as f64 / 1e6
    }

    /// Resident memory now, in MiB.
    pub fn resident_mib(&self) -> f64 {
        self.daemon.memory_kib("VmRSS") as f64 / 1024.0
    }

    /// Resident memory now with shared pages by share (PSS), in MiB.
    pub fn proportional_mib(&self) -> f64 {
        let rollup = std::fs::read_to_string(format!("/proc/{}/smaps_rollup", self.daemon.pid())).unwrap();
        let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1024.0
    }

    /// The latency that one scrape of a hundred exceeds, in milliseconds.
    pub fn latency_p99_ms(&self) -> f64 {
        quantile(&self.latency_ms, 0.99)
    }

    /// Prints a line with everything that was measured.
    pub fn print(&self) {
        println!(
            "  {:<10} {:>6.2} MiB resident  {:>6.2} MiB PSS  {:>7.3} ms CPU per scrape (min {:.3}, max {:.3})  {:>7.3} with gzip (min {:.3}, max {:.3})  p50 {:.2} ms  p99 {:.2} ms  {} series  binary {:.2} MB",
            self.name,
            self.resident_mib(),
            self.proportional_mib(),
            median(&self.plain_cpu_ms),
            quantile(&self.plain_cpu_ms, 0.0),
            quantile(&self.plain_cpu_ms, 1.0),
            median(&self.gzip_cpu_ms),
            quantile(&self.gzip_cpu_ms, 0.0),
            quantile(&self.gzip_cpu_ms, 1.0),
            median(&self.latency_ms),
            self.latency_p99_ms(),
            self.series,
            self.binary_mb(),
        );
    }
}

/// One scrape over a connection that stays open; the answer has a length or chunks.
fn scrape(connection: &mut BufReader<TcpStream>, gzip: bool) -> Vec<u8> {
    let encoding = if gzip { "Accept-Encoding: gzip\r\n" } else { "" };
    let request = format!("{PROMETHEUS}{encoding}\r\n");
    connection.get_mut().write_all(request.as_bytes()).unwrap();
    let mut length = None;
    let status = line(connection);
    assert!(status.contains(" 200 "), "{status}");
    loop {
        let header = line(connection).to_ascii_lowercase();
        if header.trim().is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = Some(value.trim().parse::<usize>().unwrap());
        }
    }
    let mut body = Vec::new();
    if let Some(length) = length {
        body.resize(length, 0);
        connection.read_exact(&mut body).unwrap();
        return body;
    }
    loop {
        let size = usize::from_str_radix(line(connection).trim(), 16).unwrap();
        let start = body.len();
        body.resize(start + size, 0);
        connection.read_exact(&mut body[start..]).unwrap();
        line(connection);
        if size == 0 {
            return body;
        }
    }
}

fn line(connection: &mut BufReader<TcpStream>) -> String {
    let mut line = String::new();
    let count = connection.read_line(&mut line).unwrap();
    assert!(count > 0, "the exporter closed the connection");
    line
}

/// CPU time of all threads of a process so far, user and system.
fn cpu_nanoseconds(pid: u32) -> u64 {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    let times = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok());
    times
        .filter_map(|text| text.split(' ').next()?.parse::<u64>().ok())
        .sum()
}

/// CPU time of ours as a share of theirs, of plain scrapes and of those with gzip: the median over pairs of rounds.
///
/// The two of a pair follow each other, so they had the same machine; a virtual one has quick minutes and slow ones.
pub fn cpu_shares(ours: &Measured, theirs: &Measured) -> (f64, f64) {
    let share = |ours: &[f64], theirs: &[f64]| {
        let pairs: Vec<_> = std::iter::zip(ours, theirs)
            .map(|(ours, theirs)| ours / theirs)
            .collect();
        median(&pairs)
    };
    (
        share(&ours.plain_cpu_ms, &theirs.plain_cpu_ms),
        share(&ours.gzip_cpu_ms, &theirs.gzip_cpu_ms),
    )
}

/// A daemon as it is shipped, which `make bench` has built.
pub fn release(name: &str) -> PathBuf {
    let path = peer::checkout().join("target/release").join(name);
    assert!(path.exists(), "{} is missing: run `make bench`", path.display());
    path
}

/// The value in the middle.
pub fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * share).round() as usize]
}
