//! Number and age of open transactions, from `pg_stat_activity`. As in the reference, the transaction that asks counts.

use metrics_registry::Family;

use super::Statement;
use super::rows::{self, Null};

const FAMILIES: [Family<0>; 2] = [
    Family::gauge("pg_long_running_transactions", "Open transactions.", []),
    Family::gauge(
        "pg_long_running_transactions_oldest_timestamp_seconds",
        "Age of the oldest open transaction; in spite of its name no point in time.",
        [],
    ),
];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql: |_| {
        Some(
            "SELECT count(*), extract(epoch FROM max(clock_timestamp() - xact_start)) FROM pg_stat_activity \
             WHERE state IS DISTINCT FROM 'idle' AND xact_start IS NOT NULL AND query NOT LIKE 'autovacuum:%'"
                .into(),
        )
    },
    write: |_, table, samples| {
        rows::write(table, &FAMILIES, Null::Zero, samples);
        Ok(())
    },
}];
