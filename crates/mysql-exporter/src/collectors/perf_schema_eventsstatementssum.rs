//! Sums over all statements, from `performance_schema.events_statements_summary_by_digest`.
//!
//! `lock_time` stays in picoseconds and `timer_wait` becomes seconds, as in the reference.

use metrics_registry::Family;

use crate::rules::{Rule, Table, Unit};

const TOTAL: Family<0> = Family::counter("mysql_perf_schema_events_statements_sum_total", "Statements.", []);
const CREATED_TMP_DISK_TABLES: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_created_tmp_disk_tables",
    "Temporary tables that statements made on disk.",
    [],
);
const CREATED_TMP_TABLES: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_created_tmp_tables",
    "Temporary tables that statements made.",
    [],
);
const ERRORS: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_errors",
    "Errors of statements.",
    [],
);
const LOCK_TIME: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_lock_time",
    "Picoseconds that statements waited for locks of tables.",
    [],
);
const NO_GOOD_INDEX_USED: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_no_good_index_used",
    "Statements that found no good index.",
    [],
);
const NO_INDEX_USED: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_no_index_used",
    "Statements that read a table without an index.",
    [],
);
const ROWS_AFFECTED: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_rows_affected",
    "Rows that statements changed.",
    [],
);
const ROWS_EXAMINED: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_rows_examined",
    "Rows that statements read.",
    [],
);
const ROWS_SENT: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_rows_sent",
    "Rows that statements returned.",
    [],
);
const SELECT_FULL_JOIN: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_select_full_join",
    "Joins that read a whole table for each row.",
    [],
);
const SELECT_FULL_RANGE_JOIN: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_select_full_range_join",
    "Joins that searched a range in another table than the first.",
    [],
);
const SELECT_RANGE: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_select_range",
    "Joins that searched a range in the first table.",
    [],
);
const SELECT_RANGE_CHECK: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_select_range_check",
    "Joins that looked for an index anew for each row.",
    [],
);
const SELECT_SCAN: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_select_scan",
    "Joins that read the whole first table.",
    [],
);
const SORT_MERGE_PASSES: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_sort_merge_passes",
    "Passes that sorts needed to merge.",
    [],
);
const SORT_RANGE: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_sort_range",
    "Sorts of a range.",
    [],
);
const SORT_ROWS: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_sort_rows",
    "Rows that were sorted.",
    [],
);
const SORT_SCAN: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_sort_scan",
    "Sorts of a whole table.",
    [],
);
const TIMER_WAIT: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_timer_wait",
    "Seconds that statements took.",
    [],
);
const WARNINGS: Family<0> = Family::counter(
    "mysql_perf_schema_events_statements_sum_warnings",
    "Warnings of statements.",
    [],
);

/// One statement and its rules.
pub(super) const TABLE: Table = Table {
    query: "SELECT SUM(COUNT_STAR) AS total, SUM(SUM_CREATED_TMP_DISK_TABLES) AS created_tmp_disk_tables, SUM(SUM_CREATED_TMP_TABLES) AS created_tmp_tables, \
        SUM(SUM_ERRORS) AS errors, SUM(SUM_LOCK_TIME) AS lock_time, SUM(SUM_NO_GOOD_INDEX_USED) AS no_good_index_used, \
        SUM(SUM_NO_INDEX_USED) AS no_index_used, SUM(SUM_ROWS_AFFECTED) AS rows_affected, SUM(SUM_ROWS_EXAMINED) AS rows_examined, \
        SUM(SUM_ROWS_SENT) AS rows_sent, SUM(SUM_SELECT_FULL_JOIN) AS select_full_join, SUM(SUM_SELECT_FULL_RANGE_JOIN) AS select_full_range_join, \
        SUM(SUM_SELECT_RANGE) AS select_range, SUM(SUM_SELECT_RANGE_CHECK) AS select_range_check, SUM(SUM_SELECT_SCAN) AS select_scan, \
        SUM(SUM_SORT_MERGE_PASSES) AS sort_merge_passes, SUM(SUM_SORT_RANGE) AS sort_range, SUM(SUM_SORT_ROWS) AS sort_rows, \
        SUM(SUM_SORT_SCAN) AS sort_scan, SUM(SUM_TIMER_WAIT) AS timer_wait, SUM(SUM_WARNINGS) AS warnings \
        FROM performance_schema.events_statements_summary_by_digest",
    rules: &[
        Rule::new(&TOTAL, &[], "total"),
        Rule::new(&CREATED_TMP_DISK_TABLES, &[], "created_tmp_disk_tables"),
        Rule::new(&CREATED_TMP_TABLES, &[], "created_tmp_tables"),
        Rule::new(&ERRORS, &[], "errors"),
        Rule::new(&LOCK_TIME, &[], "lock_time"),
        Rule::new(&NO_GOOD_INDEX_USED, &[], "no_good_index_used"),
        Rule::new(&NO_INDEX_USED, &[], "no_index_used"),
        Rule::new(&ROWS_AFFECTED, &[], "rows_affected"),
        Rule::new(&ROWS_EXAMINED, &[], "rows_examined"),
        Rule::new(&ROWS_SENT, &[], "rows_sent"),
        Rule::new(&SELECT_FULL_JOIN, &[], "select_full_join"),
        Rule::new(&SELECT_FULL_RANGE_JOIN, &[], "select_full_range_join"),
        Rule::new(&SELECT_RANGE, &[], "select_range"),
        Rule::new(&SELECT_RANGE_CHECK, &[], "select_range_check"),
        Rule::new(&SELECT_SCAN, &[], "select_scan"),
        Rule::new(&SORT_MERGE_PASSES, &[], "sort_merge_passes"),
        Rule::new(&SORT_RANGE, &[], "sort_range"),
        Rule::new(&SORT_ROWS, &[], "sort_rows"),
        Rule::new(&SORT_SCAN, &[], "sort_scan"),
        Rule::new(&TIMER_WAIT, &[], "timer_wait").of(Unit::Picoseconds),
        Rule::new(&WARNINGS, &[], "warnings"),
    ],
};
