//! Transactions of this member of a replication group, from `performance_schema.replication_group_member_stats`.
//!
//! MariaDB has no such table and no `server_uuid`; the collector fails there, as in the reference.

use metrics_registry::Family;

use crate::rules::{Rule, Table};

const CONFLICTS: Family<0> = Family::counter(
    "mysql_perf_schema_conflicts_detected_total",
    "Transactions that failed the check for conflicts.",
    [],
);
const CHECKED: Family<0> = Family::counter(
    "mysql_perf_schema_transactions_checked_total",
    "Transactions that were checked for conflicts.",
    [],
);
const QUEUED: Family<0> = Family::gauge(
    "mysql_perf_schema_transactions_in_queue",
    "Transactions that wait for the check for conflicts.",
    [],
);
const PROPOSED: Family<0> = Family::counter(
    "mysql_perf_schema_transactions_local_proposed_total",
    "Transactions of this member that were sent to the group.",
    [],
);
const ROLLED_BACK: Family<0> = Family::counter(
    "mysql_perf_schema_transactions_local_rollback_total",
    "Transactions of this member that the group rolled back.",
    [],
);
const APPLIED: Family<0> = Family::counter(
    "mysql_perf_schema_transactions_remote_applied_total",
    "Transactions of the group that this member applied.",
    [],
);
const APPLIER_QUEUED: Family<0> = Family::gauge(
    "mysql_perf_schema_transactions_remote_in_applier_queue",
    "Transactions of the group that this member has yet to apply.",
    [],
);
const VALIDATING: Family<0> = Family::counter(
    "mysql_perf_schema_transactions_rows_validating_total",
    "Rows that conflicts are checked against.",
    [],
);

/// One statement and its rules.
pub(super) const TABLE: Table = Table {
    query: "SELECT * FROM performance_schema.replication_group_member_stats WHERE MEMBER_ID = @@server_uuid",
    rules: &[
        Rule::new(&CONFLICTS, &[], "COUNT_CONFLICTS_DETECTED"),
        Rule::new(&CHECKED, &[], "COUNT_TRANSACTIONS_CHECKED"),
        Rule::new(&QUEUED, &[], "COUNT_TRANSACTIONS_IN_QUEUE"),
        Rule::new(&PROPOSED, &[], "COUNT_TRANSACTIONS_LOCAL_PROPOSED"),
        Rule::new(&ROLLED_BACK, &[], "COUNT_TRANSACTIONS_LOCAL_ROLLBACK"),
        Rule::new(&APPLIED, &[], "COUNT_TRANSACTIONS_REMOTE_APPLIED"),
        Rule::new(&APPLIER_QUEUED, &[], "COUNT_TRANSACTIONS_REMOTE_IN_APPLIER_QUEUE"),
        Rule::new(&VALIDATING, &[], "COUNT_TRANSACTIONS_ROWS_VALIDATING"),
    ],
};
