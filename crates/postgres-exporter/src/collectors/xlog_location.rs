//! Position in the transaction log; before PostgreSQL 10, which renamed it to WAL.

use metrics_registry::Family;

use super::rows::{self, Null};
use super::{Context, Sql, Statement};

const LOCATION: [Family<0>; 1] = [Family::gauge(
    "pg_xlog_location_bytes",
    "Position in the transaction log.",
    [],
)];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql,
    write: |_, table, samples| {
        rows::write(table, &LOCATION, Null::Zero, samples);
        Ok(())
    },
}];

fn sql(context: &Context<'_>) -> Sql {
    let position = match context.identity.is_standby {
        true => "pg_last_xlog_replay_location()",
        false => "pg_current_xlog_location()",
    };
    (!context.is_from(10)).then(|| format!("SELECT pg_xlog_location_diff({position}, '0/0')").into())
}
