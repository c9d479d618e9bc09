//! The command line: the account, which collectors run, and what each collector adds.

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use exporter_http::About;
use exporter_http::flags::{switch, switch_value, text};

use crate::collectors::{self, Collector, Settings};
use crate::connect::SessionSettings;

/// What this program is called and where it listens.
pub const ABOUT: About = About {
    binary: "pi-mysql-exporter",
    name: "mysqld_exporter",
    title: "MySQL Exporter",
    description: "MariaDB and MySQL metrics, under the names of Prometheus' mysqld_exporter",
    version: env!("CARGO_PKG_VERSION"),
    listen_address: ":9104",
    negotiates_openmetrics: false,
};

/// `.my.cnf`.
pub const MY_CNF: &str = "config.my-cnf";
/// Where the server is.
pub const ADDRESS: &str = "mysqld.address";
/// Who logs in.
pub const USER: &str = "mysqld.username";
/// Whether certificates are not checked.
pub const SKIP_VERIFY: &str = "tls.insecure-skip-verify";
/// Print the grants and end.
pub const PRINT_GRANTS: &str = "print-grants";

const TIMEOUT_OFFSET: &str = "timeout-offset";
const LOCK_WAIT_TIMEOUT: &str = "exporter.lock_wait_timeout";
const ENABLE_LOCK_WAIT_TIMEOUT: &str = "exporter.enable_lock_wait_timeout";
const LOG_SLOW_FILTER: &str = "exporter.log_slow_filter";
const QUERY_TIMEOUT: &str = "exporter.query_timeout";
const MAX_OPEN_CONNECTIONS: &str = "exporter.max_open_connections";

const HEARTBEAT_DATABASE: &str = "collect.heartbeat.database";
const HEARTBEAT_TABLE: &str = "collect.heartbeat.table";
const HEARTBEAT_UTC: &str = "collect.heartbeat.utc";
const PROCESSLIST_MIN_TIME: &str = "collect.info_schema.processlist.min_time";
const PROCESSES_BY_USER: &str = "collect.info_schema.processlist.processes_by_user";
const PROCESSES_BY_HOST: &str = "collect.info_schema.processlist.processes_by_host";
const TABLES_DATABASES: &str = "collect.info_schema.tables.databases";
const USER_PRIVILEGES: &str = "collect.mysql.user.privileges";
const STATEMENTS_LIMIT: &str = "collect.perf_schema.eventsstatements.limit";
const STATEMENTS_TIME_LIMIT: &str = "collect.perf_schema.eventsstatements.timelimit";
const STATEMENTS_TEXT_LIMIT: &str = "collect.perf_schema.eventsstatements.digest_text_limit";
const STATEMENTS_EXCLUDE: &str = "collect.perf_schema.eventsstatements.exclude_schemas";
const FILE_FILTER: &str = "collect.perf_schema.file_instances.filter";
const FILE_REMOVE_PREFIX: &str = "collect.perf_schema.file_instances.remove_prefix";
const MEMORY_REMOVE_PREFIX: &str = "collect.perf_schema.memory_events.remove_prefix";
const OLD_REPLICA_NAMES: &str = "collect.slave_status.old_names";

/// All flags of this exporter's own.
#[must_use]
pub fn command() -> Command {
    Command::new("pi-mysql-exporter")
        .args(account_flags())
        .args(session_flags())
        .args(
            collectors::ALL
                .iter()
                .flat_map(|collector| switch(collector.flag, collector.help, collector.on)),
        )
        .args(collector_flags())
}

fn account_flags() -> impl Iterator<Item = Arg> {
    [
        value(
            MY_CNF,
            "FILE",
            ".my.cnf",
            "File with [client] and [client.x]: user, password, host, port, socket, ssl-ca, …",
        ),
        value(
            ADDRESS,
            "ADDRESS",
            "localhost:3306",
            "Server: host:port or unix:///path",
        ),
        Arg::new(USER)
            .long(USER)
            .value_name("USER")
            .help("User, where the file has none; the password comes from MYSQLD_EXPORTER_PASSWORD"),
    ]
    .into_iter()
    .chain(switch(
        SKIP_VERIFY,
        "Do not check the certificate of a TLS connection",
        false,
    ))
    .chain([Arg::new(PRINT_GRANTS)
        .long(PRINT_GRANTS)
        .help("Ask the server what it is, print the SQL that creates the monitoring user for it, and end")
        .action(ArgAction::SetTrue)])
}

fn session_flags() -> impl Iterator<Item = Arg> {
    [
        value(
            TIMEOUT_OFFSET,
            "SECONDS",
            "0.25",
            "Seconds of the scraper's timeout that are kept back; less than 0.5 changes nothing",
        )
        .value_parser(value_parser!(f64)),
        count(
            LOCK_WAIT_TIMEOUT,
            "SECONDS",
            "2",
            "Seconds that a statement waits for a metadata lock",
        ),
        count(
            QUERY_TIMEOUT,
            "SECONDS",
            "0",
            "Seconds that a statement may take at the server; 0 is what the scrape has",
        ),
        count(
            MAX_OPEN_CONNECTIONS,
            "COUNT",
            "1",
            "As in the reference; there is never more than one connection to a server",
        )
        .hide(true),
    ]
    .into_iter()
    .chain(switch(
        ENABLE_LOCK_WAIT_TIMEOUT,
        "Set the lock_wait_timeout of the session",
        true,
    ))
    .chain(switch(
        LOG_SLOW_FILTER,
        "Keep scrapes out of the slow log; MariaDB only",
        false,
    ))
}

