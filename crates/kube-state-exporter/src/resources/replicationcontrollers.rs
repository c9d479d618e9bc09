//! Replication controllers, which replica sets came after.

use crate::generator::{Generator, headers, render};
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::core::ReplicationController;

pub const RESOURCE: Resource = Resource {
    name: "replicationcontrollers",
    on: true,
    go_type: "*v1.ReplicationController",
    group: "",
    version: "v1",
    kind: "ReplicationController",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "replicationcontroller"];

const GENERATORS: &[Generator<ReplicationController>] = &[
    Generator::gauge(
        "kube_replicationcontroller_created",
        "When the replication controller was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_replicationcontroller_status_replicas",
        "Pods that there are.",
        &[],
        |object: &ReplicationController, out| out.count(object.status.replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_replicationcontroller_status_fully_labeled_replicas",
        "Pods that have all labels of the template.",
        &[],
        |object: &ReplicationController, out| out.count(object.status.fully_labeled_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_replicationcontroller_status_ready_replicas",
        "Pods that are ready.",
        &[],
        |object: &ReplicationController, out| out.count(object.status.ready_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_replicationcontroller_status_available_replicas",
        "Pods that have been ready for long enough.",
        &[],
        |object: &ReplicationController, out| out.count(object.status.available_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_replicationcontroller_status_observed_generation",
        "Generation that the controller has seen.",
        &[],
        |object: &ReplicationController, out| out.count(object.status.observed_generation),
    )
    .stable(),
    Generator::gauge(
        "kube_replicationcontroller_spec_replicas",
        "Pods that were asked for.",
        &[],
        |object: &ReplicationController, out| out.count_if(object.spec.replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_replicationcontroller_metadata_generation",
        "Number that rises with each change of what the replication controller is asked to be.",
        &[],
        metadata::generation,
    )
    .stable(),
    Generator::gauge(
        "kube_replicationcontroller_owner",
        "Who made the replication controller, and whether as its controller.",
        &["owner_kind", "owner_name", "owner_is_controller"],
        metadata::owner,
    ),
];
