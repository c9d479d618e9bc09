//! The configuration: `prometheus.yml`, as Prometheus 3 reads it, as far as this version goes.
//!
//! | module       | holds                                                             |
//! |--------------|-------------------------------------------------------------------|
//! | [`alerts`]     | what the scraper tells of by itself                            |
//! | [`raw`]      | the shape of the file                                             |
//! | [`job`]      | one scrape config, checked and with the global defaults applied   |
//! | [`remote_write`] | where samples are sent                                         |
//! | `influxdb_write` | the same where line protocol is taken                          |
//! | [`budget`]   | what a receiver's plan includes                                   |
//! | [`targets`]  | targets that stand in files                                       |
//! | [`source`]   | what is asked for targets                                         |
//! | [`scrape_protocol`] | the formats that targets are asked for                     |
//! | `included`   | files that `scrape_config_files` names                            |
//! | [`redacted`] | the configuration as it may be shown                              |
//! | [`versions`] | whether its files have changed                                    |
//! | [`http`]     | credentials, headers, proxy                                       |
//! | [`oauth2`]   | tokens in place of fixed secrets                                  |
//! | [`kubernetes`] | which objects of a cluster are targets                          |
//! | [`tls`]      | certificates and versions of TLS                                  |
//! | `relabel`    | relabelling rules                                                 |
//! | [`duration`] | `1m30s`                                                           |
//! | [`size`]     | `16MB`                                                            |
//!
//! Nothing is ignored: a key that is unknown, or known and not supported yet, stops the start and names itself.

pub mod alerts;
pub mod budget;
pub mod duration;
pub mod http;
mod included;
mod influxdb_write;
pub mod job;
pub mod kubernetes;
pub mod oauth2;
pub(crate) mod raw;
pub mod redacted;
mod relabel;
pub mod remote_write;
pub mod scrape_protocol;
pub mod size;
pub mod source;
pub mod targets;
pub mod tls;
pub mod versions;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use self::alerts::Alerts;
pub use self::duration::PromDuration;
pub use self::job::Job;
pub use self::remote_write::RemoteWrite;
pub use self::size::Size;
pub use settings::{Error, Secret};

use self::raw::{Document, Global};
use settings::document::{self, Limits, Place, Refused};
use settings::read::At;

/// What a file may take, configuration or target list. A list of 10,000 targets has about 1 MB; the deepest known key
/// stands in five sections.
pub const LIMITS: Limits = Limits {
    bytes: 8 << 20,
    depth: 32,
    parts: 200_000,
};

/// Everything that the file says, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Labels that tell this scraper from others; added to what leaves it.
    pub external_labels: BTreeMap<String, String>,
    /// The jobs, in the order of the file.
    pub jobs: Vec<Job>,
    /// The receivers, in the order of the file.
    pub remote_write: Vec<RemoteWrite>,
    /// Alerts that the scraper tells of by itself; `None` where it leaves that to others.
    pub alerts: Option<Alerts>,
    /// Files of more jobs, as paths or patterns.
    pub scrape_config_files: Vec<PathBuf>,
}

impl Config {
    /// Reads and checks a file. Fails with one line that names file, line, column and reason.
    pub fn load(path: &Path) -> Result<Self, Error> {
        Self::parse(path, &document::load(path, &LIMITS)?)
    }

    /// Checks `text`, which came from `path`; relative paths in it start at the folder of `path`.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        let mut document: Document = document::parse(path, text, &LIMITS)?;
        let refuse = |refused: Refused| Error::of(path, refused);
        refuse_elsewhere(&document).map_err(refuse)?;
        let global = document.global.take().unwrap_or_default();
        let external_labels = external_labels(&global).map_err(refuse)?;
        let defaults = job::Defaults::of(&global).map_err(refuse)?;

