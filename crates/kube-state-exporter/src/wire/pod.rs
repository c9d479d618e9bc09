//! Pods of `k8s.io/api/core/v1`.

use super::meta::{Nothing, ObjectMeta};
use super::quantity::Quantity;
use super::time::Time;

message! {
    /// A pod.
    Pod {
        metadata: ObjectMeta = 1,
        spec: PodSpec = 2,
        status: PodStatus = 3,
    }
}

message! {
    /// What was asked for.
    PodSpec {
        volumes: [Volume] = 1,
        containers: [Container] = 2,
        restart_policy: string = 3,
        node_selector: {string} = 7,
        service_account_name: string = 8,
        node_name: string = 10,
        host_network: bool = 11,
        scheduler_name: string = 19,
        init_containers: [Container] = 20,
        tolerations: [Toleration] = 22,
        priority_class_name: string = 24,
        runtime_class_name: string? = 29,
        overhead: {Quantity} = 32,
        resource_claims: [PodResourceClaim] = 39,
    }
}

message! {
    /// What became of it.
    PodStatus {
        phase: string = 1,
        conditions: [PodCondition] = 2,
        reason: string = 4,
        #[serde(rename = "hostIP")] host_ip: string = 5,
        #[serde(rename = "podIP")] pod_ip: string = 6,
        start_time: Time? = 7,
        container_statuses: [ContainerStatus] = 8,
        qos_class: string = 9,
        init_container_statuses: [ContainerStatus] = 10,
        #[serde(rename = "podIPs")] pod_ips: [PodIp] = 12,
        resource_claim_statuses: [PodResourceClaimStatus] = 15,
    }
}

message! {
    /// A container, as it was asked for.
    Container {
        name: string = 1,
        image: string = 2,
        resources: ResourceRequirements = 8,
        restart_policy: string = 24,
    }
}

message! {
    /// What a container may use, and what is kept for it.
    ResourceRequirements {
        limits: {Quantity} = 1,
        requests: {Quantity} = 2,
    }
}

message! {
    /// A container, as it runs.
    ContainerStatus {
        name: string = 1,
        state: ContainerState = 2,
        last_state: ContainerState = 3,
        ready: bool = 4,
        restart_count: int32 = 5,
        image: string = 6,
        #[serde(rename = "imageID")] image_id: string = 7,
        #[serde(rename = "containerID")] container_id: string = 8,
    }
}

message! {
    /// One of three; none for a container that was never started.
    ContainerState {
        waiting: Waiting? = 1,
        running: Running? = 2,
        terminated: Terminated? = 3,
    }
}

message! {
    /// Not started yet.
    Waiting {
        reason: string = 1,
    }
}

message! {
    /// Started.
    Running {
        started_at: Time? = 1,
    }
}

message! {
    /// Ended.
    Terminated {
        exit_code: int32 = 1,
        reason: string = 3,
        started_at: Time? = 5,
        finished_at: Time? = 6,
    }
}

message! {
    /// One aspect of a pod's state.
    PodCondition {
        #[serde(rename = "type")] kind: string = 1,
        status: string = 2,
        last_transition_time: Time? = 4,
        reason: string = 5,
    }
}

message! {
    /// An address of a pod.
    PodIp {
        ip: string = 1,
    }
}

message! {
    /// Which taints of nodes a pod bears.
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    Toleration {
        key: string = 1,
        operator: string = 2,
        value: string = 3,
        effect: string = 4,
        toleration_seconds: int64? = 5,
    }
}

message! {
    /// A device asked for.
    PodResourceClaim {
        name: string = 1,
        resource_claim_name: string? = 3,
        resource_claim_template_name: string? = 4,
    }
}

message! {
    /// The claim that was made from a template.
    PodResourceClaimStatus {
        name: string = 1,
        resource_claim_name: string? = 2,
    }
}

/// A volume of a pod. Protobuf keeps its source in a message of its own, JSON beside the name.
#[derive(prost::Message, serde::Deserialize)]
#[serde(default)]
pub struct Volume {
    #[prost(string, tag = 1)]
    #[serde(deserialize_with = "crate::wire::or_default")]
    pub name: String,
    #[prost(message, required, tag = 2)]
    #[serde(flatten)]
    pub source: VolumeSource,
}

message! {
    /// Where a volume comes from, as far as it is a claim.
    VolumeSource {
        persistent_volume_claim: ClaimVolume? = 10,
        ephemeral: Nothing? = 29,
    }
}

message! {
    /// A claim that the pod names.
    ClaimVolume {
        claim_name: string = 1,
        read_only: bool = 2,
    }
}

named!(Pod);
