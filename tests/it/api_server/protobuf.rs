//! Writes Kubernetes' protobuf from JSON, by a table of its own: nothing here is shared with what the exporter reads by.
//!
//! Numbers are those of `generated.proto` in Kubernetes' `staging/src/k8s.io`. Kinds that are not in the table are served
//! in JSON, as a real server serves custom resources. A field that is not in the table fails the test that made it.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde_json::Value;

/// A message a line: `field=number`, and behind a colon what its objects or texts become. `2/6` stands in field 6 of the
/// message in field 2, where JSON has no name for that message.
///
/// | type                | JSON                   | protobuf                                  |
/// |---------------------|------------------------|-------------------------------------------|
/// | none                | text, number, boolean  | bytes, varint                             |
/// | `{}`, `{quantity}`  | object                 | map of texts, of quantities               |
/// | `time`              | `2026-11-20T10:00:00Z` | message with seconds                      |
/// | `quantity`          | `100m`                 | message with the text                     |
/// | `port`              | number or text         | `IntOrString`                             |
/// | `raw`               | anything               | message with the text of the JSON         |
const SCHEMA: &str = "
ObjectMeta name=1 generateName=2 namespace=3 uid=5 resourceVersion=6 generation=7 creationTimestamp=8:time deletionTimestamp=9:time labels=11:{} annotations=12:{} ownerReferences=13:OwnerReference finalizers=14 managedFields=17:ManagedFields
OwnerReference kind=1 name=3 uid=4 apiVersion=5 controller=6 blockOwnerDeletion=7
ManagedFields manager=1 operation=2 apiVersion=3 time=4:time fieldsType=6 fieldsV1=7:raw subresource=8
PartialObjectMetadata metadata=1:ObjectMeta
LabelSelector matchLabels=1:{}
Namespace metadata=1:ObjectMeta spec=2:NamespaceSpec status=3:NamespaceStatus
NamespaceSpec finalizers=1
NamespaceStatus phase=1
Node metadata=1:ObjectMeta spec=2:NodeSpec status=3:NodeStatus
NodeSpec podCIDR=1 providerID=3 unschedulable=4 taints=5:Taint podCIDRs=7
Taint key=1 value=2 effect=3
NodeStatus capacity=1:{quantity} allocatable=2:{quantity} conditions=4:NodeCondition addresses=5:NodeAddress nodeInfo=7:NodeInfo images=8:NodeImage
NodeCondition type=1 status=2 lastHeartbeatTime=3:time lastTransitionTime=4:time reason=5 message=6
NodeAddress type=1 address=2
NodeInfo machineID=1 systemUUID=2 bootID=3 kernelVersion=4 osImage=5 containerRuntimeVersion=6 kubeletVersion=7 kubeProxyVersion=8 operatingSystem=9 architecture=10
NodeImage names=1 sizeBytes=2
Lease metadata=1:ObjectMeta spec=2:LeaseSpec
LeaseSpec holderIdentity=1 leaseDurationSeconds=2 renewTime=4:time
Deployment metadata=1:ObjectMeta spec=2:DeploymentSpec status=3:DeploymentStatus
DeploymentSpec replicas=1 selector=2:LabelSelector template=3:PodTemplate strategy=4:Strategy revisionHistoryLimit=6 paused=7 progressDeadlineSeconds=9
Strategy type=1 rollingUpdate=2:RollingUpdate
RollingUpdate maxUnavailable=1:port maxSurge=2:port
DeploymentStatus observedGeneration=1 replicas=2 updatedReplicas=3 availableReplicas=4 unavailableReplicas=5 conditions=6:DeploymentCondition readyReplicas=7
DeploymentCondition type=1 status=2 reason=4 message=5 lastUpdateTime=6:time lastTransitionTime=7:time
ReplicaSet metadata=1:ObjectMeta spec=2:ReplicaSetSpec status=3:ReplicaSetStatus
ReplicaSetSpec replicas=1 selector=2:LabelSelector template=3:PodTemplate
ReplicaSetStatus replicas=1 fullyLabeledReplicas=2 observedGeneration=3 readyReplicas=4 availableReplicas=5
PodTemplate metadata=1:ObjectMeta spec=2:PodSpec
Pod metadata=1:ObjectMeta spec=2:PodSpec status=3:PodStatus
PodSpec volumes=1:Volume containers=2:Container restartPolicy=3 terminationGracePeriodSeconds=4 dnsPolicy=6 nodeSelector=7:{} serviceAccountName=8 serviceAccount=9 nodeName=10 hostNetwork=11 schedulerName=19 initContainers=20:Container tolerations=22:Toleration priorityClassName=24 priority=25 enableServiceLinks=30 preemptionPolicy=31
Toleration key=1 operator=2 value=3 effect=4 tolerationSeconds=5
Volume name=1 secret=2/6:SecretVolume persistentVolumeClaim=2/10:ClaimVolume configMap=2/19:ConfigMapVolume projected=2/26:ProjectedVolume
SecretVolume secretName=1 defaultMode=3
ClaimVolume claimName=1 readOnly=2
ConfigMapVolume name=1/1 defaultMode=3
ProjectedVolume sources=1:Projection defaultMode=2
Projection serviceAccountToken=4:TokenProjection
TokenProjection expirationSeconds=2 path=3
Container name=1 image=2 command=3 args=4 ports=6:ContainerPort env=7:Variable resources=8:Resources volumeMounts=9:Mount livenessProbe=10:Probe readinessProbe=11:Probe terminationMessagePath=13 imagePullPolicy=14 terminationMessagePolicy=20
ContainerPort name=1 containerPort=3 protocol=4
Variable name=1 value=2 valueFrom=3:VariableSource
VariableSource secretKeyRef=4:SecretKey
SecretKey name=1/1 key=2
Resources limits=1:{quantity} requests=2:{quantity}
Mount name=1 readOnly=2 mountPath=3
Probe httpGet=1/2:HttpGet initialDelaySeconds=2 timeoutSeconds=3 periodSeconds=4 successThreshold=5 failureThreshold=6
HttpGet path=1 port=2:port scheme=4
PodStatus phase=1 conditions=2:PodCondition reason=4 hostIP=5 podIP=6 startTime=7:time containerStatuses=8:ContainerStatus qosClass=9 podIPs=12:Address hostIPs=16:Address
PodCondition type=1 status=2 lastProbeTime=3:time lastTransitionTime=4:time reason=5 message=6
Address ip=1
ContainerStatus name=1 state=2:ContainerState lastState=3:ContainerState ready=4 restartCount=5 image=6 imageID=7 containerID=8 started=9
ContainerState waiting=1:Waiting running=2:Running terminated=3:Terminated
Waiting reason=1 message=2
Running startedAt=1:time
Terminated exitCode=1 reason=3 message=4 startedAt=5:time finishedAt=6:time containerID=7
";

