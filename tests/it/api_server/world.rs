//! What the server knows: objects with their versions, and what changed lately.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::{Value, json};

use super::kinds::{self, Kind};
use super::protobuf;

/// Changes that are remembered; who is further behind is told 410.
const CHANGES_MAX: usize = 2_000;

/// An object in every form in which it is asked for.
#[derive(Debug)]
pub struct Stored {
    pub namespace: String,
    pub name: String,
    /// `spec.nodeName`
    pub node: String,
    pub whole: Forms,
    /// Empty for kinds that are in the protobuf table, which nobody asks for in part.
    pub metadata: Forms,
    /// A row of a table: name, type, number of entries, age, and the metadata. Empty for the same kinds.
    pub row: String,
}

/// An object, in both formats.
#[derive(Debug, Default)]
pub struct Forms {
    pub json: String,
    /// The message without its envelope; `None` where its kind is not in the table.
    pub message: Option<Vec<u8>>,
}

impl Forms {
    fn new(kind: &str, object: &Value) -> Self {
        Self {
            json: object.to_string(),
            message: protobuf::encode(kind, object),
        }
    }
}

impl Stored {
    fn new(kind: &Kind, object: &Value) -> Self {
        let metadata = &object["metadata"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (row, partial) = match protobuf::has(kind.name) {
            true => (String::new(), Forms::default()),
            false => parts(object),
        };
        Self {
            namespace: text(&metadata["namespace"]),
            name: text(&metadata["name"]),
            node: text(&object["spec"]["nodeName"]),
            whole: Forms::new(kind.name, object),
            metadata: partial,
            row,
        }
    }

    fn key(&self) -> String {
        key(&self.namespace, &self.name)
    }
}

/// One change.
#[derive(Clone, Debug)]
pub struct Change {
    pub version: u64,
    pub plural: &'static str,
    /// `ADDED`, `MODIFIED`, `DELETED`
    pub what: &'static str,
    pub object: Arc<Stored>,
}

/// All objects.
#[derive(Debug)]
pub struct World {
    /// The version of the newest change.
    pub version: u64,
    /// New watches can go on from this version and later ones.
    pub oldest: u64,
    /// Changes after this version are remembered.
    remembered: u64,
    objects: BTreeMap<&'static str, BTreeMap<String, Arc<Stored>>>,
    changes: VecDeque<Change>,
}

impl World {
    /// Nothing, at a version.
    pub fn empty(version: u64) -> Self {
        Self {
            version,
            oldest: version,
            remembered: version,
            objects: BTreeMap::new(),
            changes: VecDeque::new(),
        }
    }

    /// Adds an object, or what is new of it.
    #[track_caller]
    pub fn put(&mut self, plural: &str, mut object: Value) {
        let kind = kinds::named(plural);
        self.version += 1;
        object["kind"] = kind.name.into();
        object["apiVersion"] = kind.api_version.into();
        object["metadata"]["resourceVersion"] = self.version.to_string().into();
        let object = Arc::new(Stored::new(kind, &object));
        let objects = self.objects.entry(kind.plural).or_default();
        let what = match objects.insert(object.key(), Arc::clone(&object)) {
            Some(_) => "MODIFIED",
            None => "ADDED",
        };
        self.changed(kind.plural, what, object);
    }

    /// Takes an object away.
    #[track_caller]
    pub fn delete(&mut self, plural: &str, namespace: &str, name: &str) {
        let kind = kinds::named(plural);
        let objects = self.objects.entry(kind.plural).or_default();
        let object = objects.remove(&key(namespace, name));
        let object = object.unwrap_or_else(|| panic!("there is no {plural} {namespace}/{name}"));
        self.version += 1;
        self.changed(kind.plural, "DELETED", object);
    }

    /// Only the newest version can be gone on from; watches that are under way are told of all that happened.
    pub fn compact(&mut self) {
        self.oldest = self.version;
    }

    /// All objects of a kind, by namespace and name.
    pub fn objects(&self, plural: &str) -> Vec<Arc<Stored>> {
        let objects = self.objects.get(plural).into_iter().flat_map(BTreeMap::values);
        objects.cloned().collect()
    }

    /// One object.
    pub fn object(&self, plural: &str, namespace: &str, name: &str) -> Option<Arc<Stored>> {
        self.objects.get(plural)?.get(&key(namespace, name)).cloned()
    }

    /// Changes of a kind after a version; `None` where they are not remembered that far.
    pub fn changes(&self, plural: &str, after: u64) -> Option<Vec<Change>> {
        let first = self.changes.partition_point(|change| change.version <= after);
        let changes = self.changes.range(first..);
        (self.remembered <= after).then(|| {
            changes
                .filter(|change| change.plural == plural)
                .cloned()
                .collect()
        })
    }

    fn changed(&mut self, plural: &'static str, what: &'static str, object: Arc<Stored>) {
        self.changes.push_back(Change {
            version: self.version,
            plural,
            what,
            object,
        });
        if CHANGES_MAX < self.changes.len()
            && let Some(forgotten) = self.changes.pop_front()
        {
            self.remembered = forgotten.version;
            self.oldest = self.oldest.max(forgotten.version);
        }
    }
}

/// The row of a table and the metadata alone.
fn parts(object: &Value) -> (String, Forms) {
    let metadata = &object["metadata"];
    let partial =
        json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata});
    let entries = object["data"].as_object().map_or(0, serde_json::Map::len);
    let cells = json!([metadata["name"], object["type"], entries, "1d"]);
    let row = json!({"cells": cells, "object": partial}).to_string();
    (row, Forms::new("PartialObjectMetadata", &partial))
}

fn key(namespace: &str, name: &str) -> String {
    format!("{namespace}/{name}")
}
