//! Passwords stand in no log, no page, no `--help` and no command line.

use std::process::Command;

use super::SERVER;
use crate::daemon::{Daemon, binary};
use crate::exporters::{self, scrape};
use crate::families::value;
use crate::servers::postgres::{PASSWORD, USER};

/// A password for logins that must not work.
const WRONG: &str = "pw-Hj6cE1xSa";

/// Environment, and whether the login works.
type Case<'a> = (&'a [(&'a str, &'a str)], bool);

#[test]
fn a_password_is_seen_nowhere() {
    let key_value = |password: &str| {
        format!(
            "host=127.0.0.1 port={} user={USER} password={password} dbname=postgres sslmode=disable",
            SERVER.port
        )
    };
    let parts = format!("127.0.0.1:{}/postgres?sslmode=disable", SERVER.port);
    let file = SERVER.scratch().write("password", &format!("{PASSWORD}\n"));
    let pgpass = SERVER
        .scratch()
        .write("pgpass", &format!("127.0.0.1:*:*:{USER}:{PASSWORD}\n"));
    let no_password = format!(
        "host=127.0.0.1 port={} user={USER} dbname=postgres sslmode=disable",
        SERVER.port
    );
    let cases: [Case<'_>; 8] = [
        (&[("DATA_SOURCE_NAME", &SERVER.uri())], true),
        (&[("DATA_SOURCE_NAME", &SERVER.uri_with(USER, WRONG))], false),
        (&[("DATA_SOURCE_NAME", &key_value(PASSWORD))], true),
        (&[("DATA_SOURCE_NAME", &key_value(WRONG))], false),
        (
            &[
                ("DATA_SOURCE_URI", &parts),
                ("DATA_SOURCE_USER", USER),
                ("DATA_SOURCE_PASS", PASSWORD),
            ],
            true,
        ),
        (
            &[
                ("DATA_SOURCE_URI", &parts),
                ("DATA_SOURCE_USER", USER),
                ("DATA_SOURCE_PASS_FILE", &file),
            ],
            true,
        ),
        (
            &[("DATA_SOURCE_NAME", &no_password), ("PGPASSFILE", &pgpass)],
            true,
        ),
        (
            &[("DATA_SOURCE_NAME", &no_password), ("PGPASSWORD", WRONG)],
            false,
        ),
    ];
    for (number, (environment, works)) in cases.into_iter().enumerate() {
        let daemon = exporters::ours("postgres", &["--log.level=debug"], environment);
        let metrics = scrape(&daemon);
        assert_eq!(
            value(&metrics, "pg_up "),
            Some(f64::from(u8::from(works))),
            "case {number}:\n{}",
            daemon.log()
        );
        exporters::assert_nowhere(&[PASSWORD, WRONG], &daemon, &metrics);
    }
}

#[test]
fn a_source_that_cannot_be_read_is_refused_without_its_password() {
    for source in [
        format!("postgresql://{USER}:{WRONG}@127.0.0.1:nothing/postgres"),
        format!("user={USER} password='{WRONG} host=127.0.0.1"),
        format!("{USER}:{WRONG}@127.0.0.1/postgres"),
    ] {
        let mut daemon = Daemon::spawn(
            Command::new(binary("pi-postgres-exporter"))
                .arg("--web.listen-address=127.0.0.1:0")
                .env("DATA_SOURCE_NAME", &source),
        );
        let status = daemon.wait();
        assert_eq!(status.code(), Some(1), "{}", daemon.log());
        assert!(!daemon.log().contains(WRONG), "{}", daemon.log());
        assert!(
            daemon.log().contains("DATA_SOURCE_NAME"),
            "the log says what is wrong:\n{}",
            daemon.log()
        );
    }
}

#[test]
fn help_shows_no_environment() {
    let help = Command::new(binary("pi-postgres-exporter"))
        .arg("--help")
        .env(
            "DATA_SOURCE_NAME",
            format!("postgresql://{USER}:{WRONG}@127.0.0.1/"),
        )
        .env("DATA_SOURCE_PASS", WRONG)
        .env("PGPASSWORD", WRONG)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[help.stdout, help.stderr].concat()).into_owned();
    assert!(
        said.contains("--auto-discover-databases") && !said.contains(WRONG),
        "{said}"
    );
}

#[test]
fn a_password_file_that_others_may_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let file = SERVER.scratch().write("open-password", &format!("{PASSWORD}\n"));
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let uri = format!("127.0.0.1:{}/postgres?sslmode=disable", SERVER.port);
    let environment = [
        ("DATA_SOURCE_URI", uri.as_str()),
        ("DATA_SOURCE_USER", USER),
        ("DATA_SOURCE_PASS_FILE", &file),
    ];
    let daemon = exporters::ours("postgres", &[], &environment);
    assert!(daemon.wait_for_log("open-password").contains("level=WARN"));
}
