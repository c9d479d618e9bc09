//! Transactions, rows and blocks by database, from `pg_stat_database`; shared objects, which have no database, are left out.

use metrics_registry::Family;

use super::rows::{self, Null};
use super::{Context, Sql, Statement};

const FAMILIES: [Family<2>; 17] = [
    Family::gauge(
        "pg_stat_database_numbackends",
        "Sessions at this moment.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_xact_commit",
        "Transactions committed.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_xact_rollback",
        "Transactions rolled back.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_blks_read",
        "Blocks read from the disk or the kernel's cache.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_blks_hit",
        "Blocks found in the shared buffers.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_tup_returned",
        "Rows that scans went over.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_tup_fetched",
        "Rows that statements fetched.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_tup_inserted",
        "Rows inserted.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_tup_updated",
        "Rows updated.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_tup_deleted",
        "Rows deleted.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_conflicts",
        "Statements cancelled for the recovery of a standby.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_temp_files",
        "Temporary files that statements made.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_temp_bytes",
        "Bytes written to temporary files.",
        ["datid", "datname"],
    ),
    Family::counter("pg_stat_database_deadlocks", "Deadlocks.", ["datid", "datname"]),
    Family::counter(
        "pg_stat_database_blk_read_time",
        "Milliseconds that sessions spent reading blocks, with track_io_timing.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_blk_write_time",
        "Milliseconds that sessions spent writing blocks, with track_io_timing.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_stats_reset",
        "When these numbers were set to zero, in seconds since 1970; 0 is never.",
        ["datid", "datname"],
    ),
];

/// Since 14.
const ACTIVE_TIME: Family<2> = Family::counter(
    "pg_stat_database_active_time_seconds_total",
    "Seconds that sessions spent running statements.",
    ["datid", "datname"],
);

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql,
    write: |_, table, samples| {
        rows::write(table, &FAMILIES, Null::Zero, samples);
        for row in table.rows() {
            if let Some(milliseconds) = row.number(2 + FAMILIES.len()) {
                samples.sample(&ACTIVE_TIME, [row.label(0), row.label(1)], milliseconds / 1000.0);
            }
        }
        Ok(())
    },
}];

fn sql(context: &Context<'_>) -> Sql {
    let active_time = if context.is_from(14) {
        "active_time"
    } else {
        "NULL"
    };
    Some(
        format!(
            "SELECT datid, datname, numbackends, xact_commit, xact_rollback, blks_read, blks_hit, tup_returned, \
             tup_fetched, tup_inserted, tup_updated, tup_deleted, conflicts, temp_files, \
             temp_bytes, deadlocks, blk_read_time, blk_write_time, floor(extract(epoch FROM stats_reset)), {active_time} \
             FROM pg_stat_database WHERE datname IS NOT NULL ORDER BY datid"
        )
        .into(),
    )
}
