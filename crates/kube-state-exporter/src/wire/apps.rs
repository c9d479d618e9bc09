//! `k8s.io/api/apps/v1`.

use super::int_or_string::IntOrString;
use super::meta::ObjectMeta;

message! {
    /// Keeps pods running and replaces them by new ones.
    Deployment {
        metadata: ObjectMeta = 1,
        spec: DeploymentSpec = 2,
        status: DeploymentStatus = 3,
    }
}

message! {
    /// What was asked for.
    DeploymentSpec {
        replicas: int32? = 1,
        strategy: DeploymentStrategy = 4,
        paused: bool = 7,
    }
}

message! {
    /// How pods are replaced.
    DeploymentStrategy {
        rolling_update: RollingUpdate? = 2,
    }
}

message! {
    /// How many pods may be missing, and how many too many, while they are replaced.
    RollingUpdate {
        max_unavailable: IntOrString? = 1,
        max_surge: IntOrString? = 2,
    }
}

message! {
    /// What became of it.
    DeploymentStatus {
        observed_generation: int64 = 1,
        replicas: int32 = 2,
        updated_replicas: int32 = 3,
        available_replicas: int32 = 4,
        unavailable_replicas: int32 = 5,
        conditions: [DeploymentCondition] = 6,
        ready_replicas: int32 = 7,
        terminating_replicas: int32? = 9,
    }
}

message! {
    /// One aspect of a deployment's state.
    DeploymentCondition {
        #[serde(rename = "type")] kind: string = 1,
        status: string = 2,
        reason: string = 4,
    }
}

message! {
    /// Keeps pods running.
    ReplicaSet {
        metadata: ObjectMeta = 1,
        spec: ReplicaSetSpec = 2,
        status: ReplicaSetStatus = 3,
    }
}

message! {
    /// What was asked for.
    ReplicaSetSpec {
        replicas: int32? = 1,
    }
}

message! {
    /// What became of it.
    ReplicaSetStatus {
        replicas: int32 = 1,
        fully_labeled_replicas: int32 = 2,
        observed_generation: int64 = 3,
        ready_replicas: int32 = 4,
        terminating_replicas: int32? = 7,
    }
}

message! {
    /// Keeps a pod running on every node.
    DaemonSet {
        metadata: ObjectMeta = 1,
        status: DaemonSetStatus = 3,
    }
}

message! {
    /// What became of it.
    DaemonSetStatus {
        current_number_scheduled: int32 = 1,
        number_misscheduled: int32 = 2,
        desired_number_scheduled: int32 = 3,
        number_ready: int32 = 4,
        observed_generation: int64 = 5,
        updated_number_scheduled: int32 = 6,
        number_available: int32 = 7,
        number_unavailable: int32 = 8,
    }
}

message! {
    /// Keeps numbered pods running.
    StatefulSet {
        metadata: ObjectMeta = 1,
        spec: StatefulSetSpec = 2,
        status: StatefulSetStatus = 3,
    }
}

message! {
    /// What was asked for.
    StatefulSetSpec {
        replicas: int32? = 1,
        persistent_volume_claim_retention_policy: RetentionPolicy? = 10,
        ordinals: Ordinals? = 11,
    }
}

message! {
    /// What becomes of the claims of pods that go.
    RetentionPolicy {
        when_deleted: string = 1,
        when_scaled: string = 2,
    }
}

message! {
    /// How pods are numbered.
    Ordinals {
        start: int32 = 1,
    }
}

message! {
    /// What became of it.
    StatefulSetStatus {
        observed_generation: int64 = 1,
        replicas: int32 = 2,
        ready_replicas: int32 = 3,
        current_replicas: int32 = 4,
        updated_replicas: int32 = 5,
        current_revision: string = 6,
        update_revision: string = 7,
        available_replicas: int32 = 11,
    }
}

named!(Deployment, ReplicaSet, DaemonSet, StatefulSet);
