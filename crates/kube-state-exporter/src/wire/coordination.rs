//! `k8s.io/api/coordination/v1`.

use super::meta::ObjectMeta;
use super::time::Time;

message! {
    /// A sign of life, or of leadership.
    Lease {
        metadata: ObjectMeta = 1,
        spec: LeaseSpec = 2,
    }
}

message! {
    /// Who gave it, and when.
    LeaseSpec {
        holder_identity: string = 1,
        renew_time: Time? = 4,
    }
}

named!(Lease);
