//! Whole objects, as Kubernetes' own definitions encode them, are told of as the same objects in JSON.

use k8s_pb::api::{apps, autoscaling, batch, core, networking};
use k8s_pb::apimachinery::pkg::api::resource::Quantity;
use k8s_pb::apimachinery::pkg::apis::meta::v1::{ManagedFieldsEntry, ObjectMeta, OwnerReference, Time};
use k8s_pb::apimachinery::pkg::util::intstr::IntOrString;
use prost::Message;

use super::{Object, render, resource};

#[track_caller]
fn check(name: &str, message: &impl Message, json: &str) {
    let bytes = message.encode_to_vec();
    let resource = resource(name);
    let from_protobuf = render(resource, Object::Protobuf(&bytes), &["*"], &["*"]).unwrap();
    let from_json = render(resource, Object::Json(json.as_bytes()), &["*"], &["*"]).unwrap();
    assert_eq!(from_protobuf, from_json);
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn time(seconds: i64) -> Option<Time> {
    Some(Time {
        seconds: Some(seconds),
        nanos: Some(0),
    })
}

fn quantities<M: FromIterator<(String, Quantity)>>(entries: &[(&str, &str)]) -> M {
    let quantity = |(name, amount): &(&str, &str)| ((*name).to_owned(), Quantity { string: text(amount) });
    entries.iter().map(quantity).collect()
}

fn texts<M: FromIterator<(String, String)>>(entries: &[(&str, &str)]) -> M {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    entries.iter().map(owned).collect()
}

/// With fields that nothing is told of.
fn metadata(name: &str) -> Option<ObjectMeta> {
    Some(ObjectMeta {
        name: text(name),
        generate_name: text("web-"),
        namespace: text("shop"),
        uid: text("u-1"),
        resource_version: text("42"),
        generation: Some(3),
        creation_timestamp: time(1_500_000_000),
        deletion_timestamp: time(1_800_000_000),
        labels: texts(&[("app", "web"), ("a.b/c", "d")]),
        annotations: texts(&[("team", "a")]),
        owner_references: vec![OwnerReference {
            kind: text("ReplicaSet"),
            name: text("web"),
            uid: text("u-0"),
            api_version: text("apps/v1"),
            controller: Some(true),
            ..Default::default()
        }],
        managed_fields: vec![ManagedFieldsEntry {
            manager: text("kubelet"),
            ..Default::default()
        }],
        ..Default::default()
    })
}

const METADATA: &str = r#""metadata":{"name":"web-1","generateName":"web-","namespace":"shop","uid":"u-1","resourceVersion":"42",
"generation":3,"creationTimestamp":"2017-07-14T02:40:00Z","deletionTimestamp":"2027-01-15T08:00:00Z",
"labels":{"app":"web","a.b/c":"d"},"annotations":{"team":"a"},
"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"u-0","controller":true}],
"managedFields":[{"manager":"kubelet","fieldsV1":{"f:a":{}}}]}"#;

fn json(rest: &str) -> String {
    format!("{{\"kind\":\"K\",\"apiVersion\":\"v1\",{METADATA},{rest}}}")
}