        let mut jobs: Vec<Job> = Vec::new();
        let raw = document.scrape_configs.take().unwrap_or_default();
        add_jobs(&mut jobs, raw, &defaults, path)?;
        let patterns = document.scrape_config_files.take().unwrap_or_default();
        for (path, raw) in included::read(&patterns, path)? {
            add_jobs(&mut jobs, raw, &defaults, &path)?;
        }
        let mut remote_write: Vec<RemoteWrite> = Vec::new();
        let mut add = |place: Place, receiver: RemoteWrite| {
            if remote_write.iter().any(|other| other.name == receiver.name) {
                let reason = format!("more than one receiver has the name {:?}", receiver.name);
                return Err(refuse((place, reason)));
            }
            remote_write.push(receiver);
            Ok(())
        };
        for raw in document.remote_write.take().unwrap_or_default() {
            add(raw.place, RemoteWrite::check(raw, path)?)?;
        }
        for raw in document.influxdb_write.take().unwrap_or_default() {
            add(raw.place, influxdb_write::check(raw, path)?)?;
        }
        let alerts = document.alerts.take();
        Ok(Self {
            external_labels,
            jobs,
            remote_write,
            alerts: alerts.map(|raw| Alerts::check(raw, path)).transpose()?,
            scrape_config_files: included::paths(&patterns, path),
        })
    }

    /// How many addresses stand in the file itself.
    pub fn static_targets(&self) -> usize {
        self.jobs
            .iter()
            .flat_map(|job| &job.static_groups)
            .map(|group| group.targets.len())
            .sum()
    }
}

/// Checks the jobs of one file; all names of all files differ.
fn add_jobs(
    jobs: &mut Vec<Job>,
    raw: Vec<At<raw::ScrapeConfig>>,
    defaults: &job::Defaults,
    path: &Path,
) -> Result<(), Error> {
    for raw in raw {
        let place = raw.value.job_name.as_ref().map_or(raw.place, |name| name.place);
        let job = Job::check(raw, defaults, path)?;
        if jobs.iter().any(|other| other.name == job.name) {
            let reason = format!("more than one scrape config has the job name {:?}", job.name);
            return Err(Error::of(path, (place, reason)));
        }
        jobs.push(job);
    }
    Ok(())
}

/// Why a key of Prometheus is not taken here, and what to do in its place.
fn refusal(key: &str) -> String {
    let instead = match key {
        "sigv4" => "send through a proxy that signs requests, such as aws-sigv4-proxy",
        "azuread" => "use oauth2 with the token_url of your tenant",
        "google_iam" => "use authorization with a credentials_file that is kept fresh",
        "remote_read" | "storage" | "tsdb" => "it keeps no database; query the receiver",
        "query_log_file" | "rule_query_offset" => "it evaluates no queries and rules",
        "otlp" => "it takes no samples over OTLP",
        "tracing" => "it sends no traces",
        "no_proxy" | "proxy_from_environment" => "give proxy_url to the jobs that need it",
        "record" | "keep_firing_for" => "let Prometheus evaluate such rules, as in docker/prometheus",
        "grant_type" => "oauth2 knows client_credentials with a client_secret",
        key if key.ends_with("_ref") => "it has no secret providers; use the key that ends with _file",
        key if key.ends_with("_sd_configs") => {
            "let whatever knows these targets write a file for file_sd_configs, or answer http_sd_configs"
        }
        _ => return format!("{key} is not supported by the scraper"),
    };
    format!("{key} is not supported by the scraper: {instead}")
}

/// Refuses what another process of the installation does.
fn refuse_elsewhere(document: &Document) -> Result<(), Refused> {
    let rules = document
        .rule_files
        .as_ref()
        .filter(|files| !files.value.is_empty())
        .map(|files| ("rule_files", files.place));
    let alerting = document.alerting.as_ref().map(|at| ("alerting", at.place));
    match rules.or(alerting) {
        None => Ok(()),
        Some((key, place)) => Err((
            place,
            format!(
                "{key} is not supported by the scraper: run them in Prometheus or the receiver, or use alerts"
            ),
        )),
    }
}

fn external_labels(global: &Global) -> Result<BTreeMap<String, String>, Refused> {
    let Some(At { value, place }) = &global.external_labels else {
        return Ok(BTreeMap::new());
    };
    match value.keys().find(|name| !is_label_name(name)) {
        None => Ok(value.clone()),
        Some(name) => Err((*place, format!("{name:?} is not a valid label name"))),
    }
}

/// Whether a label may have this name: any UTF-8 but the empty string and the metric's own name, as in Prometheus 3.
pub(crate) fn is_label_name(name: &str) -> bool {
    !name.is_empty() && name != "__name__"
}

#[cfg(test)]
mod tests;
