//! Where targets come from.
//!
//! | module        | asks                                                                    |
//! |---------------|-------------------------------------------------------------------------|
//! | [`file_sd`]   | files of target lists                                                   |
//! | [`notices`]   | the kernel to say when such a file changes                              |
//! | [`http`]      | servers that answer with a target list                                  |
//! | [`dns`]       | name servers                                                            |
//! | [`docker`]    | a Docker daemon for its containers                                      |
//! | `kubernetes`  | an API server for its nodes, pods, services, endpoints and ingresses    |
//! | [`tailscale`] | `tailscaled` for the peers of the tailnet                               |
//! | [`provider`]  | these again and again; keeps what they said last                |
//! | [`answer`]    | one answer over HTTP, read to its end                                   |
//! | [`fuzzing`]   | what is made of answers, for who feeds it with anything                 |

pub mod answer;
pub mod dns;
pub mod docker;
pub mod file_sd;
pub mod fuzzing;
pub mod http;
#[cfg(feature = "kubernetes")]
pub mod kubernetes;
pub mod notices;
pub mod provider;
pub mod tailscale;

use crate::config::targets::StaticGroup;
use crate::labels::Labels;

/// What the targets of a group are found with: their address and the labels of the group.
pub fn found(group: &StaticGroup) -> impl Iterator<Item = Labels> {
    group.targets.iter().map(|address| {
        let mut labels = group.labels.clone();
        labels.insert("__address__".to_owned(), address.clone());
        labels
    })
}

/// `host:port`, with the brackets of IPv6.
pub fn address(host: &str, port: u16) -> String {
    match host.contains(':') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    }
}

/// A text as a label's name: what may not stand there becomes `_`.
pub fn label_name(text: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    text.chars().map(safe).collect()
}
