//! When the server is not well: 200 within the announced timeout, `pg_up` right, and nothing piles up.

use super::{SERVER, exporter};
use crate::daemon::{self, Daemon};
use crate::exporters::{self, ANNOUNCED, HURRIED, Holdings, SCRAPES, assert_quiet, scrape, scrape_within};
use crate::families::value;
use crate::http;
use crate::servers::postgres::{PEER_USER, Postgres, USER};
use crate::servers::postgres_programs::debian_version;
use crate::servers::scratch::free_port;
use crate::servers::silent::Silent;

/// A server of its own, for what other tests must not feel.
#[track_caller]
pub(super) fn own_server() -> Postgres {
    Postgres::start(debian_version())
}

#[track_caller]
pub(super) fn is_up(text: &str) -> bool {
    match value(text, "pg_up ") {
        Some(1.0) => true,
        Some(0.0) => false,
        other => panic!("pg_up is {other:?} in\n{text}"),
    }
}

/// Scrapes until the server is seen again; each scrape on the way must keep its promise too.
#[track_caller]
fn wait_until_up(daemon: &Daemon) {
    daemon::until("pg_up 1", || is_up(&scrape(daemon)).then_some(()));
}

#[test]
fn a_hundred_scrapes_use_one_login_and_hold_nothing_more() {
    let server = own_server();
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
fn peer_authentication_over_the_socket_works_with_debian_s_source() {
    let source = format!(
        "user={PEER_USER} host={} port={} dbname=postgres",
        SERVER.socket_directory(),
        SERVER.port
    );
    let daemon = exporters::ours("postgres", &[], &[("DATA_SOURCE_NAME", &source)]);
    assert!(is_up(&scrape(&daemon)), "{}", daemon.log());
}

#[test]
fn a_server_that_is_down_is_down_and_comes_back() {
    let server = own_server();
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
    let source = SERVER.uri_with(USER, "pw-not-the-right-one");
    let daemon = exporters::ours("postgres", &[], &[("DATA_SOURCE_NAME", &source)]);
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
    let source = format!(
        "postgresql://{USER}:pw@{}/postgres?sslmode=disable",
        silent.address()
    );
    let daemon = exporters::ours("postgres", &[], &[("DATA_SOURCE_NAME", &source)]);
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
    // With TLS wanted the first byte is already waited for.
    let source = format!(
        "postgresql://{USER}:pw@{}/postgres?sslmode=require",
        silent.address()
    );
    let daemon = exporters::ours("postgres", &[], &[("DATA_SOURCE_NAME", &source)]);
    assert!(!is_up(&http::get(&daemon.address, "/metrics").text()));
}

#[test]
fn a_table_held_exclusively_costs_its_sizes_only() {
    let server = own_server();
    let daemon = exporter(&server, &[]);
    assert!(is_up(&scrape(&daemon)));
    let before = Holdings::of(&daemon);
    {
        let _held = server.session("BEGIN; LOCK TABLE readings IN ACCESS EXCLUSIVE MODE;");
        for _ in 0..SCRAPES {
            let text = scrape(&daemon);
            assert!(is_up(&text));
            let rows = "pg_stat_user_tables_n_live_tup{datname=\"postgres\",relname=\"readings\",schemaname=\"public\"}";
            assert!(
                value(&text, rows).is_some(),
                "row counters do not wait for the lock\n{}",
                daemon.log()
            );
            assert!(text.contains("\npg_settings_"), "what was asked before is there");
            assert!(
                text.contains("\npg_wal_size_bytes "),
                "what is asked after it is there"
            );
            assert!(server.connections() <= 2, "{} connections", server.connections());
        }
    }
    Holdings::of(&daemon).assert_not_grown(before);
    daemon::until("the sizes to be there again", || {
        let text = scrape(&daemon);
        text.contains("pg_stat_user_tables_table_size_bytes{")
            .then_some(())
    });
}

#[test]
fn a_statement_that_fails_costs_its_collector_only() {
    let server = own_server();
    let daemon = exporter(&server, &["--collector.stat_statements"]);
    let outcome = |text: &str| {
        let of = |name| {
            value(
                text,
                &format!("pg_scrape_collector_success{{collector=\"{name}\"}}"),
            )
        };
        ["stat_database", "stat_statements", "stat_user_tables", "wal"].map(of)
    };
    assert_eq!(outcome(&scrape(&daemon)), [Some(1.0); 4]);
    server.sql("DROP EXTENSION pg_stat_statements");
    let logins = server.logins();
    for _ in 0..SCRAPES {
        let text = scrape(&daemon);
        assert_eq!(
            outcome(&text),
            [Some(1.0), Some(0.0), Some(1.0), Some(1.0)],
            "{text}"
        );
        assert!(
            text.contains("\npg_wal_size_bytes "),
            "what is asked after it is there"
        );
    }
    assert_eq!(server.logins(), logins, "the connection is kept");
    assert_eq!(
        daemon.log().matches("create the extension").count(),
        1,
        "said once"
    );
    server.sql("CREATE EXTENSION pg_stat_statements");
    assert_eq!(outcome(&scrape(&daemon)), [Some(1.0); 4]);
}

#[test]
fn a_restart_and_a_killed_connection_between_scrapes_are_not_seen() {
    let server = own_server();
    let daemon = exporter(&server, &[]);
    assert!(is_up(&scrape(&daemon)));
    let before = Holdings::of(&daemon);
    for _ in 0..SCRAPES {
        server.sql(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{USER}'"
        ));
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
    let server = own_server();
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
    let server = Postgres::start_with(
        debian_version(),
        "max_connections = 8\nsuperuser_reserved_connections = 2",
    );
    let daemon = exporter(&server, &[]);
    let crowd: Vec<_> = (0..6).map(|_| server.session("SELECT 1;")).collect();
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
    let daemon = exporters::ours_read_only("postgres", &[], &[("DATA_SOURCE_NAME", &SERVER.uri())]);
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
    let server = own_server();
    server.sql("ALTER SYSTEM SET default_transaction_read_only = on");
    server.sql("ALTER SYSTEM SET temp_file_limit = 0");
    server.sql("SELECT pg_reload_conf()");
    let daemon = exporter(&server, &[]);
    let text = scrape(&daemon);
    assert!(is_up(&text), "{}", daemon.log());
    let failed: Vec<_> = text
        .lines()
        .filter(|line| line.starts_with("pg_scrape_collector_success") && line.ends_with(" 0"))
        .collect();
    assert!(failed.is_empty(), "{failed:#?}\n{}", daemon.log());
}

#[test]
fn probe_answers_for_targets_that_are_down_or_silent() {
    let silent = Silent::start();
    let daemon = exporter(&SERVER, &[]);
    for target in [silent.address().to_owned(), format!("127.0.0.1:{}", free_port())] {
        let text = exporters::scrape_path(&daemon, &format!("/probe?target={target}&sslmode=disable"));
        assert!(!is_up(&text), "{target}");
    }
    assert_eq!(http::get(&daemon.address, "/probe").status, 400);
}

#[test]
fn no_source_at_all_is_down_and_not_the_end() {
    let daemon = exporters::ours("postgres", &[], &[]);
    assert!(!is_up(&scrape(&daemon)));
}
