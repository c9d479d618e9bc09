//! Roles within a namespace, of which only the metadata is read.

use crate::generator::{Generator, headers, render};
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::meta::PartialObjectMetadata;

pub const RESOURCE: Resource = Resource {
    name: "roles",
    on: false,
    go_type: "*v1.Role",
    group: "rbac.authorization.k8s.io",
    version: "v1",
    kind: "Role",
    namespaced: true,
    wire: Wire::Metadata,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "role"];

const GENERATORS: &[Generator<PartialObjectMetadata>] = &[
    Generator::gauge(
        "kube_role_annotations",
        "Annotations of the role, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_role_labels",
        "Kubernetes labels of the role, those that are allowed.",
        &["label_*"],
        metadata::labels,
    ),
    Generator::gauge("kube_role_info", "There is such a role.", &[], metadata::one),
    Generator::gauge(
        "kube_role_created",
        "When the role was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
    Generator::gauge(
        "kube_role_metadata_resource_version",
        "Version of the role in the store.",
        &[],
        metadata::resource_version,
    ),
];
