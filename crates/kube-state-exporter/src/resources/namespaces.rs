//! Namespaces.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::core::Namespace;

pub const RESOURCE: Resource = Resource {
    name: "namespaces",
    on: true,
    go_type: "*v1.Namespace",
    group: "",
    version: "v1",
    kind: "Namespace",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace"];

const GENERATORS: &[Generator<Namespace>] = &[
    Generator::gauge(
        "kube_namespace_created",
        "When the namespace was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_namespace_annotations",
        "Annotations of the namespace, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_namespace_labels",
        "Kubernetes labels of the namespace, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_namespace_status_phase",
        "Whether the namespace is in this phase.",
        &["phase"],
        |namespace: &Namespace, out| out.state(&["Active", "Terminating"], &namespace.status.phase),
    )
    .stable(),
    Generator::gauge(
        "kube_namespace_status_condition",
        "Whether a condition of the namespace is true, false or unknown.",
        &["condition", "status"],
        conditions,
    ),
];

fn conditions(namespace: &Namespace, out: &mut Lines<'_>) {
    for condition in &namespace.status.conditions {
        out.condition([&condition.kind], &condition.status);
    }
}
