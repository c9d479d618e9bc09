//! One target: what it is called, where it is scraped, and how it did.

pub mod offset;
pub mod url;

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use crate::config::PromDuration;
use crate::config::job::{Job, ScrapeSettings};
use crate::fnv::Fnv;
use crate::forward::frame::{self, Layout};
use crate::labels::Labels;
use crate::relabel;
use crate::store::Store;

pub use self::url::Url;

/// Prefix of labels that become query parameters.
const PARAM: &str = "__param_";

/// Label that says which unix socket leads to the target, as in Prometheus 3.14.
const UNIX_SOCKET: &str = "__unix_socket__";

/// The series that report on the scrapes of a target, sorted.
const REPORT_NAMES: [&str; 5] = [
    "scrape_duration_seconds",
    "scrape_samples_post_metric_relabeling",
    "scrape_samples_scraped",
    "scrape_series_added",
    "up",
];

/// Those that `extra_scrape_metrics` adds.
const EXTRA_NAMES: [&str; 3] = [
    "scrape_body_size_bytes",
    "scrape_sample_limit",
    "scrape_timeout_seconds",
];

/// A target, as configured or discovered. Everything but its outcome stays the same for its whole life.
#[derive(Debug)]
pub struct Target {
    /// The job that it belongs to.
    pub job: String,
    /// Labels of its series: `job`, `instance` and what the configuration adds.
    pub labels: Labels,
    /// What it was found with, the `__…` labels included.
    pub discovered: Labels,
    /// Where it is scraped.
    pub url: Url,
    /// Tells it from every other target of the process.
    pub id: String,
    /// How often it is scraped.
    pub interval: PromDuration,
    /// How long a scrape may take.
    pub timeout: PromDuration,
    /// Everything else about how it is scraped.
    pub settings: Rc<ScrapeSettings>,
    report: OnceCell<Rc<Layout>>,
    /// Why it must not be scraped at all.
    pub refused: RefCell<Option<String>>,
    /// Its series.
    pub store: RefCell<Store>,
    /// How the last scrape ended; `None` before the first.
    pub outcome: RefCell<Option<Outcome>>,
    /// Whether it is no longer scraped, and only the marks of its end are still to be made.
    pub is_removed: Cell<bool>,
}

/// How a scrape ended: the report series, and what the API tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Time of the scrape and of its samples, in milliseconds since 1970.
    pub at_ms: i64,
    /// Why it failed; `None` is up.
    pub error: Option<String>,
    /// How long it took.
    pub duration: Duration,
    /// `scrape_samples_scraped`.
    pub scraped: u64,
    /// `scrape_samples_post_metric_relabeling`.
    pub kept: u64,
    /// `scrape_series_added`.
    pub series_added: u64,
    /// What `extra_scrape_metrics` adds.
    pub extra: Option<Extra>,
}

/// The values of the series that `extra_scrape_metrics` adds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extra {
    /// `scrape_body_size_bytes`; -1 where the body was larger than it may be.
    pub body_bytes: i64,
    /// `scrape_sample_limit`.
    pub sample_limit: u64,
    /// `scrape_timeout_seconds`.
    pub timeout_seconds: f64,
}

impl Outcome {
    /// The report series by name, the extra ones last.
    pub fn report(&self) -> Vec<(&'static str, f64)> {
        let [duration, kept, scraped, added, up] = REPORT_NAMES;
        let mut report = vec![
            (duration, self.duration.as_secs_f64()),
            (kept, self.kept as f64),
            (scraped, self.scraped as f64),
            (added, self.series_added as f64),
            (up, f64::from(u8::from(self.error.is_none()))),
        ];
        if let Some(extra) = &self.extra {
            let [body, limit, timeout] = EXTRA_NAMES;
            report.push((body, extra.body_bytes as f64));
            report.push((limit, extra.sample_limit as f64));
            report.push((timeout, extra.timeout_seconds));
        }
        report
    }
}

/// What was found and is not scraped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoTarget {
    /// A relabelling rule dropped it.
    Dropped {
        /// What it was found with, the `__…` labels included.
        discovered: Labels,
        /// Which rule of the job, from 0.
        rule: usize,
    },
    /// It cannot be scraped: the reason.
    Unusable(String),
}

impl Target {
    /// Builds a target from what it was found with: adds the defaults of the job, relabels, and reads the `__…` labels.
    pub fn build(job: &Job, settings: &Rc<ScrapeSettings>, found: &Labels) -> Result<Self, NoTarget> {
        let discovered = Self::discovered(job, settings, found);
        let mut relabelled = discovered.clone();
        if let Err(rule) = relabel::apply(&job.relabel, &mut relabelled) {
            return Err(NoTarget::Dropped { discovered, rule });
        }
        Self::of_labels(job, settings, discovered, &relabelled).map_err(NoTarget::Unusable)
    }