#[test]
fn pod() {
    use core::v1::{
        Container, ContainerState, ContainerStateRunning, ContainerStateTerminated, ContainerStatus, EnvVar,
        PersistentVolumeClaimVolumeSource, PodCondition, PodIp, PodSpec, PodStatus, ResourceRequirements,
        Toleration, Volume, VolumeSource,
    };
    let container = Container {
        name: text("web"),
        image: text("web:1"),
        args: vec!["x".to_owned()],
        env: vec![EnvVar {
            name: text("A"),
            value: text("B"),
            ..Default::default()
        }],
        resources: Some(ResourceRequirements {
            limits: quantities(&[("memory", "64Mi"), ("nvidia.com/gpu", "1")]),
            requests: quantities(&[("cpu", "100m")]),
            ..Default::default()
        }),
        ..Default::default()
    };
    let status = ContainerStatus {
        name: text("web"),
        state: Some(ContainerState {
            running: Some(ContainerStateRunning {
                started_at: time(1_500_000_060),
            }),
            ..Default::default()
        }),
        last_state: Some(ContainerState {
            terminated: Some(ContainerStateTerminated {
                exit_code: Some(137),
                reason: text("OOMKilled"),
                finished_at: time(1_500_000_050),
                ..Default::default()
            }),
            ..Default::default()
        }),
        ready: Some(true),
        restart_count: Some(7),
        image: text("docker.io/web:1"),
        image_id: text("sha256:1"),
        container_id: text("containerd://1"),
        ..Default::default()
    };
    let pod = core::v1::Pod {
        metadata: metadata("web-1"),
        spec: Some(PodSpec {
            volumes: vec![Volume {
                name: text("data"),
                volume_source: Some(VolumeSource {
                    persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
                        claim_name: text("claim"),
                        read_only: Some(true),
                    }),
                    ..Default::default()
                }),
            }],
            containers: vec![container],
            restart_policy: text("Always"),
            node_selector: texts(&[("disk", "ssd")]),
            service_account_name: text("web"),
            node_name: text("pi"),
            host_network: Some(true),
            scheduler_name: text("default-scheduler"),
            tolerations: vec![Toleration {
                key: text("k"),
                operator: text("Exists"),
                effect: text("NoExecute"),
                toleration_seconds: Some(300),
                ..Default::default()
            }],
            priority_class_name: text("high"),
            runtime_class_name: text("gvisor"),
            overhead: quantities(&[("cpu", "250m"), ("memory", "120Mi")]),
            ..Default::default()
        }),
        status: Some(PodStatus {
            phase: text("Running"),
            conditions: vec![PodCondition {
                r#type: text("Ready"),
                status: text("True"),
                last_transition_time: time(1_500_000_070),
                ..Default::default()
            }],
            host_ip: text("10.0.0.1"),
            pod_ip: text("10.1.0.7"),
            start_time: time(1_500_000_001),
            container_statuses: vec![status],
            qos_class: text("Burstable"),
            pod_ips: vec![PodIp { ip: text("10.1.0.7") }],
            ..Default::default()
        }),
    };
    let rest = r#""spec":{"volumes":[{"name":"data","persistentVolumeClaim":{"claimName":"claim","readOnly":true}}],
"containers":[{"name":"web","image":"web:1","args":["x"],"env":[{"name":"A","value":"B"}],
"resources":{"limits":{"memory":"64Mi","nvidia.com/gpu":"1"},"requests":{"cpu":"100m"}}}],
"restartPolicy":"Always","nodeSelector":{"disk":"ssd"},"serviceAccountName":"web","nodeName":"pi","hostNetwork":true,
"schedulerName":"default-scheduler","tolerations":[{"key":"k","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],
"priorityClassName":"high","runtimeClassName":"gvisor","overhead":{"cpu":"250m","memory":"120Mi"}},
"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True","lastTransitionTime":"2017-07-14T02:41:10Z"}],
"hostIP":"10.0.0.1","podIP":"10.1.0.7","startTime":"2017-07-14T02:40:01Z","qosClass":"Burstable","podIPs":[{"ip":"10.1.0.7"}],
"containerStatuses":[{"name":"web","state":{"running":{"startedAt":"2017-07-14T02:41:00Z"}},
"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled","finishedAt":"2017-07-14T02:40:50Z"}},
"ready":true,"restartCount":7,"image":"docker.io/web:1","imageID":"sha256:1","containerID":"containerd://1"}]}"#;
    check("pods", &pod, &json(rest));
}

#[test]
fn node() {
    use core::v1::{NodeAddress, NodeCondition, NodeSpec, NodeStatus, NodeSystemInfo, Taint};
    let node = core::v1::Node {
        metadata: metadata("web-1"),
        spec: Some(NodeSpec {
            pod_cidr: text("10.42.0.0/24"),
            pod_cid_rs: vec!["10.42.0.0/24".to_owned()],
            provider_id: text("k3s://pi"),
            unschedulable: Some(true),
            taints: vec![Taint {
                key: text("k"),
                effect: text("NoSchedule"),
                ..Default::default()
            }],
            ..Default::default()
        }),
        status: Some(NodeStatus {
            capacity: quantities(&[("cpu", "4"), ("memory", "8035648Ki"), ("pods", "110")]),
            allocatable: quantities(&[("cpu", "3900m")]),
            conditions: vec![NodeCondition {
                r#type: text("Ready"),
                status: text("True"),
                last_heartbeat_time: time(1),
                ..Default::default()
            }],
            addresses: vec![NodeAddress {
                r#type: text("InternalIP"),
                address: text("192.168.1.4"),
            }],
            node_info: Some(NodeSystemInfo {
                machine_id: text("m"),
                system_uuid: text("s"),
                kernel_version: text("6.6"),
                os_image: text("Debian"),
                container_runtime_version: text("containerd://2"),
                kubelet_version: text("v1.36.2"),
                ..Default::default()
            }),
            ..Default::default()
        }),
    };
    let rest = r#""spec":{"podCIDR":"10.42.0.0/24","podCIDRs":["10.42.0.0/24"],"providerID":"k3s://pi","unschedulable":true,
"taints":[{"key":"k","effect":"NoSchedule"}]},"status":{"capacity":{"cpu":"4","memory":"8035648Ki","pods":"110"},
"allocatable":{"cpu":"3900m"},"conditions":[{"type":"Ready","status":"True"}],
"addresses":[{"type":"InternalIP","address":"192.168.1.4"}],"nodeInfo":{"systemUUID":"s","kernelVersion":"6.6",
"osImage":"Debian","containerRuntimeVersion":"containerd://2","kubeletVersion":"v1.36.2"}}"#;
    check("nodes", &node, &json(rest));
}

