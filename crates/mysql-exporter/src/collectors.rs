//! The collectors, in the order of their names.

mod auto_increment_columns;
mod binlog_size;
mod engine_innodb_status;
mod engine_tokudb_status;
mod global_status;
mod global_variables;
mod heartbeat;
mod info_schema_clientstats;
mod info_schema_innodb_cmp;
mod info_schema_innodb_cmpmem;
mod info_schema_innodb_metrics;
mod info_schema_innodb_tablespaces;
mod info_schema_processlist;
mod info_schema_query_response_time;
mod info_schema_replica_host;
mod info_schema_rocksdb_perf_context;
mod info_schema_schemastats;
mod info_schema_tables;
mod info_schema_tablestats;
mod info_schema_userstats;
mod mysql_user;
mod perf_schema_eventsstatements;
mod perf_schema_eventsstatementssum;
mod perf_schema_eventswaits;
mod perf_schema_file_events;
mod perf_schema_file_instances;
mod perf_schema_indexiowaits;
mod perf_schema_memory_events;
mod perf_schema_replication_applier_status_by_worker;
mod perf_schema_replication_group_member_stats;
mod perf_schema_replication_group_members;
mod perf_schema_tableiowaits;
mod perf_schema_tablelocks;
mod slave_hosts;
mod slave_status;
mod statistics;
mod sys_user_summary;

use crate::rules::Table;
use crate::server::Server;
use crate::visit::{Answer, Visit};

/// One source of numbers and how it is switched.
#[derive(Clone, Copy)]
pub struct Collector {
    /// As on the command line and in the label `collector`: `collect.NAME`.
    pub flag: &'static str,
    /// Whether it runs without being asked for.
    pub on: bool,
    /// The MySQL that has the source, major and minor; every MariaDB counts as newer.
    pub since: (u16, u16),
    /// What it reads, for `--help`.
    pub help: &'static str,
    /// Asks and writes.
    pub collect: Collect,
}

/// How a collector works.
#[derive(Clone, Copy)]
pub enum Collect {
    /// One statement, and a rule for each sample of its rows.
    Table(&'static Table),
    /// Code.
    Visit(for<'a, 'v> fn(&'a mut Visit<'v>) -> Answer<'a>),
}

impl Collector {
    /// As in `collect[]`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.flag.strip_prefix("collect.").unwrap_or(self.flag)
    }

    /// Whether the server is new enough; it is passed over where not.
    #[must_use]
    pub fn suits(&self, server: &Server) -> bool {
        let (major, minor) = self.since;
        server.is_mariadb || server.is_mysql_since((major, minor, 0))
    }
}

/// What the flags say of the collectors.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Database of the heartbeat.
    pub heartbeat_database: String,
    /// Table of the heartbeat.
    pub heartbeat_table: String,
    /// Whether the heartbeat is written in UTC.
    pub heartbeat_utc: bool,
    /// Threads that are younger in their state are not counted.
    pub processlist_min_seconds: u64,
    /// Whether processes are counted by user.
    pub processes_by_user: bool,
    /// Whether processes are counted by host.
    pub processes_by_host: bool,
    /// Databases whose tables are written, with commas; `*` for all.
    pub tables_databases: String,
    /// Whether privileges are written.
    pub user_privileges: bool,
    /// Digests that are written at most.
    pub statements_max: u64,
    /// Digests that were not seen for longer are left out.
    pub statements_seconds: u64,
    /// Characters of a digest's text.
    pub statements_text_length: u64,
    /// Schemas whose digests are left out.
    pub statements_exclude: Vec<String>,
    /// Files that are written, as the server's REGEXP takes it.
    pub file_filter: String,
    /// Cut off the front of a file's name.
    pub file_remove_prefix: String,
    /// Cut off the front of an instrument's name.
    pub memory_remove_prefix: String,
    /// Whether the state of a replica is written under the names of before MySQL 8.4 too.
    pub old_replica_names: bool,
}

