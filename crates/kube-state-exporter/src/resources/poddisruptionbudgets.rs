//! Disruption budgets: how many pods may be missing at once.

use crate::generator::{Generator, headers, render};
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::policy::PodDisruptionBudget;

pub const RESOURCE: Resource = Resource {
    name: "poddisruptionbudgets",
    on: true,
    go_type: "*v1.PodDisruptionBudget",
    group: "policy",
    version: "v1",
    kind: "PodDisruptionBudget",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "poddisruptionbudget"];

const GENERATORS: &[Generator<PodDisruptionBudget>] = &[
    Generator::gauge(
        "kube_poddisruptionbudget_annotations",
        "Annotations of the budget, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_poddisruptionbudget_labels",
        "Kubernetes labels of the budget, those that are allowed.",
        &["label_*"],
        metadata::labels,
    ),
    Generator::gauge(
        "kube_poddisruptionbudget_created",
        "When the budget was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_poddisruptionbudget_status_current_healthy",
        "Pods that are well.",
        &[],
        |object: &PodDisruptionBudget, out| out.count(object.status.current_healthy),
    )
    .stable(),
    Generator::gauge(
        "kube_poddisruptionbudget_status_desired_healthy",
        "Pods that must be well.",
        &[],
        |object: &PodDisruptionBudget, out| out.count(object.status.desired_healthy),
    )
    .stable(),
    Generator::gauge(
        "kube_poddisruptionbudget_status_pod_disruptions_allowed",
        "Pods that may be taken away now.",
        &[],
        |object: &PodDisruptionBudget, out| out.count(object.status.disruptions_allowed),
    )
    .stable(),
    Generator::gauge(
        "kube_poddisruptionbudget_status_expected_pods",
        "Pods that the budget is about.",
        &[],
        |object: &PodDisruptionBudget, out| out.count(object.status.expected_pods),
    )
    .stable(),
    Generator::gauge(
        "kube_poddisruptionbudget_status_observed_generation",
        "Generation that the controller has seen.",
        &[],
        |object: &PodDisruptionBudget, out| out.count(object.status.observed_generation),
    )
    .stable(),
    Generator::gauge(
        "kube_poddisruptionbudget_deletion_timestamp",
        "When the deletion of the budget was asked for, in seconds since 1970.",
        &[],
        metadata::deletion_timestamp,
    ),
];
