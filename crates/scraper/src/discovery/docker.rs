//! The containers of a Docker daemon, from `GET /containers/json` and `GET /networks` of its API.
//!
//! A container is a target for each of its TCP ports in each of its networks, or in the first network only. One without
//! ports is a target at the configured port. The daemon's socket is as good as root: readable by the group `docker`.
//!
//! Labels are Prometheus' `__meta_docker_{container,network,port}_…`.

use std::collections::BTreeMap;

use hyper::header::HeaderMap;
use serde::Deserialize;

use super::{address, answer, label_name};
use crate::config::source::DockerSource;
use crate::labels::Labels;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Container {
    id: String,
    names: Option<Vec<String>>,
    ports: Option<Vec<Port>>,
    labels: Option<BTreeMap<String, String>>,
    host_config: HostConfig,
    network_settings: Option<NetworkSettings>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct HostConfig {
    network_mode: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct NetworkSettings {
    networks: Option<BTreeMap<String, Option<Endpoint>>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Endpoint {
    #[serde(rename = "NetworkID")]
    network: String,
    #[serde(rename = "IPAddress")]
    address: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Port {
    #[serde(rename = "IP")]
    ip: String,
    private_port: u16,
    public_port: u16,
    r#type: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Network {
    id: String,
    name: String,
    scope: String,
    internal: bool,
    ingress: bool,
    labels: Option<BTreeMap<String, String>>,
}

/// Asks for containers and networks. Fails with one line where the daemon does not answer.
pub async fn ask(source: &DockerSource) -> Result<Vec<Labels>, String> {
    let filters: BTreeMap<&str, &[String]> = source
        .filters
        .iter()
        .map(|(name, values)| (name.as_str(), values.as_slice()))
        .collect();
    let filters = serde_json::to_string(&filters).unwrap_or_default();
    let query = [("filters", filters.as_str())];
    let skipped = usize::from(source.filters.is_empty());
    let query = query.get(skipped..).unwrap_or_default();
    let containers = get(source, "/containers/json", query).await?;
    let networks = get(source, "/networks", &[]).await?;
    parse(&containers, &networks, source)
}

async fn get(source: &DockerSource, path: &str, query: &[(&str, &str)]) -> Result<Vec<u8>, String> {
    let url = source.daemon.at(path, query)?;
    let answer = answer::ask(&url, &source.http, HeaderMap::new()).await;
    answer
        .map(|answer| answer.body)
        .map_err(|error| format!("{path}: {error}"))
}

pub(super) fn parse(
    containers: &[u8],
    networks: &[u8],
    source: &DockerSource,
) -> Result<Vec<Labels>, String> {
    let containers: Vec<Container> =
        serde_json::from_slice(containers).map_err(|error| format!("containers: {error}"))?;
    let networks: Vec<Network> =
        serde_json::from_slice(networks).map_err(|error| format!("networks: {error}"))?;
    let networks: BTreeMap<String, Labels> = networks
        .into_iter()
        .map(|network| (network.id.clone(), network.labels_of()))
        .collect();
    let mut found = Vec::new();
    for container in &containers {
        let Some(common) = container.common() else {
            continue;
        };
        for endpoint in endpoints(container, &containers, source.match_first_network) {
            let mut labels = common.clone();
            labels.insert("__meta_docker_network_ip".into(), endpoint.address.clone());
            labels.extend(networks.get(&endpoint.network).cloned().unwrap_or_default());
            container.add(&endpoint, &labels, source, &mut found);
        }
    }
    Ok(found)
}

/// The networks that a container is reached in; those of another container where it shares them.
fn endpoints(container: &Container, all: &[Container], only_first: bool) -> Vec<Endpoint> {
    let mut of = container;
    // A chain of containers that share one network, which a daemon cannot make a circle.
    for _ in 0..all.len() {
        let shared = of.host_config.network_mode.strip_prefix("container:");
        let next = shared.and_then(|id| all.iter().find(|other| other.id == id));
        match next {
            Some(next) if of.endpoints().next().is_none() => of = next,
            _ => break,
        }
    }
    // They are in the order of their names.
    let count = if only_first { 1 } else { usize::MAX };
    of.endpoints().take(count).cloned().collect()
}

impl Container {
    fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        let networks = self
            .network_settings
            .as_ref()
            .and_then(|settings| settings.networks.as_ref());
        networks
            .into_iter()
            .flat_map(|networks| networks.values().flatten())
    }

    /// The labels of every target of the container; `None` of one that has no name.
    fn common(&self) -> Option<Labels> {
        let name = self.names.as_ref()?.first()?;
        let mut labels = Labels::from([
            ("__meta_docker_container_id".into(), self.id.clone()),
            ("__meta_docker_container_name".into(), name.clone()),
            (
                "__meta_docker_container_network_mode".into(),
                self.host_config.network_mode.clone(),
            ),
        ]);
        let own = self.labels.iter().flatten();
        labels.extend(own.map(|(name, value)| {
            let name = format!("__meta_docker_container_label_{}", label_name(name));
            (name, value.clone())
        }));
        Some(labels)
    }

    fn add(&self, endpoint: &Endpoint, common: &Labels, source: &DockerSource, found: &mut Vec<Labels>) {
        let ports = self.ports.as_deref().unwrap_or_default();
        let before = found.len();
        for port in ports.iter().filter(|port| port.r#type == "tcp") {
            let mut labels = common.clone();
            let mut set = |name: &str, value: String| labels.insert(name.to_owned(), value);
            set("__address__", address(&endpoint.address, port.private_port));
            set("__meta_docker_port_private", port.private_port.to_string());
            if port.public_port != 0 {
                set("__meta_docker_port_public", port.public_port.to_string());
                set("__meta_docker_port_public_ip", port.ip.clone());
            }
            found.push(labels);
        }
        if found.len() == before {
            let mut labels = common.clone();
            let at = match self.host_config.network_mode.as_str() {
                "host" => source.host_networking_host.clone(),
                _ => address(&endpoint.address, source.port),
            };
            labels.insert("__address__".into(), at);
            found.push(labels);
        }
    }
}

impl Network {
    fn labels_of(self) -> Labels {
        let text = |value: bool| if value { "true" } else { "false" }.to_owned();
        let mut labels = Labels::from([
            ("__meta_docker_network_id".into(), self.id),
            ("__meta_docker_network_name".into(), self.name),
            ("__meta_docker_network_scope".into(), self.scope),
            ("__meta_docker_network_internal".into(), text(self.internal)),
            ("__meta_docker_network_ingress".into(), text(self.ingress)),
        ]);
        let own = self.labels.into_iter().flatten();
        labels.extend(own.map(|(name, value)| {
            let name = format!("__meta_docker_network_label_{}", label_name(&name));
            (name, value)
        }));
        labels
    }
}

#[cfg(test)]
mod tests;
