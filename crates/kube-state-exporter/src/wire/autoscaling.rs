//! `k8s.io/api/autoscaling/v2`.

use super::meta::{Condition, ObjectMeta};
use super::quantity::Quantity;

message! {
    /// Changes how many pods there are.
    HorizontalPodAutoscaler {
        metadata: ObjectMeta = 1,
        spec: HorizontalPodAutoscalerSpec = 2,
        status: HorizontalPodAutoscalerStatus = 3,
    }
}

message! {
    /// What was asked for.
    HorizontalPodAutoscalerSpec {
        scale_target_ref: ScaleTarget = 1,
        min_replicas: int32? = 2,
        max_replicas: int32 = 3,
        metrics: [MetricSpec] = 4,
        behavior: Behavior = 5,
    }
}

message! {
    /// What is scaled.
    ScaleTarget {
        kind: string = 1,
        name: string = 2,
        api_version: string = 3,
    }
}

message! {
    /// How eagerly it scales.
    Behavior {
        scale_up: ScalingRules = 1,
        scale_down: ScalingRules = 2,
    }
}

message! {
    /// How eagerly it scales in one direction.
    ScalingRules {
        tolerance: Quantity? = 4,
    }
}

message! {
    /// What became of it.
    HorizontalPodAutoscalerStatus {
        current_replicas: int32 = 3,
        desired_replicas: int32 = 4,
        current_metrics: [MetricStatus] = 5,
        conditions: [Condition] = 6,
    }
}

message! {
    /// What is measured, one of five.
    MetricSpec {
        #[serde(rename = "type")] kind: string = 1,
        object: ObjectSource? = 2,
        pods: NamedSource? = 3,
        resource: ResourceSource? = 4,
        external: NamedSource? = 5,
        container_resource: ResourceSource? = 7,
    }
}

message! {
    /// A number of an object.
    ObjectSource {
        target: Target = 2,
        metric: Identifier = 3,
    }
}

message! {
    /// A number with a name.
    NamedSource {
        metric: Identifier = 1,
        target: Target = 2,
    }
}

message! {
    /// The use of a resource, of all containers or of the one named.
    ResourceSource {
        name: string = 1,
        target: Target = 2,
        container: string = 3,
    }
}

message! {
    /// The name of a number.
    Identifier {
        name: string = 1,
    }
}

message! {
    /// What a number should be.
    Target {
        value: Quantity? = 2,
        average_value: Quantity? = 3,
        average_utilization: int32? = 4,
    }
}

message! {
    /// What was measured, one of five.
    MetricStatus {
        #[serde(rename = "type")] kind: string = 1,
        object: NamedStatus? = 2,
        pods: NamedStatus? = 3,
        resource: ResourceStatus? = 4,
        external: NamedStatus? = 5,
        container_resource: ResourceStatus? = 7,
    }
}

message! {
    /// A number with a name.
    NamedStatus {
        metric: Identifier = 1,
        current: Current = 2,
    }
}

message! {
    /// The use of a resource, of all containers or of the one named.
    ResourceStatus {
        name: string = 1,
        current: Current = 2,
        container: string = 3,
    }
}

message! {
    /// What a number is.
    Current {
        value: Quantity? = 1,
        average_value: Quantity? = 2,
        average_utilization: int32? = 3,
    }
}

named!(HorizontalPodAutoscaler);
