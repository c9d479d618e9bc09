//! `k8s.io/apimachinery/pkg/apis/meta/v1`: what every object has.

use super::time::Time;

message! {
    /// Name, labels and times of an object.
    ObjectMeta {
        name: string = 1,
        namespace: string = 3,
        uid: string = 5,
        resource_version: string = 6,
        generation: int64 = 7,
        creation_timestamp: Time? = 8,
        deletion_timestamp: Time? = 9,
        labels: {string} = 11,
        annotations: {string} = 12,
        owner_references: [OwnerReference] = 13,
    }
}

message! {
    /// Who made the object, and deletes it.
    OwnerReference {
        kind: string = 1,
        name: string = 3,
        controller: bool? = 6,
    }
}

message! {
    /// An object of which only the metadata is read, and all objects that begin with it.
    PartialObjectMetadata {
        metadata: ObjectMeta = 1,
    }
}

message! {
    /// One aspect of an object's state, where its reason is not told.
    Condition {
        #[serde(rename = "type")] kind: string = 1,
        status: string = 2,
    }
}

message! {
    /// A message that only counts.
    Nothing {}
}

named!(PartialObjectMetadata);
