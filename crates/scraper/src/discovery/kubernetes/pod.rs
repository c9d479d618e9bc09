//! Pods: a target is each port of each container, and each container without ports at the bare address of its pod.

use serde::Deserialize;

use super::object::{Described, Meta, Object, given};
use super::objects::{Objects, Table};
use crate::config::kubernetes::{KubernetesSource, Role};
use crate::discovery::address;
use crate::labels::Labels;

/// One pod.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pod {
    metadata: Meta,
    spec: Spec,
    status: Status,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    node_name: String,
    #[serde(deserialize_with = "given")]
    containers: Vec<Container>,
    #[serde(deserialize_with = "given")]
    init_containers: Vec<Container>,
}

/// One container of a pod.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Container {
    name: String,
    image: String,
    /// What it says it listens on.
    #[serde(deserialize_with = "given")]
    pub ports: Vec<Port>,
}

/// One port of a container.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Port {
    name: String,
    /// Its number.
    pub container_port: u16,
    protocol: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    phase: String,
    #[serde(rename = "podIP")]
    pod_ip: String,
    #[serde(rename = "hostIP")]
    host_ip: String,
    #[serde(deserialize_with = "given")]
    conditions: Vec<Condition>,
    #[serde(deserialize_with = "given")]
    container_statuses: Vec<ContainerStatus>,
    #[serde(deserialize_with = "given")]
    init_container_statuses: Vec<ContainerStatus>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Condition {
    r#type: String,
    status: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ContainerStatus {
    name: String,
    #[serde(rename = "containerID")]
    id: String,
}

impl Object for Pod {
    const GROUP: &'static str = "/api/v1";
    const PLURAL: &'static str = "pods";
    const ROLE: Option<Role> = Some(Role::Pod);

    fn meta(&self) -> &Meta {
        &self.metadata
    }

    fn table(objects: &mut Objects) -> &mut Table<Self> {
        &mut objects.pods
    }
}

/// The ports of all containers.
pub fn targets(objects: &Objects, source: &KubernetesSource, found: &mut Vec<Labels>) {
    // One that begins or was evicted has no address.
    for pod in objects.pods.values().filter(|pod| !pod.address().is_empty()) {
        let mut common = Described::default();
        common.set_object("pod", &pod.metadata, source, objects);
        pod.describe(&mut common);
        common.set_node(&pod.spec.node_name, source, objects);
        for (container, is_init) in pod.containers() {
            let mut labels = common.clone();
            pod.describe_container(container, is_init, &mut labels);
            if container.ports.is_empty() {
                found.push(labels.at(pod.address().to_owned()));
                continue;
            }
            for port in &container.ports {
                let mut labels = labels.clone();
                port.describe(&mut labels);
                found.push(labels.at(address(pod.address(), port.container_port)));
            }
        }
    }
}

impl Pod {
    /// Its address; empty where it has none yet.
    pub fn address(&self) -> &str {
        &self.status.pod_ip
    }

    /// Its containers, and whether they run before the others or beside them from the start.
    pub fn containers(&self) -> impl Iterator<Item = (&Container, bool)> {
        let usual = self.spec.containers.iter().map(|container| (container, false));
        usual.chain(
            self.spec
                .init_containers
                .iter()
                .map(|container| (container, true)),
        )
    }

    /// Everything about the pod but its name, labels and annotations.
    pub fn describe(&self, labels: &mut Described) {
        let ready = self
            .status
            .conditions
            .iter()
            .find(|condition| condition.r#type == "Ready");
        let ready = ready.map_or("unknown".to_owned(), |ready| ready.status.to_ascii_lowercase());
        labels.set("pod_ip", &self.status.pod_ip);
        labels.set("pod_ready", &ready);
        labels.set("pod_phase", &self.status.phase);
        labels.set("pod_node_name", &self.spec.node_name);
        labels.set("pod_host_ip", &self.status.host_ip);
        labels.set("pod_uid", &self.metadata.uid);
        let mut owners = self.metadata.owner_references.iter();
        if let Some(owner) = owners.find(|owner| owner.controller == Some(true)) {
            labels.set("pod_controller_kind", &owner.kind);
            labels.set("pod_controller_name", &owner.name);
        }
    }

    /// Which container.
    pub fn describe_container(&self, container: &Container, is_init: bool, labels: &mut Described) {
        let statuses = match is_init {
            false => &self.status.container_statuses,
            true => &self.status.init_container_statuses,
        };
        let status = statuses.iter().find(|status| status.name == container.name);
        labels.set("pod_container_name", &container.name);
        labels.set("pod_container_image", &container.image);
        labels.set("pod_container_id", status.map_or("", |status| status.id.as_str()));
        labels.set("pod_container_init", if is_init { "true" } else { "false" });
    }
}

impl Port {
    /// Which port.
    pub fn describe(&self, labels: &mut Described) {
        labels.set("pod_container_port_name", &self.name);
        labels.set("pod_container_port_number", &self.container_port.to_string());
        labels.set("pod_container_port_protocol", &self.protocol);
    }
}
