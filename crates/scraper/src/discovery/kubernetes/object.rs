//! What all objects have: names, labels, annotations. Only the fields that become labels are read.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::objects::{Objects, Table};
use crate::config::kubernetes::{KubernetesSource, Role};
use crate::discovery::label_name;
use crate::labels::Labels;

/// A kind of objects.
pub trait Object: DeserializeOwned + 'static {
    /// Where its group and version stand in addresses.
    const GROUP: &'static str;
    /// Its plural, as in addresses and in rights.
    const PLURAL: &'static str;
    /// By which role it is selected.
    const ROLE: Option<Role>;

    /// What all objects have.
    fn meta(&self) -> &Meta;

    /// Where those that are known stand.
    fn table(objects: &mut Objects) -> &mut Table<Self>;
}

/// What all objects have.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    pub name: String,
    pub namespace: String,
    pub uid: String,
    pub resource_version: String,
    #[serde(deserialize_with = "given")]
    pub labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "given")]
    pub annotations: BTreeMap<String, String>,
    #[serde(deserialize_with = "given")]
    pub owner_references: Vec<Owner>,
}

/// What an object belongs to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Owner {
    pub kind: String,
    pub name: String,
    pub controller: Option<bool>,
}

/// What an address leads to.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Reference {
    pub kind: String,
    pub name: String,
    pub namespace: String,
}

/// Reads `null` as nothing: Go writes it for lists that are empty.
pub fn given<'de, T, D>(from: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// The labels that a target is found with, as they gather.
#[derive(Clone, Debug, Default)]
pub struct Described(Labels);

impl Described {
    /// Sets `__meta_kubernetes_{name}`, where there is a value.
    pub fn set(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0
                .insert(format!("__meta_kubernetes_{name}"), value.to_owned());
        }
    }

    /// The same of what an object may not say.
    pub fn set_some(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.set(name, &value.to_string());
        }
    }

    /// Sets a label that is not one of Kubernetes'.
    pub fn set_plain(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    /// Labels and annotations of an object, under the name of its kind.
    pub fn set_meta(&mut self, kind: &str, meta: &Meta) {
        for (what, pairs) in [("label", &meta.labels), ("annotation", &meta.annotations)] {
            for (name, value) in pairs {
                let name = label_name(name);
                self.set(&format!("{kind}_{what}_{name}"), value);
                self.set(&format!("{kind}_{what}present_{name}"), "true");
            }
        }
    }

    /// Name, labels and annotations of an object of a namespace.
    pub fn set_object(&mut self, kind: &str, meta: &Meta, source: &KubernetesSource, objects: &Objects) {
        self.set("namespace", &meta.namespace);
        self.set(&format!("{kind}_name"), &meta.name);
        self.set_meta(kind, meta);
        let namespace = objects.namespaces.get(&super::objects::key("", &meta.namespace));
        if let Some(namespace) = namespace.filter(|_| source.attach_namespace) {
            self.set_meta("namespace", namespace.meta());
        }
    }

    /// The node's name and labels, where they are attached and the node is known.
    pub fn set_node(&mut self, name: &str, source: &KubernetesSource, objects: &Objects) {
        let node = objects.nodes.get(&super::objects::key("", name));
        if let Some(node) = node.filter(|_| source.attach_node) {
            self.set("node_name", name);
            self.set_meta("node", node.meta());
        }
    }

    /// Everything together, for a target at `address`.
    pub fn at(mut self, address: String) -> Labels {
        self.0.insert("__address__".to_owned(), address);
        self.0
    }
}
