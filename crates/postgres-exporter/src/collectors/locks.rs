//! Locks by database and mode, from `pg_locks`; modes that nobody holds are 0.

use metrics_registry::Family;

use super::Statement;
use super::rows::{self, Null};

const COUNT: [Family<2>; 1] = [Family::gauge(
    "pg_locks_count",
    "Locks that are held or waited for.",
    ["datname", "mode"],
)];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql: |_| {
        Some(
            "SELECT d.datname, m.mode, coalesce(l.held, 0) FROM pg_database d \
             CROSS JOIN (VALUES ('accessexclusivelock'), ('accesssharelock'), ('exclusivelock'), \
             ('rowexclusivelock'), ('rowsharelock'), ('sharelock'), ('sharerowexclusivelock'), \
             ('shareupdateexclusivelock'), ('sireadlock')) m(mode) \
             LEFT JOIN (SELECT database, lower(mode) AS mode, count(*) AS held FROM pg_locks \
             WHERE database IS NOT NULL GROUP BY 1, 2) l ON l.database = d.oid AND l.mode = m.mode \
             ORDER BY 1, 2"
                .into(),
        )
    },
    write: |_, table, samples| {
        rows::write(table, &COUNT, Null::Zero, samples);
        Ok(())
    },
}];
