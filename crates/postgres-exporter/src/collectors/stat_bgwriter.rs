//! Background writer and checkpoints, from `pg_stat_bgwriter`.
//!
//! PostgreSQL 17 moved seven of the columns. Their names are still served, filled from `pg_stat_checkpointer` and
//! `pg_stat_io`, so that dashboards and alerts keep their lines; `--no-metrics.old-names` turns that off.

use metrics_registry::Family;

use super::rows::{self, Null};
use super::{Context, Sql, Statement};

const KEPT: [Family<0>; 4] = [
    Family::counter("pg_stat_bgwriter_buffers_alloc_total", "Buffers allocated.", []),
    Family::counter(
        "pg_stat_bgwriter_buffers_clean_total",
        "Buffers written by the background writer.",
        [],
    ),
    Family::counter(
        "pg_stat_bgwriter_maxwritten_clean_total",
        "Rounds that the background writer ended early because it had written enough.",
        [],
    ),
    Family::counter(
        "pg_stat_bgwriter_stats_reset_total",
        "When these numbers were set to zero, in seconds since 1970.",
        [],
    ),
];

const MOVED: [Family<0>; 7] = [
    Family::counter(
        "pg_stat_bgwriter_checkpoints_timed_total",
        "Checkpoints that were due.",
        [],
    ),
    Family::counter(
        "pg_stat_bgwriter_checkpoints_req_total",
        "Checkpoints that were asked for.",
        [],
    ),
    Family::counter(
        "pg_stat_bgwriter_checkpoint_write_time_total",
        "Milliseconds that checkpoints spent writing.",
        [],
    ),
    Family::counter(
        "pg_stat_bgwriter_checkpoint_sync_time_total",
        "Milliseconds that checkpoints spent waiting for the disk.",
        [],
    ),
    Family::counter(
        "pg_stat_bgwriter_buffers_checkpoint_total",
        "Buffers written by checkpoints.",
        [],
    ),
    Family::counter(
        "pg_stat_bgwriter_buffers_backend_total",
        "Buffers that sessions had to write themselves.",
        [],
    ),
    Family::counter(
        "pg_stat_bgwriter_buffers_backend_fsync_total",
        "Times that sessions had to wait for the disk themselves.",
        [],
    ),
];

pub(super) const STATEMENTS: &[Statement] = &[
    Statement {
        sql: |_| {
            Some(
                "SELECT buffers_alloc, buffers_clean, maxwritten_clean, floor(extract(epoch FROM stats_reset)) \
                 FROM pg_stat_bgwriter"
                    .into(),
            )
        },
        write: |_, table, samples| {
            rows::write(table, &KEPT, Null::Zero, samples);
            Ok(())
        },
    },
    Statement {
        sql: moved,
        write: |_, table, samples| {
            rows::write(table, &MOVED, Null::Zero, samples);
            Ok(())
        },
    },
];

/// Who did not count as a session in the columns that moved.
const OTHERS: &str = "object = 'relation' AND backend_type NOT IN ('background writer', 'checkpointer')";

fn moved(context: &Context<'_>) -> Sql {
    if !context.is_from(17) {
        return Some(
            "SELECT checkpoints_timed, checkpoints_req, checkpoint_write_time, checkpoint_sync_time, \
             buffers_checkpoint, buffers_backend, buffers_backend_fsync FROM pg_stat_bgwriter"
                .into(),
        );
    }
    if !context.plan.old_names {
        return None;
    }
    // One write may be several blocks since 18, which counts bytes too.
    let written = if context.is_from(18) {
        "(coalesce(write_bytes, 0) + coalesce(extend_bytes, 0)) / current_setting('block_size')::int"
    } else {
        "coalesce(writes, 0) + coalesce(extends, 0)"
    };
    Some(
        format!(
            "SELECT num_timed, num_requested, write_time, sync_time, buffers_written, io.written, io.fsyncs \
             FROM pg_stat_checkpointer, (SELECT floor(sum({written})) AS written, sum(fsyncs) AS fsyncs \
             FROM pg_stat_io WHERE {OTHERS}) io"
        )
        .into(),
    )
}
