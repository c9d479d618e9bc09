//! The MySQL exporter on Debian's MariaDB and on MySQL 9: beside the reference, and when the server is not well.

mod comparison;
mod faults;
mod grants;
mod labels;
mod newer;
mod replicas;
mod secrets;

use std::sync::LazyLock;

use crate::daemon::Daemon;
use crate::exporters;
use crate::servers::mariadb::Mariadb;

/// The server of all tests that leave it as it was.
pub static SERVER: LazyLock<Mariadb> = LazyLock::new(Mariadb::start);

/// Every collector of the reference.
const COLLECTORS: [&str; 36] = [
    "auto_increment.columns",
    "binlog_size",
    "engine_innodb_status",
    "engine_tokudb_status",
    "global_status",
    "global_variables",
    "heartbeat",
    "info_schema.clientstats",
    "info_schema.innodb_cmp",
    "info_schema.innodb_cmpmem",
    "info_schema.innodb_metrics",
    "info_schema.innodb_tablespaces",
    "info_schema.processlist",
    "info_schema.query_response_time",
    "info_schema.replica_host",
    "info_schema.rocksdb_perf_context",
    "info_schema.schemastats",
    "info_schema.tables",
    "info_schema.tablestats",
    "info_schema.userstats",
    "mysql.user",
    "perf_schema.eventsstatements",
    "perf_schema.eventsstatementssum",
    "perf_schema.eventswaits",
    "perf_schema.file_events",
    "perf_schema.file_instances",
    "perf_schema.indexiowaits",
    "perf_schema.memory_events",
    "perf_schema.replication_applier_status_by_worker",
    "perf_schema.replication_group_member_stats",
    "perf_schema.replication_group_members",
    "perf_schema.tableiowaits",
    "perf_schema.tablelocks",
    "slave_hosts",
    "slave_status",
    "sys.user_summary",
];

/// Our exporter on this server with these flags.
#[track_caller]
fn exporter(server: &Mariadb, flags: &[&str]) -> Daemon {
    let file = format!("--config.my-cnf={}", server.options_file());
    let flags: Vec<_> = [file.as_str()].into_iter().chain(flags.iter().copied()).collect();
    exporters::ours("mysql", &flags, &[])
}
