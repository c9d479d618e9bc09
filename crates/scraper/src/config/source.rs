//! Where targets are looked for: HTTP servers, DNS, Docker, Kubernetes and the tailnet, checked.

use std::path::{Path, PathBuf};
use std::time::Duration;

use settings::document::{Error, Refused};
use settings::read::At;

use super::PromDuration;
use super::http::{HttpSettings, parts};
use super::kubernetes::KubernetesSource;
use super::raw;
use crate::target::Url;

const HTTP_REFRESH: Duration = Duration::from_secs(60);
const DNS_REFRESH: Duration = Duration::from_secs(30);
const DOCKER_REFRESH: Duration = Duration::from_secs(60);
/// A cluster tells of changes by itself; this is how long after a mistake in its settings they are looked at again.
const KUBERNETES_RETRY: Duration = Duration::from_secs(30);
const TAILSCALE_REFRESH: Duration = Duration::from_secs(60);

/// The port of a container that exposes none, as in Prometheus.
const DOCKER_PORT: u16 = 80;

/// The port of a peer: that of the node exporter, which a fleet has.
const TAILSCALE_PORT: u16 = 9100;

const TAILSCALE_SOCKET: &str = "/var/run/tailscale/tailscaled.sock";

/// Something that is asked for targets again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A server that answers with a target list.
    Http(HttpSource),
    /// Records of names.
    Dns(DnsSource),
    /// Containers.
    Docker(DockerSource),
    /// Objects of a Kubernetes cluster.
    Kubernetes(Box<KubernetesSource>),
    /// Peers of a tailnet.
    Tailscale(TailscaleSource),
}

/// What is said where [`Source::Kubernetes`] is configured and cannot be asked.
const NO_KUBERNETES: &str = "this pi-scraper was built without Kubernetes: build it with \
     `cargo build --release -p scraper --features kubernetes`, or let something in the cluster answer http_sd_configs";

/// A server that answers with a target list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSource {
    /// Where it is asked.
    pub url: Url,
    /// How often.
    pub refresh_interval: PromDuration,
    /// Credentials, headers, TLS.
    pub http: HttpSettings,
}

/// Records of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DnsSource {
    /// The names.
    pub names: Vec<String>,
    /// Which records.
    pub kind: RecordKind,
    /// The port of the targets; SRV records bring their own.
    pub port: u16,
    /// How often they are looked up.
    pub refresh_interval: PromDuration,
}

/// Kinds of records that name targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    /// IPv4 address.
    A,
    /// IPv6 address.
    Aaaa,
    /// Mail server.
    Mx,
    /// Name server.
    Ns,
    /// Host and port of a service.
    Srv,
}

/// The containers of a Docker daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerSource {
    /// The daemon, by socket or TCP.
    pub daemon: Url,
    /// `filters` of the request, as names and values.
    pub filters: Vec<(String, Vec<String>)>,
    /// The port of containers that expose none.
    pub port: u16,
    /// The address of containers in the network of the host.
    pub host_networking_host: String,
    /// Whether a container in several networks is a target in the first of them only.
    pub match_first_network: bool,
    /// How often it is asked.
    pub refresh_interval: PromDuration,
    /// Credentials, headers, TLS.
    pub http: HttpSettings,
}

/// The peers of a tailnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TailscaleSource {
    /// The socket of `tailscaled`.
    pub socket: PathBuf,
    /// The port of the targets.
    pub port: u16,
    /// How often it is asked.
    pub refresh_interval: PromDuration,
}

impl Source {
    /// Everything that one job names.
    pub(super) fn all(raw: &mut raw::ScrapeConfig, file: &Path) -> Result<Vec<Self>, Error> {
        let refuse = |refused: Refused| Error::of(file, refused);
        let mut all = Vec::new();
        for raw in raw.http_sd_configs.take().unwrap_or_default() {
            all.push(Self::Http(HttpSource::check(raw, file)?));
        }
        for raw in raw.dns_sd_configs.take().unwrap_or_default() {
            all.push(Self::Dns(DnsSource::check(raw).map_err(refuse)?));
        }
        for raw in raw.docker_sd_configs.take().unwrap_or_default() {
            all.push(Self::Docker(DockerSource::check(raw, file)?));
        }
        for raw in raw.kubernetes_sd_configs.take().unwrap_or_default() {
            let place = raw.place;
            let source = KubernetesSource::check(raw, file)?;
            if !cfg!(feature = "kubernetes") {
                return Err(refuse((place, NO_KUBERNETES.into())));
            }
            all.push(Self::Kubernetes(Box::new(source)));
        }
        for raw in raw.tailscale_sd_configs.take().unwrap_or_default() {
            all.push(Self::Tailscale(TailscaleSource::check(raw).map_err(refuse)?));
        }
        Ok(all)
    }

    /// How often it is asked.
    pub fn refresh_interval(&self) -> Duration {
        match self {
            Self::Http(source) => source.refresh_interval.0,
            Self::Dns(source) => source.refresh_interval.0,
            Self::Docker(source) => source.refresh_interval.0,
            Self::Kubernetes(_) => KUBERNETES_RETRY,
            Self::Tailscale(source) => source.refresh_interval.0,
        }
    }

