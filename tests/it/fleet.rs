//! A small fleet of fake exporters and a receiver that counts, in Python, and a scraper between them.
//!
//! Every scrape of a target gives it a number; the receiver sees which numbers came, how often, and in which order.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::daemon::{Daemon, binary, until};
use crate::{http, peer, python};

/// Targets of a fleet.
pub const TARGETS: u16 = 4;
/// Series of each, about.
const SERIES: u16 = 60;
/// How often each is scraped, in seconds.
pub const INTERVAL_SECONDS: f64 = 0.25;
/// How often samples go to the disk while the receiver does not take them, in seconds.
pub const SYNC_SECONDS: f64 = 0.5;

/// The processes; they end with this.
pub struct Fleet {
    folder: tempfile::TempDir,
    _targets: Daemon,
    /// The program that counts what arrives.
    receiver: PathBuf,
    targets_admin: String,
    targets_from: u16,
    sink: Option<Daemon>,
    sink_port: u16,
}

/// Starts one of the programs and waits until it listens.
pub fn start(script: &Path, arguments: &[String]) -> Daemon {
    // Its standard output says when it is ready; the log of a `Daemon` is standard error.
    let mut command = Command::new("sh");
    command
        .args(["-c", "exec \"$@\" 1>&2", "sh"])
        .arg(python::interpreter())
        .arg("-u")
        .arg(script)
        .args(arguments);
    let daemon = Daemon::spawn(&mut command);
    // "Address already in use" has the word too.
    assert_eq!(daemon.wait_for_log("ready"), "ready", "{}", daemon.log());
    daemon
}

/// The first of `count` ports in a row that nobody uses; not of those that the kernel gives to clients.
pub fn free_ports(count: u16) -> u16 {
    until("free ports", || {
        let chance = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let from = 12_000 + u16::try_from(chance.subsec_micros() % 18_000).unwrap();
        let listeners: Vec<_> = (0..count)
            .map_while(|more| TcpListener::bind(("127.0.0.1", from + more)).ok())
            .collect();
        (listeners.len() == usize::from(count)).then_some(from)
    })
}

impl Fleet {
    /// Starts targets and a receiver; `None` in a checkout without the programs, which says so.
    pub fn start() -> Option<Self> {
        let mut fleet = Self::without_receiver()?;
        fleet.start_receiver();
        Some(fleet)
    }

    /// Starts targets. Nobody listens where the receiver should be.
    pub fn without_receiver() -> Option<Self> {
        Self::with_series(SERIES)
    }

    /// The same with this many series of each target, about.
    pub fn with_series(series: u16) -> Option<Self> {
        let targets = peer::reference("tools/fake_targets.py")?;
        let receiver = peer::reference("tools/rw_sink.py")?;
        let from = free_ports(TARGETS + 2);
        let argument = |name: &str, value: u16| [name.to_owned(), value.to_string()];
        let arguments = [
            argument("--targets", TARGETS),
            argument("--series", series),
            argument("--base-port", from + 2),
            argument("--admin", from + 1),
        ];
        let fleet = Self {
            folder: tempfile::tempdir().unwrap(),
            _targets: start(&targets, &arguments.concat()),
            receiver,
            targets_admin: format!("127.0.0.1:{}", from + 1),
            targets_from: from + 2,
            sink: None,
            sink_port: from,
        };
        fleet.configure("");
        Some(fleet)
    }

    pub fn start_receiver(&mut self) {
        self.start_receiver_with(&[]);
    }

    /// Starts a receiver with these arguments.
    pub fn start_receiver_with(&mut self, more: &[&str]) {
        let port = self.sink_port.to_string();
        let arguments: Vec<String> = ["--port", &port]
            .iter()
            .chain(more)
            .map(|&word| word.to_owned())
            .collect();
        self.sink = Some(start(&self.receiver, &arguments));
    }

    /// Writes the configuration, with more settings of the queue.
    pub fn configure(&self, queue: &str) {
        let queue = format!("queue_config: {{batch_send_deadline: 200ms, max_backoff: 300ms{queue}}}");
        self.configure_for(&self.receiver_url(), &format!(", remote_timeout: 1s, {queue}"));
    }

    /// Writes the configuration with another receiver, and more settings of it.
    pub fn configure_for(&self, url: &str, settings: &str) {
        let targets: Vec<String> = (0..TARGETS)
            .map(|target| format!("'{}'", self.instance(target)))
            .collect();
        let text = format!(
            "global: {{scrape_interval: {0}ms, scrape_timeout: {0}ms}}\n\
             remote_write: [{{name: sink, url: '{url}'{settings}}}]\n\
             scrape_configs: [{{job_name: fake, static_configs: [{{targets: [{1}]}}]}}]\n",
            INTERVAL_SECONDS * 1e3,
            targets.join(",")
        );
        std::fs::write(self.config(), text).unwrap();
    }

