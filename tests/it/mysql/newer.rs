//! MySQL 9, whose replica has new names and whose users log in with `caching_sha2_password`.

use crate::daemon::Daemon;
use crate::exporters::{self, Holdings, SCRAPES, scrape};
use crate::families::value;
use crate::servers::mariadb::USER;
use crate::servers::mysql::Mysql;

fn exporter(server: &Mysql, flags: &[&str]) -> Daemon {
    let file = format!("--config.my-cnf={}", server.options_file());
    let flags: Vec<_> = [file.as_str()].into_iter().chain(flags.iter().copied()).collect();
    exporters::ours("mysql", &flags, &[])
}

#[test]
fn a_replica_is_seen_under_its_old_names_too() {
    let server = Mysql::start();
    let text = scrape(&exporter(&server, &[]));
    assert_eq!(value(&text, "mysql_up "), Some(1.0));
    for (old, new) in [
        ("slave_sql_running", "replica_sql_running"),
        ("slave_io_running", "replica_io_running"),
        ("master_port", "source_port"),
    ] {
        let state = |name: &str| value(&text, &format!("mysql_slave_status_{name}{{"));
        assert!(state(new).is_some(), "{new}");
        assert_eq!(state(old), state(new), "{old}");
    }
    assert_eq!(value(&text, "mysql_slave_status_slave_sql_running{"), Some(1.0));

    let bare = scrape(&exporter(&server, &["--no-collect.slave_status.old_names"]));
    assert_eq!(value(&bare, "mysql_slave_status_slave_sql_running{"), None);
    assert_eq!(value(&bare, "mysql_slave_status_replica_sql_running{"), Some(1.0));
}

#[test]
fn a_hundred_scrapes_use_one_login_and_survive_its_end() {
    let server = Mysql::start();
    let daemon = exporter(&server, &[]);
    for _ in 0..20 {
        assert_eq!(
            value(&scrape(&daemon), "mysql_up "),
            Some(1.0),
            "{}",
            daemon.log()
        );
    }
    let before = Holdings::of(&daemon);
    let logins = server.logins();
    for _ in 0..SCRAPES {
        assert_eq!(value(&scrape(&daemon), "mysql_up "), Some(1.0));
        assert!(server.connections() <= 2);
    }
    Holdings::of(&daemon).assert_not_grown(before);
    assert_eq!(server.logins(), logins, "the connection is kept");
    let ids = server.sql(&format!(
        "SELECT id FROM performance_schema.processlist WHERE user = '{USER}'"
    ));
    for id in ids.lines() {
        server.sql(&format!("KILL {id}"));
    }
    assert_eq!(
        value(&scrape(&daemon), "mysql_up "),
        Some(1.0),
        "{}",
        daemon.log()
    );
}
