//! Storage classes: how storage is made.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::storage::StorageClass;

pub const RESOURCE: Resource = Resource {
    name: "storageclasses",
    on: true,
    go_type: "*v1.StorageClass",
    group: "storage.k8s.io",
    version: "v1",
    kind: "StorageClass",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["storageclass"];

const GENERATORS: &[Generator<StorageClass>] = &[
    Generator::gauge(
        "kube_storageclass_info",
        "Who makes storage of the class, when, and what becomes of it.",
        &["provisioner", "reclaim_policy", "volume_binding_mode"],
        info,
    )
    .stable(),
    Generator::gauge(
        "kube_storageclass_created",
        "When the class was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_storageclass_annotations",
        "Annotations of the class, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_storageclass_labels",
        "Kubernetes labels of the class, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
];

fn info(class: &StorageClass, out: &mut Lines<'_>) {
    let reclaim = class.reclaim_policy.as_deref().unwrap_or("Delete");
    let binding = class.volume_binding_mode.as_deref().unwrap_or("Immediate");
    out.sample([&class.provisioner, reclaim, binding], 1.0);
}
