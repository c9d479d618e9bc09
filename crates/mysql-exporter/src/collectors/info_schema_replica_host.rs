//! Replicas of an Aurora cluster, from `information_schema.replica_host_status`.
//!
//! Servers without the table have no samples and no failure.

use metrics_registry::Family;

use crate::error::number;
use crate::rules::{Label, Rule, Table, Unit};
use crate::visit::{Answer, Visit};

const CPU: Family<2> = Family::gauge(
    "mysql_info_schema_replica_host_cpu_percent",
    "CPU use of the instance in percent.",
    ["role", "server_id"],
);
const LATENCY: Family<2> = Family::gauge(
    "mysql_info_schema_replica_host_replica_latency_seconds",
    "Seconds between writer and reader.",
    ["role", "server_id"],
);
const LAG: Family<2> = Family::gauge(
    "mysql_info_schema_replica_host_lag_seconds",
    "Seconds that the reader is behind.",
    ["role", "server_id"],
);
const SPEED: Family<2> = Family::gauge(
    "mysql_info_schema_replica_host_log_stream_speed",
    "KiB of log that arrive in a second.",
    ["role", "server_id"],
);
const REPLAY: Family<2> = Family::gauge(
    "mysql_info_schema_replica_host_replay_latency_seconds",
    "Seconds that applying the log takes.",
    ["role", "server_id"],
);

const TABLE: Table = Table {
    query: "SELECT SERVER_ID, IF(SESSION_ID = 'MASTER_SESSION_ID', 'writer', 'reader') AS ROLE, CPU, \
        MASTER_SLAVE_LATENCY_IN_MICROSECONDS, REPLICA_LAG_IN_MILLISECONDS, LOG_STREAM_SPEED_IN_KiB_PER_SECOND, \
        CURRENT_REPLAY_LATENCY_IN_MICROSECONDS FROM information_schema.replica_host_status",
    rules: &[
        Rule::new(&CPU, &[Label::Column("ROLE"), Label::Column("SERVER_ID")], "CPU"),
        Rule::new(
            &LATENCY,
            &[Label::Column("ROLE"), Label::Column("SERVER_ID")],
            "MASTER_SLAVE_LATENCY_IN_MICROSECONDS",
        )
        .of(Unit::Microseconds),
        Rule::new(
            &LAG,
            &[Label::Column("ROLE"), Label::Column("SERVER_ID")],
            "REPLICA_LAG_IN_MILLISECONDS",
        )
        .of(Unit::Milliseconds),
        Rule::new(
            &SPEED,
            &[Label::Column("ROLE"), Label::Column("SERVER_ID")],
            "LOG_STREAM_SPEED_IN_KiB_PER_SECOND",
        ),
        Rule::new(
            &REPLAY,
            &[Label::Column("ROLE"), Label::Column("SERVER_ID")],
            "CURRENT_REPLAY_LATENCY_IN_MICROSECONDS",
        )
        .of(Unit::Microseconds),
    ],
};

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        match visit.table(&TABLE).await {
            Err(error) if error.number() == Some(number::UNKNOWN_TABLE) => Ok(()),
            result => result,
        }
    })
}
