//! Ingress classes: who handles ingresses.

use crate::generator::{Generator, headers, render};
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::networking::IngressClass;

pub const RESOURCE: Resource = Resource {
    name: "ingressclasses",
    on: false,
    go_type: "*v1.IngressClass",
    group: "networking.k8s.io",
    version: "v1",
    kind: "IngressClass",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["ingressclass"];

const GENERATORS: &[Generator<IngressClass>] = &[
    Generator::gauge(
        "kube_ingressclass_info",
        "Who handles ingresses of the class.",
        &["controller"],
        |class: &IngressClass, out| out.sample([&class.spec.controller], 1.0),
    ),
    Generator::gauge(
        "kube_ingressclass_created",
        "When the class was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
    Generator::gauge(
        "kube_ingressclass_annotations",
        "Annotations of the class, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_ingressclass_labels",
        "Kubernetes labels of the class, those that are allowed.",
        &["label_*"],
        metadata::labels,
    ),
];
