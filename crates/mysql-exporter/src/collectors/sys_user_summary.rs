//! Work by user, from `sys.x$user_summary`. MariaDB has it since 10.6.

use metrics_registry::Family;

use crate::rules::{Label, Rule, Table, Unit};

const STATEMENTS: Family<1> =
    Family::counter("mysql_sys_statements_total", "Statements of the user.", ["user"]);
const LATENCY: Family<1> = Family::counter(
    "mysql_sys_statement_latency",
    "Seconds that the statements of the user took.",
    ["user"],
);
const TABLE_SCANS: Family<1> = Family::counter(
    "mysql_sys_table_scans_total",
    "Whole tables that the user read.",
    ["user"],
);
const FILE_IOS: Family<1> = Family::counter(
    "mysql_sys_file_ios_total",
    "Operations on files for the user.",
    ["user"],
);
const FILE_IO_SECONDS: Family<1> = Family::counter(
    "mysql_sys_file_io_seconds_total",
    "Seconds of operations on files for the user.",
    ["user"],
);
const CONNECTED: Family<1> = Family::gauge(
    "mysql_sys_current_connections",
    "Connections of the user.",
    ["user"],
);
const CONNECTIONS: Family<1> = Family::counter(
    "mysql_sys_connections_total",
    "Connections that the user made.",
    ["user"],
);
const HOSTS: Family<1> = Family::counter(
    "mysql_sys_unique_hosts_total",
    "Hosts that the user connected from.",
    ["user"],
);
const MEMORY: Family<1> = Family::gauge(
    "mysql_sys_current_memory_bytes",
    "Bytes of memory that the user has.",
    ["user"],
);
const MEMORY_ALLOCATED: Family<1> = Family::counter(
    "mysql_sys_memory_allocated_bytes_total",
    "Bytes of memory that were allocated for the user.",
    ["user"],
);

/// One statement and its rules.
pub(super) const TABLE: Table = Table {
    query: "SELECT user, statements, statement_latency, table_scans, file_ios, file_io_latency, current_connections, \
        total_connections, unique_hosts, current_memory, total_memory_allocated FROM sys.x$user_summary",
    rules: &[
        Rule::new(&STATEMENTS, &[Label::Column("user")], "statements"),
        Rule::new(&LATENCY, &[Label::Column("user")], "statement_latency").of(Unit::Picoseconds),
        Rule::new(&TABLE_SCANS, &[Label::Column("user")], "table_scans"),
        Rule::new(&FILE_IOS, &[Label::Column("user")], "file_ios"),
        Rule::new(&FILE_IO_SECONDS, &[Label::Column("user")], "file_io_latency").of(Unit::Picoseconds),
        Rule::new(&CONNECTED, &[Label::Column("user")], "current_connections"),
        Rule::new(&CONNECTIONS, &[Label::Column("user")], "total_connections"),
        Rule::new(&HOSTS, &[Label::Column("user")], "unique_hosts"),
        Rule::new(&MEMORY, &[Label::Column("user")], "current_memory"),
        Rule::new(
            &MEMORY_ALLOCATED,
            &[Label::Column("user")],
            "total_memory_allocated",
        ),
    ],
};
