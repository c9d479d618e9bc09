//! Storage: where it is, how large, and who has it.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::volume::{Csi, Iscsi, PersistentVolume};

pub const RESOURCE: Resource = Resource {
    name: "persistentvolumes",
    on: true,
    go_type: "*v1.PersistentVolume",
    group: "",
    version: "v1",
    kind: "PersistentVolume",
    namespaced: false,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["persistentvolume"];

const GENERATORS: &[Generator<PersistentVolume>] = &[
    Generator::gauge(
        "kube_persistentvolume_claim_ref",
        "The claim that has the volume.",
        &["name", "claim_namespace"],
        claim,
    )
    .stable(),
    Generator::gauge(
        "kube_persistentvolume_annotations",
        "Annotations of the volume, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_persistentvolume_labels",
        "Kubernetes labels of the volume, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_persistentvolume_status_phase",
        "Whether the volume is in this phase.",
        &["phase"],
        phase,
    )
    .stable(),
    Generator::gauge(
        "kube_persistentvolume_info",
        "Class of the volume and where it is; what does not apply is empty.",
        &[
            "storageclass",
            "gce_persistent_disk_name",
            "ebs_volume_id",
            "azure_disk_name",
            "fc_wwids",
            "fc_lun",
            "fc_target_wwns",
            "iscsi_target_portal",
            "iscsi_iqn",
            "iscsi_lun",
            "iscsi_initiator_name",
            "nfs_server",
            "nfs_path",
            "csi_driver",
            "csi_volume_handle",
            "local_path",
            "local_fs",
            "host_path",
            "host_path_type",
            "reclaim_policy",
        ],
        info,
    )
    .stable(),
    Generator::gauge(
        "kube_persistentvolume_capacity_bytes",
        "Size of the volume.",
        &[],
        |volume: &PersistentVolume, out| {
            out.value(
                volume
                    .spec
                    .capacity
                    .get("storage")
                    .map_or(0.0, |storage| storage.amount().whole()),
            )
        },
    )
    .stable(),
    Generator::gauge(
        "kube_persistentvolume_created",
        "When the volume was made, in seconds since 1970.",
        &[],
        metadata::created,
    ),
    Generator::gauge(
        "kube_persistentvolume_deletion_timestamp",
        "When the deletion of the volume was asked for, in seconds since 1970.",
        &[],
        metadata::deletion_timestamp,
    ),
    Generator::gauge(
        "kube_persistentvolume_csi_attributes",
        "How a driver mounts the volume.",
        &["csi_mounter", "csi_map_options"],
        csi_attributes,
    )
    .opt_in(),
    Generator::gauge(
        "kube_persistentvolume_volume_mode",
        "Whether the volume is a file system or a bare disk.",
        &["volumemode"],
        |volume: &PersistentVolume, out| {
            out.sample([volume.spec.volume_mode.as_deref().unwrap_or("Filesystem")], 1.0)
        },
    ),
    Generator::gauge(
        "kube_persistentvolume_access_mode",
        "A way in which the volume is usable.",
        &["access_mode"],
        access_modes,
    ),
];

const PHASES: [&str; 5] = ["Pending", "Available", "Bound", "Released", "Failed"];

fn claim(volume: &PersistentVolume, out: &mut Lines<'_>) {
    if let Some(claim) = &volume.spec.claim_ref {
        out.sample([&claim.name, &claim.namespace], 1.0);
    }
}

fn phase(volume: &PersistentVolume, out: &mut Lines<'_>) {
    if !volume.status.phase.is_empty() {
        out.state(&PHASES, &volume.status.phase);
    }
}

fn info(volume: &PersistentVolume, out: &mut Lines<'_>) {
    let source = &volume.spec.source;
    let iscsi_lun = source.iscsi.as_ref().map(|iscsi| iscsi.lun.to_string());
    let no_iscsi = Iscsi::default();
    let no_csi = Csi::default();
    let iscsi = source.iscsi.as_ref().unwrap_or(&no_iscsi);
    let csi = source.csi.as_ref().unwrap_or(&no_csi);
    out.sample(
        [
            &volume.spec.storage_class_name,
            &source.gce_persistent_disk.pd_name,
            &source.aws_elastic_block_store.volume_id,
            &source.azure_disk.disk_name,
            &source.fc.wwids.join(","),
            &source.fc.lun.map(|lun| lun.to_string()).unwrap_or_default(),
            &source.fc.target_wwns.join(","),
            &iscsi.target_portal,
            &iscsi.iqn,
            &iscsi_lun.unwrap_or_default(),
            iscsi.initiator_name.as_deref().unwrap_or_default(),
            &source.nfs.server,
            &source.nfs.path,
            &csi.driver,
            &csi.volume_handle,
            &source.local.path,
            source.local.fs_type.as_deref().unwrap_or_default(),
            &source.host_path.path,
            source.host_path.kind.as_deref().unwrap_or_default(),
            &volume.spec.persistent_volume_reclaim_policy,
        ],
        1.0,
    );
}

fn csi_attributes(volume: &PersistentVolume, out: &mut Lines<'_>) {
    if let Some(csi) = &volume.spec.source.csi {
        let attribute = |name| csi.volume_attributes.get(name).map_or("", String::as_str);
        out.sample([attribute("mounter"), attribute("mapOptions")], 1.0);
    }
}

fn access_modes(volume: &PersistentVolume, out: &mut Lines<'_>) {
    for mode in &volume.spec.access_modes {
        out.sample([mode], 1.0);
    }
}