/// Whether the table has this kind.
pub fn has(kind: &str) -> bool {
    TABLE.contains_key(kind)
}

/// The message of an object of this kind; `None` where the table does not have it.
pub fn encode(kind: &str, object: &Value) -> Option<Vec<u8>> {
    has(kind).then(|| message(kind, object))
}

/// What the server puts around every object.
pub fn envelope(api_version: &str, kind: &str, message: &[u8]) -> Vec<u8> {
    let mut type_meta = Vec::new();
    bytes(&mut type_meta, 1, api_version.as_bytes());
    bytes(&mut type_meta, 2, kind.as_bytes());
    let mut out = b"k8s\0".to_vec();
    bytes(&mut out, 1, &type_meta);
    bytes(&mut out, 2, message);
    bytes(&mut out, 3, b"");
    bytes(&mut out, 4, b"");
    out
}

/// An event of a watch behind its length; `object` is in its envelope.
pub fn event(what: &str, object: &[u8]) -> Vec<u8> {
    let mut raw = Vec::new();
    bytes(&mut raw, 1, object);
    let mut event = Vec::new();
    bytes(&mut event, 1, what.as_bytes());
    bytes(&mut event, 2, &raw);
    let mut out = u32::try_from(event.len()).unwrap().to_be_bytes().to_vec();
    out.extend_from_slice(&event);
    out
}

/// A page of a list, in its envelope.
pub fn list<'a>(
    api_version: &str,
    kind: &str,
    version: u64,
    next: &str,
    items: impl Iterator<Item = &'a [u8]>,
) -> Vec<u8> {
    let mut metadata = Vec::new();
    bytes(&mut metadata, 1, b"");
    bytes(&mut metadata, 2, version.to_string().as_bytes());
    bytes(&mut metadata, 3, next.as_bytes());
    let mut message = Vec::new();
    bytes(&mut message, 1, &metadata);
    items.for_each(|item| bytes(&mut message, 2, item));
    envelope(api_version, kind, &message)
}

