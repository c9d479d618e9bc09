//! Running autovacuums, from the statements in `pg_stat_activity`; none most of the time.

use metrics_registry::Family;

use super::Statement;
use super::rows::{self, Null};

const START: [Family<1>; 1] = [Family::gauge(
    "pg_stat_activity_autovacuum_timestamp_seconds",
    "When the autovacuum of this table began, in seconds since 1970.",
    ["relname"],
)];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql: |_| {
        Some(
            "SELECT split_part(query, '.', 2), extract(epoch FROM xact_start) FROM pg_stat_activity \
             WHERE query LIKE 'autovacuum:%' ORDER BY 1"
                .into(),
        )
    },
    write: |_, table, samples| {
        rows::write(table, &START, Null::Skip, samples);
        Ok(())
    },
}];
