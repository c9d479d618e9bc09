//! Network policies: how many rules they have.

use crate::generator::{Generator, headers, render};
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::networking::NetworkPolicy;

pub const RESOURCE: Resource = Resource {
    name: "networkpolicies",
    on: true,
    go_type: "*v1.NetworkPolicy",
    group: "networking.k8s.io",
    version: "v1",
    kind: "NetworkPolicy",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "networkpolicy"];

const GENERATORS: &[Generator<NetworkPolicy>] = &[
    Generator::gauge(
        "kube_networkpolicy_created",
        "When the policy was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
    Generator::gauge(
        "kube_networkpolicy_annotations",
        "Annotations of the policy, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_networkpolicy_labels",
        "Kubernetes labels of the policy, those that are allowed.",
        &["label_*"],
        metadata::labels,
    ),
    Generator::gauge(
        "kube_networkpolicy_spec_ingress_rules",
        "Rules for what may come in.",
        &[],
        |policy: &NetworkPolicy, out| out.value(policy.spec.ingress.len() as f64),
    ),
    Generator::gauge(
        "kube_networkpolicy_spec_egress_rules",
        "Rules for what may go out.",
        &[],
        |policy: &NetworkPolicy, out| out.value(policy.spec.egress.len() as f64),
    ),
];
