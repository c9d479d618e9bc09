//! Volume attachments: which storage is at which node.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::storage::VolumeAttachment;

pub const RESOURCE: Resource = Resource {
    name: "volumeattachments",
    on: true,
    go_type: "*v1.VolumeAttachment",
    group: "storage.k8s.io",
    version: "v1",
    kind: "VolumeAttachment",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["volumeattachment"];

const GENERATORS: &[Generator<VolumeAttachment>] = &[
    Generator::gauge(
        "kube_volumeattachment_labels",
        "All Kubernetes labels of the attachment.",
        &["label_*"],
        labels,
    ),
    Generator::gauge(
        "kube_volumeattachment_info",
        "Who attaches, and to which node.",
        &["attacher", "node"],
        |attachment: &VolumeAttachment, out| {
            out.sample([&attachment.spec.attacher, &attachment.spec.node_name], 1.0)
        },
    ),
    Generator::gauge(
        "kube_volumeattachment_created",
        "When the attachment was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
    Generator::gauge(
        "kube_volumeattachment_spec_source_persistentvolume",
        "The volume that is attached.",
        &["volumename"],
        source,
    ),
    Generator::gauge(
        "kube_volumeattachment_status_attached",
        "Whether the volume is at the node.",
        &[],
        |attachment: &VolumeAttachment, out| out.value(attachment.status.attached.into()),
    ),
    Generator::gauge(
        "kube_volumeattachment_status_attachment_metadata",
        "What the driver says of the attachment.",
        &["metadata_*"],
        |attachment: &VolumeAttachment, out| {
            metadata::map(out, "metadata", attachment.status.attachment_metadata.iter())
        },
    ),
];

fn source(attachment: &VolumeAttachment, out: &mut Lines<'_>) {
    if let Some(name) = &attachment.spec.source.persistent_volume_name {
        out.sample([name], 1.0);
    }
}

/// All labels, whatever is allowed: the reference does not ask its allow list here.
fn labels(attachment: &VolumeAttachment, out: &mut Lines<'_>) {
    metadata::map(out, "label", attachment.metadata.labels.iter());
}
