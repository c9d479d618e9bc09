//! When the server is not well: 200 within the announced timeout, `mysql_up` right, and nothing piles up.

use super::{SERVER, exporter};
use crate::daemon::{self, Daemon};
use crate::exporters::{self, ANNOUNCED, HURRIED, Holdings, SCRAPES, assert_quiet, scrape, scrape_within};
use crate::families::value;
use crate::http;
use crate::servers::mariadb::{Mariadb, PASSWORD, USER};
use crate::servers::scratch::free_port;
use crate::servers::silent::Silent;

#[track_caller]
fn is_up(text: &str) -> bool {
    match value(text, "mysql_up ") {
        Some(1.0) => true,
        Some(0.0) => false,
        other => panic!("mysql_up is {other:?} in\n{text}"),
    }
}

/// Scrapes until the server is seen again; each scrape on the way must keep its promise too.
#[track_caller]
fn wait_until_up(daemon: &Daemon) {
    daemon::until("mysql_up 1", || is_up(&scrape(daemon)).then_some(()));
}

#[test]
fn a_hundred_scrapes_use_one_login_and_hold_nothing_more() {
    let server = Mariadb::start();
    let daemon = exporter(&server, &[]);
    for _ in 0..20 {
        assert!(is_up(&scrape(&daemon)));
    }
    let before = Holdings::of(&daemon);
    let logins = server.logins();
    for _ in 0..SCRAPES {
        assert!(is_up(&scrape(&daemon)));
        assert!(server.connections() <= 2);
    }
    Holdings::of(&daemon).assert_not_grown(before);
    assert_eq!(server.logins(), logins, "the connection is kept");
}

#[test]
fn scrapes_at_once_share_one_run() {
    let daemon = exporter(&SERVER, &[]);
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert!(is_up(&scrape(&daemon))));
        }
    });
}

#[test]
fn a_server_that_is_down_is_down_and_comes_back() {
    let server = Mariadb::start();
    server.stop();
    let daemon = exporter(&server, &[]);
    let _ = scrape(&daemon);
    let before = Holdings::of(&daemon);
    for _ in 0..SCRAPES {
        assert!(!is_up(&scrape(&daemon)));
    }
    Holdings::of(&daemon).assert_not_grown(before);
    assert_quiet(&daemon);
    server.run();
    wait_until_up(&daemon);
}

#[test]
fn a_wrong_password_is_down_and_not_said() {
    let file = SERVER.options_file_with("wrong.cnf", "pw-not-the-right-one");
    let daemon = exporters::ours("mysql", &[&format!("--config.my-cnf={file}")], &[]);
    let _ = scrape(&daemon);
    let before = Holdings::of(&daemon);
    for _ in 0..SCRAPES {
        assert!(!is_up(&scrape(&daemon)));
    }
    Holdings::of(&daemon).assert_not_grown(before);
    assert_quiet(&daemon);
    assert!(!daemon.log().contains("pw-not-the-right-one"), "{}", daemon.log());
    assert!(
        daemon.log().contains(USER),
        "the log names the user that may not log in:\n{}",
        daemon.log()
    );
}

#[test]
fn a_server_that_accepts_and_stays_silent_is_down_in_time() {
    let silent = Silent::start();
    let source = format!("{USER}:pw@tcp({})/", silent.address());
    let daemon = exporters::ours("mysql", &[], &[("DATA_SOURCE_NAME", &source)]);
    let _ = scrape(&daemon);
    let before = Holdings::of(&daemon);
    for timeout in std::iter::once(ANNOUNCED).chain([HURRIED; SCRAPES]) {
        let text = scrape_within(&daemon, "/metrics", timeout);
        assert!(!is_up(&text));
        assert!(
            text.contains("process_resident_memory_bytes"),
            "the exporter's own numbers are there"
        );
        assert!(silent.open() <= 2, "{} connections are open", silent.open());
    }
    Holdings::of(&daemon).assert_not_grown(before);
    assert_quiet(&daemon);
}

#[test]
fn a_silent_server_is_down_without_an_announced_timeout_too() {
    let silent = Silent::start();
    let source = format!("{USER}:pw@tcp({})/", silent.address());
    let daemon = exporters::ours("mysql", &[], &[("DATA_SOURCE_NAME", &source)]);
    assert!(!is_up(&http::get(&daemon.address, "/metrics").text()));
}

#[test]
fn a_locked_table_costs_its_own_collector_only() {
    let server = Mariadb::start();
    // Not waiting for locks at all, so that a hundred scrapes can be seen.
    let daemon = exporter(
        &server,
        &[
            "--collect.heartbeat",
            "--collect.info_schema.tables",
            "--exporter.lock_wait_timeout=0",
        ],
    );
    assert!(is_up(&scrape(&daemon)));
    let before = Holdings::of(&daemon);
    {
        let _held = server.session("LOCK TABLES heartbeat.heartbeat WRITE, house.readings WRITE");
        for _ in 0..SCRAPES {
            let text = scrape(&daemon);
            assert!(is_up(&text));
            assert!(
                text.contains("\nmysql_global_status_threads_connected "),
                "global_status is there"
            );
            assert_eq!(
                value(
                    &text,
                    "mysql_exporter_collector_success{collector=\"collect.heartbeat\"}"
                ),
                Some(0.0)
            );
            assert!(server.connections() <= 2, "{} connections", server.connections());
        }
    }
    Holdings::of(&daemon).assert_not_grown(before);
    daemon::until("the heartbeat to be read again", || {
        let success = value(
            &scrape(&daemon),
            "mysql_exporter_collector_success{collector=\"collect.heartbeat\"}",
        );
        (success == Some(1.0)).then_some(())
    });
}

