//! Names, types and label names beside the reference on the same server, every collector on.

use std::process::Command;

use super::{COLLECTORS, SERVER, exporter};
use crate::exporters::{self, theirs};
use crate::families::{differences, families};
use crate::intended::Intended;
use crate::servers::mariadb::{Mariadb, PASSWORD, USER};
use crate::servers::mysql::Mysql;
use crate::{http, peer, sid};

#[test]
fn every_family_is_the_reference_s() {
    let program = sid::package("prometheus-mysqld-exporter").join("usr/bin/prometheus-mysqld-exporter");
    let replica = Mariadb::replica(&SERVER);
    let mysql = Mysql::start();
    let mut intended = Intended::read("### Differences from mysqld_exporter 0.19 and 0.20");
    for (place, file) in [
        ("primary", SERVER.options_file()),
        ("replica", replica.options_file()),
        ("MySQL", mysql.options_file()),
    ] {
        let switches = COLLECTORS.map(|name| format!("--collect.{name}"));
        let switches: Vec<_> = switches.iter().map(String::as_str).collect();
        let file = format!("--config.my-cnf={file}");
        let flags: Vec<_> = [file.as_str()]
            .into_iter()
            .chain(switches.iter().copied())
            .collect();
        let reference = theirs(&program, &flags, &[]);
        let ours = exporters::ours("mysql", &flags, &[]);
        // The first scrape of each is seen in what the server tells of its clients.
        let _ = (
            http::get(&reference.address, "/metrics"),
            http::get(&ours.address, "/metrics"),
        );
        let there = families(&http::get(&reference.address, "/metrics").text());
        let here = families(&http::get(&ours.address, "/metrics").text());
        assert!(there.len() > 800, "the reference serves {} families", there.len());
        intended.check(place, &differences(&there, &here));
    }
    intended.finish();
}

#[test]
fn every_family_of_bookworm_s_package_is_here() {
    let program = sid::stable("prometheus-mysqld-exporter").join("usr/bin/prometheus-mysqld-exporter");
    let help = Command::new(&program).arg("--help").output().unwrap();
    let help = String::from_utf8_lossy(&[help.stdout, help.stderr].concat()).into_owned();
    let known = COLLECTORS.map(|name| format!("--collect.{name}"));
    let known: Vec<_> = known
        .iter()
        .map(String::as_str)
        .filter(|flag| help.contains(flag))
        .collect();
    let source = format!("{USER}:{PASSWORD}@(127.0.0.1:{})/", SERVER.port);
    let environment = [("DATA_SOURCE_NAME", source.as_str())];
    let reference = theirs(&program, &known, &environment);
    // The same environment and the same flags are all that a change of the program needs.
    let ours = exporters::ours("mysql", &known, &environment);
    let there = families(&http::get(&reference.address, "/metrics").text());
    let here = families(&http::get(&ours.address, "/metrics").text());
    let differences = differences(&there, &here);
    let lost: Vec<_> = differences
        .into_iter()
        .filter(|difference| difference.said != "new")
        .collect();
    let mut intended = Intended::read("### Differences from mysqld_exporter 0.14, Debian 12's");
    intended.check("Debian 12's", &lost);
    intended.finish();
}

#[test]
fn promtool_reads_every_collector() {
    let switches = COLLECTORS.map(|name| format!("--collect.{name}"));
    let switches: Vec<_> = switches.iter().map(String::as_str).collect();
    let ours = exporter(&SERVER, &switches);
    let text = http::get(&ours.address, "/metrics").text();
    // What the reference's names are blamed for is not ours to change; what cannot be read is.
    let broken: Vec<_> = peer::lint(&text)
        .into_iter()
        .filter(|line| !line.starts_with("mysql"))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}
