//! `k8s.io/api/policy/v1`.

use super::meta::ObjectMeta;

message! {
    /// How many pods may be missing at once.
    PodDisruptionBudget {
        metadata: ObjectMeta = 1,
        status: PodDisruptionBudgetStatus = 3,
    }
}

message! {
    /// How many are.
    PodDisruptionBudgetStatus {
        observed_generation: int64 = 1,
        disruptions_allowed: int32 = 3,
        current_healthy: int32 = 4,
        desired_healthy: int32 = 5,
        expected_pods: int32 = 6,
    }
}

named!(PodDisruptionBudget);
