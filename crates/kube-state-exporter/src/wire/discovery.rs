//! `k8s.io/api/discovery/v1`.

use super::meta::ObjectMeta;

message! {
    /// Some of the addresses behind a service.
    EndpointSlice {
        metadata: ObjectMeta = 1,
        endpoints: [Endpoint] = 2,
        ports: [EndpointPort] = 3,
        address_type: string = 4,
    }
}

message! {
    /// Addresses of one pod.
    Endpoint {
        addresses: [string] = 1,
        conditions: EndpointConditions = 2,
        hostname: string = 3,
        target_ref: TargetReference = 4,
        node_name: string = 6,
        zone: string = 7,
        hints: EndpointHints = 8,
    }
}

message! {
    /// Whether requests are answered.
    EndpointConditions {
        ready: bool? = 1,
        serving: bool? = 2,
        terminating: bool? = 3,
    }
}

message! {
    /// The object behind the addresses.
    TargetReference {
        kind: string = 1,
        namespace: string = 2,
        name: string = 3,
    }
}

message! {
    /// From where the addresses should be used.
    EndpointHints {
        for_zones: [ForZone] = 1,
    }
}

message! {
    /// A zone.
    ForZone {
        name: string = 1,
    }
}

message! {
    /// A port.
    EndpointPort {
        name: string = 1,
        protocol: string = 2,
        port: int32? = 3,
    }
}

named!(EndpointSlice);
