//! Objects as a cluster has them, in any number, each from its number alone.

use serde_json::{Value, json};

use super::World;

/// Namespaces that objects are spread over.
const NAMESPACES: usize = 20;
const TIME: &str = "2026-11-20T10:00:00Z";

/// How many objects of each kind a cluster has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cluster {
    pub nodes: usize,
    pub pods: usize,
    pub deployments: usize,
    pub replicasets: usize,
    pub secrets: usize,
    /// Bytes of a secret's value.
    pub secret_bytes: usize,
    pub configmaps: usize,
    /// Bytes of a config map's text.
    pub configmap_bytes: usize,
}

impl Cluster {
    /// All of its objects, and the namespaces that they are in.
    pub fn world(&self) -> World {
        let mut world = World::empty(1_000);
        for number in 0..NAMESPACES.min(self.pods.max(1)) {
            world.put("namespaces", namespace(number));
        }
        for number in 0..self.nodes {
            world.put("nodes", node(number));
            world.put("leases", lease(number));
        }
        for number in 0..self.deployments {
            world.put("deployments", deployment(number));
        }
        for number in 0..self.replicasets {
            world.put("replicasets", replicaset(number));
        }
        for number in 0..self.pods {
            world.put("pods", pod(number, self.nodes));
        }
        for number in 0..self.secrets {
            world.put(
                "secrets",
                secret(number, &"c2VjcmV0".repeat(self.secret_bytes / 8)),
            );
        }
        for number in 0..self.configmaps {
            world.put(
                "configmaps",
                configmap(number, &"key=value\n".repeat(self.configmap_bytes / 10)),
            );
        }
        world.compact();
        world
    }
}

/// The namespace of the objects with this number.
pub fn namespace_of(number: usize) -> String {
    format!("team-{:02}", number % NAMESPACES)
}

/// The name of a pod.
pub fn pod_name(number: usize) -> String {
    format!(
        "shop-{}-{:08x}-{:05x}",
        number / 3,
        scattered(number / 3) >> 32,
        scattered(number) >> 44
    )
}

fn namespace(number: usize) -> Value {
    let name = namespace_of(number);
    json!({
        "metadata": metadata(&name, "", 1, json!({"kubernetes.io/metadata.name": name})),
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    })
}

fn node(number: usize) -> Value {
    let name = node_name(number);
    let resources = |cpu: &str, memory: &str| json!({"cpu": cpu, "memory": memory, "ephemeral-storage": "119530Mi", "hugepages-2Mi": "0", "pods": "110"});
    let conditions: Vec<_> = [
        ("MemoryPressure", "False"),
        ("DiskPressure", "False"),
        ("PIDPressure", "False"),
        ("Ready", "True"),
    ]
    .iter()
    .map(|(kind, status)| {
        json!({
            "type": kind, "status": status, "lastHeartbeatTime": TIME, "lastTransitionTime": TIME,
            "reason": "KubeletHasWhatItNeeds", "message": "kubelet has what it needs",
        })
    })
    .collect();
    let images: Vec<_> = (0..40)
        .map(|image| {
            json!({
                "names": [format!("docker.io/library/image-{image}@sha256:{}", digest(image)), format!("docker.io/library/image-{image}:1.{image}")],
                "sizeBytes": 10_000_000 + image,
            })
        })
        .collect();
    json!({
        "metadata": metadata(&name, "", 2, json!({
            "beta.kubernetes.io/arch": "arm64", "kubernetes.io/arch": "arm64", "kubernetes.io/hostname": name,
            "kubernetes.io/os": "linux", "node.kubernetes.io/instance-type": "k3s",
        })),
        "spec": {"podCIDR": format!("10.42.{number}.0/24"), "podCIDRs": [format!("10.42.{number}.0/24")], "providerID": format!("k3s://{name}")},
        "status": {
            "capacity": resources("4", "8039928Ki"), "allocatable": resources("4", "7937528Ki"),
            "conditions": conditions, "images": images,
            "addresses": [{"type": "InternalIP", "address": format!("192.168.4.{}", number % 250)}, {"type": "Hostname", "address": name}],
            "nodeInfo": {
                "machineID": digest(number), "systemUUID": uid(4, number), "bootID": uid(5, number),
                "kernelVersion": "6.12.47+rpt-rpi-v8", "osImage": "Debian GNU/Linux 13 (trixie)",
                "containerRuntimeVersion": "containerd://2.1.4-k3s1", "kubeletVersion": "v1.34.1+k3s1",
                "kubeProxyVersion": "", "operatingSystem": "linux", "architecture": "arm64",
            },
        },
    })
}

