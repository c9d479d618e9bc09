//! Persistent volumes and claims of `k8s.io/api/core/v1`.

use super::meta::{Condition, ObjectMeta};
use super::pod::ResourceRequirements;
use super::quantity::Quantity;

message! {
    /// A claim to storage.
    PersistentVolumeClaim {
        metadata: ObjectMeta = 1,
        spec: PersistentVolumeClaimSpec = 2,
        status: PersistentVolumeClaimStatus = 3,
    }
}

message! {
    /// What storage was asked for.
    PersistentVolumeClaimSpec {
        access_modes: [string] = 1,
        resources: ResourceRequirements = 2,
        volume_name: string = 3,
        storage_class_name: string = 5,
        volume_mode: string = 6,
    }
}

message! {
    /// What became of the claim.
    PersistentVolumeClaimStatus {
        phase: string = 1,
        conditions: [Condition] = 4,
    }
}

message! {
    /// Storage.
    PersistentVolume {
        metadata: ObjectMeta = 1,
        spec: PersistentVolumeSpec = 2,
        status: PersistentVolumeStatus = 3,
    }
}

/// What the storage is. Protobuf keeps its source in a message of its own, JSON beside the rest.
#[derive(prost::Message, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PersistentVolumeSpec {
    #[prost(btree_map = "string, message", tag = 1)]
    #[serde(deserialize_with = "crate::wire::or_default")]
    pub capacity: std::collections::BTreeMap<String, Quantity>,
    #[prost(message, required, tag = 2)]
    #[serde(flatten)]
    pub source: PersistentVolumeSource,
    #[prost(string, repeated, tag = 3)]
    #[serde(deserialize_with = "crate::wire::or_default")]
    pub access_modes: Vec<String>,
    #[prost(message, optional, tag = 4)]
    pub claim_ref: Option<ClaimReference>,
    #[prost(string, tag = 5)]
    #[serde(deserialize_with = "crate::wire::or_default")]
    pub persistent_volume_reclaim_policy: String,
    #[prost(string, tag = 6)]
    #[serde(deserialize_with = "crate::wire::or_default")]
    pub storage_class_name: String,
    #[prost(string, optional, tag = 8)]
    pub volume_mode: Option<String>,
}

message! {
    /// Which claim has the storage.
    ClaimReference {
        namespace: string = 2,
        name: string = 3,
    }
}

message! {
    /// What became of the storage.
    PersistentVolumeStatus {
        phase: string = 1,
    }
}

message! {
    /// Where the storage is, one of these.
    PersistentVolumeSource {
        gce_persistent_disk: GceDisk = 1,
        aws_elastic_block_store: AwsDisk = 2,
        host_path: HostPath = 3,
        nfs: Nfs = 5,
        iscsi: Iscsi? = 7,
        fc: FibreChannel = 10,
        azure_disk: AzureDisk = 16,
        local: Local = 20,
        csi: Csi? = 22,
    }
}

message! {
    /// A disk of Google's.
    GceDisk {
        pd_name: string = 1,
    }
}

message! {
    /// A disk of Amazon's.
    AwsDisk {
        #[serde(rename = "volumeID")] volume_id: string = 1,
    }
}

message! {
    /// A disk of Microsoft's.
    AzureDisk {
        disk_name: string = 1,
    }
}

message! {
    /// A disk behind fibre channel.
    FibreChannel {
        #[serde(rename = "targetWWNs")] target_wwns: [string] = 1,
        lun: int32? = 2,
        wwids: [string] = 5,
    }
}

message! {
    /// A disk behind iSCSI.
    Iscsi {
        target_portal: string = 1,
        iqn: string = 2,
        lun: int32 = 3,
        initiator_name: string? = 12,
    }
}

message! {
    /// A folder of a file server.
    Nfs {
        server: string = 1,
        path: string = 2,
    }
}

message! {
    /// Storage of a driver.
    Csi {
        driver: string = 1,
        volume_handle: string = 2,
        volume_attributes: {string} = 5,
    }
}

message! {
    /// A disk of one node.
    Local {
        path: string = 1,
        fs_type: string? = 2,
    }
}

message! {
    /// A folder of one node.
    HostPath {
        path: string = 1,
        #[serde(rename = "type")] kind: string? = 2,
    }
}

named!(PersistentVolumeClaim, PersistentVolume);
