//! Replica sets: how many pods were asked for, and how many there are.

use crate::generator::{Generator, headers, render};
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::apps::ReplicaSet;

pub const RESOURCE: Resource = Resource {
    name: "replicasets",
    on: true,
    go_type: "*v1.ReplicaSet",
    group: "apps",
    version: "v1",
    kind: "ReplicaSet",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "replicaset"];

const GENERATORS: &[Generator<ReplicaSet>] = &[
    Generator::gauge(
        "kube_replicaset_created",
        "When the replica set was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_replicaset_status_replicas",
        "Pods that there are.",
        &[],
        |object: &ReplicaSet, out| out.count(object.status.replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_replicaset_status_fully_labeled_replicas",
        "Pods that have all labels of the template.",
        &[],
        |object: &ReplicaSet, out| out.count(object.status.fully_labeled_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_replicaset_status_ready_replicas",
        "Pods that are ready.",
        &[],
        |object: &ReplicaSet, out| out.count(object.status.ready_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_replicaset_status_terminating_replicas",
        "Pods that are about to end.",
        &[],
        |object: &ReplicaSet, out| out.count_if(object.status.terminating_replicas),
    ),
    Generator::gauge(
        "kube_replicaset_status_observed_generation",
        "Generation that the controller has seen.",
        &[],
        |object: &ReplicaSet, out| out.count(object.status.observed_generation),
    )
    .stable(),
    Generator::gauge(
        "kube_replicaset_spec_replicas",
        "Pods that were asked for.",
        &[],
        |object: &ReplicaSet, out| out.count_if(object.spec.replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_replicaset_metadata_generation",
        "Number that rises with each change of what the replica set is asked to be.",
        &[],
        metadata::generation,
    )
    .stable(),
    Generator::gauge(
        "kube_replicaset_owner",
        "Who made the replica set, and whether as its controller.",
        &["owner_kind", "owner_name", "owner_is_controller"],
        metadata::owner,
    )
    .stable(),
    Generator::gauge(
        "kube_replicaset_annotations",
        "Annotations of the replica set, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_replicaset_labels",
        "Kubernetes labels of the replica set, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
];
