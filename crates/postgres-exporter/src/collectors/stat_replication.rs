//! Standbys of this server and how far they are behind, from `pg_stat_replication`; empty without standbys.
//!
//! Two receivers with the same name and address and without slots are one series: the first one is served.

use metrics_registry::Family;

use super::{Context, Sql, Statement};
use crate::Error;
use crate::plan::Compat;
use crate::samples::Samples;
use crate::table::Table;

const CURRENT: Family<4> = Family::gauge(
    "pg_stat_replication_pg_current_wal_lsn_bytes",
    "Position of the WAL of this server.",
    ["application_name", "client_addr", "slot_name", "state"],
);
const WAL_LSN_DIFF: Family<4> = Family::gauge(
    "pg_stat_replication_pg_wal_lsn_diff",
    "Bytes of WAL that the standby has yet to replay.",
    ["application_name", "client_addr", "slot_name", "state"],
);
const XLOG_LOCATION_DIFF: Family<4> = Family::gauge(
    "pg_stat_replication_pg_xlog_location_diff",
    "Bytes of WAL that the standby has yet to replay, before 10.",
    ["application_name", "client_addr", "slot_name", "state"],
);
/// 0.19 serves every column that it does not know.
const REPLY_TIME: Family<4> = Family::untyped(
    "pg_stat_replication_reply_time",
    "When the standby last answered, in seconds since 1970.",
    ["application_name", "client_addr", "slot_name", "state"],
);

pub(super) const STATEMENTS: &[Statement] = &[Statement { sql, write }];

fn sql(context: &Context<'_>) -> Sql {
    let is_standby = context.identity.is_standby;
    // A standby that feeds others has no position of its own to write at.
    let (current, diff) = match (context.is_from(10), is_standby) {
        (_, true) => ("NULL", "NULL"),
        (true, false) => (
            "pg_current_wal_lsn() - '0/0'::pg_lsn",
            "pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)",
        ),
        (false, false) => (
            "NULL",
            "pg_xlog_location_diff(pg_current_xlog_location(), replay_location)",
        ),
    };
    let reply_time = if context.is_from(12) {
        "floor(extract(epoch FROM reply_time))"
    } else {
        "NULL"
    };
    Some(
        format!(
            "SELECT r.application_name, host(r.client_addr), s.slot_name, r.state, {current}, {diff}, {reply_time} \
             FROM pg_stat_replication r LEFT JOIN pg_replication_slots s ON s.active_pid = r.pid ORDER BY r.pid"
        )
        .into(),
    )
}

fn write(context: &Context<'_>, table: &Table, samples: &mut Samples<'_>) -> Result<(), Error> {
    let is_019 = context.plan.compat == Compat::V019;
    let diff = if context.is_from(10) {
        &WAL_LSN_DIFF
    } else {
        &XLOG_LOCATION_DIFF
    };
    for row in table.rows() {
        let labels = std::array::from_fn(|column| row.label(column));
        for (family, column) in [(&CURRENT, 4), (diff, 5), (&REPLY_TIME, 6)] {
            if column == 6 && !(is_019 && context.is_from(12)) {
                continue;
            }
            match row.number(column) {
                Some(value) => samples.sample(family, labels, value),
                None if is_019 => samples.sample(family, labels, f64::NAN),
                None => {}
            }
        }
    }
    Ok(())
}
