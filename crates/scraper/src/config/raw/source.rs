//! The sections that say where targets are, key by key.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use settings::document::{Node, Refused};
use settings::read::{At, Keys, Read};

use super::{Authorization, BasicAuth, HttpHeader, Oauth2, Off, TlsConfig, refusal};
use crate::config::{PromDuration, Secret};

/// Targets that stand in the configuration, or in a file of target lists, which may be JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StaticConfig {
    /// Addresses, `host:port`.
    pub targets: Option<Vec<String>>,
    /// Labels of all of them.
    pub labels: Option<BTreeMap<String, String>>,
}

impl Read for StaticConfig {
    fn read(node: Node) -> Result<Self, Refused> {
        let mut keys = Keys::of(node, &["targets", "labels"])?;
        Ok(Self {
            targets: keys.take("targets")?,
            labels: keys.take("labels")?,
        })
    }
}

keys! {
    /// Files with target lists.
    FileSdConfig {
        files: Vec<At<String>>,
        refresh_interval: At<PromDuration>,
    } checked only { } later {}
}

keys! {
    /// A server that answers with a target list.
    HttpSdConfig {
        url: At<String>,
        refresh_interval: PromDuration,
    } and of a client
}

keys! {
    /// Names whose records are targets.
    DnsSdConfig {
        names: Vec<String>,
        r#type: At<String>,
        port: u64,
        refresh_interval: PromDuration,
    } checked only { } later { }
}

keys! {
    /// The containers of a Docker daemon.
    DockerSdConfig {
        host: At<String>,
        port: u64,
        filters: Vec<DockerFilter>,
        host_networking_host: String,
        match_first_network: bool,
        refresh_interval: PromDuration,
    } and of a client
}

keys! {
    /// Which containers.
    DockerFilter {
        name: String,
        values: Vec<String>,
    } checked only { } later { }
}

keys! {
    /// The objects of a Kubernetes cluster.
    KubernetesSdConfig {
        role: At<String>,
        api_server: At<String>,
        kubeconfig_file: PathBuf,
        namespaces: KubernetesNamespaces,
        selectors: Vec<At<KubernetesSelector>>,
        attach_metadata: KubernetesAttach,
    } and of a client
}

keys! {
    /// Where in a cluster.
    KubernetesNamespaces {
        own_namespace: bool,
        names: Vec<String>,
    } checked only { } later { }
}

keys! {
    /// Which objects of one kind.
    KubernetesSelector {
        role: At<String>,
        label: String,
        field: String,
    } checked only { } later { }
}

keys! {
    /// What else a target is found with.
    KubernetesAttach {
        node: bool,
        namespace: bool,
    } checked only { } later { }
}

keys! {
    /// The peers of a tailnet.
    TailscaleSdConfig {
        socket: PathBuf,
        port: u64,
        refresh_interval: PromDuration,
    } checked only { } later { }
}
