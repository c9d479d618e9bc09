//! What is known of a cluster: the objects of the kinds that are read.

use std::collections::BTreeMap;

use super::endpoints::Endpoints;
use super::endpointslice::EndpointSlice;
use super::ingress::Ingress;
use super::namespace::Namespace;
use super::node::Node;
use super::pod::Pod;
use super::service::Service;

/// Objects by `namespace/name`; those of no namespace by `/name`.
pub type Table<K> = BTreeMap<String, K>;

/// Everything that is known.
#[derive(Debug, Default)]
pub struct Objects {
    /// Machines.
    pub nodes: Table<Node>,
    /// Namespaces themselves.
    pub namespaces: Table<Namespace>,
    /// Groups of containers.
    pub pods: Table<Pod>,
    /// Names for groups of pods.
    pub services: Table<Service>,
    /// Addresses behind services.
    pub endpoints: Table<Endpoints>,
    /// The same, in pieces.
    pub slices: Table<EndpointSlice>,
    /// Names that lead in from outside.
    pub ingresses: Table<Ingress>,
}

/// Where an object stands in its table.
pub fn key(namespace: &str, name: &str) -> String {
    format!("{namespace}/{name}")
}
