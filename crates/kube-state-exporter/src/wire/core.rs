//! `k8s.io/api/core/v1`.

use super::meta::ObjectMeta;

message! {
    /// A pod.
    Pod {
        metadata: ObjectMeta = 1,
    }
}
