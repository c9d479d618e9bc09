//! Endpoint slices: the addresses behind a service in pieces of a hundred, as clusters have them since 1.21.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::endpoints::{Behind, Place, describe_service};
use super::object::{Described, Meta, Object, Reference, given};
use super::objects::{Objects, Table};
use crate::config::kubernetes::{KubernetesSource, Role};
use crate::discovery::{address, label_name};
use crate::labels::Labels;

/// The label that names the service of a slice.
const SERVICE: &str = "kubernetes.io/service-name";

/// One slice.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EndpointSlice {
    metadata: Meta,
    address_type: String,
    #[serde(deserialize_with = "given")]
    endpoints: Vec<Endpoint>,
    #[serde(deserialize_with = "given")]
    ports: Vec<Port>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Endpoint {
    #[serde(deserialize_with = "given")]
    addresses: Vec<String>,
    #[serde(deserialize_with = "given")]
    conditions: Conditions,
    hostname: Option<String>,
    target_ref: Option<Reference>,
    node_name: Option<String>,
    zone: Option<String>,
    #[serde(deserialize_with = "given")]
    deprecated_topology: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
struct Conditions {
    ready: Option<bool>,
    serving: Option<bool>,
    terminating: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Port {
    name: Option<String>,
    port: Option<u16>,
    protocol: Option<String>,
    app_protocol: Option<String>,
}

impl Object for EndpointSlice {
    const GROUP: &'static str = "/apis/discovery.k8s.io/v1";
    const PLURAL: &'static str = "endpointslices";
    const ROLE: Option<Role> = Some(Role::EndpointSlice);

    fn meta(&self) -> &Meta {
        &self.metadata
    }

    fn table(objects: &mut Objects) -> &mut Table<Self> {
        &mut objects.slices
    }
}

/// The addresses of all slices.
pub fn targets(objects: &Objects, source: &KubernetesSource, found: &mut Vec<Labels>) {
    for slice in objects.slices.values() {
        let meta = &slice.metadata;
        let mut common = Described::default();
        common.set_object("endpointslice", meta, source, objects);
        common.set("endpointslice_address_type", &slice.address_type);
        if let Some(service) = meta.labels.get(SERVICE) {
            describe_service(&meta.namespace, service, source, objects, &mut common);
        }
        let mut behind = Behind::new(common, source, objects);
        for endpoint in &slice.endpoints {
            for port in &slice.ports {
                let mut labels = behind.common.clone();
                port.describe(&mut labels);
                endpoint.describe(&mut labels);
                for given in &endpoint.addresses {
                    let place = Place {
                        address: port
                            .port
                            .map_or_else(|| given.clone(), |port| address(given, port)),
                        port: port.port,
                        leads_to: endpoint.target_ref.as_ref(),
                        node: endpoint.node_name.as_deref(),
                    };
                    found.push(behind.target(place, labels.clone()));
                }
            }
        }
        behind.rest(found);
    }
}

impl Port {
    fn describe(&self, labels: &mut Described) {
        labels.set_some("endpointslice_port", self.port);
        labels.set_some("endpointslice_port_name", self.name.as_deref());
        labels.set_some("endpointslice_port_protocol", self.protocol.as_deref());
        labels.set_some("endpointslice_port_app_protocol", self.app_protocol.as_deref());
    }
}

impl Endpoint {
    fn describe(&self, labels: &mut Described) {
        let Conditions {
            ready,
            serving,
            terminating,
        } = self.conditions;
        labels.set_some("endpointslice_endpoint_conditions_ready", ready);
        labels.set_some("endpointslice_endpoint_conditions_serving", serving);
        labels.set_some("endpointslice_endpoint_conditions_terminating", terminating);
        labels.set_some("endpointslice_endpoint_hostname", self.hostname.as_deref());
        labels.set_some("endpointslice_endpoint_node_name", self.node_name.as_deref());
        labels.set_some("endpointslice_endpoint_zone", self.zone.as_deref());
        if let Some(target) = &self.target_ref {
            labels.set("endpointslice_address_target_kind", &target.kind);
            labels.set("endpointslice_address_target_name", &target.name);
        }
        for (name, value) in &self.deprecated_topology {
            let name = label_name(name);
            labels.set(&format!("endpointslice_endpoint_topology_{name}"), value);
            labels.set(&format!("endpointslice_endpoint_topology_present_{name}"), "true");
        }
    }
}
