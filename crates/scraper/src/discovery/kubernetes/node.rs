//! Nodes: a target is the kubelet of each, at the first address that the list of kinds below has.

use serde::Deserialize;

use super::object::{Described, Meta, Object, given};
use super::objects::{Objects, Table};
use crate::config::kubernetes::Role;
use crate::discovery::{address, label_name};
use crate::labels::Labels;

/// Kinds of addresses, the best first.
const KINDS: [&str; 6] = [
    "InternalIP",
    "InternalDNS",
    "ExternalIP",
    "ExternalDNS",
    "LegacyHostIP",
    "Hostname",
];

/// One node.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Node {
    metadata: Meta,
    spec: Spec,
    status: Status,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Spec {
    #[serde(rename = "providerID")]
    provider_id: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[serde(deserialize_with = "given")]
    addresses: Vec<Address>,
    daemon_endpoints: Daemons,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Address {
    r#type: String,
    address: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Daemons {
    kubelet_endpoint: Daemon,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Daemon {
    port: u16,
}

impl Object for Node {
    const GROUP: &'static str = "/api/v1";
    const PLURAL: &'static str = "nodes";
    const ROLE: Option<Role> = Some(Role::Node);

    fn meta(&self) -> &Meta {
        &self.metadata
    }

    fn table(objects: &mut Objects) -> &mut Table<Self> {
        &mut objects.nodes
    }
}

/// The kubelets.
pub fn targets(objects: &Objects, found: &mut Vec<Labels>) {
    found.extend(objects.nodes.values().filter_map(Node::target));
}

impl Node {
    /// A node without address is none that could be asked.
    fn target(&self) -> Option<Labels> {
        let first = |kind: &str| {
            let mut addresses = self.status.addresses.iter();
            addresses.find(|address| address.r#type == kind)
        };
        let best = KINDS.iter().find_map(|kind| first(kind))?;
        let mut labels = Described::default();
        labels.set("node_name", &self.metadata.name);
        labels.set("node_provider_id", &self.spec.provider_id);
        labels.set_meta("node", &self.metadata);
        labels.set_plain("instance", &self.metadata.name);
        for given in &self.status.addresses {
            let is_first = first(&given.r#type).is_some_and(|first| std::ptr::eq(first, given));
            if is_first {
                let name = format!("node_address_{}", label_name(&given.r#type));
                labels.set(&name, &given.address);
            }
        }
        let port = self.status.daemon_endpoints.kubelet_endpoint.port;
        Some(labels.at(address(&best.address, port)))
    }
}
