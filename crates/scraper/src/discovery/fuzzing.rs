//! The way from answers to targets, for who feeds it with anything.

use std::path::Path;
use std::time::Duration;

use hyper::header::HeaderMap;

use super::answer::Answer;
use super::dns::resolver::Outcome;
use super::{dns, docker, file_sd, http, tailscale};
use crate::config::PromDuration;
use crate::config::http::HttpSettings;
use crate::config::source::{DnsSource, DockerSource, RecordKind};
use crate::labels::Labels;
use crate::target::Url;

const REFRESH_INTERVAL: PromDuration = PromDuration(Duration::from_secs(60));

/// What came of an answer.
pub type Found = Result<Vec<Labels>, String>;

/// A file of target lists.
pub fn file(path: &Path, text: &str) -> Found {
    let groups = file_sd::parse(path, text)?;
    Ok(groups.iter().flat_map(super::found).collect())
}

/// The answer of a server of target lists.
pub fn http(headers: HeaderMap, body: &[u8]) -> Found {
    let body = body.to_vec();
    http::parse(&Answer { headers, body }, "http://sd/")
}

/// The two answers of a Docker daemon.
pub fn docker(containers: &[u8], networks: &[u8], match_first_network: bool) -> Found {
    let source = DockerSource {
        daemon: Url::parse("http://docker")?,
        filters: Vec::new(),
        port: 80,
        host_networking_host: "localhost".into(),
        match_first_network,
        refresh_interval: REFRESH_INTERVAL,
        http: HttpSettings::plain(),
    };
    docker::parse(containers, networks, &source)
}

/// The answer of `tailscaled`.
pub fn tailscale(body: &[u8]) -> Found {
    tailscale::parse(body, 9100)
}

/// A packet of a name server, in answer to the question with the number `id`, for every kind of record.
pub fn dns(packet: &[u8], id: u16) -> Found {
    use RecordKind::{A, Aaaa, Mx, Ns, Srv};
    let Some(Outcome::Records(records)) = dns::resolver::read(packet, id)? else {
        return Ok(Vec::new());
    };
    let of_kind = |kind| {
        let source = DnsSource {
            names: Vec::new(),
            kind,
            port: 9100,
            refresh_interval: REFRESH_INTERVAL,
        };
        let found = records
            .iter()
            .filter_map(|record| dns::labels(&source, "pi.lan", record));
        found.collect::<Vec<_>>()
    };
    Ok([A, Aaaa, Mx, Ns, Srv].into_iter().flat_map(of_kind).collect())
}
