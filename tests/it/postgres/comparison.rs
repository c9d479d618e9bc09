//! Names, types and label names beside the reference on the same server, every collector on.
//!
//! Debian unstable has postgres_exporter 0.19.1, whose contract `--metrics.compat=0.19` keeps.

use std::path::Path;
use std::process::Command;

use super::{OTHER_VERSIONS, SERVER, furnish};
use crate::exporters::{self, theirs};
use crate::families::{Difference, differences, families};
use crate::intended::Intended;
use crate::servers::postgres::Postgres;
use crate::servers::postgres_programs::debian_version;
use crate::{http, peer, sid};

/// Every collector of the reference 0.19.1 that its `help` knows.
#[track_caller]
fn collectors(program: &Path) -> Vec<String> {
    let help = Command::new(program).arg("--help").output().unwrap();
    let help = String::from_utf8_lossy(&[help.stdout, help.stderr].concat()).into_owned();
    let words = help
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("--collector."));
    let names = words.filter(|word| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
    names.map(|name| format!("--collector.{name}")).collect()
}

/// How the two differ on this server, with the same flags and the same environment.
#[track_caller]
fn compare(server: &Postgres, program: &Path, compat: &str) -> Vec<Difference> {
    let switches = collectors(program);
    let switches: Vec<_> = switches.iter().map(String::as_str).collect();
    let uri = server.uri();
    let environment = [("DATA_SOURCE_NAME", uri.as_str())];
    let reference = theirs(program, &switches, &environment);
    let flags: Vec<_> = switches.iter().copied().chain([compat]).collect();
    let ours = exporters::ours("postgres", &flags, &environment);
    // The first scrape of each is a client that the second one tells of.
    let _ = (
        http::get(&reference.address, "/metrics"),
        http::get(&ours.address, "/metrics"),
    );
    let there = families(&http::get(&reference.address, "/metrics").text());
    let here = families(&http::get(&ours.address, "/metrics").text());
    assert!(
        there.len() > 280,
        "the reference serves {} families on {}",
        there.len(),
        server.version
    );
    differences(&there, &here)
}

#[test]
fn every_family_is_the_reference_s_with_compat_0_19() {
    let program = sid::package("prometheus-postgres-exporter").join("usr/bin/prometheus-postgres-exporter");
    let mut intended =
        Intended::read("### Differences from postgres_exporter 0.19, with `--metrics.compat=0.19`");
    for version in OTHER_VERSIONS.into_iter().chain([debian_version()]) {
        let server = Postgres::start(version);
        let _clients = furnish(&server);
        intended.check(
            &format!("PostgreSQL {version}"),
            &compare(&server, &program, "--metrics.compat=0.19"),
        );
        if version == debian_version() {
            let standby = Postgres::standby(&server, "standby");
            intended.check(
                "primary with a standby",
                &compare(&server, &program, "--metrics.compat=0.19"),
            );
            intended.check("standby", &compare(&standby, &program, "--metrics.compat=0.19"));
        }
    }
    intended.finish();
}

#[test]
fn every_family_of_bookworm_s_package_is_here() {
    let program = sid::stable("prometheus-postgres-exporter").join("usr/bin/prometheus-postgres-exporter");
    let all = compare_bookworm(&program);
    let lost: Vec<_> = all
        .into_iter()
        .filter(|difference| difference.said != "new")
        .collect();
    let mut intended = Intended::read("### Differences from postgres_exporter 0.11, Debian 12's");
    intended.check("Debian 12's", &lost);
    intended.finish();
}

#[track_caller]
fn compare_bookworm(program: &Path) -> Vec<Difference> {
    let uri = SERVER.uri();
    let environment = [("DATA_SOURCE_NAME", uri.as_str())];
    let reference = theirs(program, &[], &environment);
    let ours = exporters::ours("postgres", &["--metrics.compat=0.19"], &environment);
    let there = families(&http::get(&reference.address, "/metrics").text());
    let here = families(&http::get(&ours.address, "/metrics").text());
    differences(&there, &here)
}

#[test]
fn promtool_reads_every_collector() {
    let text = http::get(&super::exporter(&SERVER, &[]).address, "/metrics").text();
    // What the reference's names are blamed for is not ours to change; what cannot be read is.
    let broken: Vec<_> = peer::lint(&text)
        .into_iter()
        .filter(|line| !line.starts_with("pg_"))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}
