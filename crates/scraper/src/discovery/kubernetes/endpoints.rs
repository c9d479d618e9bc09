//! Endpoints: a target is each address and port behind a service, with the labels of the service and of the pod there,
//! and each port of such a pod that the service does not name.

use serde::Deserialize;

use super::object::{Described, Meta, Object, Reference, given};
use super::objects::{Objects, Table, key};
use super::pod::Pod;
use super::service::Port;
use crate::config::kubernetes::{KubernetesSource, Role};
use crate::discovery::address;
use crate::labels::Labels;

/// The addresses of one service.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Endpoints {
    metadata: Meta,
    #[serde(deserialize_with = "given")]
    subsets: Vec<Subset>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Subset {
    #[serde(deserialize_with = "given")]
    addresses: Vec<Address>,
    #[serde(deserialize_with = "given")]
    not_ready_addresses: Vec<Address>,
    #[serde(deserialize_with = "given")]
    ports: Vec<Port>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Address {
    ip: String,
    hostname: String,
    node_name: Option<String>,
    target_ref: Option<Reference>,
}

impl Object for Endpoints {
    const GROUP: &'static str = "/api/v1";
    const PLURAL: &'static str = "endpoints";
    const ROLE: Option<Role> = Some(Role::Endpoints);

    fn meta(&self) -> &Meta {
        &self.metadata
    }

    fn table(objects: &mut Objects) -> &mut Table<Self> {
        &mut objects.endpoints
    }
}

/// The addresses of all services.
pub fn targets(objects: &Objects, source: &KubernetesSource, found: &mut Vec<Labels>) {
    for endpoints in objects.endpoints.values() {
        let meta = &endpoints.metadata;
        let mut common = Described::default();
        common.set_object("endpoints", meta, source, objects);
        describe_service(&meta.namespace, &meta.name, source, objects, &mut common);
        let mut behind = Behind::new(common, source, objects);
        for subset in &endpoints.subsets {
            for port in &subset.ports {
                let ready = subset.addresses.iter().map(|address| (address, "true"));
                let others = subset
                    .not_ready_addresses
                    .iter()
                    .map(|address| (address, "false"));
                for (given, ready) in ready.chain(others) {
                    let mut labels = behind.common.clone();
                    labels.set("endpoint_ready", ready);
                    labels.set("endpoint_port_name", &port.name);
                    labels.set("endpoint_port_protocol", &port.protocol);
                    labels.set("endpoint_hostname", &given.hostname);
                    labels.set_some("endpoint_node_name", given.node_name.as_deref());
                    if let Some(target) = &given.target_ref {
                        labels.set("endpoint_address_target_kind", &target.kind);
                        labels.set("endpoint_address_target_name", &target.name);
                    }
                    let place = Place {
                        address: address(&given.ip, port.port),
                        port: Some(port.port),
                        leads_to: given.target_ref.as_ref(),
                        node: given.node_name.as_deref(),
                    };
                    found.push(behind.target(place, labels));
                }
            }
        }
        behind.rest(found);
    }
}

/// The labels of a service that is known.
pub fn describe_service(
    namespace: &str,
    name: &str,
    source: &KubernetesSource,
    objects: &Objects,
    labels: &mut Described,
) {
    if let Some(service) = objects.services.get(&key(namespace, name)) {
        labels.set_object("service", service.meta(), source, objects);
    }
}

/// An address behind a service.
pub struct Place<'o> {
    /// With its port, where it has one.
    pub address: String,
    /// That port.
    pub port: Option<u16>,
    /// What is there.
    pub leads_to: Option<&'o Reference>,
    /// The node where it is.
    pub node: Option<&'o str>,
}

/// What is behind one service, and the pods that were seen there with the ports that the service names.
pub struct Behind<'o> {
    /// The labels of every target.
    pub common: Described,
    source: &'o KubernetesSource,
    objects: &'o Objects,
    seen: Vec<(&'o Pod, Vec<u16>)>,
}

impl<'o> Behind<'o> {
    /// Nothing yet.
    pub fn new(common: Described, source: &'o KubernetesSource, objects: &'o Objects) -> Self {
        Self {
            common,
            source,
            objects,
            seen: Vec::new(),
        }
    }

    /// A target at a place, with the labels of its node and of the pod there.
    pub fn target(&mut self, place: Place<'_>, mut labels: Described) -> Labels {
        let node = match place.leads_to {
            Some(target) if target.kind == "Node" => Some(target.name.as_str()),
            _ => place.node,
        };
        if let Some(node) = node {
            labels.set_node(node, self.source, self.objects);
        }
        let target = place.leads_to.filter(|target| target.kind == "Pod");
        let pod = target.and_then(|target| self.objects.pods.get(&key(&target.namespace, &target.name)));
        let Some(pod) = pod else {
            return labels.at(place.address);
        };
        self.describe_pod(pod, &mut labels);
        for (container, is_init) in pod.containers() {
            let named = container
                .ports
                .iter()
                .find(|port| Some(port.container_port) == place.port);
            if let Some(port) = named {
                pod.describe_container(container, is_init, &mut labels);
                port.describe(&mut labels);
            }
        }
        let at = self.seen.iter().position(|(seen, _)| std::ptr::eq(*seen, pod));
        match at.and_then(|at| self.seen.get_mut(at)) {
            Some((_, ports)) => ports.extend(place.port),
            None => self.seen.push((pod, place.port.into_iter().collect())),
        }
        labels.at(place.address)
    }

    fn describe_pod(&self, pod: &Pod, labels: &mut Described) {
        labels.set("pod_name", &pod.meta().name);
        labels.set_meta("pod", pod.meta());
        pod.describe(labels);
    }

    /// The ports of the pods that the service does not name.
    pub fn rest(self, found: &mut Vec<Labels>) {
        for (pod, named) in &self.seen {
            if pod.address().is_empty() {
                continue;
            }
            for (container, is_init) in pod.containers() {
                let others = container.ports.iter();
                for port in others.filter(|port| !named.contains(&port.container_port)) {
                    let mut labels = self.common.clone();
                    self.describe_pod(pod, &mut labels);
                    pod.describe_container(container, is_init, &mut labels);
                    port.describe(&mut labels);
                    found.push(labels.at(address(pod.address(), port.container_port)));
                }
            }
        }
    }
}
