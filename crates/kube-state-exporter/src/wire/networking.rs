//! `k8s.io/api/networking/v1`.

use super::meta::{Nothing, ObjectMeta};

message! {
    /// How services are reached by HTTP.
    Ingress {
        metadata: ObjectMeta = 1,
        spec: IngressSpec = 2,
    }
}

message! {
    /// What was asked for.
    IngressSpec {
        tls: [IngressTls] = 2,
        rules: [IngressRule] = 3,
        ingress_class_name: string? = 4,
    }
}

message! {
    /// Certificates of hosts.
    IngressTls {
        hosts: [string] = 1,
        secret_name: string = 2,
    }
}

/// Where requests for a host go. Protobuf keeps the paths in a message of their own, JSON beside the host.
#[derive(prost::Message, serde::Deserialize)]
#[serde(default)]
pub struct IngressRule {
    #[prost(string, tag = 1)]
    #[serde(deserialize_with = "crate::wire::or_default")]
    pub host: String,
    #[prost(message, required, tag = 2)]
    #[serde(flatten)]
    pub value: IngressRuleValue,
}

message! {
    /// The only kind of rule there is.
    IngressRuleValue {
        http: HttpRule = 1,
    }
}

message! {
    /// Rules by path.
    HttpRule {
        paths: [HttpPath] = 1,
    }
}

message! {
    /// Where requests for a path go.
    HttpPath {
        path: string = 1,
        backend: Backend = 2,
        path_type: string = 3,
    }
}

message! {
    /// A service, or any other object.
    Backend {
        resource: ResourceReference? = 3,
        service: ServiceBackend? = 4,
    }
}

message! {
    /// A service and one of its ports.
    ServiceBackend {
        name: string = 1,
        port: ServicePort = 2,
    }
}

message! {
    /// A port by name or by number.
    ServicePort {
        name: string = 1,
        number: int32 = 2,
    }
}

message! {
    /// Any object of the same namespace.
    ResourceReference {
        api_group: string = 1,
        kind: string = 2,
        name: string = 3,
    }
}

message! {
    /// Who handles ingresses.
    IngressClass {
        metadata: ObjectMeta = 1,
        spec: IngressClassSpec = 2,
    }
}

message! {
    /// What was asked for.
    IngressClassSpec {
        controller: string = 1,
    }
}

message! {
    /// Who may talk to whom.
    NetworkPolicy {
        metadata: ObjectMeta = 1,
        spec: NetworkPolicySpec = 2,
    }
}

message! {
    /// The rules, which are only counted.
    NetworkPolicySpec {
        ingress: [Nothing] = 2,
        egress: [Nothing] = 3,
    }
}

named!(Ingress, IngressClass, NetworkPolicy);
