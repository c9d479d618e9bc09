//! When the server was started, from `pg_postmaster_start_time()`.
//!
//! Off by default in the reference; on here, because most dashboards and its own example alerts ask for it.

use metrics_registry::Family;

use super::Statement;
use super::rows::{self, Null};

const START: [Family<0>; 1] = [Family::gauge(
    "pg_postmaster_start_time_seconds",
    "When the server was started, in seconds since 1970.",
    [],
)];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql: |_| Some("SELECT extract(epoch FROM pg_postmaster_start_time())".into()),
    write: |_, table, samples| {
        rows::write(table, &START, Null::Zero, samples);
        Ok(())
    },
}];
