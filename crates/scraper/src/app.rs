//! What the shared server serves of the scraper, and its flags.
//!
//! | path              | what                                                                     |
//! |-------------------|--------------------------------------------------------------------------|
//! | `/`               | the fleet page                                                           |
//! | `/fleet`          | the part of it that its script fetches                                   |
//! | `/federate`       | newest samples as text, by `match[]`                                     |
//! | `/dropped`        | why relabelling dropped targets                                          |
//! | `/api/v1/…`       | targets, metadata, jobs, alerts, configuration and flags as JSON         |
//! | `/-/reload`       | POST reads the configuration again, with `--web.enable-lifecycle`        |
//! | `/metrics`        | what the scraper counts about itself                                     |

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use exporter_http::{About, Exporter, Refused, Request, Response, Scrape, StartError};
use metrics_registry::Exposition;
use prometheus_client::registry::Registry;
use tokio::task::spawn_local;

use crate::clock::Clock;
use crate::config::{Config, PromDuration, Size};
use crate::fleet;
use crate::fleet::dropped::{self, DroppedOfJob};
use crate::forward::storage::Storage;
use crate::scraper::{Scraper, Shared};
use crate::selector::Selector;
use crate::{api, clock, federate};

/// What this program is called and where it listens.
pub const ABOUT: About = About {
    binary: "pi-scraper",
    name: "scraper",
    title: "Pi Scraper",
    description: "Collects from a fleet of exporters and shows the fleet on one page",
    version: env!("CARGO_PKG_VERSION"),
    listen_address: "127.0.0.1:9090",
    negotiates_openmetrics: false,
};

/// Least that may wait on disk: below this a write of one sync interval has no room.
const SPILL_BYTES_MIN: u64 = 64 << 10;

/// Shortest time between two writes; the flash of an SD card wears.
const SYNC_INTERVAL_MIN: Duration = Duration::from_millis(100);

/// Time to send and store samples at the end, of that in which the process must have ended.
const STOP_PARTS: u32 = 10;

/// Most selectors of one request.
const SELECTORS_MAX: usize = 64;

const TEXT: &str = "text/plain; charset=utf-8";
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json";

/// The flags beyond the shared ones, under Prometheus' names.
pub fn flags() -> Command {
    Command::new(ABOUT.binary)
        .about(ABOUT.description)
        .arg(
            Arg::new("config.file")
                .long("config.file")
                .value_name("FILE")
                .help("Configuration in the format of prometheus.yml")
                .value_parser(value_parser!(PathBuf))
                .default_value("prometheus.yml"),
        )
        .arg(
            Arg::new("check-config")
                .long("check-config")
                .value_name("FILE")
                .help("Check a configuration, say what is wrong with it, and exit")
                .value_parser(value_parser!(PathBuf)),
        )
        .arg(
            Arg::new("web.enable-lifecycle")
                .long("web.enable-lifecycle")
                .help("Allow POST /-/reload")
                .action(ArgAction::SetTrue),
        )
        .arg(
            Arg::new("storage.agent.path")
                .long("storage.agent.path")
                .value_name("FOLDER")
                .help("Where samples wait while their receiver does not take them, and what is used of plans is kept")
                .value_parser(value_parser!(PathBuf))
                .default_value("data-agent/"),
        )
        .arg(
            Arg::new("storage.agent.spill-max-bytes")
                .long("storage.agent.spill-max-bytes")
                .value_name("SIZE")
                .help("Most bytes that wait there for each receiver; beyond that the oldest samples are dropped")
                .value_parser(spill_bytes)
                .default_value("512MB"),
        )
        .arg(
            Arg::new("storage.agent.spill-sync-interval")
                .long("storage.agent.spill-sync-interval")
                .value_name("TIME")
                .help("How often samples are written there while their receiver does not take them: what a crash then loses")
                .value_parser(time)
                .default_value("5s"),
        )
        .arg(
            Arg::new("clock.wait")
                .long("clock.wait")
                .value_name("TIME")
                .help("How long after the boot samples are held if the clock is not known to be set")
                .value_parser(time)
                .default_value("90s"),
        )
        .arg(
            Arg::new("agent")
                .long("agent")
                .help("Accepted for Prometheus' command lines; this scraper is always an agent")
                .action(ArgAction::SetTrue),
        )
}

fn time(text: &str) -> Result<Duration, String> {
    let time = PromDuration::parse(text).ok_or("must be a duration, as in 15s or 1m30s")?;
    Ok(time.0)
}