fn collector_flags() -> impl Iterator<Item = Arg> {
    [
        value(HEARTBEAT_DATABASE, "NAME", "heartbeat", "Database of the heartbeat"),
        value(HEARTBEAT_TABLE, "NAME", "heartbeat", "Table of the heartbeat"),
        count(PROCESSLIST_MIN_TIME, "SECONDS", "0", "Count threads that are in their state for at least this long"),
        value(TABLES_DATABASES, "LIST", "*", "Databases whose tables are written, with commas; * for all"),
        count(STATEMENTS_LIMIT, "COUNT", "250", "Digests that are written, those that took most time"),
        count(STATEMENTS_TIME_LIMIT, "SECONDS", "86400", "Leave out digests not seen for this long"),
        count(STATEMENTS_TEXT_LIMIT, "COUNT", "120", "Characters of a statement's text"),
        Arg::new(STATEMENTS_EXCLUDE).long(STATEMENTS_EXCLUDE).value_name("NAME").action(ArgAction::Append)
            .help("A schema to leave out beside mysql, performance_schema and information_schema; may be given several times"),
        value(FILE_FILTER, "REGEX", ".*", "Files that are written, as the server's REGEXP takes it"),
        value(FILE_REMOVE_PREFIX, "PATH", "/var/lib/mysql/", "What is cut off the front of a file's name"),
        value(MEMORY_REMOVE_PREFIX, "TEXT", "memory/", "What is cut off the front of an instrument's name"),
    ]
    .into_iter()
    .chain(switch(HEARTBEAT_UTC, "The heartbeat's time is UTC", false))
    .chain(switch(PROCESSES_BY_USER, "Count processes by user", true))
    .chain(switch(PROCESSES_BY_HOST, "Count processes by host", true))
    .chain(switch(USER_PRIVILEGES, "Write the privileges of each user", false))
    .chain(switch(OLD_REPLICA_NAMES, "Write the state of a replica under the names of before MySQL 8.4 too", true))
}

fn value(name: &'static str, what: &'static str, default: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(what)
        .default_value(default)
        .help(help)
}

fn count(name: &'static str, what: &'static str, default: &'static str, help: &'static str) -> Arg {
    value(name, what, default, help).value_parser(value_parser!(u32))
}

/// Whether a collector runs.
#[must_use]
pub fn is_on(matches: &ArgMatches, collector: &Collector) -> bool {
    switch_value(matches, collector.flag).unwrap_or(collector.on)
}

/// Seconds that a scrape ends before the deadline that the server has set itself.
#[must_use]
pub fn offset_seconds(matches: &ArgMatches) -> f64 {
    matches
        .get_one::<f64>(TIMEOUT_OFFSET)
        .copied()
        .unwrap_or_default()
}

/// What the flags say of a session.
#[must_use]
pub fn session(matches: &ArgMatches) -> SessionSettings {
    let enabled = switch_value(matches, ENABLE_LOCK_WAIT_TIMEOUT) != Some(false);
    SessionSettings {
        lock_wait_seconds: enabled.then(|| number(matches, LOCK_WAIT_TIMEOUT)),
        log_slow_filter: switch_value(matches, LOG_SLOW_FILTER) == Some(true),
        query_seconds: number(matches, QUERY_TIMEOUT),
    }
}

/// What the flags say of the collectors.
#[must_use]
pub fn settings(matches: &ArgMatches) -> Settings {
    let own = |name| text(matches, name).to_owned();
    let on = |name| switch_value(matches, name) == Some(true);
    let not_off = |name| switch_value(matches, name) != Some(false);
    Settings {
        heartbeat_database: own(HEARTBEAT_DATABASE),
        heartbeat_table: own(HEARTBEAT_TABLE),
        heartbeat_utc: on(HEARTBEAT_UTC),
        processlist_min_seconds: number(matches, PROCESSLIST_MIN_TIME),
        processes_by_user: not_off(PROCESSES_BY_USER),
        processes_by_host: not_off(PROCESSES_BY_HOST),
        tables_databases: own(TABLES_DATABASES),
        user_privileges: on(USER_PRIVILEGES),
        statements_max: number(matches, STATEMENTS_LIMIT),
        statements_seconds: number(matches, STATEMENTS_TIME_LIMIT),
        statements_text_length: number(matches, STATEMENTS_TEXT_LIMIT),
        statements_exclude: matches
            .get_many::<String>(STATEMENTS_EXCLUDE)
            .into_iter()
            .flatten()
            .cloned()
            .collect(),
        file_filter: own(FILE_FILTER),
        file_remove_prefix: own(FILE_REMOVE_PREFIX),
        memory_remove_prefix: own(MEMORY_REMOVE_PREFIX),
        old_replica_names: switch_value(matches, OLD_REPLICA_NAMES) != Some(false),
    }
}

fn number(matches: &ArgMatches, name: &str) -> u64 {
    matches.get_one::<u32>(name).copied().unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_is_declared_once() {
        command().debug_assert();
    }

    #[test]
    fn what_the_reference_turns_on() {
        let matches = command().get_matches_from(["x"]);
        let on = collectors::ALL
            .iter()
            .filter(|collector| is_on(&matches, collector));
        let on: Vec<_> = on.map(Collector::name).collect();
        assert_eq!(
            on,
            [
                "global_status",
                "global_variables",
                "info_schema.innodb_cmp",
                "info_schema.innodb_cmpmem",
                "info_schema.query_response_time",
                "slave_status",
            ]
        );
    }

    #[test]
    fn sessions() {
        let matches = command().get_matches_from([
            "x",
            "--no-exporter.enable_lock_wait_timeout",
            "--exporter.query_timeout=5",
        ]);
        let session = session(&matches);
        assert_eq!((session.lock_wait_seconds, session.query_seconds), (None, 5));
    }
}
