//! Services: a target is each port of each, under the name that the cluster's name server has for it.

use serde::Deserialize;

use super::object::{Described, Meta, Object, given};
use super::objects::{Objects, Table};
use crate::config::kubernetes::{KubernetesSource, Role};
use crate::discovery::address;
use crate::labels::Labels;

/// One service.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Service {
    metadata: Meta,
    spec: Spec,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    r#type: String,
    #[serde(rename = "clusterIP")]
    cluster_ip: String,
    #[serde(rename = "loadBalancerIP")]
    load_balancer_ip: String,
    external_name: String,
    #[serde(deserialize_with = "given")]
    ports: Vec<Port>,
}

/// A port of a service, and of the endpoints behind one.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Port {
    pub name: String,
    pub port: u16,
    pub protocol: String,
}

impl Object for Service {
    const GROUP: &'static str = "/api/v1";
    const PLURAL: &'static str = "services";
    const ROLE: Option<Role> = Some(Role::Service);

    fn meta(&self) -> &Meta {
        &self.metadata
    }

    fn table(objects: &mut Objects) -> &mut Table<Self> {
        &mut objects.services
    }
}

/// The ports of all services.
pub fn targets(objects: &Objects, source: &KubernetesSource, found: &mut Vec<Labels>) {
    for service in objects.services.values() {
        let mut common = Described::default();
        common.set_object("service", &service.metadata, source, objects);
        let spec = &service.spec;
        common.set("service_type", &spec.r#type);
        match spec.r#type.as_str() {
            "ExternalName" => common.set("service_external_name", &spec.external_name),
            _ => common.set("service_cluster_ip", &spec.cluster_ip),
        }
        if spec.r#type == "LoadBalancer" {
            common.set("service_loadbalancer_ip", &spec.load_balancer_ip);
        }
        let host = format!("{}.{}.svc", service.metadata.name, service.metadata.namespace);
        for port in &spec.ports {
            let mut labels = common.clone();
            labels.set("service_port_name", &port.name);
            labels.set("service_port_number", &port.port.to_string());
            labels.set("service_port_protocol", &port.protocol);
            found.push(labels.at(address(&host, port.port)));
        }
    }
}
