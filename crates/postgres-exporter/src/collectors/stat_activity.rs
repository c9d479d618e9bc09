//! Sessions by what they do, from `pg_stat_activity`; this program's own session does not count.
//!
//! Every database has a row for every state, so that a rate over a state that is rare does not have gaps.
//! Without `pg_read_all_stats` the server hides the state of other users' sessions.

use metrics_registry::Family;

use super::rows::{self, Null};
use super::{Context, Sql, Statement};

const FAMILIES: [Family<7>; 2] = [
    Family::gauge(
        "pg_stat_activity_count",
        "Sessions in this state.",
        [
            "application_name",
            "backend_type",
            "datname",
            "state",
            "usename",
            "wait_event",
            "wait_event_type",
        ],
    ),
    Family::gauge(
        "pg_stat_activity_max_tx_duration",
        "Seconds that the longest open transaction of these sessions has lasted.",
        [
            "application_name",
            "backend_type",
            "datname",
            "state",
            "usename",
            "wait_event",
            "wait_event_type",
        ],
    ),
];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql,
    write: |_, table, samples| {
        rows::write(table, &FAMILIES, Null::Zero, samples);
        Ok(())
    },
}];

fn sql(context: &Context<'_>) -> Sql {
    let backend_type = if context.is_from(10) {
        "backend_type"
    } else {
        "''::text"
    };
    Some(
        format!(
            "SELECT a.application_name, a.backend_type, d.datname, s.state, a.usename, a.wait_event, \
             a.wait_event_type, a.sessions, a.seconds FROM (VALUES ('active'), ('disabled'), \
             ('fastpath function call'), ('idle'), ('idle in transaction'), \
             ('idle in transaction (aborted)')) s(state) CROSS JOIN pg_database d LEFT JOIN \
             (SELECT application_name, {backend_type} AS backend_type, datname, state, usename, wait_event, \
             wait_event_type, count(*) AS sessions, \
             extract(epoch FROM max(clock_timestamp() - xact_start)) AS seconds FROM pg_stat_activity \
             WHERE pid <> pg_backend_pid() GROUP BY 1, 2, 3, 4, 5, 6, 7) a \
             ON a.datname = d.datname AND a.state = s.state ORDER BY 3, 4, 1, 2, 5, 6, 7"
        )
        .into(),
    )
}
