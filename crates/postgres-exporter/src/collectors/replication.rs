//! How far a standby is behind, from `pg_last_xact_replay_timestamp()`.
//!
//! A primary reports 0, and so does a standby that has replayed all it received: on a quiet primary the time since the
//! last transaction says nothing. `pg_replication_lag` is the older name that the reference's own alerts still ask for.

use metrics_registry::Family;

use super::rows::{self, Null};
use super::{Context, Sql, Statement};

const FAMILIES: [Family<0>; 3] = [
    Family::gauge(
        "pg_replication_lag_seconds",
        "How far the standby is behind its primary.",
        [],
    ),
    Family::gauge(
        "pg_replication_is_replica",
        "Whether the server is a standby.",
        [],
    ),
    Family::gauge(
        "pg_replication_last_replay_seconds",
        "Age of the last transaction that was replayed.",
        [],
    ),
];
const LAG: Family<0> = Family::gauge(
    "pg_replication_lag",
    "The older name of pg_replication_lag_seconds.",
    [],
);

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql,
    write: |context, table, samples| {
        rows::write(table, &FAMILIES, Null::Zero, samples);
        if context.plan.old_names
            && let Some(row) = table.rows().next()
        {
            samples.sample(&LAG, [], row.number(0).unwrap_or(0.0));
        }
        Ok(())
    },
}];

fn sql(context: &Context<'_>) -> Sql {
    let (received, replayed) = if context.is_from(10) {
        ("pg_last_wal_receive_lsn()", "pg_last_wal_replay_lsn()")
    } else {
        (
            "pg_last_xlog_receive_location()",
            "pg_last_xlog_replay_location()",
        )
    };
    Some(
        format!(
            "SELECT CASE WHEN NOT standby OR {received} = {replayed} THEN 0 ELSE age END, standby, age \
             FROM (SELECT pg_is_in_recovery() AS standby, \
             greatest(0, extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())) AS age) state"
        )
        .into(),
    )
}