#[test]
fn a_lock_that_is_waited_for_ends_within_the_scrape() {
    let server = Mariadb::start();
    let daemon = exporter(&server, &["--collect.heartbeat"]);
    assert!(is_up(&scrape(&daemon)));
    let _held = server.session("LOCK TABLES heartbeat.heartbeat WRITE");
    for _ in 0..3 {
        let text = scrape(&daemon);
        assert!(is_up(&text) && text.contains("\nmysql_global_status_threads_connected "));
        assert!(server.connections() <= 2, "{} connections", server.connections());
    }
}

#[test]
fn a_restart_and_a_killed_connection_between_scrapes_are_not_seen() {
    let server = Mariadb::start();
    let daemon = exporter(&server, &[]);
    assert!(is_up(&scrape(&daemon)));
    let before = Holdings::of(&daemon);
    for _ in 0..SCRAPES {
        let ids = server.sql(&format!(
            "SELECT id FROM information_schema.processlist WHERE user = '{USER}'"
        ));
        for id in ids.lines() {
            server.sql(&format!("KILL {id}"));
        }
        assert!(
            is_up(&scrape(&daemon)),
            "after a killed connection:\n{}",
            daemon.log()
        );
        assert!(server.connections() <= 2);
    }
    server.stop();
    server.run();
    assert!(is_up(&scrape(&daemon)), "after a restart:\n{}", daemon.log());
    Holdings::of(&daemon).assert_not_grown(before);
}

#[test]
fn a_frozen_server_is_answered_for_in_time() {
    let server = Mariadb::start();
    let daemon = exporter(&server, &[]);
    assert!(is_up(&scrape(&daemon)));
    server.signal("STOP");
    let _ = scrape(&daemon);
    let before = Holdings::of(&daemon);
    for _ in 0..SCRAPES {
        let _ = scrape_within(&daemon, "/metrics", HURRIED);
    }
    Holdings::of(&daemon).assert_not_grown(before);
    server.signal("CONT");
    wait_until_up(&daemon);
    daemon::until("abandoned connections to end", || {
        (server.connections() <= 2).then_some(())
    });
}

#[test]
fn max_connections_used_up_is_down_and_recovers() {
    let server = Mariadb::start();
    server.sql("SET GLOBAL max_connections = 10");
    server.sql("CREATE USER crowd IDENTIFIED BY 'crowd'");
    let daemon = exporter(&server, &[]);
    let mut crowd = Vec::new();
    // The server keeps one more for an administrator.
    for _ in 0..10 {
        crowd.push(server.session_as("crowd", "crowd"));
    }
    let _ = scrape(&daemon);
    let before = Holdings::of(&daemon);
    for _ in 0..SCRAPES {
        assert!(!is_up(&scrape(&daemon)));
    }
    Holdings::of(&daemon).assert_not_grown(before);
    assert_quiet(&daemon);
    drop(crowd);
    wait_until_up(&daemon);
}

#[test]
fn a_read_only_disk_is_not_seen() {
    let source = format!("{USER}:{PASSWORD}@tcp(127.0.0.1:{})/", SERVER.port);
    let daemon = exporters::ours_read_only("mysql", &[], &[("DATA_SOURCE_NAME", &source)]);
    for _ in 0..20 {
        assert!(is_up(&scrape(&daemon)), "{}", daemon.log());
    }
    let before = Holdings::of(&daemon);
    for _ in 0..SCRAPES {
        assert!(is_up(&scrape(&daemon)), "{}", daemon.log());
    }
    Holdings::of(&daemon).assert_not_grown(before);
    assert_quiet(&daemon);
}

#[test]
fn a_server_that_may_not_be_written_to_is_up() {
    let server = Mariadb::start();
    server.sql("SET GLOBAL read_only = ON; SET GLOBAL tmp_disk_table_size = 1024");
    let daemon = exporter(&server, &[]);
    assert!(is_up(&scrape(&daemon)), "{}", daemon.log());
}

#[test]
fn probe_answers_for_targets_that_are_down_or_silent() {
    let silent = Silent::start();
    let daemon = exporter(&SERVER, &[]);
    for target in [silent.address().to_owned(), format!("127.0.0.1:{}", free_port())] {
        let text = exporters::scrape_path(&daemon, &format!("/probe?target={target}"));
        assert!(!is_up(&text), "{target}");
    }
    let here = exporters::scrape_path(&daemon, &format!("/probe?target=127.0.0.1:{}", SERVER.port));
    assert!(is_up(&here));
    assert_eq!(http::get(&daemon.address, "/probe").status, 400);
}