/// A refusal, in its envelope.
pub fn status(code: u16, reason: &str, text: &str) -> Vec<u8> {
    let mut message = Vec::new();
    bytes(&mut message, 2, b"Failure");
    bytes(&mut message, 3, text.as_bytes());
    bytes(&mut message, 4, reason.as_bytes());
    varint(&mut message, 6, u64::from(code));
    envelope("v1", "Status", &message)
}

/// Of each message, the number and type of each field.
type Table = HashMap<&'static str, HashMap<&'static str, (&'static str, &'static str)>>;

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let lines = SCHEMA.lines().filter_map(|line| line.split_once(' '));
    let field = |field: &'static str| {
        let (name, place) = field.split_once('=').unwrap();
        (name, place.split_once(':').unwrap_or((place, "")))
    };
    lines
        .map(|(message, fields)| (message, fields.split(' ').map(field).collect()))
        .collect()
});

fn message(kind: &str, object: &Value) -> Vec<u8> {
    let fields = TABLE.get(kind).unwrap_or_else(|| panic!("no message {kind}"));
    let object = object
        .as_object()
        .unwrap_or_else(|| panic!("{kind} is not an object"));
    let mut out = Vec::new();
    for (key, value) in object {
        // They stand in the envelope.
        if matches!(key.as_str(), "kind" | "apiVersion") && object.contains_key("metadata") {
            continue;
        }
        let (numbers, of) = fields
            .get(key.as_str())
            .unwrap_or_else(|| panic!("no number for {kind}.{key}"));
        let values = match value {
            Value::Array(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        for value in values {
            write(&mut out, numbers, of, value);
        }
    }
    out
}

fn write(out: &mut Vec<u8>, numbers: &str, of: &str, value: &Value) {
    if let Some((outer, inner)) = numbers.split_once('/') {
        let mut nested = Vec::new();
        write(&mut nested, inner, of, value);
        return bytes(out, outer.parse().unwrap(), &nested);
    }
    let number = numbers.parse().unwrap();
    match (value, of) {
        (Value::Null, _) => {}
        (Value::String(text), "") => bytes(out, number, text.as_bytes()),
        (Value::String(text), "time") => message_of(out, number, |time| varint(time, 1, seconds(text))),
        (Value::String(text), "quantity") => {
            message_of(out, number, |quantity| bytes(quantity, 1, text.as_bytes()))
        }
        (Value::String(text), "port") => message_of(out, number, |port| {
            varint(port, 1, 1);
            bytes(port, 3, text.as_bytes());
        }),
        (Value::Number(value), "port") => message_of(out, number, |port| {
            varint(port, 2, value.as_i64().unwrap() as u64);
        }),
        (Value::Number(value), "") => varint(out, number, value.as_i64().unwrap() as u64),
        (Value::Bool(value), "") => varint(out, number, u64::from(*value)),
        (Value::Object(entries), "{}" | "{quantity}") => {
            let of = of.trim_matches(['{', '}']);
            for (key, value) in entries {
                message_of(out, number, |entry| {
                    bytes(entry, 1, key.as_bytes());
                    write(entry, "2", of, value);
                });
            }
        }
        (value, "raw") => message_of(out, number, |raw| bytes(raw, 1, value.to_string().as_bytes())),
        (Value::Object(_), kind) => bytes(out, number, &message(kind, value)),
        _ => panic!("{value} is not {of:?}"),
    }
}

fn message_of(out: &mut Vec<u8>, number: u64, fill: impl FnOnce(&mut Vec<u8>)) {
    let mut message = Vec::new();
    fill(&mut message);
    bytes(out, number, &message);
}

fn bytes(out: &mut Vec<u8>, number: u64, value: &[u8]) {
    plain(out, number << 3 | 2);
    plain(out, value.len() as u64);
    out.extend_from_slice(value);
}

fn varint(out: &mut Vec<u8>, number: u64, value: u64) {
    plain(out, number << 3);
    plain(out, value);
}

fn plain(out: &mut Vec<u8>, mut value: u64) {
    while 0x80 <= value {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Seconds since 1970 of `2026-11-20T10:00:00Z`; what follows the seconds is left out.
fn seconds(time: &str) -> u64 {
    let number = |range: std::ops::Range<usize>| -> i64 { time[range].parse().unwrap() };
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    // Years begin in March, so that the leap day is the last one; from "chrono-compatible low-level date algorithms".
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468;
    let seconds = days * 86_400 + number(11..13) * 3_600 + number(14..16) * 60 + number(17..19);
    seconds.try_into().unwrap()
}
