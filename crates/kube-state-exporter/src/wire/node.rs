//! Nodes of `k8s.io/api/core/v1`.

use super::meta::{Condition, ObjectMeta};
use super::quantity::Quantity;

message! {
    /// A machine of the cluster.
    Node {
        metadata: ObjectMeta = 1,
        spec: NodeSpec = 2,
        status: NodeStatus = 3,
    }
}

message! {
    /// How the cluster uses the machine.
    NodeSpec {
        #[serde(rename = "podCIDR")] pod_cidr: string = 1,
        #[serde(rename = "providerID")] provider_id: string = 3,
        unschedulable: bool = 4,
        taints: [Taint] = 5,
        #[serde(rename = "podCIDRs")] pod_cidrs: [string] = 7,
    }
}

message! {
    /// What keeps pods away.
    Taint {
        key: string = 1,
        value: string = 2,
        effect: string = 3,
    }
}

message! {
    /// What the machine says of itself.
    NodeStatus {
        capacity: {Quantity} = 1,
        allocatable: {Quantity} = 2,
        conditions: [Condition] = 4,
        addresses: [NodeAddress] = 5,
        node_info: NodeSystemInfo = 7,
    }
}

message! {
    /// An address of the machine.
    NodeAddress {
        #[serde(rename = "type")] kind: string = 1,
        address: string = 2,
    }
}

message! {
    /// What runs on the machine.
    NodeSystemInfo {
        #[serde(rename = "systemUUID")] system_uuid: string = 2,
        kernel_version: string = 4,
        os_image: string = 5,
        container_runtime_version: string = 6,
        kubelet_version: string = 7,
    }
}

named!(Node);
