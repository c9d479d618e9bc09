//! Transactions of a replica's workers, from `performance_schema.replication_applier_status_by_worker`.
//!
//! MySQL since 8.0. MariaDB's table of that name has other columns, and the collector fails there, as in the reference.

use metrics_registry::Family;

use crate::row::Row;
use crate::samples::Samples;
use crate::value;
use crate::visit::{Answer, Visit};

const QUERY: &str = "SELECT CHANNEL_NAME, WORKER_ID, \
    LAST_APPLIED_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP, \
    LAST_APPLIED_TRANSACTION_IMMEDIATE_COMMIT_TIMESTAMP, \
    LAST_APPLIED_TRANSACTION_START_APPLY_TIMESTAMP, \
    LAST_APPLIED_TRANSACTION_END_APPLY_TIMESTAMP, \
    APPLYING_TRANSACTION_ORIGINAL_COMMIT_TIMESTAMP, \
    APPLYING_TRANSACTION_IMMEDIATE_COMMIT_TIMESTAMP, \
    APPLYING_TRANSACTION_START_APPLY_TIMESTAMP \
    FROM performance_schema.replication_applier_status_by_worker";

const LAST_APPLIED_ORIGINAL_COMMIT: Family<2> = Family::gauge(
    "mysql_perf_schema_last_applied_transaction_original_commit_timestamp_seconds",
    "Unix time at which the newest transaction that this worker applied was committed at its origin; 0 for none.",
    ["channel_name", "member_id"],
);
const LAST_APPLIED_IMMEDIATE_COMMIT: Family<2> = Family::gauge(
    "mysql_perf_schema_last_applied_transaction_immediate_commit_timestamp_seconds",
    "Unix time at which the newest transaction that this worker applied was committed at the source; 0 for none.",
    ["channel_name", "member_id"],
);
const LAST_APPLIED_START_APPLY: Family<2> = Family::gauge(
    "mysql_perf_schema_last_applied_transaction_start_apply_timestamp_seconds",
    "Unix time at which the newest transaction that this worker applied was begun here; 0 for none.",
    ["channel_name", "member_id"],
);
const LAST_APPLIED_END_APPLY: Family<2> = Family::gauge(
    "mysql_perf_schema_last_applied_transaction_end_apply_timestamp_seconds",
    "Unix time at which the newest transaction that this worker applied was finished here; 0 for none.",
    ["channel_name", "member_id"],
);
const APPLYING_ORIGINAL_COMMIT: Family<2> = Family::gauge(
    "mysql_perf_schema_applying_transaction_original_commit_timestamp_seconds",
    "Unix time at which the transaction that this worker applies was committed at its origin; 0 for none.",
    ["channel_name", "member_id"],
);
const APPLYING_IMMEDIATE_COMMIT: Family<2> = Family::gauge(
    "mysql_perf_schema_applying_transaction_immediate_commit_timestamp_seconds",
    "Unix time at which the transaction that this worker applies was committed at the source; 0 for none.",
    ["channel_name", "member_id"],
);
const APPLYING_START_APPLY: Family<2> = Family::gauge(
    "mysql_perf_schema_applying_transaction_start_apply_timestamp_seconds",
    "Unix time at which the transaction that this worker applies was begun here; 0 for none.",
    ["channel_name", "member_id"],
);

/// In the order of the columns after the first two.
const TIMESTAMPS: [&Family<2>; 7] = [
    &LAST_APPLIED_ORIGINAL_COMMIT,
    &LAST_APPLIED_IMMEDIATE_COMMIT,
    &LAST_APPLIED_START_APPLY,
    &LAST_APPLIED_END_APPLY,
    &APPLYING_ORIGINAL_COMMIT,
    &APPLYING_IMMEDIATE_COMMIT,
    &APPLYING_START_APPLY,
];

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move { visit.rows(QUERY, write).await })
}

fn write(row: &impl Row, samples: &mut Samples<'_>) {
    let (channel, worker) = (row.text(0), row.text(1));
    for (index, family) in TIMESTAMPS.into_iter().enumerate() {
        // `0000-00-00 00:00:00.000000` where there was none yet.
        let seconds = value::timestamp(&row.text(2 + index)).unwrap_or_default();
        samples.sample(family, [&*channel, &*worker], seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::samples;
    use super::*;

    #[test]
    fn none_is_zero() {
        let none = "0000-00-00 00:00:00.000000";
        let row = format!("|1|2019-03-14 00:00:00.123456|{none}|{none}|{none}|{none}|{none}|{none}");
        let text = samples("", &[&row], write);
        let labels = "{channel_name=\"\",member_id=\"1\"}";
        let first = format!(
            "{}{labels} 1.552521600123456e+09\n",
            LAST_APPLIED_ORIGINAL_COMMIT.name
        );
        assert!(text.contains(&first), "{text}");
        assert_eq!(text.matches("} 0\n").count(), TIMESTAMPS.len() - 1, "{text}");
    }
}
