//! The peers of a tailnet, from the local API of `tailscaled` over its unix socket.
//!
//! `GET /localapi/v0/status` with the host `local-tailscaled.sock`. The socket must be readable: by root, or by the user
//! that `tailscale set --operator` names. This machine itself is no peer. Labels:
//! `__meta_tailscale_{id,name,dns_name,os,tags,online,address_4,address_6}`; tags stand between commas, as in `,tag:a,`.

use std::collections::BTreeMap;

use hyper::header::HeaderMap;
use serde::Deserialize;

use super::answer;
use crate::config::http::HttpSettings;
use crate::config::source::TailscaleSource;
use crate::labels::Labels;
use crate::target::Url;

/// The host by which `tailscaled` knows a request that no web page made.
const STATUS: &str = "http://local-tailscaled.sock/localapi/v0/status";

#[derive(Debug, Deserialize)]
struct Status {
    #[serde(rename = "Peer", default)]
    peers: Option<BTreeMap<String, Peer>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Peer {
    #[serde(rename = "ID")]
    id: String,
    host_name: String,
    #[serde(rename = "DNSName")]
    dns_name: String,
    #[serde(rename = "OS")]
    os: String,
    #[serde(rename = "TailscaleIPs")]
    addresses: Option<Vec<String>>,
    tags: Option<Vec<String>>,
    online: bool,
}

/// Asks for the peers. Fails with one line where `tailscaled` does not run or does not answer.
pub async fn ask(source: &TailscaleSource) -> Result<Vec<Labels>, String> {
    let url = Url::parse(STATUS)?.through(&source.socket);
    let answer = answer::ask(&url, &HttpSettings::plain(), HeaderMap::new()).await?;
    parse(&answer.body, source.port)
}

pub(super) fn parse(body: &[u8], port: u16) -> Result<Vec<Labels>, String> {
    let status: Status = serde_json::from_slice(body).map_err(|error| format!("status: {error}"))?;
    let peers = status.peers.unwrap_or_default().into_values();
    Ok(peers.filter_map(|peer| peer.found(port)).collect())
}

impl Peer {
    /// A peer without address is none that could be asked.
    fn found(self, port: u16) -> Option<Labels> {
        let addresses = self.addresses.unwrap_or_default();
        let of_kind = |is_v6: bool| {
            let found = addresses.iter().find(|address| address.contains(':') == is_v6);
            found.map_or("", String::as_str)
        };
        let (v4, v6) = (of_kind(false), of_kind(true));
        let address = match (v4, v6) {
            ("", "") => return None,
            ("", v6) => super::address(v6, port),
            (v4, _) => super::address(v4, port),
        };
        let tags = self.tags.unwrap_or_default();
        let tags = match tags.is_empty() {
            true => String::new(),
            false => format!(",{},", tags.join(",")),
        };
        let labels = [
            ("__address__", address.as_str()),
            ("__meta_tailscale_id", &self.id),
            ("__meta_tailscale_name", &self.host_name),
            ("__meta_tailscale_dns_name", self.dns_name.trim_end_matches('.')),
            ("__meta_tailscale_os", &self.os),
            ("__meta_tailscale_tags", &tags),
            (
                "__meta_tailscale_online",
                if self.online { "true" } else { "false" },
            ),
            ("__meta_tailscale_address_4", v4),
            ("__meta_tailscale_address_6", v6),
        ];
        let labels = labels.into_iter().filter(|(_, value)| !value.is_empty());
        Some(
            labels
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(body: &str, expect: Expect) {
        let shown = match parse(body.as_bytes(), 9100) {
            Ok(found) => found.iter().map(|labels| format!("{labels:#?}\n")).collect(),
            Err(reason) => format!("{reason}\n"),
        };
        expect.assert_eq(&shown);
    }

    #[test]
    fn peers() {
        check(
            r#"{"Version": "1.80.0", "BackendState": "Running", "Self": {"HostName": "me", "TailscaleIPs": ["100.64.0.9"]},
              "Peer": {
                "nodekey:a": {"ID": "n1", "HostName": "pi-attic", "DNSName": "pi-attic.tail1.ts.net.", "OS": "linux",
                  "TailscaleIPs": ["100.64.0.1", "fd7a:115c:a1e0::1"], "Tags": ["tag:pi", "tag:attic"], "Online": true,
                  "LastSeen": "0001-01-01T00:00:00Z", "ExitNode": false},
                "nodekey:b": {"HostName": "phone", "OS": "iOS", "TailscaleIPs": ["fd7a:115c:a1e0::2"], "Tags": null, "Online": false},
                "nodekey:c": {"HostName": "nowhere", "TailscaleIPs": null}}}"#,
            expect![[r#"
                {
                    "__address__": "100.64.0.1:9100",
                    "__meta_tailscale_address_4": "100.64.0.1",
                    "__meta_tailscale_address_6": "fd7a:115c:a1e0::1",
                    "__meta_tailscale_dns_name": "pi-attic.tail1.ts.net",
                    "__meta_tailscale_id": "n1",
                    "__meta_tailscale_name": "pi-attic",
                    "__meta_tailscale_online": "true",
                    "__meta_tailscale_os": "linux",
                    "__meta_tailscale_tags": ",tag:pi,tag:attic,",
                }
                {
                    "__address__": "[fd7a:115c:a1e0::2]:9100",
                    "__meta_tailscale_address_6": "fd7a:115c:a1e0::2",
                    "__meta_tailscale_name": "phone",
                    "__meta_tailscale_online": "false",
                    "__meta_tailscale_os": "iOS",
                }
            "#]],
        );
    }

    #[test]
    fn a_tailnet_that_is_off() {
        check(r#"{"BackendState": "Stopped", "Peer": null}"#, expect![[r#""#]]);
        check(
            "no JSON",
            expect![[r#"
            status: expected ident at line 1 column 2
        "#]],
        );
    }
}
