//! Deployments: how many pods were asked for, and how far the change has come.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::apps::{Deployment, DeploymentCondition};
use crate::wire::int_or_string::{IntOrString, Round};

pub const RESOURCE: Resource = Resource {
    name: "deployments",
    on: true,
    go_type: "*v1.Deployment",
    group: "apps",
    version: "v1",
    kind: "Deployment",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "deployment"];

const GENERATORS: &[Generator<Deployment>] = &[
    Generator::gauge(
        "kube_deployment_owner",
        "Who made the deployment.",
        &["owner_kind", "owner_name"],
        owner,
    ),
    Generator::gauge(
        "kube_deployment_created",
        "When the deployment was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_deployment_status_replicas",
        "Pods that there are.",
        &[],
        |object: &Deployment, out| out.count(object.status.replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_deployment_status_replicas_ready",
        "Pods that are ready.",
        &[],
        |object: &Deployment, out| out.count(object.status.ready_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_deployment_status_replicas_available",
        "Pods that have been ready for long enough.",
        &[],
        |object: &Deployment, out| out.count(object.status.available_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_deployment_status_replicas_unavailable",
        "Pods that are missing to what was asked for.",
        &[],
        |object: &Deployment, out| out.count(object.status.unavailable_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_deployment_status_replicas_updated",
        "Pods that are as asked for.",
        &[],
        |object: &Deployment, out| out.count(object.status.updated_replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_deployment_status_terminating_replicas",
        "Pods that are about to end.",
        &[],
        |object: &Deployment, out| out.count_if(object.status.terminating_replicas),
    ),
    Generator::gauge(
        "kube_deployment_status_observed_generation",
        "Generation that the controller has seen.",
        &[],
        |object: &Deployment, out| out.count(object.status.observed_generation),
    )
    .stable(),
    Generator::gauge(
        "kube_deployment_status_condition",
        "Whether a condition of the deployment is true, false or unknown.",
        &["reason", "condition", "status"],
        conditions,
    )
    .stable(),
    Generator::gauge(
        "kube_deployment_spec_replicas",
        "Pods that were asked for.",
        &[],
        |object: &Deployment, out| out.count_if(object.spec.replicas),
    )
    .stable(),
    Generator::gauge(
        "kube_deployment_spec_paused",
        "Whether changes wait.",
        &[],
        |object: &Deployment, out| out.value(object.spec.paused.into()),
    )
    .stable(),
    Generator::gauge(
        "kube_deployment_spec_strategy_rollingupdate_max_unavailable",
        "Pods that may be missing during a change.",
        &[],
        max_unavailable,
    )
    .stable(),
    Generator::gauge(
        "kube_deployment_spec_strategy_rollingupdate_max_surge",
        "Pods that may be too many during a change.",
        &[],
        max_surge,
    )
    .stable(),
    Generator::gauge(
        "kube_deployment_metadata_generation",
        "Number that rises with each change of what the deployment is asked to be.",
        &[],
        metadata::generation,
    )
    .stable(),
    Generator::gauge(
        "kube_deployment_deletion_timestamp",
        "When the deletion of the deployment was asked for, in seconds since 1970.",
        &[],
        metadata::deletion_timestamp,
    ),
    Generator::gauge(
        "kube_deployment_annotations",
        "Annotations of the deployment, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_deployment_labels",
        "Kubernetes labels of the deployment, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
];

/// Reasons that Kubernetes gives; others are told as `unknown`, so that labels do not multiply.
const REASONS: &[&str] = &[
    "",
    "DeploymentPaused",
    "DeploymentResumed",
    "FailedCreate",
    "FailedDelete",
    "FoundNewReplicaSet",
    "MinimumReplicasAvailable",
    "MinimumReplicasUnavailable",
    "NewReplicaSetAvailable",
    "NewReplicaSetCreated",
    "ProgressDeadlineExceeded",
    "ReplicaSetCreateError",
    "ReplicaSetUpdated",
];

fn owner(deployment: &Deployment, out: &mut Lines<'_>) {
    let owners = &deployment.metadata.owner_references;
    if owners.is_empty() {
        out.sample(["", ""], 1.0);
    }
    for owner in owners {
        out.sample([&owner.kind, &owner.name], 1.0);
    }
}

fn conditions(deployment: &Deployment, out: &mut Lines<'_>) {
    for DeploymentCondition { kind, status, reason } in &deployment.status.conditions {
        let known = REASONS.contains(&reason.as_str());
        let reason = if known { reason } else { "unknown" };
        out.condition([reason, kind], status);
    }
}

fn max_unavailable(deployment: &Deployment, out: &mut Lines<'_>) {
    let rolling = deployment.spec.strategy.rolling_update.as_ref();
    scaled(
        deployment,
        rolling.and_then(|update| update.max_unavailable.as_ref()),
        Round::Down,
        out,
    );
}

fn max_surge(deployment: &Deployment, out: &mut Lines<'_>) {
    let rolling = deployment.spec.strategy.rolling_update.as_ref();
    scaled(
        deployment,
        rolling.and_then(|update| update.max_surge.as_ref()),
        Round::Up,
        out,
    );
}

/// Pods, or a part of those that were asked for.
fn scaled(deployment: &Deployment, part: Option<&IntOrString>, round: Round, out: &mut Lines<'_>) {
    if let (Some(replicas), Some(part)) = (deployment.spec.replicas, part) {
        out.count_if(part.scaled(replicas, round));
    }
}
