//! Checkpoints and restart points, from `pg_stat_checkpointer`; PostgreSQL 17 and later.

use metrics_registry::Family;

use super::rows::{self, Null};
use super::{Context, Sql, Statement};

const FAMILIES: [Family<0>; 9] = [
    Family::counter(
        "pg_stat_checkpointer_num_timed_total",
        "Checkpoints that were due.",
        [],
    ),
    Family::counter(
        "pg_stat_checkpointer_num_requested_total",
        "Checkpoints that were asked for.",
        [],
    ),
    Family::counter(
        "pg_stat_checkpointer_restartpoints_timed_total",
        "Restart points that were due.",
        [],
    ),
    Family::counter(
        "pg_stat_checkpointer_restartpoints_req_total",
        "Restart points that were asked for.",
        [],
    ),
    Family::counter(
        "pg_stat_checkpointer_restartpoints_done_total",
        "Restart points that were made.",
        [],
    ),
    Family::counter(
        "pg_stat_checkpointer_write_time_total",
        "Milliseconds spent writing.",
        [],
    ),
    Family::counter(
        "pg_stat_checkpointer_sync_time_total",
        "Milliseconds spent waiting for the disk.",
        [],
    ),
    Family::counter(
        "pg_stat_checkpointer_buffers_written_total",
        "Buffers written.",
        [],
    ),
    Family::counter(
        "pg_stat_checkpointer_stats_reset_total",
        "When these numbers were set to zero, in seconds since 1970.",
        [],
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
    context.is_from(17).then_some(
        "SELECT num_timed, num_requested, restartpoints_timed, restartpoints_req, restartpoints_done, \
         write_time, sync_time, buffers_written, floor(extract(epoch FROM stats_reset)) \
         FROM pg_stat_checkpointer"
            .into(),
    )
}