    /// The label `instance` of a target.
    pub fn instance(&self, target: u16) -> String {
        format!("127.0.0.1:{}", self.targets_from + target)
    }

    /// Where the receiver listens.
    pub fn receiver_url(&self) -> String {
        format!("http://127.0.0.1:{}/w", self.sink_port)
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("prometheus.yml")
    }

    /// Where samples are stored.
    pub fn storage(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The flags of a scraper for this fleet.
    pub fn flags(&self) -> Vec<String> {
        let mut flags = self.default_flags();
        flags.push(format!(
            "--storage.agent.spill-sync-interval={}ms",
            SYNC_SECONDS * 1e3
        ));
        flags
    }

    /// The same with the sync interval that people have.
    pub fn default_flags(&self) -> Vec<String> {
        vec![
            format!("--config.file={}", self.config().display()),
            format!("--storage.agent.path={}", self.storage().display()),
            "--web.listen-address=127.0.0.1:0".to_owned(),
            "--clock.wait=0s".to_owned(),
        ]
    }

    /// Starts a scraper.
    pub fn scraper(&self) -> Daemon {
        Daemon::start(Command::new(binary("pi-scraper")).args(self.flags()))
    }

    /// Makes the receiver answer in another way.
    pub fn receiver(&self, mode: &str) {
        let address = format!("127.0.0.1:{}", self.sink_port);
        assert_eq!(http::get(&address, &format!("/ctl?mode={mode}")).status, 200);
    }

    /// What the receiver has counted.
    pub fn stats(&self) -> Value {
        json(&format!("127.0.0.1:{}", self.sink_port), "/stats")
    }

    /// How many scrapes the targets have served.
    pub fn served(&self) -> u64 {
        let served = json(&self.targets_admin, "/seq");
        served.as_object().unwrap().values().map(number).sum()
    }

    /// How many scrapes one target has served.
    pub fn served_by(&self, target: u16) -> u64 {
        number(&json(&self.targets_admin, "/seq")[target.to_string()])
    }

    /// Waits until the targets have served this many scrapes more.
    pub fn wait_for_scrapes(&self, more: u64) {
        let end = self.served() + more;
        until("scrapes", || (end <= self.served()).then_some(()));
    }

    /// Ends the scraper and checks that every scrape arrived, once and in order.
    #[track_caller]
    pub fn assert_all_arrived(&self, scraper: Daemon) {
        let missing = self.missing_at_the_end(scraper);
        assert_eq!(missing, 0, "scrapes are missing: {:#}", self.stats());
    }

    /// Ends the scraper and checks that what arrived did once and in order. Returns how many scrapes did not.
    #[track_caller]
    pub fn missing_at_the_end(&self, mut scraper: Daemon) -> u64 {
        until("all that is stored to be sent", || {
            (metric(&scraper, "scraper_forward_stored_bytes") == 0.0).then_some(())
        });
        self.wait_for_scrapes(u64::from(TARGETS));
        scraper.signal("TERM");
        assert_eq!(scraper.wait().code(), Some(0), "{}", scraper.log());
        let stats = self.stats();
        for name in ["duplicates", "out_of_order", "series_count_mismatch_vs_seq"] {
            assert_eq!(stats[name], 0, "{name}: {stats:#}\n{}", scraper.log());
        }
        assert_eq!(stats["errors"], serde_json::json!({}), "{stats:#}");
        assert_eq!(stats["seq_targets"], TARGETS);
        let missing = self.served() - number(&stats["seq_total"]);
        missing.saturating_sub(self.too_late())
    }

    /// Scrapes that targets have answered and the scraper did not wait for, on a machine that does much else: their
    /// series end there.
    fn too_late(&self) -> u64 {
        let series = json(&format!("127.0.0.1:{}", self.sink_port), "/series");
        let numbers = series.as_array().unwrap().iter();
        numbers
            .filter(|series| series["__name__"] == "fake_scrape_seq")
            .map(|series| number(&series["_stale"]))
            .sum()
    }
}

/// What an address answers under a path.
pub fn json(address: &str, path: &str) -> Value {
    serde_json::from_slice(&http::get(address, path).body).unwrap()
}

pub fn number(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// The sum of a metric that the scraper has about its receiver.
pub fn metric(scraper: &Daemon, name: &str) -> f64 {
    let text = http::get(&scraper.address, "/metrics").text();
    let lines = text.lines().filter(|line| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(['{', ' ']))
    });
    lines
        .map(|line| line.rsplit(' ').next().unwrap().parse::<f64>().unwrap())
        .sum()
}

/// Waits until the scraper has stored samples.
pub fn wait_until_stored(scraper: &Daemon) {
    until("samples on disk", || {
        (0.0 < metric(scraper, "scraper_forward_stored_bytes")).then_some(())
    });
}
