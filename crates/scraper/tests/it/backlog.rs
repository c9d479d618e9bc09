//! What an outage of many hours leaves on disk is sent in little memory, however much there is, and at the receiver's pace.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use prost::Message as _;

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

/// When the first stored scrape was, in milliseconds since 1970: a year like this one.
const STORED_MS: i64 = 1_790_000_000_000;

/// A request of remote write, as far as this looks at it.
#[derive(Clone, PartialEq, prost::Message)]
struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TimeSeries {
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Sample {
    #[prost(int64, tag = "2")]
    at_ms: i64,
}

/// What a receiver has seen.
#[derive(Debug, Default)]
struct Seen {
    bytes: u64,
    /// Oldest and newest time of each request, and its samples.
    requests: Vec<(i64, i64, usize)>,
    /// Samples that were stored, by their times.
    stored: usize,
    under_way: usize,
    under_way_max: usize,
    scrapes: usize,
}

/// A receiver that takes everything after some time, and a target.
struct Receiver {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

impl Receiver {
    fn start(takes: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::<Mutex<Seen>>::default();
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = Arc::clone(&shared);
                // A sender that leaves is no failure.
                std::thread::spawn(move || drop(take_all(stream, &seen, takes)));
            }
        });
        Self { port, seen }
    }

    fn bytes(&self) -> u64 {
        self.seen.lock().unwrap().bytes
    }

    fn newest_ms(&self) -> i64 {
        let seen = self.seen.lock().unwrap();
        seen.requests.last().map_or(0, |(_, newest, _)| *newest)
    }
}

fn take_all(stream: TcpStream, seen: &Mutex<Seen>, takes: Duration) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut body = Vec::new();
    loop {
        let (mut length, mut head) = (0, String::new());
        while !head.ends_with("\r\n\r\n") {
            let start = head.len();
            if stream.read_line(&mut head)? == 0 {
                return Ok(());
            }
            let line = head[start..].to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        if head.starts_with("GET ") {
            seen.lock().unwrap().scrapes += 1;
            let answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\nfresh 1\n";
            stream.get_mut().write_all(answer)?;
            continue;
        }
        body.resize(length, 0);
        stream.read_exact(&mut body)?;
        take(&body, seen, takes);
        stream
            .get_mut()
            .write_all(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")?;
    }
}

fn take(body: &[u8], seen: &Mutex<Seen>, takes: Duration) {
    {
        let mut seen = seen.lock().unwrap();
        seen.bytes += body.len() as u64;
        seen.under_way += 1;
        seen.under_way_max = seen.under_way_max.max(seen.under_way);
    }
    let end = Instant::now() + takes;
    let raw = snap::raw::Decoder::new().decompress_vec(body).unwrap();
    let request = WriteRequest::decode(raw.as_slice()).unwrap();
    let times = request.timeseries.iter().flat_map(|series| &series.samples);
    let times: Vec<i64> = times.map(|sample| sample.at_ms).collect();
    while Instant::now() < end {
        pause();
    }
    let (oldest, newest) = (times.iter().min().unwrap(), times.iter().max().unwrap());
    let mut seen = seen.lock().unwrap();
    seen.stored += times.iter().filter(|time| **time < STORED_MS + 1_000_000).count();
    seen.requests.push((*oldest, *newest, times.len()));
    seen.under_way -= 1;
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
                at_ms: STORED_MS + scrape as i64 * 1000,
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

/// A scraper that sends what is stored in a folder, and scrapes its receiver so often.
fn started(folder: &Path, receiver: &Receiver, interval: &str) -> Process {
    let address = format!("127.0.0.1:{}", receiver.port);
    let text = format!(
        "scrape_configs: [{{job_name: a, scrape_interval: {interval}, scrape_timeout: {interval}, static_configs: [{{targets: ['{address}']}}]}}]
remote_write: [{{name: {RECEIVER}, url: 'http://{address}/w', queue_config: {{batch_send_deadline: 100ms}}}}]
"
    );
    let path = format!("--storage.agent.path={}", folder.display());
    Process::with(&text, &[&path, "--clock.wait=0s"])
}

/// Waits until everything that was stored is sent.
fn wait_until_sent(folder: &Path) {
    let has_segment = || {
        std::fs::read_dir(folder.join("forward").join(RECEIVER))
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
}

/// The highest memory of a scraper that sends so many scrapes of all targets, and the bytes that were on disk.
fn sent(scrapes: usize) -> (u64, u64) {
    let folder = TempDir::new().unwrap();
    let stored = fill(folder.path(), scrapes);
    let receiver = Receiver::start(Duration::ZERO);
    let process = started(folder.path(), &receiver, "1h");
    wait_until_sent(folder.path());
    // Much more than on disk: every sample has its labels with it.
    assert!(stored < receiver.bytes());
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

#[test]
fn a_backlog_is_sent_at_the_pace_of_the_receiver_while_scrapes_go_on() {
    const TAKES: Duration = Duration::from_millis(20);
    let now_ms = || {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        now.unwrap().as_millis() as i64
    };
    let folder = TempDir::new().unwrap();
    fill(folder.path(), 16);
    let receiver = Receiver::start(TAKES);
    let (begun, begun_ms) = (Instant::now(), now_ms());
    let _process = started(folder.path(), &receiver, "200ms");
    wait_until_sent(folder.path());
    // What was scraped meanwhile follows at once.
    while receiver.newest_ms() < begun_ms + begun.elapsed().as_millis() as i64 - 1_000 {
        assert!(begun.elapsed() < Duration::from_secs(120), "no fresh samples");
        pause();
    }
    let took = begun.elapsed();
    let seen = receiver.seen.lock().unwrap();
    let requests = &seen.requests;
    assert_eq!(seen.stored, 16 * TARGETS * SERIES);
    assert_eq!(seen.under_way_max, 1);
    assert!(requests.iter().all(|(.., samples)| *samples <= 2_000));
    assert!(
        TAKES * requests.len() as u32 <= took,
        "{} requests in {took:?}",
        requests.len()
    );
    let in_order =
        requests.is_sorted_by(|(_, before, _), (oldest, ..)| before <= oldest || *oldest >= begun_ms);
    assert!(in_order, "{requests:?}");
    // Five a second, of which a slow machine may miss some.
    assert!(
        took.as_secs() as usize * 2 <= seen.scrapes,
        "{} scrapes in {took:?}",
        seen.scrapes
    );
}
