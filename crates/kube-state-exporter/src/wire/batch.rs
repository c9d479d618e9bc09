//! `k8s.io/api/batch/v1`.

use super::meta::{Nothing, ObjectMeta};
use super::time::Time;

message! {
    /// Runs pods to their end.
    Job {
        metadata: ObjectMeta = 1,
        spec: JobSpec = 2,
        status: JobStatus = 3,
    }
}

message! {
    /// What was asked for.
    JobSpec {
        parallelism: int32? = 1,
        completions: int32? = 2,
        active_deadline_seconds: int64? = 3,
    }
}

message! {
    /// What became of it.
    JobStatus {
        conditions: [JobCondition] = 1,
        start_time: Time? = 2,
        completion_time: Time? = 3,
        active: int32 = 4,
        succeeded: int32 = 5,
        failed: int32 = 6,
        ready: int32 = 9,
    }
}

message! {
    /// One aspect of a job's state.
    JobCondition {
        #[serde(rename = "type")] kind: string = 1,
        status: string = 2,
        reason: string = 5,
    }
}

message! {
    /// Makes jobs at given times.
    CronJob {
        metadata: ObjectMeta = 1,
        spec: CronJobSpec = 2,
        status: CronJobStatus = 3,
    }
}

message! {
    /// What was asked for.
    CronJobSpec {
        schedule: string = 1,
        starting_deadline_seconds: int64? = 2,
        concurrency_policy: string = 3,
        suspend: bool? = 4,
        successful_jobs_history_limit: int32? = 6,
        failed_jobs_history_limit: int32? = 7,
        time_zone: string? = 8,
    }
}

message! {
    /// What became of it.
    CronJobStatus {
        active: [Nothing] = 1,
        last_schedule_time: Time? = 4,
        last_successful_time: Time? = 5,
    }
}

named!(Job, CronJob);