fn lease(number: usize) -> Value {
    let mut metadata = metadata(&node_name(number), "kube-node-lease", 3, json!({}));
    metadata["ownerReferences"] =
        json!([{"apiVersion": "v1", "kind": "Node", "name": node_name(number), "uid": uid(2, number)}]);
    json!({
        "metadata": metadata,
        "spec": {"holderIdentity": node_name(number), "leaseDurationSeconds": 40, "renewTime": "2026-11-20T10:00:00.123456Z"},
    })
}

fn deployment(number: usize) -> Value {
    let name = format!("shop-{number}");
    let condition = |kind: &str, reason: &str| json!({"type": kind, "status": "True", "reason": reason, "message": "As it should be.", "lastUpdateTime": TIME, "lastTransitionTime": TIME});
    json!({
        "metadata": metadata(&name, &namespace_of(number), 6, labels(number)),
        "spec": {
            "replicas": 3, "selector": {"matchLabels": labels(number)}, "template": template(number),
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": 1}},
            "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600,
        },
        "status": {
            "observedGeneration": 1, "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3,
            "conditions": [condition("Available", "MinimumReplicasAvailable"), condition("Progressing", "NewReplicaSetAvailable")],
        },
    })
}

fn replicaset(number: usize) -> Value {
    let mut metadata = metadata(&replicaset_name(number), &namespace_of(number), 7, labels(number));
    metadata["ownerReferences"] = json!([owner("Deployment", &format!("shop-{number}"), 6, number)]);
    json!({
        "metadata": metadata,
        "spec": {"replicas": 3, "selector": {"matchLabels": labels(number)}, "template": template(number)},
        "status": {"replicas": 3, "fullyLabeledReplicas": 3, "observedGeneration": 1, "readyReplicas": 3, "availableReplicas": 3},
    })
}

/// A running pod with one container, on one of `nodes`.
pub fn pod(number: usize, nodes: usize) -> Value {
    let address = format!("10.42.{}.{}", number / 250 % 250, number % 250);
    let node = number % nodes.max(1);
    let host = format!("192.168.4.{}", node % 250);
    let mut metadata = metadata(&pod_name(number), &namespace_of(number), 8, labels(number / 3));
    metadata["generateName"] = format!("{}-", replicaset_name(number / 3)).into();
    metadata["ownerReferences"] = json!([owner("ReplicaSet", &replicaset_name(number / 3), 7, number / 3)]);
    let mut spec = template(number / 3)["spec"].take();
    spec["nodeName"] = node_name(node).into();
    let conditions: Vec<_> = [
        "PodReadyToStartContainers",
        "Initialized",
        "Ready",
        "ContainersReady",
        "PodScheduled",
    ]
    .iter()
    .map(|kind| json!({"type": kind, "status": "True", "lastProbeTime": null, "lastTransitionTime": TIME}))
    .collect();
    json!({
        "metadata": metadata,
        "spec": spec,
        "status": {
            "phase": "Running", "conditions": conditions, "qosClass": "Burstable", "startTime": TIME,
            "hostIP": host, "hostIPs": [{"ip": host}], "podIP": address, "podIPs": [{"ip": address}],
            "containerStatuses": [{
                "name": "web", "ready": true, "started": true, "restartCount": number % 5,
                "image": "registry.example/shop/web:1.24.3",
                "imageID": format!("registry.example/shop/web@sha256:{}", digest(number / 3)),
                "containerID": format!("containerd://{}", digest(number)),
                "state": {"running": {"startedAt": TIME}}, "lastState": {},
            }],
        },
    })
}

/// A secret with one value.
pub fn secret(number: usize, value: &str) -> Value {
    json!({
        "metadata": metadata(&format!("secret-{number}"), &namespace_of(number), 9, labels(number)),
        "type": "Opaque", "data": {"password": value},
    })
}

fn configmap(number: usize, text: &str) -> Value {
    json!({
        "metadata": metadata(&format!("settings-{number}"), &namespace_of(number), 10, labels(number)),
        "data": {"settings": text},
    })
}

