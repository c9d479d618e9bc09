//! The exporters of MySQL, PostgreSQL and nginx beside Debian's on the same servers, in one run.
//!
//! `make bench` builds, starts the servers on loopback, fetches the references and runs this;
//! `make bench ONLY=mysql` runs one section. Rounds alternate, so what else the machine does hits both.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on stops where it stands"
)]
#![expect(clippy::print_stdout, reason = "its result is what it prints")]

#[path = "../it/daemon.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod daemon;
#[path = "../it/http.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod http;
#[expect(dead_code, reason = "shared with the other benchmarks, which use more of it")]
mod measured;
#[path = "../it/npm.rs"]
mod npm;
#[path = "../it/peer.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
#[expect(clippy::print_stderr, reason = "a test that leaves something out says so")]
mod peer;
mod report;
#[path = "../it/servers.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
mod servers;
#[path = "../it/sid.rs"]
#[expect(dead_code, reason = "shared with the tests, which use more of it")]
#[expect(clippy::print_stderr, reason = "a test that leaves something out says so")]
mod sid;

use std::path::PathBuf;
use std::process::ExitCode;

use measured::{Measured, cpu_shares, release};
use report::Report;
use servers::mariadb::Mariadb;
use servers::nginx::Nginx;
use servers::postgres::Postgres;
use servers::postgres_programs::debian_version;

/// Rounds after the first, which warms up.
const ROUNDS: usize = 5;
const SCRAPES_PER_ROUND: usize = 200;
/// Share of the reference's CPU time that a scrape may take.
const CPU_SHARE: f64 = 1.0 / 8.0;

/// Its name on the command line, and what measures it.
type Section = (&'static str, fn(&mut Report));
const SECTIONS: [Section; 3] = [("mysql", mysql), ("postgres", postgres), ("nginx", nginx)];

fn main() -> ExitCode {
    // Cargo adds a flag of its own.
    let wanted: Vec<_> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let mut report = Report::default();
    for (name, measure) in SECTIONS {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            measure(&mut report);
        }
    }
    report.verdict()
}

fn mysql(report: &mut Report) {
    let server = Mariadb::start();
    let flags = [format!("--config.my-cnf={}", server.options_file())];
    let theirs = Measured::start("reference", &reference("prometheus-mysqld-exporter"), &flags, &[]);
    let ours = Measured::start("ours", &release("pi-mysql-exporter"), &flags, &[]);
    println!(
        "mysql exporter on MariaDB, default collectors, {ROUNDS} rounds of {SCRAPES_PER_ROUND} scrapes each, in turn"
    );
    measure(
        "mysql exporter",
        5.0,
        theirs,
        ours,
        &mut || server.logins(),
        report,
    );
}

fn postgres(report: &mut Report) {
    let server = Postgres::start(debian_version());
    let uri = server.uri();
    let environment = [("DATA_SOURCE_NAME", uri.as_str())];
    let theirs = Measured::start(
        "reference",
        &reference("prometheus-postgres-exporter"),
        &[],
        &environment,
    );
    let ours = Measured::start("ours", &release("pi-postgres-exporter"), &[], &environment);
    println!(
        "postgres exporter on PostgreSQL {}, default collectors, {ROUNDS} rounds of {SCRAPES_PER_ROUND} scrapes each, in turn",
        server.version
    );
    measure(
        "postgres exporter",
        5.0,
        theirs,
        ours,
        &mut || server.logins(),
        report,
    );
}

fn nginx(report: &mut Report) {
    let server = Nginx::start();
    let flags = [format!("--nginx.scrape-uri={}", server.tcp_uri())];
    let theirs = Measured::start("reference", &reference("prometheus-nginx-exporter"), &flags, &[]);
    let ours = Measured::start("ours", &release("pi-nginx-exporter"), &flags, &[]);
    println!("nginx exporter, {ROUNDS} rounds of {SCRAPES_PER_ROUND} scrapes each, in turn");
    measure(
        "nginx exporter",
        3.0,
        theirs,
        ours,
        &mut || server.connections(),
        report,
    );
}

/// Rounds in turn, and the targets that all three share; `logins` counts the connections that the server took so far.
fn measure(
    what: &str,
    resident_mib: f64,
    mut theirs: Measured,
    mut ours: Measured,
    logins: &mut dyn FnMut() -> usize,
    report: &mut Report,
) {
    let mut new_logins = [0, 0];
    for round in 0..=ROUNDS {
        for (side, new_logins) in [&mut theirs, &mut ours].into_iter().zip(&mut new_logins) {
            let before = logins();
            side.round(SCRAPES_PER_ROUND);
            *new_logins += logins() - before;
            if round == 0 {
                side.forget();
                *new_logins = 0;
            }
        }
    }
    for (side, new_logins) in [&theirs, &ours].into_iter().zip(new_logins) {
        side.print();
        println!(
            "             {new_logins} new connections at the server in {} scrapes",
            ROUNDS * SCRAPES_PER_ROUND
        );
    }
    let row = |name: &str| format!("{what}, {name}");
    report.at_most(
        &row("resident after 1,200 scrapes, MiB"),
        ours.resident_mib(),
        resident_mib,
    );
    let (plain, gzip) = cpu_shares(&ours, &theirs);
    report.at_most(&row("CPU per scrape, share of the reference"), plain, CPU_SHARE);
    report.at_most(&row("the same with gzip"), gzip, CPU_SHARE);
    let per_scrape = new_logins[1] as f64 / (ROUNDS * SCRAPES_PER_ROUND) as f64;
    report.at_most(&row("new server connections per scrape"), per_scrape, 0.0);
}

/// Debian unstable's program of this name.
fn reference(name: &str) -> PathBuf {
    sid::package(name).join("usr/bin").join(name)
}
