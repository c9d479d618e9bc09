//! Records of names: SRV, A, AAAA, MX, NS. The name servers of `/etc/resolv.conf` are asked, as Prometheus asks them:
//! without `/etc/hosts` and multicast DNS.

pub(super) mod resolver;

use simple_dns::TYPE;
use simple_dns::rdata::RData;

pub use self::resolver::Resolver;
use crate::config::source::{DnsSource, RecordKind};
use crate::labels::Labels;
use crate::telemetry::Telemetry;

/// Looks every name up. Fails with one line where one of them has no answer; a name that does not exist has no targets.
pub async fn ask(
    source: &DnsSource,
    resolver: &Resolver,
    telemetry: &Telemetry,
) -> Result<Vec<Labels>, String> {
    let mut found = Vec::new();
    for name in &source.names {
        telemetry.dns_lookups.inc();
        let records = resolver
            .lookup(name, source.kind.number())
            .await
            .inspect_err(|_| {
                telemetry.dns_failures.inc();
            })?;
        found.extend(records.iter().filter_map(|record| labels(source, name, record)));
    }
    Ok(found)
}

impl RecordKind {
    fn number(self) -> TYPE {
        match self {
            Self::A => TYPE::A,
            Self::Aaaa => TYPE::AAAA,
            Self::Mx => TYPE::MX,
            Self::Ns => TYPE::NS,
            Self::Srv => TYPE::SRV,
        }
    }
}

/// What one record's target is found with; `None` of a record of another kind, such as the alias before it.
pub(super) fn labels(source: &DnsSource, name: &str, record: &RData<'_>) -> Option<Labels> {
    let mut labels = Labels::from([("__meta_dns_name".into(), name.to_owned())]);
    let mut set = |name: &str, value: String| labels.insert(name.to_owned(), value);
    let (host, port) = match (source.kind, record) {
        (RecordKind::A, RData::A(record)) => {
            (std::net::Ipv4Addr::from(record.address).to_string(), source.port)
        }
        (RecordKind::Aaaa, RData::AAAA(record)) => {
            (std::net::Ipv6Addr::from(record.address).to_string(), source.port)
        }
        (RecordKind::Mx, RData::MX(record)) => {
            let target = record.exchange.to_string();
            set("__meta_dns_mx_record_target", format!("{target}."));
            (target, source.port)
        }
        (RecordKind::Ns, RData::NS(record)) => {
            let target = record.0.to_string();
            set("__meta_dns_ns_record_target", format!("{target}."));
            (target, source.port)
        }
        (RecordKind::Srv, RData::SRV(record)) => {
            let target = record.target.to_string();
            set("__meta_dns_srv_record_target", format!("{target}."));
            set("__meta_dns_srv_record_port", record.port.to_string());
            (target, record.port)
        }
        _ => return None,
    };
    labels.insert("__address__".into(), super::address(&host, port));
    Some(labels)
}

#[cfg(test)]
mod tests;
