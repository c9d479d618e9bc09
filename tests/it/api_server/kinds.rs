//! The kinds of objects that the server has, and where they are asked for.

/// A kind of object.
#[derive(Debug)]
pub struct Kind {
    /// Its name in paths.
    pub plural: &'static str,
    /// `v1` or `apps/v1`.
    pub api_version: &'static str,
    /// `Pod`
    pub name: &'static str,
}

const fn kind(plural: &'static str, api_version: &'static str, name: &'static str) -> Kind {
    Kind {
        plural,
        api_version,
        name,
    }
}

const ADMISSION: &str = "admissionregistration.k8s.io/v1";
const ROLES: &str = "rbac.authorization.k8s.io/v1";

const ALL: &[Kind] = &[
    kind(
        "certificatesigningrequests",
        "certificates.k8s.io/v1",
        "CertificateSigningRequest",
    ),
    kind("clusterrolebindings", ROLES, "ClusterRoleBinding"),
    kind("clusterroles", ROLES, "ClusterRole"),
    kind("configmaps", "v1", "ConfigMap"),
    kind("cronjobs", "batch/v1", "CronJob"),
    kind(
        "customresourcedefinitions",
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
    ),
    kind("daemonsets", "apps/v1", "DaemonSet"),
    kind("deployments", "apps/v1", "Deployment"),
    kind("endpoints", "v1", "Endpoints"),
    kind("endpointslices", "discovery.k8s.io/v1", "EndpointSlice"),
    // Defined by somebody: absent until a test brings its definition.
    kind("greenhouses", "garden.example/v1", "Greenhouse"),
    kind(
        "horizontalpodautoscalers",
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
    ),
    kind("ingressclasses", "networking.k8s.io/v1", "IngressClass"),
    kind("ingresses", "networking.k8s.io/v1", "Ingress"),
    kind("jobs", "batch/v1", "Job"),
    kind("leases", "coordination.k8s.io/v1", "Lease"),
    kind("limitranges", "v1", "LimitRange"),
    kind("mutatingadmissionpolicies", ADMISSION, "MutatingAdmissionPolicy"),
    kind(
        "mutatingadmissionpolicybindings",
        ADMISSION,
        "MutatingAdmissionPolicyBinding",
    ),
    kind(
        "mutatingwebhookconfigurations",
        ADMISSION,
        "MutatingWebhookConfiguration",
    ),
    kind("namespaces", "v1", "Namespace"),
    kind("networkpolicies", "networking.k8s.io/v1", "NetworkPolicy"),
    kind("nodes", "v1", "Node"),
    kind("persistentvolumeclaims", "v1", "PersistentVolumeClaim"),
    kind("persistentvolumes", "v1", "PersistentVolume"),
    kind("poddisruptionbudgets", "policy/v1", "PodDisruptionBudget"),
    kind("pods", "v1", "Pod"),
    kind("replicasets", "apps/v1", "ReplicaSet"),
    kind("replicationcontrollers", "v1", "ReplicationController"),
    kind("resourcequotas", "v1", "ResourceQuota"),
    kind("rolebindings", ROLES, "RoleBinding"),
    kind("roles", ROLES, "Role"),
    kind("secrets", "v1", "Secret"),
    kind("serviceaccounts", "v1", "ServiceAccount"),
    kind("services", "v1", "Service"),
    kind("statefulsets", "apps/v1", "StatefulSet"),
    kind("storageclasses", "storage.k8s.io/v1", "StorageClass"),
    kind(
        "validatingadmissionpolicies",
        ADMISSION,
        "ValidatingAdmissionPolicy",
    ),
    kind(
        "validatingadmissionpolicybindings",
        ADMISSION,
        "ValidatingAdmissionPolicyBinding",
    ),
    kind(
        "validatingwebhookconfigurations",
        ADMISSION,
        "ValidatingWebhookConfiguration",
    ),
    kind("volumeattachments", "storage.k8s.io/v1", "VolumeAttachment"),
];

/// The kind of this name; fails where there is none.
#[track_caller]
pub fn named(plural: &str) -> &'static Kind {
    let found = ALL.iter().find(|kind| kind.plural == plural);
    found.unwrap_or_else(|| panic!("there is no kind {plural:?}"))
}

/// What a path asks for.
#[derive(Clone, Debug)]
pub struct Place {
    pub kind: &'static Kind,
    /// Empty for all of them.
    pub namespace: String,
    /// Empty for the collection.
    pub name: String,
}

/// Reads `/api/v1/namespaces/shop/pods/web-1` and its shorter forms; `None` where the server has nothing.
pub fn place(path: &str) -> Option<Place> {
    let words: Vec<_> = path.trim_start_matches('/').split('/').collect();
    let (api_version, rest) = match *words.as_slice() {
        ["api", version, ref rest @ ..] => (version.to_owned(), rest),
        ["apis", group, version, ref rest @ ..] => (format!("{group}/{version}"), rest),
        _ => return None,
    };
    let (namespace, plural, name) = match *rest {
        [plural] => ("", plural, ""),
        ["namespaces", namespace, plural] => (namespace, plural, ""),
        ["namespaces", namespace, plural, name] => (namespace, plural, name),
        _ => return None,
    };
    let kind = ALL
        .iter()
        .find(|kind| kind.plural == plural && kind.api_version == api_version)?;
    Some(Place {
        kind,
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    })
}
