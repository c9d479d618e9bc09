//! Who has which role in the whole cluster.

use crate::generator::{Generator, headers, render};
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::rbac::Binding;

pub const RESOURCE: Resource = Resource {
    name: "clusterrolebindings",
    on: false,
    go_type: "*v1.ClusterRoleBinding",
    group: "rbac.authorization.k8s.io",
    version: "v1",
    kind: "ClusterRoleBinding",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["clusterrolebinding"];

const GENERATORS: &[Generator<Binding>] = &[
    Generator::gauge(
        "kube_clusterrolebinding_annotations",
        "Annotations of the binding, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_clusterrolebinding_labels",
        "Kubernetes labels of the binding, those that are allowed.",
        &["label_*"],
        metadata::labels,
    ),
    Generator::gauge(
        "kube_clusterrolebinding_info",
        "The role that is given.",
        &["roleref_kind", "roleref_name"],
        |binding: &Binding, out| out.sample([&binding.role_ref.kind, &binding.role_ref.name], 1.0),
    ),
    Generator::gauge(
        "kube_clusterrolebinding_created",
        "When the binding was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
    Generator::gauge(
        "kube_clusterrolebinding_metadata_resource_version",
        "Version of the binding in the store.",
        &[],
        metadata::resource_version,
    ),
];