    /// What Prometheus calls this kind in its metrics.
    pub fn mechanism(&self) -> &'static str {
        match self {
            Self::Http(_) => "http",
            Self::Dns(_) => "dns",
            Self::Docker(_) => "docker",
            Self::Kubernetes(_) => "kubernetes",
            Self::Tailscale(_) => "tailscale",
        }
    }
}

impl HttpSource {
    fn check(raw: At<raw::source::HttpSdConfig>, file: &Path) -> Result<Self, Error> {
        let At {
            value: mut raw,
            place,
        } = raw;
        let refuse = |refused: Refused| Error::of(file, refused);
        let Some(url) = raw.url.take() else {
            return Err(refuse((place, "http_sd_configs has no url".into())));
        };
        Ok(Self {
            url: Url::parse(&url.value).map_err(|reason| refuse((url.place, reason)))?,
            refresh_interval: interval(raw.refresh_interval, HTTP_REFRESH),
            http: HttpSettings::check(parts!(raw), file, place)?,
        })
    }
}

impl DnsSource {
    fn check(raw: At<raw::source::DnsSdConfig>) -> Result<Self, Refused> {
        let At { value: raw, place } = raw;
        let names = raw.names.unwrap_or_default();
        if names.is_empty() {
            return Err((place, "dns_sd_configs has no names".into()));
        }
        let kind = match &raw.r#type {
            None => RecordKind::Srv,
            Some(at) => match at.value.to_ascii_uppercase().as_str() {
                "A" => RecordKind::A,
                "AAAA" => RecordKind::Aaaa,
                "MX" => RecordKind::Mx,
                "NS" => RecordKind::Ns,
                "SRV" => RecordKind::Srv,
                _ => return Err((at.place, format!("dns_sd_configs knows no type {:?}", at.value))),
            },
        };
        let port = match (raw.port.filter(|port| *port != 0), kind) {
            (None, RecordKind::Srv) => 0,
            (None, _) => {
                let reason = "dns_sd_configs takes a port for every type but SRV";
                return Err((place, reason.into()));
            }
            (Some(port), _) => self::port(At { value: port, place })?,
        };
        Ok(Self {
            names,
            kind,
            port,
            refresh_interval: interval(raw.refresh_interval, DNS_REFRESH),
        })
    }
}

impl DockerSource {
    fn check(raw: At<raw::source::DockerSdConfig>, file: &Path) -> Result<Self, Error> {
        let At {
            value: mut raw,
            place,
        } = raw;
        let refuse = |refused: Refused| Error::of(file, refused);
        let Some(host) = raw.host.take() else {
            return Err(refuse((place, "docker_sd_configs has no host".into())));
        };
        let filters = raw.filters.take().unwrap_or_default().into_iter();
        let filters =
            filters.map(|filter| (filter.name.unwrap_or_default(), filter.values.unwrap_or_default()));
        Ok(Self {
            daemon: daemon(&host.value).map_err(|reason| refuse((host.place, reason)))?,
            filters: filters.collect(),
            port: match raw.port {
                None => DOCKER_PORT,
                Some(value) => port(At { value, place }).map_err(refuse)?,
            },
            host_networking_host: raw
                .host_networking_host
                .take()
                .unwrap_or_else(|| "localhost".into()),
            match_first_network: raw.match_first_network.unwrap_or(true),
            refresh_interval: interval(raw.refresh_interval, DOCKER_REFRESH),
            http: HttpSettings::check(parts!(raw), file, place)?,
        })
    }
}

impl TailscaleSource {
    fn check(raw: At<raw::source::TailscaleSdConfig>) -> Result<Self, Refused> {
        let At { value: raw, place } = raw;
        Ok(Self {
            socket: raw.socket.unwrap_or_else(|| TAILSCALE_SOCKET.into()),
            port: match raw.port {
                None => TAILSCALE_PORT,
                Some(value) => port(At { value, place })?,
            },
            refresh_interval: interval(raw.refresh_interval, TAILSCALE_REFRESH),
        })
    }
}

/// `unix:///var/run/docker.sock`, `tcp://host:2375`, `http://…`, `https://…`.
fn daemon(host: &str) -> Result<Url, String> {
    if let Some(path) = host.strip_prefix("unix://") {
        return Ok(Url::parse("http://docker")?.through(Path::new(path)));
    }
    if host.starts_with('/') {
        return Err(format!("the socket of a daemon is written as unix://{host}"));
    }
    match host.strip_prefix("tcp://") {
        Some(address) => Url::parse(&format!("http://{address}")),
        None => Url::parse(host),
    }
}

fn port(at: At<u64>) -> Result<u16, Refused> {
    u16::try_from(at.value).map_err(|_| (at.place, format!("{} is not a port", at.value)))
}

fn interval(given: Option<PromDuration>, default: Duration) -> PromDuration {
    given
        .filter(|given| !given.0.is_zero())
        .unwrap_or(PromDuration(default))
}

#[cfg(test)]
mod tests;
