//! Claims to storage: what was asked for, and whether it was given.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::volume::PersistentVolumeClaim;

pub const RESOURCE: Resource = Resource {
    name: "persistentvolumeclaims",
    on: true,
    go_type: "*v1.PersistentVolumeClaim",
    group: "",
    version: "v1",
    kind: "PersistentVolumeClaim",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "persistentvolumeclaim"];

const GENERATORS: &[Generator<PersistentVolumeClaim>] = &[
    Generator::gauge(
        "kube_persistentvolumeclaim_labels",
        "Kubernetes labels of the claim, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_persistentvolumeclaim_annotations",
        "Annotations of the claim, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_persistentvolumeclaim_info",
        "Class and volume of the claim.",
        &["storageclass", "volumename", "volumemode"],
        info,
    )
    .stable(),
    Generator::gauge(
        "kube_persistentvolumeclaim_status_phase",
        "Whether the claim is in this phase.",
        &["phase"],
        phase,
    )
    .stable(),
    Generator::gauge(
        "kube_persistentvolumeclaim_resource_requests_storage_bytes",
        "Storage that was asked for.",
        &[],
        storage,
    )
    .stable(),
    Generator::gauge(
        "kube_persistentvolumeclaim_access_mode",
        "A way in which the storage should be usable.",
        &["access_mode"],
        access_modes,
    )
    .stable(),
    Generator::gauge(
        "kube_persistentvolumeclaim_status_condition",
        "Whether a condition of the claim is true, false or unknown.",
        &["condition", "status"],
        conditions,
    ),
    Generator::gauge(
        "kube_persistentvolumeclaim_created",
        "When the claim was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
    Generator::gauge(
        "kube_persistentvolumeclaim_deletion_timestamp",
        "When the deletion of the claim was asked for, in seconds since 1970.",
        &[],
        metadata::deletion_timestamp,
    ),
];

/// Names the class where the specification does not, the old way.
const CLASS_ANNOTATION: &str = "volume.beta.kubernetes.io/storage-class";

fn info(claim: &PersistentVolumeClaim, out: &mut Lines<'_>) {
    let spec = &claim.spec;
    let annotation = claim.metadata.annotations.get(CLASS_ANNOTATION);
    let class = annotation.unwrap_or(&spec.storage_class_name);
    out.sample([class, &spec.volume_name, &spec.volume_mode], 1.0);
}

fn phase(claim: &PersistentVolumeClaim, out: &mut Lines<'_>) {
    if !claim.status.phase.is_empty() {
        out.state(&["Lost", "Bound", "Pending"], &claim.status.phase);
    }
}

fn storage(claim: &PersistentVolumeClaim, out: &mut Lines<'_>) {
    if let Some(storage) = claim.spec.resources.requests.get("storage") {
        out.value(storage.amount().whole());
    }
}

fn access_modes(claim: &PersistentVolumeClaim, out: &mut Lines<'_>) {
    for mode in &claim.spec.access_modes {
        out.sample([mode], 1.0);
    }
}

fn conditions(claim: &PersistentVolumeClaim, out: &mut Lines<'_>) {
    for condition in &claim.status.conditions {
        out.condition([&condition.kind], &condition.status);
    }
}
