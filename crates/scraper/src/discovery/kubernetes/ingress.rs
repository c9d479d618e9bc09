//! Ingresses: a target is each path of each host, for probes from outside.

use serde::Deserialize;

use super::object::{Described, Meta, Object, given};
use super::objects::{Objects, Table};
use crate::config::kubernetes::{KubernetesSource, Role};
use crate::labels::Labels;

/// One ingress.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Ingress {
    metadata: Meta,
    spec: Spec,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    ingress_class_name: Option<String>,
    #[serde(deserialize_with = "given")]
    tls: Vec<Tls>,
    #[serde(deserialize_with = "given")]
    rules: Vec<Rule>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Tls {
    #[serde(deserialize_with = "given")]
    hosts: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Rule {
    host: String,
    http: Option<Http>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Http {
    #[serde(deserialize_with = "given")]
    paths: Vec<Path>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Path {
    path: String,
}

impl Object for Ingress {
    const GROUP: &'static str = "/apis/networking.k8s.io/v1";
    const PLURAL: &'static str = "ingresses";
    const ROLE: Option<Role> = Some(Role::Ingress);

    fn meta(&self) -> &Meta {
        &self.metadata
    }

    fn table(objects: &mut Objects) -> &mut Table<Self> {
        &mut objects.ingresses
    }
}

/// The paths of all hosts; a rule without host is for all of them, and so for none that could be asked.
pub fn targets(objects: &Objects, source: &KubernetesSource, found: &mut Vec<Labels>) {
    for ingress in objects.ingresses.values() {
        let mut common = Described::default();
        common.set_object("ingress", &ingress.metadata, source, objects);
        common.set_some("ingress_class_name", ingress.spec.ingress_class_name.as_deref());
        for rule in ingress.spec.rules.iter().filter(|rule| !rule.host.is_empty()) {
            let mut hosts = ingress.spec.tls.iter().flat_map(|tls| &tls.hosts);
            let is_https = hosts.any(|pattern| is_meant(pattern, &rule.host));
            let paths: Vec<&str> = match &rule.http {
                None => vec!["/"],
                Some(http) => http.paths.iter().map(|path| path.path.as_str()).collect(),
            };
            for path in paths {
                let mut labels = common.clone();
                labels.set("ingress_scheme", if is_https { "https" } else { "http" });
                labels.set("ingress_host", &rule.host);
                labels.set("ingress_path", if path.is_empty() { "/" } else { path });
                found.push(labels.at(rule.host.clone()));
            }
        }
    }
}

/// Whether a name is `pattern`, whose first part may be `*`.
fn is_meant(pattern: &str, host: &str) -> bool {
    let below = |name: &str| name.split_once('.').map(|(_, rest)| rest.to_owned());
    match pattern.strip_prefix("*.") {
        None => pattern == host,
        Some(domain) => below(host).is_some_and(|rest| rest == domain),
    }
}
