//! Where samples are sent: the sections under `remote_write`, checked.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use settings::document::{Error, Refused};
use settings::read::At;

use super::PromDuration;
use super::budget::BudgetLimits;
use super::http::{HttpSettings, parts};
use super::raw;
use crate::relabel::Rule;
use crate::target::Url;

/// Headers that are the protocol's own.
const RESERVED_HEADERS: [&str; 9] = [
    "authorization",
    "host",
    "content-encoding",
    "content-length",
    "content-type",
    "user-agent",
    "connection",
    "x-prometheus-remote-write-version",
    "retry-attempt",
];

/// The two messages of the protocol, and what InfluxDB takes in their place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// `prometheus.WriteRequest`, version 1.0.
    V1,
    /// `io.prometheus.write.v2.Request`, version 2.0.
    V2,
    /// Line protocol of InfluxDB, over its API of version 2.
    Influx,
}

/// One receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteWrite {
    /// What it is called in metrics and on the page; the beginning of the address' hash where the file has no name.
    pub name: String,
    /// Where requests go.
    pub url: Url,
    /// The first message that is tried.
    pub message: Message,
    /// How long one request may take.
    pub timeout: Duration,
    /// Headers beyond those of the protocol, by name. They often hold keys: never shown.
    pub headers: BTreeMap<String, settings::Secret>,
    /// What becomes of the labels on their way out.
    pub relabel: Vec<Rule>,
    /// Credentials and TLS.
    pub http: HttpSettings,
    /// How samples wait.
    pub queue: QueueSettings,
    /// What its plan includes.
    pub budget: BudgetLimits,
}

/// How samples wait for a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueSettings {
    /// Most samples of one request.
    pub samples_per_send_max: usize,
    /// How long a request that is not full waits for more.
    pub batch_deadline: Duration,
    /// The wait after the first failure; it doubles with each.
    pub backoff_min: Duration,
    /// The longest wait.
    pub backoff_max: Duration,
    /// Whether 429 is tried again.
    pub retry_on_429: bool,
    /// Samples older than this are dropped; zero is no limit.
    pub sample_age_max: Duration,
}

impl RemoteWrite {
    pub(super) fn check(raw: At<raw::RemoteWrite>, file: &Path) -> Result<Self, Error> {
        let At {
            value: mut raw,
            place,
        } = raw;
        let refuse = |refused: Refused| Error::of(file, refused);
        let Some(At {
            value: url,
            place: at,
        }) = raw.url.take()
        else {
            return Err(refuse((place, "remote_write has no url".into())));
        };
        let url = Url::parse(&url).map_err(|reason| refuse((at, reason)))?;
        let headers = raw.headers.take().unwrap_or_default();
        if let Some(name) = headers.keys().find(|name| is_reserved(name)) {
            return Err(refuse((
                place,
                format!(
                    "header {name:?} is the protocol's own: use basic_auth, authorization or oauth2 for credentials"
                ),
            )));
        }
        let message = match raw.protobuf_message.take() {
            None => Message::V1,
            Some(at) => match at.value.as_str() {
                "prometheus.WriteRequest" => Message::V1,
                "io.prometheus.write.v2.Request" => Message::V2,
                other => {
                    let reason = format!(
                        "protobuf_message must be prometheus.WriteRequest or io.prometheus.write.v2.Request, not {other:?}"
                    );
                    return Err(refuse((at.place, reason)));
                }
            },
        };
        let name = raw.name.take().filter(|name| !name.is_empty());
        Ok(Self {
            name: name.unwrap_or_else(|| short_name(&url)),
            message,
            timeout: raw
                .remote_timeout
                .map_or(Duration::from_secs(30), |timeout| timeout.0),
            headers,
            relabel: raw.write_relabel_configs.take().unwrap_or_default(),
            http: HttpSettings::check(parts!(raw), file, place)?,
            queue: QueueSettings::check(raw.queue_config.take().unwrap_or_default()),
            budget: BudgetLimits::check(raw.budget.take().unwrap_or_default()),
            url,
        })
    }
}

impl QueueSettings {
    pub(super) fn check(raw: raw::QueueConfig) -> Self {
        let time = |given: Option<PromDuration>, default: Duration| match given {
            Some(given) if !given.0.is_zero() => given.0,
            _ => default,
        };
        let backoff_min = time(raw.min_backoff, Duration::from_millis(30));
        Self {
            samples_per_send_max: match raw.max_samples_per_send {
                None | Some(0) => 2000,
                Some(count) => usize::try_from(count).unwrap_or(usize::MAX),
            },
            batch_deadline: time(raw.batch_send_deadline, Duration::from_secs(5)),
            backoff_min,
            backoff_max: time(raw.max_backoff, Duration::from_secs(5)).max(backoff_min),
            retry_on_429: raw.retry_on_http_429.unwrap_or(true),
            sample_age_max: raw.sample_age_limit.map_or(Duration::ZERO, |age| age.0),
        }
    }
}

fn is_reserved(name: &str) -> bool {
    RESERVED_HEADERS
        .iter()
        .any(|reserved| reserved.eq_ignore_ascii_case(name))
}

/// Six hexadecimal digits that stand for an address in metrics.
pub(super) fn short_name(url: &Url) -> String {
    let mut hash = crate::fnv::Fnv::new();
    hash.write(url.to_string().as_bytes());
    format!("{:06x}", hash.finish() & 0xff_ffff)
}
