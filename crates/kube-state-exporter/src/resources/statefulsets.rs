//! Stateful sets: how many pods were asked for, and how far the change has come.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::apps::StatefulSet;

pub const RESOURCE: Resource = Resource {
    name: "statefulsets",
    on: true,
    go_type: "*v1.StatefulSet",
    group: "apps",
    version: "v1",
    kind: "StatefulSet",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "statefulset"];

const GENERATORS: &[Generator<StatefulSet>] = &[
    Generator::gauge(
        "kube_statefulset_created",
        "When the stateful set was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_status_replicas",
        "Pods that there are.",
        &[],
        |object: &StatefulSet, out| out.count(object.status.replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_status_replicas_available",
        "Pods that have been ready for long enough.",
        &[],
        |object: &StatefulSet, out| out.count(object.status.available_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_status_replicas_current",
        "Pods of the revision before a change.",
        &[],
        |object: &StatefulSet, out| out.count(object.status.current_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_status_replicas_ready",
        "Pods that are ready.",
        &[],
        |object: &StatefulSet, out| out.count(object.status.ready_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_status_replicas_updated",
        "Pods of the revision after a change.",
        &[],
        |object: &StatefulSet, out| out.count(object.status.updated_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_status_observed_generation",
        "Generation that the controller has seen.",
        &[],
        |object: &StatefulSet, out| out.count(object.status.observed_generation),
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_replicas",
        "Pods that were asked for.",
        &[],
        |object: &StatefulSet, out| out.count_if(object.spec.replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_ordinals_start",
        "Number of the first pod.",
        &[],
        |object: &StatefulSet, out| {
            out.count_if(object.spec.ordinals.as_ref().map(|ordinals| ordinals.start))
        },
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_metadata_generation",
        "Number that rises with each change of what the stateful set is asked to be.",
        &[],
        metadata::generation,
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_persistentvolumeclaim_retention_policy",
        "What becomes of the claims of pods that go.",
        &["when_deleted", "when_scaled"],
        retention_policy,
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_annotations",
        "Annotations of the stateful set, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_labels",
        "Kubernetes labels of the stateful set, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_status_current_revision",
        "Revision before a change.",
        &["revision"],
        |object: &StatefulSet, out| out.sample([&object.status.current_revision], 1.0),
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_status_update_revision",
        "Revision after a change.",
        &["revision"],
        |object: &StatefulSet, out| out.sample([&object.status.update_revision], 1.0),
    )
    .stable(),
    Generator::gauge(
        "kube_statefulset_deletion_timestamp",
        "When the deletion of the stateful set was asked for, in seconds since 1970.",
        &[],
        metadata::deletion_timestamp,
    )
    .stable(),
];

fn retention_policy(set: &StatefulSet, out: &mut Lines<'_>) {
    if let Some(policy) = &set.spec.persistent_volume_claim_retention_policy {
        out.sample([&policy.when_deleted, &policy.when_scaled], 1.0);
    }
}
