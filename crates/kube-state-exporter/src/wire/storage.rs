//! `k8s.io/api/storage/v1`.

use super::meta::ObjectMeta;

message! {
    /// How storage is made.
    StorageClass {
        metadata: ObjectMeta = 1,
        provisioner: string = 2,
        reclaim_policy: string? = 4,
        volume_binding_mode: string? = 7,
    }
}

message! {
    /// Storage at a node.
    VolumeAttachment {
        metadata: ObjectMeta = 1,
        spec: VolumeAttachmentSpec = 2,
        status: VolumeAttachmentStatus = 3,
    }
}

message! {
    /// Which storage, at which node.
    VolumeAttachmentSpec {
        attacher: string = 1,
        source: VolumeAttachmentSource = 2,
        node_name: string = 3,
    }
}

message! {
    /// Which storage.
    VolumeAttachmentSource {
        persistent_volume_name: string? = 1,
    }
}

message! {
    /// Whether it is there.
    VolumeAttachmentStatus {
        attached: bool = 1,
        attachment_metadata: {string} = 2,
    }
}

named!(StorageClass, VolumeAttachment);
