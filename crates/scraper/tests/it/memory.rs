//! What the worst targets cost, measured on a scraper that runs as a process of its own.

use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use crate::rig::local;
use crate::server::{Act, Server, answer, text};

/// What a scrape may cost beyond what the process has anyway.
const GROWTH_BYTES_MAX: u64 = 20 << 20;

/// A scraper; killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    _folder: TempDir,
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Process {
    fn start(target: &str) -> Self {
        let job =
            format!("{{job_name: a, scrape_interval: 2s, static_configs: [{{targets: ['{target}']}}]}}");
        Self::with(&format!("scrape_configs: [{job}]"), &[])
    }

    /// One with this configuration and these flags.
    pub fn with(config: &str, flags: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("prometheus.yml");
        std::fs::write(&path, config).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_pi-scraper"))
            .arg(format!("--config.file={}", path.display()))
            .arg("--web.listen-address=127.0.0.1:0")
            .args(flags)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            child,
            _folder: folder,
        }
    }

    /// The highest resident memory so far, in bytes.
    pub fn peak_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }
}

async fn wait_for_requests(server: &Server, count: usize) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while server.requests().len() < count {
        assert!(
            Instant::now() < deadline,
            "{} of {count} requests",
            server.requests().len()
        );
        sleep(Duration::from_millis(20)).await;
    }
}

/// What `act` costs a scraper that has scraped the same target before, three times in a row.
async fn cost(act: Act) -> u64 {
    let server = Server::always(Act::Send(text("a 1\n"))).await;
    let process = Process::start(&server.address);
    wait_for_requests(&server, 2).await;
    let before = process.peak_bytes();
    server.set(act);
    // The fourth request shows that the third scrape has ended.
    wait_for_requests(&server, 6).await;
    process.peak_bytes() - before
}

#[tokio::test]
async fn a_gzip_bomb_of_512_mb() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let piece = b"a_rather_ordinary_metric{with=\"labels\"} 1\n".repeat(25_000);
    for _ in 0..512 {
        encoder.write_all(&piece).unwrap();
    }
    let headers = "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n";
    let bomb = answer("200 OK", headers, &encoder.finish().unwrap());
    local(async {
        let cost = cost(Act::Send(bomb)).await;
        assert!(cost < GROWTH_BYTES_MAX, "{cost}");
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_series() {
    let body: String = (0..600_000)
        .map(|number| format!("a{{n=\"{number}\"}} 1\n"))
        .collect();
    local(async {
        let cost = cost(Act::Send(text(&body))).await;
        assert!(cost < GROWTH_BYTES_MAX, "{cost}");
    })
    .await;
}

#[tokio::test]
async fn a_flood_of_long_series() {
    let long = "x".repeat(20_000);
    let body: String = (0..800)
        .map(|number| format!("a{{n=\"{long}{number}\"}} 1\n"))
        .collect();
    local(async {
        let cost = cost(Act::Send(text(&body))).await;
        assert!(cost < GROWTH_BYTES_MAX, "{cost}");
    })
    .await;
}

#[tokio::test]
async fn a_body_of_100_mb() {
    let body = "# nothing but comments in this line\n".repeat(100 << 20 >> 5);
    local(async {
        let cost = cost(Act::Send(text(&body))).await;
        assert!(cost < GROWTH_BYTES_MAX, "{cost}");
    })
    .await;
}
