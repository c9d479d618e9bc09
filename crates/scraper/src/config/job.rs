//! One scrape config, checked and with the global defaults applied.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use metrics_registry::Format;

use super::http::{HttpSettings, parts};
use super::source::Source;
use super::targets::{self, FileSd, StaticGroup};
use super::{PromDuration, raw, scrape_protocol};
use crate::relabel::Rule;
use settings::document::{Error, Refused};
use settings::read::At;

const INTERVAL: PromDuration = PromDuration(Duration::from_secs(60));
const TIMEOUT: PromDuration = PromDuration(Duration::from_secs(10));

/// Most bytes of one body after decompression, where the file sets no limit: 524 kB of gzip can unfold to 512 MB.
pub const BODY_BYTES_MAX: u64 = 16 << 20;

/// Most series of one target, where the file sets no `sample_limit`: about 10 MB of memory.
pub const SERIES_MAX: u64 = 50_000;

/// One job: how its targets are found and scraped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The `job` label and the name of the scrape pool.
    pub name: String,
    /// How its targets are scraped.
    pub scrape: ScrapeSettings,
    /// Most targets; 0 is no limit.
    pub target_limit: u64,
    /// What becomes of the labels that a target is found with.
    pub relabel: Vec<Rule>,
    /// How many dropped targets are kept for the page; 0 is no limit.
    pub keep_dropped_targets: u64,
    /// Targets that stand in the configuration.
    pub static_groups: Vec<StaticGroup>,
    /// Files with targets.
    pub file_sd: Vec<FileSd>,
    /// What else is asked for targets.
    pub sources: Vec<Source>,
}

/// How the targets of one job are scraped. A target whose settings stay the same survives a reload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScrapeSettings {
    /// How often.
    pub interval: PromDuration,
    /// How long one scrape may take; at most the interval.
    pub timeout: PromDuration,
    /// Path of the exposition.
    pub metrics_path: String,
    /// `http` or `https`.
    pub scheme: String,
    /// Query parameters.
    pub params: BTreeMap<String, Vec<String>>,
    /// Whether exposed labels win over those of the target.
    pub honor_labels: bool,
    /// Whether exposed timestamps are taken.
    pub honor_timestamps: bool,
    /// Whether series with exposed timestamps go stale like others.
    pub track_timestamps_staleness: bool,
    /// What is asked for: the value of the `Accept` header.
    pub accept: String,
    /// Whether the limits of the scrape and the size of its body are reported too.
    pub extra_metrics: bool,
    /// How a body is read that comes without a content type, or with an unknown one.
    pub fallback_format: Option<Format>,
    /// What one scrape may bring.
    pub limits: Limits,
    /// What becomes of the labels of a series.
    pub metric_relabel: Vec<Rule>,
    /// Credentials and TLS.
    pub http: HttpSettings,
}

/// What one scrape may bring; more fails it. 0 is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the body after decompression; never 0.
    pub body_bytes: u64,
    /// Samples; never 0.
    pub samples: u64,
    /// The same as the configuration has it, for the report; 0 where it has none.
    pub samples_configured: u64,
    /// Labels of a series, with its name and those of the target.
    pub labels: u64,
    /// Bytes of a label's name.
    pub label_name_bytes: u64,
    /// Bytes of a label's value.
    pub label_value_bytes: u64,
}

/// The section `global`, checked.
pub(super) struct Defaults {
    interval: PromDuration,
    timeout: PromDuration,
    limits: Limits,
    target_limit: u64,
    keep_dropped_targets: u64,
    accept: String,
    extra_metrics: bool,
}

impl Defaults {
    pub(super) fn of(global: &raw::Global) -> Result<Self, Refused> {
        let interval = global
            .scrape_interval
            .map(|at| at.value)
            .filter(|d| !d.0.is_zero())
            .unwrap_or(INTERVAL);
        let timeout = match global.scrape_timeout.filter(|at| !at.value.0.is_zero()) {
            Some(at) if interval < at.value => {
                return Err((
                    at.place,
                    "global scrape timeout is greater than scrape interval".into(),
                ));
            }
            Some(at) => at.value,
            None => TIMEOUT.min(interval),
        };
        Ok(Self {
            interval,
            timeout,
            limits: Limits {
                body_bytes: global.body_size_limit.unwrap_or_default().0,
                samples: global.sample_limit.unwrap_or(0),
                samples_configured: 0,
                labels: global.label_limit.unwrap_or(0),
                label_name_bytes: global.label_name_length_limit.unwrap_or(0),
                label_value_bytes: global.label_value_length_limit.unwrap_or(0),
            },
            target_limit: global.target_limit.unwrap_or(0),
            keep_dropped_targets: global.keep_dropped_targets.unwrap_or(0),
            accept: match &global.scrape_protocols {
                None => scrape_protocol::default_accept(),
                Some(at) => scrape_protocol::check(at)?,
            },
            extra_metrics: global.extra_scrape_metrics.unwrap_or(false),
        })
    }