/// What deployments, their replica sets and pods have in common.
fn template(number: usize) -> Value {
    let environment: Vec<_> = (0..12)
        .map(|variable| json!({"name": format!("SETTING_{variable}"), "value": format!("value-{variable}-of-{number}")}))
        .chain([json!({"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "shop", "key": "password"}}})])
        .collect();
    let probe = |path: &str| {
        json!({"httpGet": {"path": path, "port": "http", "scheme": "HTTP"}, "initialDelaySeconds": 5, "timeoutSeconds": 1,
            "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3})
    };
    json!({
        "metadata": {"labels": labels(number)},
        "spec": {
            "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
            "serviceAccountName": "shop", "serviceAccount": "shop", "schedulerName": "default-scheduler",
            "priority": 0, "enableServiceLinks": true, "preemptionPolicy": "PreemptLowerPriority",
            "containers": [{
                "name": "web", "image": "registry.example/shop/web:1.24.3", "imagePullPolicy": "IfNotPresent",
                "args": ["--listen=:8080", "--database=postgres://shop@database/shop", "--log=info"],
                "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}],
                "env": environment,
                "resources": {"limits": {"cpu": "500m", "memory": "256Mi"}, "requests": {"cpu": "100m", "memory": "128Mi"}},
                "volumeMounts": [
                    {"name": "settings", "mountPath": "/etc/shop", "readOnly": true},
                    {"name": "token", "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true},
                ],
                "livenessProbe": probe("/live"), "readinessProbe": probe("/ready"),
                "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
            }],
            "volumes": [
                {"name": "settings", "configMap": {"name": format!("settings-{number}"), "defaultMode": 420}},
                {"name": "token", "projected": {"sources": [{"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}], "defaultMode": 420}},
            ],
            "tolerations": [
                {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300},
                {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300},
            ],
        },
    })
}

fn labels(number: usize) -> Value {
    json!({"app.kubernetes.io/name": "shop", "app.kubernetes.io/instance": format!("shop-{number}"), "pod-template-hash": format!("{:08x}", scattered(number) >> 32)})
}

fn owner(kind: &str, name: &str, salt: usize, number: usize) -> Value {
    json!({"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": uid(salt, number), "controller": true, "blockOwnerDeletion": true})
}

/// With the fields that a server keeps of who set what, which are a third of most objects.
fn metadata(name: &str, namespace: &str, salt: usize, labels: Value) -> Value {
    let number = name.bytes().fold(7_usize, |number, byte| {
        number.wrapping_mul(31) ^ usize::from(byte)
    });
    let manager = |manager: &str, subresource: &str| {
        let fields: Value = (0..25)
            .map(|field| {
                (
                    format!("f:field{field}"),
                    json!({"f:of": {}, format!("k:{{\"name\":\"{field}\"}}"): {".": {}}}),
                )
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
        json!({
            "manager": manager, "operation": "Update", "apiVersion": "v1", "time": TIME, "fieldsType": "FieldsV1",
            "fieldsV1": {"f:metadata": fields}, "subresource": subresource,
        })
    };
    let mut metadata = json!({
        "name": name, "uid": uid(salt, number), "generation": 1, "creationTimestamp": TIME, "labels": labels,
        "annotations": {"deployment.kubernetes.io/revision": "1"},
        "managedFields": [manager("k3s", ""), manager("kubelet", "status")],
    });
    if !namespace.is_empty() {
        metadata["namespace"] = namespace.into();
    }
    metadata
}

fn node_name(number: usize) -> String {
    format!("node-{number:03}")
}

fn replicaset_name(number: usize) -> String {
    format!("shop-{number}-{:08x}", scattered(number) >> 32)
}

fn uid(salt: usize, number: usize) -> String {
    let (high, low) = (
        scattered(number ^ salt << 40),
        scattered(number.wrapping_mul(7) ^ salt),
    );
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

/// As long as a SHA-256.
fn digest(number: usize) -> String {
    (0..4)
        .map(|part| format!("{:016x}", scattered(number.wrapping_mul(4) + part)))
        .collect()
}

/// A number that looks like chance, always the same (splitmix64).
fn scattered(number: usize) -> u64 {
    let mut state = (number as u64)
        .wrapping_add(1)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    state = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ state >> 31
}