#[test]
fn deployment() {
    use apps::v1::{
        DeploymentCondition, DeploymentSpec, DeploymentStatus, DeploymentStrategy, RollingUpdateDeployment,
    };
    let deployment = apps::v1::Deployment {
        metadata: metadata("web-1"),
        spec: Some(DeploymentSpec {
            replicas: Some(5),
            strategy: Some(DeploymentStrategy {
                r#type: text("RollingUpdate"),
                rolling_update: Some(RollingUpdateDeployment {
                    max_unavailable: Some(IntOrString {
                        r#type: Some(0),
                        int_val: Some(2),
                        str_val: None,
                    }),
                    max_surge: Some(IntOrString {
                        r#type: Some(1),
                        int_val: Some(0),
                        str_val: text("25%"),
                    }),
                }),
            }),
            ..Default::default()
        }),
        status: Some(DeploymentStatus {
            observed_generation: Some(1),
            replicas: Some(2),
            updated_replicas: Some(3),
            ready_replicas: Some(4),
            available_replicas: Some(5),
            unavailable_replicas: Some(6),
            terminating_replicas: Some(7),
            conditions: vec![DeploymentCondition {
                r#type: text("Available"),
                status: text("False"),
                reason: text("MinimumReplicasUnavailable"),
                ..Default::default()
            }],
            ..Default::default()
        }),
    };
    let rest = r#""spec":{"replicas":5,"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxUnavailable":2,"maxSurge":"25%"}}},
"status":{"observedGeneration":1,"replicas":2,"updatedReplicas":3,"readyReplicas":4,"availableReplicas":5,
"unavailableReplicas":6,"terminatingReplicas":7,
"conditions":[{"type":"Available","status":"False","reason":"MinimumReplicasUnavailable"}]}"#;
    check("deployments", &deployment, &json(rest));
}

#[test]
fn autoscaler() {
    use autoscaling::v2::{
        HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus, MetricIdentifier, MetricSpec,
        MetricStatus, MetricTarget, MetricValueStatus, ObjectMetricSource, ObjectMetricStatus,
    };
    let identifier = MetricIdentifier {
        name: text("hits"),
        ..Default::default()
    };
    let quantity = |amount| Some(Quantity { string: text(amount) });
    let scaler = autoscaling::v2::HorizontalPodAutoscaler {
        metadata: metadata("web-1"),
        spec: Some(HorizontalPodAutoscalerSpec {
            max_replicas: Some(4),
            metrics: vec![MetricSpec {
                r#type: text("Object"),
                object: Some(ObjectMetricSource {
                    metric: Some(identifier.clone()),
                    target: Some(MetricTarget {
                        r#type: text("Value"),
                        value: quantity("10k"),
                        average_value: quantity("1"),
                        average_utilization: Some(5),
                    }),
                    ..Default::default()
                }),
                ..Default::default()
            }],
            ..Default::default()
        }),
        status: Some(HorizontalPodAutoscalerStatus {
            current_replicas: Some(1),
            desired_replicas: Some(2),
            current_metrics: vec![MetricStatus {
                r#type: text("Object"),
                object: Some(ObjectMetricStatus {
                    metric: Some(identifier),
                    current: Some(MetricValueStatus {
                        value: quantity("7"),
                        average_value: quantity("500m"),
                        average_utilization: Some(50),
                    }),
                    ..Default::default()
                }),
                ..Default::default()
            }],
            ..Default::default()
        }),
    };
    let rest = r#""spec":{"maxReplicas":4,"metrics":[{"type":"Object","object":{"metric":{"name":"hits"},
"target":{"type":"Value","value":"10k","averageValue":"1","averageUtilization":5}}}]},
"status":{"currentReplicas":1,"desiredReplicas":2,"currentMetrics":[{"type":"Object","object":{"metric":{"name":"hits"},
"current":{"value":"7","averageValue":"500m","averageUtilization":50}}}]}"#;
    check("horizontalpodautoscalers", &scaler, &json(rest));
}

