//! `--print-grants`: what it prints is run on the server that it was printed for, and lets every collector in.

use std::process::Command;

use super::{OTHER_VERSIONS, SERVER};
use crate::daemon::binary;
use crate::exporters::{self, scrape};
use crate::families::value;
use crate::servers::postgres::Postgres;
use crate::servers::postgres_programs::debian_version;

/// Collectors that are off by default and need no more than what is printed.
const MORE: [&str; 8] = [
    "--collector.database_wraparound",
    "--collector.long_running_transactions",
    "--collector.postmaster",
    "--collector.process_idle",
    "--collector.stat_activity_autovacuum",
    "--collector.stat_statements",
    "--collector.stat_wal_receiver",
    "--collector.statio_user_indexes",
];
/// The password that the printed user is given, as a comment there says.
const PASSWORD: &str = "pw-Ld9wF3hGa";

#[track_caller]
fn check(server: &Postgres) {
    let source = format!(
        "host={} port={} user=postgres dbname=postgres",
        server.socket_directory(),
        server.port
    );
    let printed = Command::new(binary("pi-postgres-exporter"))
        .arg("--print-grants")
        .env("DATA_SOURCE_NAME", &source)
        .output()
        .unwrap();
    let grants = String::from_utf8_lossy(&printed.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&printed.stderr);
    assert!(printed.status.success(), "{grants}{complaints}");
    server.sql(&grants);
    server.sql(&format!("ALTER ROLE prometheus PASSWORD '{PASSWORD}'"));
    let uri = server.uri_with("prometheus", PASSWORD);
    let daemon = exporters::ours("postgres", &MORE, &[("DATA_SOURCE_NAME", &uri)]);
    let text = scrape(&daemon);
    assert_eq!(value(&text, "pg_up "), Some(1.0), "{}", daemon.log());
    let failed: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("pg_scrape_collector_success") && line.ends_with(" 0"))
        .collect();
    assert!(
        failed.is_empty(),
        "{failed:#?} on {} with\n{grants}\n{}",
        server.version,
        daemon.log()
    );
    let log = daemon.log();
    assert!(!log.contains("GRANT"), "{log}");
}

#[test]
fn printed_grants_let_every_collector_in() {
    for version in OTHER_VERSIONS.into_iter().chain([debian_version()]) {
        check(&Postgres::start(version));
    }
}

#[test]
fn a_missing_right_is_named_with_its_grant() {
    SERVER.sql("DROP ROLE IF EXISTS unprivileged");
    SERVER.sql(&format!("CREATE USER unprivileged PASSWORD '{PASSWORD}'"));
    let uri = SERVER.uri_with("unprivileged", PASSWORD);
    let daemon = exporters::ours("postgres", &[], &[("DATA_SOURCE_NAME", &uri)]);
    let text = scrape(&daemon);
    assert_eq!(value(&text, "pg_up "), Some(1.0), "{}", daemon.log());
    let line = daemon.wait_for_log("pg_ls_waldir");
    assert!(line.contains("GRANT pg_monitor TO unprivileged"), "{line}");
    SERVER.sql("DROP ROLE unprivileged");
}
