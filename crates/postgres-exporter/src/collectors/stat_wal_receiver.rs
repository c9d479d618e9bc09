//! What a standby receives, from `pg_stat_wal_receiver`; empty on a primary.
//!
//! The reference passes over standbys without a slot; here their `slot_name` is empty.

use metrics_registry::Family;

use super::rows::{self, Null};
use super::{Context, Sql, Statement};

const FAMILIES: [Family<3>; 8] = [
    Family::counter(
        "pg_stat_wal_receiver_receive_start_lsn",
        "Position at which receiving began, modulo 2^52.",
        ["slot_name", "status", "upstream_host"],
    ),
    Family::gauge(
        "pg_stat_wal_receiver_receive_start_tli",
        "Timeline at which receiving began.",
        ["slot_name", "status", "upstream_host"],
    ),
    Family::gauge(
        "pg_stat_wal_receiver_received_tli",
        "Timeline of the newest WAL that was received.",
        ["slot_name", "status", "upstream_host"],
    ),
    Family::counter(
        "pg_stat_wal_receiver_last_msg_send_time",
        "When the last message was sent, in seconds since 1970.",
        ["slot_name", "status", "upstream_host"],
    ),
    Family::counter(
        "pg_stat_wal_receiver_last_msg_receipt_time",
        "When the last message arrived, in seconds since 1970.",
        ["slot_name", "status", "upstream_host"],
    ),
    Family::counter(
        "pg_stat_wal_receiver_latest_end_lsn",
        "Position that was last told to the sender, modulo 2^52.",
        ["slot_name", "status", "upstream_host"],
    ),
    Family::counter(
        "pg_stat_wal_receiver_latest_end_time",
        "When that position was told, in seconds since 1970.",
        ["slot_name", "status", "upstream_host"],
    ),
    Family::gauge(
        "pg_stat_wal_receiver_upstream_node",
        "Number of the sender, from a slot that repmgr named.",
        ["slot_name", "status", "upstream_host"],
    ),
];

/// Since 13.
const FLUSHED: Family<3> = Family::counter(
    "pg_stat_wal_receiver_flushed_lsn",
    "Position up to which WAL is on disk, modulo 2^52.",
    ["slot_name", "status", "upstream_host"],
);

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql,
    write: |_, table, samples| {
        rows::write(table, &FAMILIES, Null::Zero, samples);
        for row in table.rows() {
            if let Some(position) = row.number(3 + FAMILIES.len()) {
                let labels = std::array::from_fn(|column| row.label(column));
                samples.sample(&FLUSHED, labels, position);
            }
        }
        Ok(())
    },
}];

fn sql(context: &Context<'_>) -> Sql {
    if !context.is_from(10) {
        return None;
    }
    let flushed = if context.is_from(13) {
        "(flushed_lsn - '0/0'::pg_lsn) % (2^52)::bigint"
    } else {
        "NULL"
    };
    // The connection text is hidden from users without pg_read_all_stats; the host has a column since 11.
    let host = if context.is_from(11) {
        "sender_host"
    } else {
        "NULL"
    };
    Some(
        format!(
            "SELECT slot_name, status, coalesce(trim(both '''' FROM substring(conninfo FROM 'host=([^ ]*)')), {host}), \
             (receive_start_lsn - '0/0'::pg_lsn) % (2^52)::bigint, receive_start_tli, received_tli, \
             extract(epoch FROM last_msg_send_time), extract(epoch FROM last_msg_receipt_time), \
             (latest_end_lsn - '0/0'::pg_lsn) % (2^52)::bigint, extract(epoch FROM latest_end_time), \
             substring(slot_name FROM 'repmgr_slot_([0-9]*)'), {flushed} FROM pg_stat_wal_receiver \
             WHERE pid IS NOT NULL"
        )
        .into(),
    )
}
