//! Secrets: name, type and metadata. What is secret is not asked for.

use crate::generator::{Generator, headers, render};
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::secret::Secret;

pub const RESOURCE: Resource = Resource {
    name: "secrets",
    on: true,
    go_type: "*v1.Secret",
    group: "",
    version: "v1",
    kind: "Secret",
    namespaced: true,
    wire: Wire::Table,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "secret"];

const GENERATORS: &[Generator<Secret>] = &[
    Generator::gauge("kube_secret_info", "There is such a secret.", &[], metadata::one).stable(),
    Generator::gauge(
        "kube_secret_type",
        "Type of the secret.",
        &["type"],
        |secret: &Secret, out| out.sample([&secret.kind], 1.0),
    )
    .stable(),
    Generator::gauge(
        "kube_secret_annotations",
        "Annotations of the secret, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_secret_labels",
        "Kubernetes labels of the secret, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_secret_created",
        "When the secret was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_secret_metadata_resource_version",
        "Version of the secret in the store.",
        &[],
        metadata::resource_version,
    ),
    Generator::gauge(
        "kube_secret_owner",
        "Who made the secret, and whether as its controller.",
        &["owner_kind", "owner_name", "owner_is_controller"],
        metadata::owner,
    ),
];
