//! Pods: where they run, what their containers ask for and what becomes of them.

mod container;
mod resources;
mod specification;
mod status;

use crate::generator::{Generator, headers, render};
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::pod::Pod;

pub const RESOURCE: Resource = Resource {
    name: "pods",
    on: true,
    go_type: "*v1.Pod",
    group: "",
    version: "v1",
    kind: "Pod",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "pod", "uid"];

const GENERATORS: &[Generator<Pod>] = &[
    Generator::gauge(
        "kube_pod_completion_time",
        "When the last container ended, in seconds since 1970.",
        &[],
        container::completion_time,
    )
    .stable(),
    Generator::gauge(
        "kube_pod_container_info",
        "Image and identifiers of a container.",
        &["container", "image_spec", "image", "image_id", "container_id"],
        container::info,
    )
    .stable(),
    Generator::gauge(
        "kube_pod_container_resource_limits",
        "How much of a resource a container may use.",
        &["container", "node", "resource", "unit"],
        resources::limits,
    )
    .stable(),
    Generator::gauge(
        "kube_pod_container_resource_requests",
        "How much of a resource is kept for a container.",
        &["container", "node", "resource", "unit"],
        resources::requests,
    )
    .stable(),
    Generator::gauge(
        "kube_pod_container_state_started",
        "When a container that runs or has ended was started, in seconds since 1970.",
        &["container"],
        |pod: &Pod, out| container::started(&pod.status.container_statuses, out),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_container_status_last_terminated_reason",
        "Why a container ended the last time.",
        &["container", "reason"],
        |pod: &Pod, out| container::last_terminated_reason(&pod.status.container_statuses, out),
    ),
    Generator::gauge(
        "kube_pod_container_status_last_terminated_exitcode",
        "Exit code with which a container ended the last time.",
        &["container"],
        |pod: &Pod, out| container::last_terminated_exit_code(&pod.status.container_statuses, out),
    ),
    Generator::gauge(
        "kube_pod_container_status_last_terminated_timestamp",
        "When a container ended the last time, in seconds since 1970.",
        &["container"],
        |pod: &Pod, out| container::last_terminated_timestamp(&pod.status.container_statuses, out),
    ),
    Generator::gauge(
        "kube_pod_container_status_ready",
        "Whether a container passes its readiness check.",
        &["container"],
        |pod: &Pod, out| container::ready(&pod.status.container_statuses, out),
    )
    .stable(),
    Generator::counter(
        "kube_pod_container_status_restarts_total",
        "How often a container was started again.",
        &["container"],
        |pod: &Pod, out| container::restarts(&pod.status.container_statuses, out),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_container_status_running",
        "Whether a container runs.",
        &["container"],
        |pod: &Pod, out| container::running(&pod.status.container_statuses, out),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_container_status_terminated",
        "Whether a container has ended.",
        &["container"],
        |pod: &Pod, out| container::terminated(&pod.status.container_statuses, out),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_container_status_terminated_reason",
        "Why a container has ended.",
        &["container", "reason"],
        |pod: &Pod, out| container::terminated_reason(&pod.status.container_statuses, out),
    ),
    Generator::gauge(
        "kube_pod_container_status_waiting",
        "Whether a container waits to be started.",
        &["container"],
        |pod: &Pod, out| container::waiting(&pod.status.container_statuses, out),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_container_status_waiting_reason",
        "Why a container waits to be started.",
        &["container", "reason"],
        |pod: &Pod, out| container::waiting_reason(&pod.status.container_statuses, out),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_created",
        "When the pod was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_pod_deletion_timestamp",
        "When the deletion of the pod was asked for, in seconds since 1970.",
        &[],
        metadata::deletion_timestamp,
    ),
    Generator::gauge(
        "kube_pod_info",
        "Where the pod runs, its addresses and who made it.",
        &[
            "host_ip",
            "pod_ip",
            "node",
            "created_by_kind",
            "created_by_name",
            "priority_class",
            "host_network",
        ],
        specification::info,
    )
    .stable(),
    Generator::gauge(
        "kube_pod_ips",
        "An address of the pod and its family, 4 or 6.",
        &["ip", "ip_family"],
        specification::ips,
    ),
    Generator::gauge(
        "kube_pod_init_container_info",
        "Image and identifiers of an init container.",
        &[
            "container",
            "image_spec",
            "image",
            "image_id",
            "container_id",
            "restart_policy",
        ],
        container::init_info,
    )
    .stable(),
    Generator::gauge(
        "kube_pod_init_container_resource_limits",
        "How much of a resource an init container may use.",
        &["container", "node", "resource", "unit"],
        resources::init_limits,
    ),
    Generator::gauge(
        "kube_pod_init_container_resource_requests",
        "How much of a resource is kept for an init container.",
        &["container", "node", "resource", "unit"],
        resources::init_requests,
    ),
    Generator::gauge(
        "kube_pod_init_container_state_started",
        "When an init container that runs or has ended was started, in seconds since 1970.",
        &["container"],
        |pod: &Pod, out| container::started(&pod.status.init_container_statuses, out),
    ),
    Generator::gauge(
        "kube_pod_init_container_status_last_terminated_reason",
        "Why an init container ended the last time.",
        &["container", "reason"],
        |pod: &Pod, out| container::last_terminated_reason(&pod.status.init_container_statuses, out),
    ),
    Generator::gauge(
        "kube_pod_init_container_status_last_terminated_exitcode",
        "Exit code with which an init container ended the last time.",
        &["container"],
        |pod: &Pod, out| container::last_terminated_exit_code(&pod.status.init_container_statuses, out),
    ),
    Generator::gauge(
        "kube_pod_init_container_status_last_terminated_timestamp",
        "When an init container ended the last time, in seconds since 1970.",
        &["container"],
        |pod: &Pod, out| container::last_terminated_timestamp(&pod.status.init_container_statuses, out),
    ),
    Generator::gauge(
        "kube_pod_init_container_status_ready",
        "Whether an init container passes its readiness check.",
        &["container"],
        |pod: &Pod, out| container::ready(&pod.status.init_container_statuses, out),
    )
    .stable(),
    Generator::counter(
        "kube_pod_init_container_status_restarts_total",
        "How often an init container was started again.",
        &["container"],
        |pod: &Pod, out| container::restarts(&pod.status.init_container_statuses, out),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_init_container_status_running",
        "Whether an init container runs.",
        &["container"],
        |pod: &Pod, out| container::running(&pod.status.init_container_statuses, out),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_init_container_status_terminated",
        "Whether an init container has ended.",
        &["container"],
        |pod: &Pod, out| container::terminated(&pod.status.init_container_statuses, out),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_init_container_status_terminated_reason",
        "Why an init container has ended.",
        &["container", "reason"],
        |pod: &Pod, out| container::terminated_reason(&pod.status.init_container_statuses, out),
    ),
    Generator::gauge(
        "kube_pod_init_container_status_waiting",
        "Whether an init container waits to be started.",
        &["container"],
        |pod: &Pod, out| container::waiting(&pod.status.init_container_statuses, out),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_init_container_status_waiting_reason",
        "Why an init container waits to be started.",
        &["container", "reason"],
        |pod: &Pod, out| container::waiting_reason(&pod.status.init_container_statuses, out),
    ),
    Generator::gauge(
        "kube_pod_annotations",
        "Annotations of the pod, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_pod_labels",
        "Kubernetes labels of the pod, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_pod_overhead_cpu_cores",
        "Cores that the pod needs besides its containers.",
        &[],
        resources::overhead_cpu,
    ),
    Generator::gauge(
        "kube_pod_overhead_memory_bytes",
        "Memory that the pod needs besides its containers.",
        &[],
        resources::overhead_memory,
    ),
    Generator::gauge(
        "kube_pod_owner",
        "Who made the pod, and whether as its controller.",
        &["owner_kind", "owner_name", "owner_is_controller"],
        metadata::owner,
    )
    .stable(),
    Generator::gauge(
        "kube_pod_resourceclaim_info",
        "A device that the pod asks for, and the claim that holds it.",
        &["claim_name", "resourceclaim_name", "resourceclaim_template_name"],
        specification::resource_claims,
    ),
    Generator::gauge(
        "kube_pod_restart_policy",
        "When containers of the pod are started again.",
        &["type"],
        |pod: &Pod, out| out.sample([&pod.spec.restart_policy], 1.0),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_runtimeclass_name_info",
        "The runtime class that the pod asks for.",
        &["runtimeclass_name"],
        specification::runtime_class,
    ),
    Generator::gauge(
        "kube_pod_spec_volumes_persistentvolumeclaims_info",
        "A volume of the pod that is a claim to storage.",
        &["volume", "persistentvolumeclaim", "ephemeral"],
        specification::claim_volumes,
    )
    .stable(),
    Generator::gauge(
        "kube_pod_spec_volumes_persistentvolumeclaims_readonly",
        "Whether a volume that is a claim may only be read.",
        &["volume", "persistentvolumeclaim", "ephemeral"],
        specification::claim_volumes_read_only,
    )
    .stable(),
    Generator::gauge(
        "kube_pod_start_time",
        "When the pod was taken up by its node, in seconds since 1970.",
        &[],
        |pod: &Pod, out| out.time(&pod.status.start_time),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_status_phase",
        "Whether the pod is in this phase.",
        &["phase"],
        status::phase,
    )
    .stable(),
    Generator::gauge(
        "kube_pod_status_qos_class",
        "Whether the pod is of this class, which tells when it must yield.",
        &["qos_class"],
        status::qos_class,
    ),
    Generator::gauge(
        "kube_pod_status_ready",
        "Whether the pod is ready for requests: true, false or unknown.",
        &["condition"],
        |pod: &Pod, out| status::condition(pod, "Ready", out),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_status_ready_time",
        "Since when the pod is ready, in seconds since 1970.",
        &[],
        |pod: &Pod, out| status::since(pod, "Ready", "True", out),
    ),
    Generator::gauge(
        "kube_pod_status_initialized_time",
        "Since when the init containers are done, in seconds since 1970.",
        &[],
        |pod: &Pod, out| status::since(pod, "Initialized", "True", out),
    ),
    Generator::gauge(
        "kube_pod_status_container_ready_time",
        "Since when all containers are ready, in seconds since 1970.",
        &[],
        |pod: &Pod, out| status::since(pod, "ContainersReady", "True", out),
    ),
    Generator::gauge(
        "kube_pod_status_reason",
        "Why the pod is in its state, where a reason is given.",
        &["reason"],
        status::reason,
    ),
    Generator::gauge(
        "kube_pod_status_disruption_reason",
        "Why the pod is about to be driven out.",
        &["reason"],
        status::disruption_reason,
    ),
    Generator::gauge(
        "kube_pod_status_scheduled",
        "Whether a node was found for the pod: true, false or unknown.",
        &["condition"],
        |pod: &Pod, out| status::condition(pod, "PodScheduled", out),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_status_scheduled_time",
        "Since when the pod has a node, in seconds since 1970.",
        &[],
        |pod: &Pod, out| status::since(pod, "PodScheduled", "True", out),
    )
    .stable(),
    Generator::gauge(
        "kube_pod_status_unschedulable",
        "No node was found for the pod.",
        &[],
        status::unschedulable,
    )
    .stable(),
    Generator::gauge(
        "kube_pod_status_unscheduled_time",
        "Since when the pod waits for a node, in seconds since 1970.",
        &[],
        |pod: &Pod, out| status::since(pod, "PodScheduled", "False", out),
    ),
    Generator::gauge(
        "kube_pod_tolerations",
        "A taint of nodes that the pod bears.",
        &["key", "operator", "value", "effect", "toleration_seconds"],
        specification::tolerations,
    ),
    Generator::gauge(
        "kube_pod_nodeselectors",
        "Labels that a node must have to run the pod.",
        &["nodeselector_*"],
        specification::node_selectors,
    )
    .opt_in(),
    Generator::gauge(
        "kube_pod_service_account",
        "Who the pod is to the API server.",
        &["service_account"],
        |pod: &Pod, out| out.sample([&pod.spec.service_account_name], 1.0),
    ),
    Generator::gauge(
        "kube_pod_scheduler",
        "Who finds a node for the pod.",
        &["name"],
        |pod: &Pod, out| out.sample([&pod.spec.scheduler_name], 1.0),
    ),
];
