//! Jobs: how many of their pods ran to the end, and how they ended.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::wire::batch::Job;

pub const RESOURCE: Resource = Resource {
    name: "jobs",
    on: true,
    go_type: "*v1.Job",
    group: "batch",
    version: "v1",
    kind: "Job",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "job_name"];

const GENERATORS: &[Generator<Job>] = &[
    Generator::gauge(
        "kube_job_annotations",
        "Annotations of the job, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_job_labels",
        "Kubernetes labels of the job, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge("kube_job_info", "There is such a job.", &[], metadata::one).stable(),
    Generator::gauge(
        "kube_job_created",
        "When the job was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_job_spec_parallelism",
        "Pods that may run at once.",
        &[],
        |object: &Job, out| out.count_if(object.spec.parallelism),
    )
    .stable(),
    Generator::gauge(
        "kube_job_spec_completions",
        "Pods that must end well.",
        &[],
        |object: &Job, out| out.count_if(object.spec.completions),
    )
    .stable(),
    Generator::gauge(
        "kube_job_spec_active_deadline_seconds",
        "Seconds that the job may take.",
        &[],
        |object: &Job, out| out.count_if(object.spec.active_deadline_seconds),
    )
    .stable(),
    Generator::gauge(
        "kube_job_status_succeeded",
        "Pods that ended well.",
        &[],
        |object: &Job, out| out.count(object.status.succeeded),
    )
    .stable(),
    Generator::gauge(
        "kube_job_status_failed",
        "Pods that ended badly, or why the job was given up.",
        &["reason"],
        failed,
    )
    .stable(),
    Generator::gauge(
        "kube_job_status_active",
        "Pods that run.",
        &[],
        |object: &Job, out| out.count(object.status.active),
    )
    .stable(),
    Generator::gauge(
        "kube_job_status_ready",
        "Pods that run and are ready.",
        &[],
        |object: &Job, out| out.count(object.status.ready),
    ),
    Generator::gauge(
        "kube_job_complete",
        "Whether the job is done: true, false or unknown.",
        &["condition"],
        |job: &Job, out| conditions(job, "Complete", out),
    )
    .stable(),
    Generator::gauge(
        "kube_job_failed",
        "Whether the job was given up: true, false or unknown.",
        &["condition"],
        |job: &Job, out| conditions(job, "Failed", out),
    )
    .stable(),
    Generator::gauge(
        "kube_job_status_start_time",
        "When the job was started, in seconds since 1970.",
        &[],
        |job: &Job, out| out.time(&job.status.start_time),
    )
    .stable(),
    Generator::gauge(
        "kube_job_status_completion_time",
        "When the job was done, in seconds since 1970.",
        &[],
        |job: &Job, out| out.time(&job.status.completion_time),
    )
    .stable(),
    Generator::gauge(
        "kube_job_status_suspended",
        "Whether the job waits.",
        &[],
        suspended,
    ),
    Generator::gauge(
        "kube_job_owner",
        "Who made the job, and whether as its controller.",
        &["owner_kind", "owner_name", "owner_is_controller"],
        metadata::owner,
    )
    .stable(),
];

/// Reasons for giving up a job that are told one by one.
const REASONS: [&str; 3] = ["BackoffLimitExceeded", "DeadlineExceeded", "Evicted"];

/// No failed pods: 0. Else a sample for each known reason where the job was given up, and the number of pods
/// where the reason is none of them, or no condition tells anything.
fn failed(job: &Job, out: &mut Lines<'_>) {
    let failed = f64::from(job.status.failed);
    if job.status.failed == 0 {
        return out.value(failed);
    }
    for condition in job
        .status
        .conditions
        .iter()
        .filter(|condition| condition.kind == "Failed")
    {
        out.state(&REASONS, &condition.reason);
        if !REASONS.contains(&condition.reason.as_str()) {
            out.sample([""], failed);
        }
    }
    if job.status.conditions.is_empty() {
        out.sample([""], failed);
    }
}

fn conditions(job: &Job, kind: &str, out: &mut Lines<'_>) {
    for condition in job
        .status
        .conditions
        .iter()
        .filter(|condition| condition.kind == kind)
    {
        out.condition([], &condition.status);
    }
}

fn suspended(job: &Job, out: &mut Lines<'_>) {
    for condition in job
        .status
        .conditions
        .iter()
        .filter(|condition| condition.kind == "Suspended")
    {
        out.value(f64::from(condition.status == "True"));
    }
}
