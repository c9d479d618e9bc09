//! Blocks of indexes read and hit, from `pg_statio_user_indexes`. No label tells the database, as in the reference.

use metrics_registry::Family;

use super::Statement;
use super::rows::{self, Null};

const FAMILIES: [Family<3>; 2] = [
    Family::counter(
        "pg_statio_user_indexes_idx_blks_hit_total",
        "Blocks of the index found in the shared buffers.",
        ["indexrelname", "relname", "schemaname"],
    ),
    Family::counter(
        "pg_statio_user_indexes_idx_blks_read_total",
        "Blocks of the index read from the disk or the kernel's cache.",
        ["indexrelname", "relname", "schemaname"],
    ),
];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql: |_| {
        Some(
            "SELECT indexrelname, relname, schemaname, idx_blks_hit, idx_blks_read \
             FROM pg_statio_user_indexes ORDER BY schemaname, relname, indexrelname"
                .into(),
        )
    },
    write: |_, table, samples| {
        rows::write(table, &FAMILIES, Null::Zero, samples);
        Ok(())
    },
}];
