//! What an outage of many hours leaves on disk is sent in little memory, however much there is.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use scraper::forward::frame::{Frame, Layout, Series};
use scraper::forward::spill::Spill;
use scraper::forward::storage::Storage;
use scraper::label_set::LabelSet;
use scraper::telemetry::forward::{Forwarding, Remote};
use tempfile::TempDir;

use crate::memory::Process;

const TARGETS: usize = 20;
const SERIES: usize = 1_000;
const RECEIVER: &str = "receiver";
/// Makes segments of an eighth of it.
const STORED_BYTES_MAX: u64 = 4 << 20;
/// Resident at most, of a build with all checks, which is twice what is shipped.
const RESIDENT_BYTES_MAX: u64 = 32 << 20;

/// A receiver that takes everything and counts the bytes of the bodies.
struct Receiver {
    port: u16,
    bytes: Arc<AtomicU64>,
}

impl Receiver {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let bytes = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&bytes);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A sender that leaves is no failure.
                drop(take_all(stream, &counted));
            }
        });
        Self { port, bytes }
    }
}

fn take_all(stream: TcpStream, counted: &AtomicU64) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut body = Vec::new();
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
        }
        body.resize(length, 0);
        stream.read_exact(&mut body)?;
        counted.fetch_add(length as u64, Ordering::Relaxed);
        stream
            .get_mut()
            .write_all(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")?;
    }
}

/// Stores scrapes as a scraper does while its receiver is not there. Returns the bytes on disk.
fn fill(folder: &Path, scrapes: usize) -> u64 {
    let cells = Forwarding::default().cells(&Remote {
        remote_name: RECEIVER.into(),
        url: String::new(),
    });
    let storage = Storage {
        path: folder.to_owned(),
        bytes_max: STORED_BYTES_MAX,
        sync_interval: Duration::from_secs(5),
    };
    let queue = storage.queue(RECEIVER, cells);
    let layouts: Vec<_> = (0..TARGETS).map(layout).collect();
    for scrape in 0..scrapes {
        for layout in &layouts {
            let value = |series: usize| match series % 5 {
                0..=1 => series as f64,
                _ => (series * 1000 + scrape * (series % 97)) as f64,
            };
            queue.push(Rc::new(Frame {
                layout: Rc::clone(layout),
                at_ms: 1_790_000_000_000 + scrape as i64 * 1000,
                values: (0..SERIES).map(value).collect(),
                own_times: Box::default(),
            }));
        }
        while let Some(write) = queue.write() {
            let (write, result) = write.unwrap().run();
            result.as_ref().unwrap();
            queue.written(&write, &result);
        }
    }
    assert_eq!(queue.samples(), scrapes * TARGETS * SERIES);
    queue.disk(Spill::end_segment);
    queue.disk(|disk| disk.bytes()).unwrap()
}

fn layout(target: usize) -> Rc<Layout> {
    let instance = format!("machine-{target}.example:9100");
    let series = (0..SERIES).map(|series| Series {
        labels: LabelSet::of_metric(
            &format!("some_subsystem_metric_{}_total", series / 10),
            [
                ("device", format!("dev{}", series % 10).as_str()),
                ("instance", &instance),
                ("job", "node"),
            ]
            .into_iter(),
        ),
        kind: None,
    });
    Rc::new(Layout {
        series: series.collect(),
    })
}

/// The highest memory of a scraper that sends so many scrapes of all targets, and the bytes that were on disk.
fn sent(scrapes: usize) -> (u64, u64) {
    let folder = TempDir::new().unwrap();
    let stored = fill(folder.path(), scrapes);
    let receiver = Receiver::start();
    let text = format!(
        "scrape_configs: []\nremote_write: [{{name: {RECEIVER}, url: 'http://127.0.0.1:{}/w'}}]\n",
        receiver.port
    );
    let path = format!("--storage.agent.path={}", folder.path().display());
    let process = Process::with(&text, &[&path, "--clock.wait=0s"]);
    let has_segment = || {
        std::fs::read_dir(folder.path().join("forward").join(RECEIVER))
            .into_iter()
            .flatten()
            .flatten()
            .any(|file| file.path().extension().is_some_and(|kind| kind == "seg"))
    };
    let end = Instant::now() + Duration::from_secs(60);
    while has_segment() {
        assert!(Instant::now() < end, "the backlog is not sent");
        pause();
    }
    // Much more than on disk: every sample has its labels with it.
    assert!(stored < receiver.bytes.load(Ordering::Relaxed));
    (process.peak_bytes(), stored)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the test's own thread, between two looks"
)]
fn pause() {
    std::thread::sleep(Duration::from_millis(20));
}

#[test]
fn a_long_backlog_is_sent_in_little_memory() {
    let (short, _) = sent(8);
    let (long, stored) = sent(64);
    let samples = (64 * TARGETS * SERIES) as u64;
    assert!(stored < 3 * samples, "{stored} bytes for {samples} samples");
    assert!(long < RESIDENT_BYTES_MAX, "{long} with {stored} on disk");
    // Eight times as much takes no more.
    assert!(long < short + (4 << 20), "{short} short, {long} long");
}
