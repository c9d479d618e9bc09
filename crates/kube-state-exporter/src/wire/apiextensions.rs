//! `k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1`: the names of kinds that somebody defined.

use super::meta::ObjectMeta;

message! {
    CustomResourceDefinition {
        metadata: ObjectMeta = 1,
        spec: CustomResourceDefinitionSpec = 2,
    }
}

message! {
    CustomResourceDefinitionSpec {
        group: string = 1,
        names: CustomResourceDefinitionNames = 3,
        scope: string = 4,
        versions: [CustomResourceDefinitionVersion] = 7,
    }
}

message! {
    CustomResourceDefinitionNames {
        plural: string = 1,
        kind: string = 4,
    }
}

message! {
    CustomResourceDefinitionVersion {
        name: string = 1,
        served: bool = 2,
    }
}

named!(CustomResourceDefinition);
