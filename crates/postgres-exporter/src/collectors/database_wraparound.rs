//! How far each database is from a wraparound of transaction numbers, from `pg_database`.

use metrics_registry::Family;

use super::Statement;
use super::rows::{self, Null};

const FAMILIES: [Family<1>; 2] = [
    Family::gauge(
        "pg_database_wraparound_age_datfrozenxid_seconds",
        "Transactions since the oldest one that is not frozen; in spite of its name not in seconds.",
        ["datname"],
    ),
    Family::gauge(
        "pg_database_wraparound_age_datminmxid_seconds",
        "Multixacts since the oldest one that is still needed; in spite of its name not in seconds.",
        ["datname"],
    ),
];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql: |_| {
        Some(
            "SELECT datname, age(datfrozenxid), mxid_age(datminmxid) FROM pg_database \
             WHERE datallowconn ORDER BY datname"
                .into(),
        )
    },
    write: |_, table, samples| {
        rows::write(table, &FAMILIES, Null::Zero, samples);
        Ok(())
    },
}];
