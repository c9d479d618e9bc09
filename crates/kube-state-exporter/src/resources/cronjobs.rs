//! Cron jobs: when they ran, when they run next, and how many run now.

use crate::generator::{Generator, headers, render};
use crate::lines::Lines;
use crate::metadata;
use crate::resource::{Resource, Wire};
use crate::schedule::Schedule;
use crate::wire::batch::{CronJob, CronJobSpec};
use crate::wire::time::{Time, ZERO_SECONDS};

pub const RESOURCE: Resource = Resource {
    name: "cronjobs",
    on: true,
    go_type: "*v1.CronJob",
    group: "batch",
    version: "v1",
    kind: "CronJob",
    namespaced: true,
    wire: Wire::Object,
    families: &headers::<_, { GENERATORS.len() }>(GENERATORS),
    render: |object, settings, out| render(LABELS, GENERATORS, object, settings, out),
};

/// What every sample begins with.
const LABELS: &[&str] = &["namespace", "cronjob"];

const GENERATORS: &[Generator<CronJob>] = &[
    Generator::gauge(
        "kube_cronjob_annotations",
        "Annotations of the cron job, those that are allowed.",
        &["annotation_*"],
        metadata::annotations,
    ),
    Generator::gauge(
        "kube_cronjob_labels",
        "Kubernetes labels of the cron job, those that are allowed.",
        &["label_*"],
        metadata::labels,
    )
    .stable(),
    Generator::gauge(
        "kube_cronjob_info",
        "Schedule of the cron job, and what becomes of runs that meet.",
        &["schedule", "concurrency_policy", "timezone"],
        info,
    )
    .stable(),
    Generator::gauge(
        "kube_cronjob_created",
        "When the cron job was made, in seconds since 1970.",
        &[],
        metadata::created,
    )
    .stable(),
    Generator::gauge(
        "kube_cronjob_status_active",
        "Jobs that run now.",
        &[],
        |object: &CronJob, out| out.value(object.status.active.len() as f64),
    )
    .stable(),
    Generator::gauge(
        "kube_cronjob_status_last_schedule_time",
        "When a job was made last, in seconds since 1970.",
        &[],
        |object: &CronJob, out| out.time(&object.status.last_schedule_time),
    )
    .stable(),
    Generator::gauge(
        "kube_cronjob_status_last_successful_time",
        "When a job ended well last, in seconds since 1970.",
        &[],
        |object: &CronJob, out| out.time(&object.status.last_successful_time),
    )
    .stable(),
    Generator::gauge(
        "kube_cronjob_spec_suspend",
        "Whether no jobs are made.",
        &[],
        |object: &CronJob, out| out.value(object.spec.suspend.unwrap_or_default().into()),
    )
    .stable(),
    Generator::gauge(
        "kube_cronjob_spec_starting_deadline_seconds",
        "Seconds after which a run that was missed is left out.",
        &[],
        |object: &CronJob, out| out.count_if(object.spec.starting_deadline_seconds),
    )
    .stable(),
    Generator::gauge(
        "kube_cronjob_next_schedule_time",
        "When the next job is due after the last one, or after the cron job was made, in seconds since 1970.",
        &[],
        next_schedule_time,
    )
    .stable(),
    Generator::gauge(
        "kube_cronjob_schedule_invalid",
        "The schedule, or its time zone, is not understood.",
        &[],
        schedule_invalid,
    ),
    Generator::gauge(
        "kube_cronjob_metadata_resource_version",
        "Version of the cron job in the store.",
        &[],
        metadata::resource_version,
    )
    .stable(),
    Generator::gauge(
        "kube_cronjob_spec_successful_job_history_limit",
        "Jobs that ended well and are kept.",
        &[],
        |object: &CronJob, out| out.count_if(object.spec.successful_jobs_history_limit),
    ),
    Generator::gauge(
        "kube_cronjob_spec_failed_job_history_limit",
        "Jobs that ended badly and are kept.",
        &[],
        |object: &CronJob, out| out.count_if(object.spec.failed_jobs_history_limit),
    ),
];

fn info(job: &CronJob, out: &mut Lines<'_>) {
    let CronJobSpec {
        schedule,
        concurrency_policy,
        time_zone,
        ..
    } = &job.spec;
    out.sample(
        [
            schedule,
            concurrency_policy,
            time_zone.as_deref().unwrap_or("local"),
        ],
        1.0,
    );
}

/// Go's zero of time where no next time comes within five years. Nothing while suspended.
fn next_schedule_time(job: &CronJob, out: &mut Lines<'_>) {
    let from =
        Time::set(&job.status.last_schedule_time).or_else(|| Time::set(&job.metadata.creation_timestamp));
    if let (false, Some(from), Some(schedule)) =
        (job.spec.suspend.unwrap_or_default(), from, schedule(job, out))
    {
        out.count(schedule.next(from).unwrap_or(ZERO_SECONDS));
    }
}

fn schedule_invalid(job: &CronJob, out: &mut Lines<'_>) {
    if schedule(job, out).is_none() {
        out.value(1.0);
    }
}

fn schedule(job: &CronJob, out: &Lines<'_>) -> Option<Schedule> {
    let zone = job.spec.time_zone.as_deref();
    Schedule::parse(&job.spec.schedule, zone, &out.settings.zone)
}