fn spill_bytes(text: &str) -> Result<u64, String> {
    match Size::parse(text).ok_or("must be a size, as in 512KB or 16MB")? {
        Size(bytes) if bytes < SPILL_BYTES_MIN => Err("must be at least 64KB".into()),
        Size(bytes) => Ok(bytes),
    }
}

/// The file that `--check-config` names, where the command line has it.
pub fn file_to_check(arguments: impl Iterator<Item = std::ffi::OsString>) -> Option<PathBuf> {
    let mut arguments = arguments.skip(1);
    while let Some(argument) = arguments.next() {
        let Some(argument) = argument.to_str() else {
            continue;
        };
        if argument == "--check-config" {
            return Some(arguments.next().map(PathBuf::from).unwrap_or_default());
        }
        if let Some(path) = argument.strip_prefix("--check-config=") {
            return Some(PathBuf::from(path));
        }
    }
    None
}

/// Checks a file. Returns the line to print, as an error where the file cannot be used.
pub fn check(path: &Path) -> Result<String, String> {
    match Config::load(path) {
        Ok(config) => Ok(format!(
            "{}: valid: {} jobs, {} targets in the file",
            path.display(),
            config.jobs.len(),
            config.static_targets()
        )),
        Err(error) => Err(error.to_string()),
    }
}

/// The scraper as the shared server sees it.
#[derive(Debug)]
pub struct App {
    scraper: Rc<Scraper>,
    registry: Registry,
    flags: BTreeMap<String, String>,
    lifecycle: bool,
}

impl App {
    /// Starts scraping by the flags. Runs inside a `LocalSet`. Fails where the configuration cannot be used.
    pub fn start(flags: &ArgMatches) -> Result<Self, StartError> {
        let path = |name: &str| flags.get_one::<PathBuf>(name).cloned().unwrap_or_default();
        let time = |name: &str| flags.get_one::<Duration>(name).copied().unwrap_or_default();
        let shared = Rc::new(Shared::with_clock(Clock::of_this_machine(time("clock.wait"))));
        shared.forward.ledger.open(&path("storage.agent.path"));
        shared.alerts.open(&path("storage.agent.path"));
        shared.forward.store_in(Storage {
            path: path("storage.agent.path"),
            bytes_max: flags
                .get_one("storage.agent.spill-max-bytes")
                .copied()
                .unwrap_or(SPILL_BYTES_MIN),
            sync_interval: time("storage.agent.spill-sync-interval").max(SYNC_INTERVAL_MIN),
        });
        let scraper = Rc::new(Scraper::new(path("config.file"), Rc::clone(&shared)));
        scraper.load().map_err(|error| StartError(error.to_string()))?;
        let mut registry = shared.telemetry.registry();
        shared.clock.register(&mut registry);
        let accounted = Rc::clone(&shared);
        spawn_local(async move { accounted.forward.keep_account().await });
        let looking = Rc::clone(&shared);
        spawn_local(async move { looking.alerts.follow(&looking).await });
        let keeping = Rc::clone(&shared);
        spawn_local(async move {
            keeping
                .alerts
                .keep(&keeping.clock, &keeping.telemetry.alerting)
                .await
        });
        spawn_local(async move { shared.wait_for_clock().await });
        let follower = Rc::clone(&scraper);
        spawn_local(async move { follower.follow_files().await });
        Ok(Self {
            registry,
            scraper,
            flags: api::status::flags_of(flags),
            lifecycle: flags.get_flag("web.enable-lifecycle"),
        })
    }

    fn federate(&self, request: &Request) -> Response {
        let selectors: Vec<&str> = request
            .query
            .iter()
            .filter(|(name, _)| name == "match[]")
            .map(|(_, value)| value.as_str())
            .collect();
        if SELECTORS_MAX < selectors.len() {
            return answer(400, TEXT, format!("more than {SELECTORS_MAX} match[]\n"));
        }
        let selectors: Result<Vec<Selector>, String> = selectors.into_iter().map(Selector::parse).collect();
        match selectors {
            Ok(selectors) => {
                let external = self.scraper.external_labels();
                let targets = self.scraper.targets();
                let text = federate::text(&targets, &selectors, &external, clock::now_ms());
                answer(200, EXPOSITION, text)
            }
            Err(reason) => answer(400, TEXT, format!("{reason}\n")),
        }
    }