/// Every collector.
pub const ALL: &[Collector] = &[
    Collector {
        flag: "collect.auto_increment.columns",
        on: false,
        since: (5, 1),
        help: "columns that count by themselves, and how far they can, from information_schema",
        collect: Collect::Table(&auto_increment_columns::TABLE),
    },
    Collector {
        flag: "collect.binlog_size",
        on: false,
        since: (5, 1),
        help: "files of the binary log, from SHOW BINARY LOGS",
        collect: Collect::Visit(binlog_size::collect),
    },
    Collector {
        flag: "collect.engine_innodb_status",
        on: false,
        since: (5, 1),
        help: "queries and read views inside InnoDB, from SHOW ENGINE INNODB STATUS",
        collect: Collect::Visit(engine_innodb_status::collect),
    },
    Collector {
        flag: "collect.engine_tokudb_status",
        on: false,
        since: (5, 6),
        help: "counters of TokuDB, from SHOW ENGINE TOKUDB STATUS",
        collect: Collect::Visit(engine_tokudb_status::collect),
    },
    Collector {
        flag: "collect.global_status",
        on: true,
        since: (5, 1),
        help: "counters of the server, from SHOW GLOBAL STATUS",
        collect: Collect::Visit(global_status::collect),
    },
    Collector {
        flag: "collect.global_variables",
        on: true,
        since: (5, 1),
        help: "settings of the server, from SHOW GLOBAL VARIABLES",
        collect: Collect::Visit(global_variables::collect),
    },
    Collector {
        flag: "collect.heartbeat",
        on: false,
        since: (5, 1),
        help: "age of the heartbeat that pt-heartbeat writes",
        collect: Collect::Visit(heartbeat::collect),
    },
    Collector {
        flag: "collect.info_schema.clientstats",
        on: false,
        since: (5, 5),
        help: "work by client host, from information_schema.client_statistics; needs userstat=1",
        collect: Collect::Visit(info_schema_clientstats::collect),
    },
    Collector {
        flag: "collect.info_schema.innodb_cmp",
        on: true,
        since: (5, 5),
        help: "compressed pages, from information_schema.innodb_cmp",
        collect: Collect::Table(&info_schema_innodb_cmp::TABLE),
    },
    Collector {
        flag: "collect.info_schema.innodb_cmpmem",
        on: true,
        since: (5, 5),
        help: "memory of compressed pages, from information_schema.innodb_cmpmem",
        collect: Collect::Table(&info_schema_innodb_cmpmem::TABLE),
    },
    Collector {
        flag: "collect.info_schema.innodb_metrics",
        on: false,
        since: (5, 6),
        help: "InnoDB's own counters, from information_schema.innodb_metrics",
        collect: Collect::Visit(info_schema_innodb_metrics::collect),
    },
    Collector {
        flag: "collect.info_schema.innodb_tablespaces",
        on: false,
        since: (5, 7),
        help: "sizes of InnoDB's files, from information_schema",
        collect: Collect::Visit(info_schema_innodb_tablespaces::collect),
    },
    Collector {
        flag: "collect.info_schema.processlist",
        on: false,
        since: (5, 1),
        help: "threads by command and state, from information_schema.processlist",
        collect: Collect::Visit(info_schema_processlist::collect),
    },
    Collector {
        flag: "collect.info_schema.query_response_time",
        on: true,
        since: (5, 5),
        help: "how long queries take; needs the plugin query_response_time",
        collect: Collect::Visit(info_schema_query_response_time::collect),
    },
    Collector {
        flag: "collect.info_schema.replica_host",
        on: false,
        since: (5, 6),
        help: "replicas of an Aurora cluster, from information_schema.replica_host_status",
        collect: Collect::Visit(info_schema_replica_host::collect),
    },
    Collector {
        flag: "collect.info_schema.rocksdb_perf_context",
        on: false,
        since: (5, 6),
        help: "work of MyRocks by table, from information_schema.rocksdb_perf_context",
        collect: Collect::Visit(info_schema_rocksdb_perf_context::collect),
    },
    Collector {
        flag: "collect.info_schema.schemastats",
        on: false,
        since: (5, 1),
        help: "rows read and changed by schema; needs userstat=1",
        collect: Collect::Visit(info_schema_schemastats::collect),
    },
    Collector {
        flag: "collect.info_schema.tables",
        on: false,
        since: (5, 1),
        help: "rows and sizes of tables, from information_schema.tables; not cheap with many tables",
        collect: Collect::Visit(info_schema_tables::collect),
    },
    Collector {
        flag: "collect.info_schema.tablestats",
        on: false,
        since: (5, 1),
        help: "rows read and changed by table; needs userstat=1",
        collect: Collect::Visit(info_schema_tablestats::collect),
    },
    Collector {
        flag: "collect.info_schema.userstats",
        on: false,
        since: (5, 1),
        help: "work by user, from information_schema.user_statistics; needs userstat=1",
        collect: Collect::Visit(info_schema_userstats::collect),
    },
    Collector {
        flag: "collect.mysql.user",
        on: false,
        since: (5, 1),
        help: "limits and privileges of users, from mysql.user",
        collect: Collect::Visit(mysql_user::collect),
    },
    Collector {
        flag: "collect.perf_schema.eventsstatements",
        on: false,
        since: (5, 6),
        help: "statements by digest, from performance_schema",
        collect: Collect::Visit(perf_schema_eventsstatements::collect),
    },
    Collector {
        flag: "collect.perf_schema.eventsstatementssum",
        on: false,
        since: (5, 7),
        help: "sums over all statements, from performance_schema",
        collect: Collect::Table(&perf_schema_eventsstatementssum::TABLE),
    },
    Collector {
        flag: "collect.perf_schema.eventswaits",
        on: false,
        since: (5, 5),
        help: "waits by event, from performance_schema",
        collect: Collect::Table(&perf_schema_eventswaits::TABLE),
    },
    Collector {
        flag: "collect.perf_schema.file_events",
        on: false,
        since: (5, 6),
        help: "reads and writes by event, from performance_schema",
        collect: Collect::Table(&perf_schema_file_events::TABLE),
    },
    Collector {
        flag: "collect.perf_schema.file_instances",
        on: false,
        since: (5, 5),
        help: "reads and writes by file, from performance_schema",
        collect: Collect::Visit(perf_schema_file_instances::collect),
    },
    Collector {
        flag: "collect.perf_schema.indexiowaits",
        on: false,
        since: (5, 6),
        help: "waits by index, from performance_schema",
        collect: Collect::Visit(perf_schema_indexiowaits::collect),
    },
    Collector {
        flag: "collect.perf_schema.memory_events",
        on: false,
        since: (5, 7),
        help: "memory by instrument, from performance_schema",
        collect: Collect::Visit(perf_schema_memory_events::collect),
    },
    Collector {
        flag: "collect.perf_schema.replication_applier_status_by_worker",
        on: false,
        since: (5, 7),
        help: "transactions of a replica's workers, from performance_schema",
        collect: Collect::Visit(perf_schema_replication_applier_status_by_worker::collect),
    },
    Collector {
        flag: "collect.perf_schema.replication_group_member_stats",
        on: false,
        since: (5, 7),
        help: "transactions of this member of a group, from performance_schema",
        collect: Collect::Table(&perf_schema_replication_group_member_stats::TABLE),
    },
    Collector {
        flag: "collect.perf_schema.replication_group_members",
        on: false,
        since: (5, 7),
        help: "members of a group, from performance_schema",
        collect: Collect::Visit(perf_schema_replication_group_members::collect),
    },
    Collector {
        flag: "collect.perf_schema.tableiowaits",
        on: false,
        since: (5, 6),
        help: "waits by table, from performance_schema",
        collect: Collect::Table(&perf_schema_tableiowaits::TABLE),
    },
    Collector {
        flag: "collect.perf_schema.tablelocks",
        on: false,
        since: (5, 6),
        help: "waits for locks by table, from performance_schema",
        collect: Collect::Table(&perf_schema_tablelocks::TABLE),
    },
    Collector {
        flag: "collect.slave_hosts",
        on: false,
        since: (5, 1),
        help: "replicas that are connected, from SHOW SLAVE HOSTS",
        collect: Collect::Visit(slave_hosts::collect),
    },
    Collector {
        flag: "collect.slave_status",
        on: true,
        since: (5, 1),
        help: "state of a replica, from SHOW SLAVE STATUS",
        collect: Collect::Visit(slave_status::collect),
    },
    Collector {
        flag: "collect.sys.user_summary",
        on: false,
        since: (5, 7),
        help: "work by user, from sys.x$user_summary",
        collect: Collect::Table(&sys_user_summary::TABLE),
    },
];

/// The tables among them.
#[cfg(test)]
pub(crate) fn tables() -> impl Iterator<Item = &'static Table> {
    ALL.iter().filter_map(|collector| match collector.collect {
        Collect::Table(table) => Some(table),
        Collect::Visit(_) => None,
    })
}

#[cfg(test)]
mod tests;
