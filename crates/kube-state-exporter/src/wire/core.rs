//! The rest of `k8s.io/api/core/v1`: what is neither a pod nor a node nor storage.

use super::meta::{Condition, ObjectMeta};
use super::quantity::Quantity;
use crate::generator::Named;

message! {
    /// A namespace.
    Namespace {
        metadata: ObjectMeta = 1,
        status: NamespaceStatus = 3,
    }
}

message! {
    /// What became of a namespace.
    NamespaceStatus {
        phase: string = 1,
        conditions: [Condition] = 2,
    }
}

message! {
    /// A service.
    Service {
        metadata: ObjectMeta = 1,
        spec: ServiceSpec = 2,
        status: ServiceStatus = 3,
    }
}

message! {
    /// How a service is reached.
    ServiceSpec {
        #[serde(rename = "clusterIP")] cluster_ip: string = 3,
        #[serde(rename = "type")] kind: string = 4,
        #[serde(rename = "externalIPs")] external_ips: [string] = 5,
        #[serde(rename = "loadBalancerIP")] load_balancer_ip: string = 8,
        external_name: string = 10,
        external_traffic_policy: string = 11,
    }
}

message! {
    /// What became of a service.
    ServiceStatus {
        load_balancer: LoadBalancerStatus = 1,
    }
}

message! {
    /// Where a load balancer listens.
    LoadBalancerStatus {
        ingress: [LoadBalancerIngress] = 1,
    }
}

message! {
    /// One address of a load balancer.
    LoadBalancerIngress {
        ip: string = 1,
        hostname: string = 2,
    }
}

message! {
    /// How much a namespace may use.
    ResourceQuota {
        metadata: ObjectMeta = 1,
        status: ResourceQuotaStatus = 3,
    }
}

message! {
    /// How much a namespace uses.
    ResourceQuotaStatus {
        hard: {Quantity} = 1,
        used: {Quantity} = 2,
    }
}

message! {
    /// How much one object of a namespace may use.
    LimitRange {
        metadata: ObjectMeta = 1,
        spec: LimitRangeSpec = 2,
    }
}

message! {
    /// The limits, by kind of object.
    LimitRangeSpec {
        limits: [LimitRangeItem] = 1,
    }
}

message! {
    /// The limits of one kind of object.
    LimitRangeItem {
        #[serde(rename = "type")] kind: string = 1,
        max: {Quantity} = 2,
        min: {Quantity} = 3,
        default: {Quantity} = 4,
        default_request: {Quantity} = 5,
        max_limit_request_ratio: {Quantity} = 6,
    }
}

message! {
    /// Who a pod is to the API server.
    ServiceAccount {
        metadata: ObjectMeta = 1,
        secrets: [SecretReference] = 2,
        image_pull_secrets: [LocalObjectReference] = 3,
        automount_service_account_token: bool? = 4,
    }
}

message! {
    /// An object anywhere, of which the name is told.
    SecretReference {
        name: string = 3,
    }
}

message! {
    /// An object of the same namespace.
    LocalObjectReference {
        name: string = 1,
    }
}

message! {
    /// The addresses behind a service, the old way.
    Endpoints {
        metadata: ObjectMeta = 1,
        subsets: [EndpointSubset] = 2,
    }
}

message! {
    /// Addresses that have the same ports.
    EndpointSubset {
        addresses: [EndpointAddress] = 1,
        not_ready_addresses: [EndpointAddress] = 2,
        ports: [EndpointPort] = 3,
    }
}

message! {
    /// One address.
    EndpointAddress {
        ip: string = 1,
    }
}

message! {
    /// One port.
    EndpointPort {
        name: string = 1,
        port: int32 = 2,
        protocol: string = 3,
    }
}

message! {
    /// Keeps pods running, the old way.
    ReplicationController {
        metadata: ObjectMeta = 1,
        spec: ReplicationControllerSpec = 2,
        status: ReplicationControllerStatus = 3,
    }
}

message! {
    /// What was asked for.
    ReplicationControllerSpec {
        replicas: int32? = 1,
    }
}

message! {
    /// What became of it.
    ReplicationControllerStatus {
        replicas: int32 = 1,
        fully_labeled_replicas: int32 = 2,
        observed_generation: int64 = 3,
        ready_replicas: int32 = 4,
        available_replicas: int32 = 5,
    }
}

named!(
    Service,
    ResourceQuota,
    LimitRange,
    ServiceAccount,
    Endpoints,
    ReplicationController
);

impl Named for Namespace {
    fn metadata(&self) -> &ObjectMeta {
        &self.metadata
    }

    /// A namespace is in no namespace: its own name is the value of that label.
    fn identity(&self, _: &str) -> &str {
        &self.metadata.name
    }
}
