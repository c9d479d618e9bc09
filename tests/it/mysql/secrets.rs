//! Passwords stand in no log, no page, no `--help` and no command line.

use super::SERVER;
use crate::exporters::{self, scrape};
use crate::families::value;
use crate::servers::mariadb::{PASSWORD, USER};

/// A password for logins that must not work.
const WRONG: &str = "pw-Qz8nB4tVe";

/// Flags, environment, and whether the login works.
type Case<'a> = (&'a [&'a str], &'a [(&'a str, &'a str)], bool);

#[test]
fn a_password_is_seen_nowhere() {
    let good = SERVER.options_file();
    let wrong = SERVER.options_file_with("seen-nowhere.cnf", WRONG);
    let source = |password: &str| format!("{USER}:{password}@tcp(127.0.0.1:{})/", SERVER.port);
    let address = format!("--mysqld.address=127.0.0.1:{}", SERVER.port);
    let username = format!("--mysqld.username={USER}");
    let cases: [Case<'_>; 6] = [
        (&[&format!("--config.my-cnf={good}")], &[], true),
        (&[&format!("--config.my-cnf={wrong}")], &[], false),
        (&[], &[("DATA_SOURCE_NAME", &source(PASSWORD))], true),
        (&[], &[("DATA_SOURCE_NAME", &source(WRONG))], false),
        (
            &[&address, &username],
            &[("MYSQLD_EXPORTER_PASSWORD", PASSWORD)],
            true,
        ),
        (
            &[&address, &username],
            &[("MYSQLD_EXPORTER_PASSWORD", WRONG)],
            false,
        ),
    ];
    for (flags, environment, works) in cases {
        let flags: Vec<_> = flags.iter().copied().chain(["--log.level=debug"]).collect();
        let daemon = exporters::ours("mysql", &flags, environment);
        let metrics = scrape(&daemon);
        assert_eq!(
            value(&metrics, "mysql_up "),
            Some(f64::from(u8::from(works))),
            "{flags:?}:\n{}",
            daemon.log()
        );
        exporters::assert_nowhere(&[PASSWORD, WRONG], &daemon, &metrics);
    }
}

#[test]
fn a_source_that_cannot_be_read_is_refused_without_its_password() {
    let mut daemon = crate::daemon::Daemon::spawn(
        std::process::Command::new(crate::daemon::binary("pi-mysql-exporter"))
            .arg("--web.listen-address=127.0.0.1:0")
            .env(
                "DATA_SOURCE_NAME",
                format!("{USER}:{WRONG}@tcp(127.0.0.1:nothing/?x=%zz"),
            ),
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

#[test]
fn help_shows_no_environment() {
    let program = crate::daemon::binary("pi-mysql-exporter");
    let help = std::process::Command::new(program)
        .arg("--help")
        .env("DATA_SOURCE_NAME", format!("{USER}:{WRONG}@/"))
        .env("MYSQLD_EXPORTER_PASSWORD", WRONG)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[help.stdout, help.stderr].concat()).into_owned();
    assert!(
        said.contains("--config.my-cnf") && !said.contains(WRONG),
        "{said}"
    );
}

#[test]
fn an_options_file_that_others_may_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let file = SERVER.options_file_with("open.cnf", PASSWORD);
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let daemon = exporters::ours("mysql", &[&format!("--config.my-cnf={file}")], &[]);
    let line = daemon.wait_for_log("open.cnf");
    assert!(line.contains("level=WARN"), "{line}");
}
