//! Blocks of tables and indexes read and hit in one database, from `pg_statio_user_tables`.

use metrics_registry::Family;

use super::Statement;
use super::rows::{self, Null};

const FAMILIES: [Family<3>; 8] = [
    Family::counter(
        "pg_statio_user_tables_heap_blocks_read",
        "Blocks of the table read from the disk or the kernel's cache.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_statio_user_tables_heap_blocks_hit",
        "Blocks of the table found in the shared buffers.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_statio_user_tables_idx_blocks_read",
        "Blocks of its indexes read from the disk or the kernel's cache.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_statio_user_tables_idx_blocks_hit",
        "Blocks of its indexes found in the shared buffers.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_statio_user_tables_toast_blocks_read",
        "Blocks of its TOAST table read from the disk or the kernel's cache.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_statio_user_tables_toast_blocks_hit",
        "Blocks of its TOAST table found in the shared buffers.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_statio_user_tables_tidx_blocks_read",
        "Blocks of the indexes of its TOAST table read from the disk or the kernel's cache.",
        ["datname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_statio_user_tables_tidx_blocks_hit",
        "Blocks of the indexes of its TOAST table found in the shared buffers.",
        ["datname", "relname", "schemaname"],
    ),
];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql: |_| {
        Some(
            "SELECT current_database(), relname, schemaname, heap_blks_read, heap_blks_hit, idx_blks_read, idx_blks_hit, \
             toast_blks_read, toast_blks_hit, tidx_blks_read, tidx_blks_hit \
             FROM pg_statio_user_tables ORDER BY schemaname, relname"
                .into(),
        )
    },
    write: |_, table, samples| {
        rows::write(table, &FAMILIES, Null::Zero, samples);
        Ok(())
    },
}];
