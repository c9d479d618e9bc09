//! `--print-grants`: what it prints is run on the server that it was printed for, and lets every collector in.

use std::process::Command;

use super::{COLLECTORS, SERVER};
use crate::daemon::binary;
use crate::exporters::{self, scrape};
use crate::families::value;
use crate::servers::mysql::Mysql;

/// The password that stands in for the printed placeholder.
const PASSWORD: &str = "pw-Ld9wF3hGa";
/// The user that `--print-grants` makes where root asked.
const PRINTED: &str = "exporter";

/// Collectors that this server cannot answer, whatever the user may do.
fn unsupported(text: &str) -> Vec<&str> {
    let failed = text.lines().filter_map(|line| {
        line.strip_prefix("mysql_exporter_collector_success{collector=\"")?
            .split_once("\"} 0")
    });
    failed.map(|(name, _)| name).collect()
}

/// Every collector works for the printed user that works for root on the same server.
#[track_caller]
fn check(socket: &str, run: &dyn Fn(&str) -> String) {
    let switches = COLLECTORS.map(|name| format!("--collect.{name}"));
    let switches: Vec<_> = switches.iter().map(String::as_str).collect();
    let root = format!("root@unix({socket})/");
    let printed = Command::new(binary("pi-mysql-exporter"))
        .arg("--print-grants")
        .args(&switches)
        .env("DATA_SOURCE_NAME", &root)
        .output()
        .unwrap();
    let grants = String::from_utf8_lossy(&printed.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&printed.stderr);
    assert!(printed.status.success(), "{grants}{complaints}");
    run(&grants.replace("<password>", PASSWORD));

    let source = format!("{PRINTED}:{PASSWORD}@unix({socket})/");
    let as_root = exporters::ours("mysql", &switches, &[("DATA_SOURCE_NAME", &root)]);
    let as_printed = exporters::ours("mysql", &switches, &[("DATA_SOURCE_NAME", &source)]);
    let (for_root, for_printed) = (scrape(&as_root), scrape(&as_printed));
    assert_eq!(
        value(&for_printed, "mysql_up "),
        Some(1.0),
        "{}",
        as_printed.log()
    );
    assert_eq!(
        unsupported(&for_printed),
        unsupported(&for_root),
        "with\n{grants}\n{}",
        as_printed.log()
    );
    let log = as_printed.log();
    assert!(!log.contains("lacks a grant"), "{log}");
}

#[test]
fn printed_grants_let_every_collector_in_on_mariadb() {
    check(&SERVER.socket(), &|sql| SERVER.sql(sql));
}

#[test]
fn printed_grants_let_every_collector_in_on_mysql() {
    let server = Mysql::start();
    check(&server.socket(), &|sql| server.sql(sql));
}

#[test]
fn a_missing_grant_is_named() {
    SERVER.sql("CREATE USER IF NOT EXISTS unprivileged IDENTIFIED BY 'no-grants'");
    let source = format!("unprivileged:no-grants@tcp(127.0.0.1:{})/", SERVER.port);
    let daemon = exporters::ours("mysql", &[], &[("DATA_SOURCE_NAME", &source)]);
    let text = scrape(&daemon);
    assert_eq!(value(&text, "mysql_up "), Some(1.0), "{}", daemon.log());
    let line = daemon.wait_for_log("collector=slave_status");
    assert!(line.contains("SLAVE MONITOR"), "{line}");
}
