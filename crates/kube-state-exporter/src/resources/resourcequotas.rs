//! Quotas: how much a namespace may use, and does.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::core::ResourceQuota;

pub const RESOURCE: Resource = Resource {
    name: "resourcequotas",
    on: true,
    go_type: "*v1.ResourceQuota",
    group: "",
    version: "v1",
    kind: "ResourceQuota",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "resourcequota"];

const GENERATORS: &[Generator<ResourceQuota>] = &[
    Generator::gauge(
        "kube_resourcequota_created",
        "When the quota was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_resourcequota",
        "How much of a resource may be used, or is.",
        &["resource", "type"],
        quota,
    )
    .stable(),
    Generator::gauge(
        "kube_resourcequota_annotations",
        "Annotations of the quota, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_resourcequota_labels",
        "Kubernetes labels of the quota, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
];

fn quota(quota: &ResourceQuota, out: &mut Lines<'_>) {
    for (kind, resources) in [("hard", &quota.status.hard), ("used", &quota.status.used)] {
        for (name, quantity) in resources {
            out.sample([name, kind], quantity.amount().fine());
        }
    }
}