    /// What stands under `/api/v1/`.
    fn api(&self, request: &Request, name: &str) -> Option<Response> {
        let value = |wanted: &str| {
            let found = request.query.iter().find(|(name, _)| name == wanted);
            found.map_or("", |(_, value)| value.as_str())
        };
        let limit = value("limit")
            .parse()
            .ok()
            .filter(|limit| *limit != 0)
            .unwrap_or(usize::MAX);
        let data = match name {
            "targets" => {
                let body = api::targets(&self.scraper, value("state"), value("scrapePool"));
                return Some(answer(200, JSON, body));
            }
            "targets/metadata" => {
                let selector = match value("match_target") {
                    "" => None,
                    text => match Selector::parse(text) {
                        Ok(selector) => Some(selector),
                        Err(reason) => return Some(answer(400, JSON, api::failure("bad_data", &reason))),
                    },
                };
                api::metadata::of_targets(&self.scraper, selector.as_ref(), value("metric"), limit)
            }
            "metadata" => api::metadata::of_metrics(&self.scraper, value("metric"), limit),
            "scrape_pools" => api::scrape_pools(&self.scraper),
            "status/config" => api::status::config(&self.scraper),
            "status/flags" => serde_json::json!(self.flags),
            "status/runtimeinfo" => api::status::runtime(&self.scraper),
            "status/buildinfo" => api::status::build(),
            "alerts" if self.scraper.shared.alerts.is_on() => api::alerts::alerts(&self.scraper),
            "rules" if self.scraper.shared.alerts.is_on() => api::alerts::rules(&self.scraper),
            name if api::is_of_a_database(name) => {
                let reason = "unavailable with Prometheus Agent";
                return Some(answer(422, JSON, api::failure("execution", reason)));
            }
            _ => return None,
        };
        Some(answer(200, JSON, api::success(data)))
    }

    fn dropped(&self) -> Response {
        let pools = self.scraper.pools();
        let dropped: Vec<_> = pools.iter().map(|pool| pool.dropped()).collect();
        let jobs = pools.iter().zip(&dropped).map(|(pool, dropped)| DroppedOfJob {
            job: &pool.job.name,
            rules: &pool.job.relabel,
            count: dropped.count,
            kept: &dropped.kept,
        });
        answer(200, HTML, dropped::document(&jobs.collect::<Vec<_>>()))
    }

    fn reload_by_request(&self, request: &Request) -> Response {
        if !matches!(request.method.as_str(), "POST" | "PUT") {
            return answer(405, TEXT, "reload takes POST or PUT\n".into());
        }
        if !self.lifecycle {
            return answer(
                403,
                TEXT,
                "reload by HTTP is off; start with --web.enable-lifecycle\n".into(),
            );
        }
        match self.scraper.reload() {
            Ok(()) => answer(200, TEXT, String::new()),
            Err(error) => answer(500, TEXT, format!("configuration not taken: {error}\n")),
        }
    }
}

impl Exporter for App {
    async fn scrape(&self, _scrape: &Scrape, out: &mut Exposition) -> Result<(), Refused> {
        let series: usize = self
            .scraper
            .targets()
            .iter()
            .map(|target| target.store.borrow().len())
            .sum();
        let shared = &self.scraper.shared;
        shared.telemetry.series.set(series as i64);
        shared.alerts.count(&shared.telemetry.alerting);
        metrics_registry::telemetry::bridge(&self.registry, out);
        Ok(())
    }

    async fn route(&self, request: &Request) -> Option<Response> {
        let fleet = &self.scraper.shared.fleet;
        if let Some(name) = request.path.strip_prefix("/api/v1/") {
            return self.api(request, name);
        }
        if matches!(request.path.as_str(), "/" | fleet::FRAGMENT_PATH) {
            self.scraper.tell_page();
        }
        match request.path.as_str() {
            "/" => Some(answer(200, HTML, fleet.borrow().page(clock::now_ms()))),
            fleet::FRAGMENT_PATH => Some(answer(200, HTML, fleet.borrow().fragment(clock::now_ms()))),
            "/federate" => Some(self.federate(request)),
            dropped::PATH => Some(self.dropped()),
            "/-/reload" => Some(self.reload_by_request(request)),
            _ => None,
        }
    }

    fn is_ready(&self) -> bool {
        self.scraper.is_ready.get()
    }

    async fn stop(&self, time: Duration) {
        self.scraper.shared.stop(time - time / STOP_PARTS).await;
    }

    fn reload(&self) {
        // The scraper has logged why, where it is not taken.
        let _ = self.scraper.reload();
    }
}

fn answer(status: u16, content_type: &'static str, body: String) -> Response {
    Response {
        status,
        content_type,
        body: Bytes::from(body),
    }
}

#[cfg(test)]
mod tests;