    /// What relabelling starts from: the labels that were found, and the job's settings as labels.
    pub fn discovered(job: &Job, settings: &ScrapeSettings, found: &Labels) -> Labels {
        let mut discovered = found.clone();
        let defaults = [
            ("job", job.name.clone()),
            ("__metrics_path__", settings.metrics_path.clone()),
            ("__scheme__", settings.scheme.clone()),
            ("__scrape_interval__", settings.interval.to_string()),
            ("__scrape_timeout__", settings.timeout.to_string()),
        ];
        let params = settings
            .params
            .iter()
            .filter_map(|(name, values)| Some((format!("{PARAM}{name}"), values.first()?.clone())));
        let defaults = defaults.map(|(name, value)| (name.to_owned(), value));
        for (name, value) in defaults.into_iter().chain(params) {
            let given = discovered.entry(name).or_default();
            if given.is_empty() {
                *given = value;
            }
        }
        discovered
    }

    /// A target from its labels after relabelling.
    ///
    /// Fails with a reason where there is no address, or where its `__…` labels say something that cannot be.
    fn of_labels(
        job: &Job,
        settings: &Rc<ScrapeSettings>,
        discovered: Labels,
        relabelled: &Labels,
    ) -> Result<Self, String> {
        let label = |name: &str| relabelled.get(name).map_or("", String::as_str);
        let address = label("__address__");
        if address.is_empty() {
            return Err("no address".into());
        }
        let interval = time(label("__scrape_interval__"), "interval")?;
        let timeout = time(label("__scrape_timeout__"), "timeout")?;
        if interval < timeout {
            return Err(format!(
                "scrape timeout {timeout} is greater than the interval {interval}"
            ));
        }
        let query = query(&settings.params, relabelled);
        let mut url = Url::build(label("__scheme__"), address, label("__metrics_path__"), &query)?;
        match label(UNIX_SOCKET) {
            "" => {}
            path if path.starts_with('/') => url = url.through(Path::new(path)),
            path => return Err(format!("{UNIX_SOCKET} {path:?} is not an absolute path")),
        }

        let mut labels: Labels = relabelled
            .iter()
            .filter(|(name, value)| !name.starts_with("__") && !value.is_empty())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        labels
            .entry("instance".to_owned())
            .or_insert_with(|| address.to_owned());
        let socket = url
            .socket()
            .map_or(String::new(), |path| format!("-{}", path.display()));
        let id = format!("{:016x}-{url}{socket}", labels_hash(&labels));
        Ok(Self {
            job: job.name.clone(),
            labels,
            url,
            id,
            interval,
            timeout,
            settings: Rc::clone(settings),
            report: OnceCell::new(),
            refused: RefCell::default(),
            store: RefCell::default(),
            outcome: RefCell::default(),
            is_removed: Cell::default(),
            discovered,
        })
    }

    /// Whether `other` is scraped at the same place, in the same way and under the same labels.
    pub fn is_same(&self, other: &Self) -> bool {
        self.id == other.id
            && self.labels == other.labels
            && (self.interval, self.timeout) == (other.interval, other.timeout)
            && self.settings == other.settings
    }

    /// What targets of one job are ordered by.
    pub fn id_by_address(&self) -> (String, &str) {
        (self.url.to_string(), &self.id)
    }

    /// The series that report on its scrapes, in the order of [`Outcome::report`].
    pub fn report_layout(&self) -> Rc<Layout> {
        let layout = self.report.get_or_init(|| {
            let extra = EXTRA_NAMES.into_iter().filter(|_| self.settings.extra_metrics);
            let names = REPORT_NAMES.into_iter().chain(extra);
            Rc::new(frame::report_layout(&self.labels, names))
        });
        Rc::clone(layout)
    }

    /// The `instance` label.
    pub fn instance(&self) -> &str {
        self.labels.get("instance").map_or("", String::as_str)
    }
}

fn time(text: &str, what: &str) -> Result<PromDuration, String> {
    match PromDuration::parse(text) {
        Some(time) if !time.0.is_zero() => Ok(time),
        Some(_) => Err(format!("scrape {what} cannot be 0")),
        None => Err(format!("scrape {what} is not a duration: {text:?}")),
    }
}

/// Parameters of the job; the first value of each may be overridden by a label.
fn query(params: &BTreeMap<String, Vec<String>>, discovered: &Labels) -> BTreeMap<String, Vec<String>> {
    let mut query = params.clone();
    for (name, value) in discovered {
        let Some(name) = name.strip_prefix(PARAM) else {
            continue;
        };
        let values = query.entry(name.to_owned()).or_default();
        match values.first_mut() {
            Some(first) => first.clone_from(value),
            None => values.push(value.clone()),
        }
    }
    query
}

/// Hash of a label set, the same in every process and version.
pub(crate) fn labels_hash(labels: &Labels) -> u64 {
    let mut hash = Fnv::new();
    for (name, value) in labels {
        hash.write(name.as_bytes());
        hash.write(&[0xff]);
        hash.write(value.as_bytes());
        hash.write(&[0xff]);
    }
    hash.finish()
}

#[cfg(test)]
mod tests;