    fn limits(&self, raw: &raw::ScrapeConfig) -> Limits {
        let own = |own: Option<u64>, global: u64| own.filter(|limit| *limit != 0).unwrap_or(global);
        let bounded = |limit: u64, max: u64| if limit == 0 { max } else { limit };
        let samples = own(raw.sample_limit, self.limits.samples);
        Limits {
            body_bytes: bounded(
                own(raw.body_size_limit.map(|size| size.0), self.limits.body_bytes),
                BODY_BYTES_MAX,
            ),
            samples: bounded(samples, SERIES_MAX),
            samples_configured: samples,
            labels: own(raw.label_limit, self.limits.labels),
            label_name_bytes: own(raw.label_name_length_limit, self.limits.label_name_bytes),
            label_value_bytes: own(raw.label_value_length_limit, self.limits.label_value_bytes),
        }
    }

    /// Interval and timeout of one job. A timeout of its own must fit; the global one is cut to the interval.
    fn times(&self, raw: &raw::ScrapeConfig, name: &str) -> Result<(PromDuration, PromDuration), Refused> {
        let given = |at: Option<At<PromDuration>>| at.filter(|at| !at.value.0.is_zero());
        let interval = given(raw.scrape_interval).map_or(self.interval, |at| at.value);
        match given(raw.scrape_timeout) {
            Some(at) if interval < at.value => Err((
                at.place,
                format!(
                    "scrape timeout {} of job {name:?} is greater than its scrape interval {interval}",
                    at.value
                ),
            )),
            Some(at) => Ok((interval, at.value)),
            None => Ok((interval, self.timeout.min(interval))),
        }
    }
}

impl Job {
    pub(super) fn check(raw: At<raw::ScrapeConfig>, defaults: &Defaults, file: &Path) -> Result<Self, Error> {
        let refuse = |refused: Refused| Error::of(file, refused);
        let At {
            value: mut raw,
            place,
        } = raw;
        let Some(At { value: name, place }) = raw.job_name.take() else {
            return Err(refuse((place, "a scrape config has no job_name".into())));
        };
        if name.is_empty() {
            return Err(refuse((place, "job_name is empty".into())));
        }
        let (interval, timeout) = defaults.times(&raw, &name).map_err(refuse)?;
        let mut parts = parts!(raw);
        parts.enable_compression = raw.enable_compression;
        let http = HttpSettings::check(parts, file, place)?;
        Ok(Self {
            scrape: ScrapeSettings {
                interval,
                timeout,
                metrics_path: raw.metrics_path.take().unwrap_or_else(|| "/metrics".into()),
                scheme: scheme(raw.scheme.as_ref()).map_err(refuse)?,
                params: raw.params.take().unwrap_or_default(),
                honor_labels: raw.honor_labels.unwrap_or(false),
                honor_timestamps: raw.honor_timestamps.unwrap_or(true),
                track_timestamps_staleness: raw.track_timestamps_staleness.unwrap_or(false),
                accept: match &raw.scrape_protocols {
                    None => defaults.accept.clone(),
                    Some(at) => scrape_protocol::check(at).map_err(refuse)?,
                },
                extra_metrics: raw.extra_scrape_metrics.unwrap_or(defaults.extra_metrics),
                fallback_format: raw
                    .fallback_scrape_protocol
                    .as_ref()
                    .map(scrape_protocol::format)
                    .transpose()
                    .map_err(refuse)?,
                limits: defaults.limits(&raw),
                metric_relabel: raw.metric_relabel_configs.take().unwrap_or_default(),
                http,
            },
            target_limit: raw
                .target_limit
                .filter(|limit| *limit != 0)
                .unwrap_or(defaults.target_limit),
            relabel: raw.relabel_configs.take().unwrap_or_default(),
            keep_dropped_targets: raw.keep_dropped_targets.unwrap_or(defaults.keep_dropped_targets),
            static_groups: targets::static_groups(raw.static_configs.take().unwrap_or_default())
                .map_err(refuse)?,
            file_sd: targets::file_sd(raw.file_sd_configs.take().unwrap_or_default(), file, place)
                .map_err(refuse)?,
            sources: Source::all(&mut raw, file)?,
            name,
        })
    }
}

fn scheme(raw: Option<&At<String>>) -> Result<String, Refused> {
    match raw {
        None => Ok("http".into()),
        Some(at) if matches!(at.value.as_str(), "http" | "https") => Ok(at.value.clone()),
        Some(at) => Err((
            at.place,
            format!("scheme must be http or https, not {:?}", at.value),
        )),
    }
}