#[test]
fn cron_job() {
    use batch::v1::{CronJobSpec, CronJobStatus};
    let job = batch::v1::CronJob {
        metadata: metadata("web-1"),
        spec: Some(CronJobSpec {
            schedule: text("30 2 * * *"),
            time_zone: text("Europe/Berlin"),
            starting_deadline_seconds: Some(60),
            concurrency_policy: text("Forbid"),
            suspend: Some(false),
            successful_jobs_history_limit: Some(3),
            failed_jobs_history_limit: Some(1),
            ..Default::default()
        }),
        status: Some(CronJobStatus {
            active: vec![core::v1::ObjectReference::default(); 2],
            last_schedule_time: time(1_500_000_000),
            last_successful_time: time(1_500_000_010),
        }),
    };
    let rest = r#""spec":{"schedule":"30 2 * * *","timeZone":"Europe/Berlin","startingDeadlineSeconds":60,
"concurrencyPolicy":"Forbid","suspend":false,"successfulJobsHistoryLimit":3,"failedJobsHistoryLimit":1},
"status":{"active":[{},{}],"lastScheduleTime":"2017-07-14T02:40:00Z","lastSuccessfulTime":"2017-07-14T02:40:10Z"}"#;
    check("cronjobs", &job, &json(rest));
}

#[test]
fn volume() {
    use core::v1::{NfsVolumeSource, ObjectReference, PersistentVolumeSource, PersistentVolumeSpec};
    let volume = core::v1::PersistentVolume {
        metadata: metadata("web-1"),
        spec: Some(PersistentVolumeSpec {
            capacity: quantities(&[("storage", "5Gi")]),
            persistent_volume_source: Some(PersistentVolumeSource {
                nfs: Some(NfsVolumeSource {
                    server: text("nas"),
                    path: text("/data"),
                    read_only: None,
                }),
                ..Default::default()
            }),
            access_modes: vec!["ReadWriteMany".to_owned()],
            claim_ref: Some(ObjectReference {
                namespace: text("shop"),
                name: text("data"),
                ..Default::default()
            }),
            persistent_volume_reclaim_policy: text("Retain"),
            storage_class_name: text("nfs"),
            volume_mode: text("Filesystem"),
            ..Default::default()
        }),
        status: None,
    };
    let rest = r#""spec":{"capacity":{"storage":"5Gi"},"nfs":{"server":"nas","path":"/data"},"accessModes":["ReadWriteMany"],
"claimRef":{"namespace":"shop","name":"data"},"persistentVolumeReclaimPolicy":"Retain","storageClassName":"nfs",
"volumeMode":"Filesystem"}"#;
    check("persistentvolumes", &volume, &json(rest));
}

#[test]
fn ingress() {
    use networking::v1::{
        HttpIngressPath, HttpIngressRuleValue, IngressBackend, IngressRule, IngressRuleValue,
        IngressServiceBackend, IngressSpec, ServiceBackendPort,
    };
    let path = HttpIngressPath {
        path: text("/"),
        path_type: text("Prefix"),
        backend: Some(IngressBackend {
            service: Some(IngressServiceBackend {
                name: text("web"),
                port: Some(ServiceBackendPort {
                    name: None,
                    number: Some(80),
                }),
            }),
            ..Default::default()
        }),
    };
    let ingress = networking::v1::Ingress {
        metadata: metadata("web-1"),
        spec: Some(IngressSpec {
            ingress_class_name: text("traefik"),
            rules: vec![IngressRule {
                host: text("a"),
                ingress_rule_value: Some(IngressRuleValue {
                    http: Some(HttpIngressRuleValue { paths: vec![path] }),
                }),
            }],
            ..Default::default()
        }),
        status: None,
    };
    let rest = r#""spec":{"ingressClassName":"traefik","rules":[{"host":"a","http":{"paths":[{"path":"/","pathType":"Prefix",
"backend":{"service":{"name":"web","port":{"number":80}}}}]}}]}"#;
    check("ingresses", &ingress, &json(rest));
}

#[test]
fn secret_without_its_data() {
    let secret = core::v1::Secret {
        metadata: metadata("web-1"),
        data: [("key".to_owned(), b"secret".to_vec())].into(),
        r#type: text("Opaque"),
        ..Default::default()
    };
    let row = format!("{{\"cells\":[\"web-1\",\"Opaque\",1,\"5d\"],\"object\":{{{METADATA}}}}}");
    check("secrets", &secret, &row);
}
