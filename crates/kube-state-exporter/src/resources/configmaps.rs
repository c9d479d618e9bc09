//! Config maps, of which only the metadata is read.

use crate::generator::{Generator, headers, render};
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::meta::PartialObjectMetadata;

pub const RESOURCE: Resource = Resource {
    name: "configmaps",
    on: true,
    go_type: "*v1.ConfigMap",
    group: "",
    version: "v1",
    kind: "ConfigMap",
    namespaced: true,
    wire: Wire::Metadata,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "configmap"];

const GENERATORS: &[Generator<PartialObjectMetadata>] = &[
    Generator::gauge(
        "kube_configmap_annotations",
        "Annotations of the config map, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_configmap_labels",
        "Kubernetes labels of the config map, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_configmap_info",
        "There is such a config map.",
        &[],
        metadata::one,
    )
    .stable(),
    Generator::gauge(
        "kube_configmap_created",
        "When the config map was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_configmap_metadata_resource_version",
        "Version of the config map in the store.",
        &[],
        metadata::resource_version,
    ),
];
