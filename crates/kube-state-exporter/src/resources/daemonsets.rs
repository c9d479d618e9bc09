//! Daemon sets: on how many nodes their pod runs, and should run.

use crate::generator::{Generator, headers, render};
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::apps::DaemonSet;

pub const RESOURCE: Resource = Resource {
    name: "daemonsets",
    on: true,
    go_type: "*v1.DaemonSet",
    group: "apps",
    version: "v1",
    kind: "DaemonSet",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "daemonset"];

const GENERATORS: &[Generator<DaemonSet>] = &[
    Generator::gauge(
        "kube_daemonset_created",
        "When the daemon set was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_daemonset_status_current_number_scheduled",
        "Nodes that run the pod and should.",
        &[],
        |object: &DaemonSet, out| out.count(object.status.current_number_scheduled),
    )
    .stable(),
    Generator::gauge(
        "kube_daemonset_status_desired_number_scheduled",
        "Nodes that should run the pod.",
        &[],
        |object: &DaemonSet, out| out.count(object.status.desired_number_scheduled),
    )
    .stable(),
    Generator::gauge(
        "kube_daemonset_status_number_available",
        "Nodes on which the pod has been ready for long enough.",
        &[],
        |object: &DaemonSet, out| out.count(object.status.number_available),
    )
    .stable(),
    Generator::gauge(
        "kube_daemonset_status_number_misscheduled",
        "Nodes that run the pod and should not.",
        &[],
        |object: &DaemonSet, out| out.count(object.status.number_misscheduled),
    )
    .stable(),
    Generator::gauge(
        "kube_daemonset_status_number_ready",
        "Nodes on which the pod is ready.",
        &[],
        |object: &DaemonSet, out| out.count(object.status.number_ready),
    )
    .stable(),
    Generator::gauge(
        "kube_daemonset_status_number_unavailable",
        "Nodes that should run the pod and do not have it available.",
        &[],
        |object: &DaemonSet, out| out.count(object.status.number_unavailable),
    )
    .stable(),
    Generator::gauge(
        "kube_daemonset_status_observed_generation",
        "Generation that the controller has seen.",
        &[],
        |object: &DaemonSet, out| out.count(object.status.observed_generation),
    )
    .stable(),
    Generator::gauge(
        "kube_daemonset_status_updated_number_scheduled",
        "Nodes on which the pod is as asked for.",
        &[],
        |object: &DaemonSet, out| out.count(object.status.updated_number_scheduled),
    )
    .stable(),
    Generator::gauge(
        "kube_daemonset_metadata_generation",
        "Number that rises with each change of what the daemon set is asked to be.",
        &[],
        metadata::generation,
    )
    .stable(),
    Generator::gauge(
        "kube_daemonset_deletion_timestamp",
        "When the deletion of the daemon set was asked for, in seconds since 1970.",
        &[],
        metadata::deletion_timestamp,
    ),
    Generator::gauge(
        "kube_daemonset_annotations",
        "Annotations of the daemon set, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_daemonset_labels",
        "Kubernetes labels of the daemon set, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
];
