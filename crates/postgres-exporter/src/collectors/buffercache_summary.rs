//! What fills the shared buffers, from `pg_buffercache_summary()` of the extension pg_buffercache; PostgreSQL 16 and later.
//!
//! The function takes no lock and reads the headers of all buffers: about a millisecond for 1 GB.

use metrics_registry::Family;

use super::rows::{self, Null};
use super::{Context, Sql, Statement};

const FAMILIES: [Family<0>; 5] = [
    Family::gauge(
        "pg_buffercache_summary_buffers_used",
        "Shared buffers in use.",
        [],
    ),
    Family::gauge(
        "pg_buffercache_summary_buffers_unused",
        "Shared buffers that are free.",
        [],
    ),
    Family::gauge(
        "pg_buffercache_summary_buffers_dirty",
        "Shared buffers that have yet to be written.",
        [],
    ),
    Family::gauge(
        "pg_buffercache_summary_buffers_pinned",
        "Shared buffers that a session holds at this moment.",
        [],
    ),
    Family::gauge(
        "pg_buffercache_summary_usagecount_avg",
        "How often the shared buffers in use were wanted lately, on average.",
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
    context.is_from(16).then_some(
        "SELECT buffers_used, buffers_unused, buffers_dirty, buffers_pinned, usagecount_avg \
         FROM pg_buffercache_summary()"
            .into(),
    )
}
