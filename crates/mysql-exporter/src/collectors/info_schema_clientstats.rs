//! Work by client host, from `information_schema.client_statistics`: MariaDB and Percona Server with `userstat=1`.

use metrics_registry::Family;

use super::statistics::{Column, Statistics};
use crate::visit::{Answer, Visit};

const TOTAL_CONNECTIONS: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_total_connections",
    "Connections that were made, by client.",
    ["client"],
);
const CONCURRENT_CONNECTIONS: Family<1> = Family::gauge(
    "mysql_info_schema_client_statistics_concurrent_connections",
    "Connections now, by client.",
    ["client"],
);
const CONNECTED_TIME: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_connected_time_seconds_total",
    "Seconds with a connection, by client.",
    ["client"],
);
const BUSY_TIME: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_busy_seconds_total",
    "Seconds with work on a connection, by client.",
    ["client"],
);
const CPU_TIME: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_cpu_time_seconds_total",
    "Seconds of CPU time, by client.",
    ["client"],
);
const BYTES_RECEIVED: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_bytes_received_total",
    "Bytes that the server received, by client.",
    ["client"],
);
const BYTES_SENT: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_bytes_sent_total",
    "Bytes that the server sent, by client.",
    ["client"],
);
const BINLOG_BYTES_WRITTEN: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_binlog_bytes_written_total",
    "Bytes written to the binary log, by client.",
    ["client"],
);
const ROWS_READ: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_rows_read_total",
    "Rows read, by client.",
    ["client"],
);
const ROWS_SENT: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_rows_sent_total",
    "Rows sent, by client.",
    ["client"],
);
const ROWS_DELETED: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_rows_deleted_total",
    "Rows deleted, by client.",
    ["client"],
);
const ROWS_INSERTED: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_rows_inserted_total",
    "Rows inserted, by client.",
    ["client"],
);
const ROWS_FETCHED: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_rows_fetched_total",
    "Rows fetched, by client.",
    ["client"],
);
const ROWS_UPDATED: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_rows_updated_total",
    "Rows updated, by client.",
    ["client"],
);
const TABLE_ROWS_READ: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_table_rows_read_total",
    "Rows read from tables, which may be more than were fetched, by client.",
    ["client"],
);
const SELECT_COMMANDS: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_select_commands_total",
    "SELECT statements, by client.",
    ["client"],
);
const UPDATE_COMMANDS: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_update_commands_total",
    "UPDATE statements, by client.",
    ["client"],
);
const OTHER_COMMANDS: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_other_commands_total",
    "Other statements, by client.",
    ["client"],
);
const COMMIT_TRANSACTIONS: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_commit_transactions_total",
    "COMMIT statements, by client.",
    ["client"],
);
const ROLLBACK_TRANSACTIONS: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_rollback_transactions_total",
    "ROLLBACK statements, by client.",
    ["client"],
);
const DENIED_CONNECTIONS: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_denied_connections_total",
    "Connections that were denied, by client.",
    ["client"],
);
const LOST_CONNECTIONS: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_lost_connections_total",
    "Connections that ended without a goodbye, by client.",
    ["client"],
);
const ACCESS_DENIED: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_access_denied_total",
    "Statements that were denied, by client.",
    ["client"],
);
const EMPTY_QUERIES: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_empty_queries_total",
    "Empty statements, by client.",
    ["client"],
);
const TOTAL_SSL_CONNECTIONS: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_total_ssl_connections_total",
    "Connections over TLS that were made, by client.",
    ["client"],
);
const MAX_STATEMENT_TIME_EXCEEDED: Family<1> = Family::counter(
    "mysql_info_schema_client_statistics_max_statement_time_exceeded_total",
    "Statements that were ended at max_statement_time, by client.",
    ["client"],
);

const STATISTICS: Statistics = Statistics {
    query: "SELECT * FROM information_schema.client_statistics",
    prefix: "mysql_info_schema_client_statistics_",
    label: "client",
    columns: &[
        Column::new("TOTAL_CONNECTIONS", &TOTAL_CONNECTIONS),
        Column::new("CONCURRENT_CONNECTIONS", &CONCURRENT_CONNECTIONS),
        Column::new("CONNECTED_TIME", &CONNECTED_TIME),
        Column::new("BUSY_TIME", &BUSY_TIME),
        Column::new("CPU_TIME", &CPU_TIME),
        Column::new("BYTES_RECEIVED", &BYTES_RECEIVED),
        Column::new("BYTES_SENT", &BYTES_SENT),
        Column::new("BINLOG_BYTES_WRITTEN", &BINLOG_BYTES_WRITTEN),
        Column::new("ROWS_READ", &ROWS_READ),
        Column::new("ROWS_SENT", &ROWS_SENT),
        Column::new("ROWS_DELETED", &ROWS_DELETED),
        Column::new("ROWS_INSERTED", &ROWS_INSERTED),
        Column::new("ROWS_FETCHED", &ROWS_FETCHED),
        Column::new("ROWS_UPDATED", &ROWS_UPDATED),
        Column::new("TABLE_ROWS_READ", &TABLE_ROWS_READ),
        Column::new("SELECT_COMMANDS", &SELECT_COMMANDS),
        Column::new("UPDATE_COMMANDS", &UPDATE_COMMANDS),
        Column::new("OTHER_COMMANDS", &OTHER_COMMANDS),
        Column::new("COMMIT_TRANSACTIONS", &COMMIT_TRANSACTIONS),
        Column::new("ROLLBACK_TRANSACTIONS", &ROLLBACK_TRANSACTIONS),
        Column::new("DENIED_CONNECTIONS", &DENIED_CONNECTIONS),
        Column::new("LOST_CONNECTIONS", &LOST_CONNECTIONS),
        Column::new("ACCESS_DENIED", &ACCESS_DENIED),
        Column::new("EMPTY_QUERIES", &EMPTY_QUERIES),
        Column::new("TOTAL_SSL_CONNECTIONS", &TOTAL_SSL_CONNECTIONS),
        Column::new("MAX_STATEMENT_TIME_EXCEEDED", &MAX_STATEMENT_TIME_EXCEEDED),
    ],
};

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move { STATISTICS.collect(visit).await })
}
