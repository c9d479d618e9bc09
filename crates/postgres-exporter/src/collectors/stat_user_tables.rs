//! Rows, scans, vacuums and sizes of the tables of one database, from `pg_stat_user_tables`.
//!
//! Measuring a table waits for whoever alters it. That is why sizes have a statement of their own, which passes over
//! tables that someone locks and gives up after `lock_timeout`: the other numbers never wait.
//! Measuring costs a millisecond for every few hundred tables.

use metrics_registry::Family;

use super::Statement;
use super::rows::{self, Null};

const FAMILIES: [Family<3>; 19] = [
    Family::counter(
        "pg_stat_user_tables_seq_scan",
        "Sequential scans.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_stat_user_tables_seq_tup_read",
        "Rows that sequential scans read.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_stat_user_tables_idx_scan",
        "Index scans.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_stat_user_tables_idx_tup_fetch",
        "Rows that index scans fetched.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_stat_user_tables_n_tup_ins",
        "Rows inserted.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_stat_user_tables_n_tup_upd",
        "Rows updated.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_stat_user_tables_n_tup_del",
        "Rows deleted.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_stat_user_tables_n_tup_hot_upd",
        "Rows updated without a new index entry.",
        ["datname", "relname", "schemaname"],
    ),
    Family::gauge(
        "pg_stat_user_tables_n_live_tup",
        "Rows, as estimated.",
        ["datname", "relname", "schemaname"],
    ),
    Family::gauge(
        "pg_stat_user_tables_n_dead_tup",
        "Dead rows, as estimated.",
        ["datname", "relname", "schemaname"],
    ),
    Family::gauge(
        "pg_stat_user_tables_n_mod_since_analyze",
        "Rows changed since the last analyze, as estimated.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_stat_user_tables_vacuum_count",
        "Vacuums by hand, but for full ones.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_stat_user_tables_autovacuum_count",
        "Vacuums by the daemon.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_stat_user_tables_analyze_count",
        "Analyzes by hand.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_stat_user_tables_autoanalyze_count",
        "Analyzes by the daemon.",
        ["datname", "relname", "schemaname"],
    ),
    Family::gauge(
        "pg_stat_user_tables_last_vacuum",
        "When the table was last vacuumed by hand, in seconds since 1970; 0 is never.",
        ["datname", "relname", "schemaname"],
    ),
    Family::gauge(
        "pg_stat_user_tables_last_autovacuum",
        "When the daemon last vacuumed the table, in seconds since 1970; 0 is never.",
        ["datname", "relname", "schemaname"],
    ),
    Family::gauge(
        "pg_stat_user_tables_last_analyze",
        "When the table was last analyzed by hand, in seconds since 1970; 0 is never.",
        ["datname", "relname", "schemaname"],
    ),
    Family::gauge(
        "pg_stat_user_tables_last_autoanalyze",
        "When the daemon last analyzed the table, in seconds since 1970; 0 is never.",
        ["datname", "relname", "schemaname"],
    ),
];

const SIZES: [Family<3>; 2] = [
    Family::gauge(
        "pg_stat_user_tables_index_size_bytes",
        "Space on disk that the indexes of the table take.",
        ["datname", "relname", "schemaname"],
    ),
    Family::gauge(
        "pg_stat_user_tables_table_size_bytes",
        "Space on disk that the table takes without its indexes.",
        ["datname", "relname", "schemaname"],
    ),
];

pub(super) const STATEMENTS: &[Statement] = &[
    Statement {
        sql: |_| Some(ROWS.into()),
        write: |_, table, samples| {
            rows::write(table, &FAMILIES, Null::Zero, samples);
            Ok(())
        },
    },
    Statement {
        sql: |_| Some(MEASURED.into()),
        write: |_, table, samples| {
            rows::write(table, &SIZES, Null::Skip, samples);
            Ok(())
        },
    },
];

/// The columns in the order of [`FAMILIES`].
const ROWS: &str = "SELECT current_database(), relname, schemaname, seq_scan, seq_tup_read, idx_scan, idx_tup_fetch, n_tup_ins, n_tup_upd, \
    n_tup_del, n_tup_hot_upd, n_live_tup, n_dead_tup, n_mod_since_analyze, \
    vacuum_count, autovacuum_count, analyze_count, autoanalyze_count, \
    floor(extract(epoch FROM last_vacuum)), \
    floor(extract(epoch FROM last_autovacuum)), \
    floor(extract(epoch FROM last_analyze)), \
    floor(extract(epoch FROM last_autoanalyze)) FROM pg_stat_user_tables ORDER BY schemaname, relname";

/// The columns in the order of [`SIZES`].
const MEASURED: &str = "SELECT current_database(), relname, schemaname, pg_indexes_size(relid), pg_table_size(relid) \
    FROM pg_stat_user_tables WHERE relid NOT IN (SELECT relation FROM pg_locks WHERE mode = 'AccessExclusiveLock' \
    AND relation IS NOT NULL AND database IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))) \
    ORDER BY schemaname, relname";
