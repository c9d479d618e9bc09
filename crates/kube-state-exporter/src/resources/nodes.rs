//! Nodes: what they are, what they hold and how they feel.

use std::collections::BTreeMap;

use crate::generator::{Generator, headers, render};
use crate::label_name;
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::resource_name;
use crate::wire::meta::Condition;
use crate::wire::node::{Node, NodeAddress, NodeStatus, Taint};
use crate::wire::quantity::Quantity;

pub const RESOURCE: Resource = Resource {
    name: "nodes",
    on: true,
    go_type: "*v1.Node",
    group: "",
    version: "v1",
    kind: "Node",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["node"];

const GENERATORS: &[Generator<Node>] = &[
    Generator::gauge(
        "kube_node_annotations",
        "Annotations of the node, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_node_created",
        "When the node was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_node_deletion_timestamp",
        "When the deletion of the node was asked for, in seconds since 1970.",
        &[],
        metadata::deletion_timestamp,
    ),
    Generator::gauge(
        "kube_node_info",
        "What runs on the node, and how it is reached.",
        &[
            "kernel_version",
            "os_image",
            "container_runtime_version",
            "kubelet_version",
            "kubeproxy_version",
            "provider_id",
            "pod_cidr",
            "system_uuid",
            "internal_ip",
        ],
        info,
    )
    .stable(),
    Generator::gauge(
        "kube_node_labels",
        "Kubernetes labels of the node, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_node_role",
        "A role of the node, from its labels.",
        &["role"],
        role,
    ),
    Generator::gauge(
        "kube_node_spec_pod_cidrs",
        "Addresses that the node gives to pods.",
        &["pod_cidr"],
        pod_cidrs,
    ),
    Generator::gauge(
        "kube_node_spec_taint",
        "What keeps pods away from the node.",
        &["key", "value", "effect"],
        taints,
    )
    .stable(),
    Generator::gauge(
        "kube_node_spec_unschedulable",
        "Whether new pods are kept away from the node.",
        &[],
        |node: &Node, out| out.value(node.spec.unschedulable.into()),
    )
    .stable(),
    Generator::gauge(
        "kube_node_status_allocatable",
        "How much of a resource the node has for pods.",
        &["resource", "unit"],
        |node: &Node, out| resources(&node.status.allocatable, out),
    )
    .stable(),
    Generator::gauge(
        "kube_node_status_capacity",
        "How much of a resource the node has.",
        &["resource", "unit"],
        |node: &Node, out| resources(&node.status.capacity, out),
    )
    .stable(),
    Generator::gauge(
        "kube_node_status_condition",
        "Whether a condition of the node is true, false or unknown.",
        &["condition", "status"],
        conditions,
    )
    .stable(),
    Generator::gauge(
        "kube_node_status_addresses",
        "An address of the node.",
        &["type", "address"],
        addresses,
    ),
];

/// Labels that begin so tell a role.
const ROLE: &str = "node-role.kubernetes.io/";

fn info(node: &Node, out: &mut Lines<'_>) {
    let NodeStatus {
        node_info, addresses, ..
    } = &node.status;
    // Of two families, the last.
    let internal_ip = addresses.iter().rfind(|address| address.kind == "InternalIP");
    out.sample(
        [
            &node_info.kernel_version,
            &node_info.os_image,
            &node_info.container_runtime_version,
            &node_info.kubelet_version,
            "deprecated",
            &node.spec.provider_id,
            &node.spec.pod_cidr,
            &node_info.system_uuid,
            internal_ip.map_or("", |address| &address.address),
        ],
        1.0,
    );
}

fn role(node: &Node, out: &mut Lines<'_>) {
    let labels = node.metadata.labels.keys();
    for role in labels.filter_map(|label| label.strip_prefix(ROLE)) {
        out.sample([role], 1.0);
    }
}

fn pod_cidrs(node: &Node, out: &mut Lines<'_>) {
    for cidr in &node.spec.pod_cidrs {
        out.sample([cidr], 1.0);
    }
}

fn taints(node: &Node, out: &mut Lines<'_>) {
    for Taint { key, value, effect } in &node.spec.taints {
        out.sample([key, value, effect], 1.0);
    }
}

fn resources(resources: &BTreeMap<String, Quantity>, out: &mut Lines<'_>) {
    for (name, quantity) in resources {
        let counted = match name.as_str() {
            "pods" => Some(("integer", quantity.amount().whole())),
            _ => resource_name::unit_and_value(name, quantity),
        };
        if let Some((unit, value)) = counted {
            out.sample([&label_name::sanitize(name), unit], value);
        }
    }
}

fn conditions(node: &Node, out: &mut Lines<'_>) {
    for Condition { kind, status } in &node.status.conditions {
        out.condition([kind], status);
    }
}

fn addresses(node: &Node, out: &mut Lines<'_>) {
    for NodeAddress { kind, address } in &node.status.addresses {
        out.sample([kind, address], 1.0);
    }
}
