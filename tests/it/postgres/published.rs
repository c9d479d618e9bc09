//! The families that postgres_exporter 0.20.1 serves, as `tests/data/postgres_exporter-0.20.1.tsv` lists them.
//!
//! The list was written from that exporter's source and its output on PostgreSQL 13 to 18.

use std::collections::{BTreeMap, BTreeSet};

use super::{OTHER_VERSIONS, exporter, furnish};
use crate::families::{Families, Family, differences, families};
use crate::http;
use crate::intended::Intended;
use crate::peer::checkout;
use crate::servers::postgres::Postgres;
use crate::servers::postgres_programs::debian_version;

/// What tells only of a moment that no test can hold still, of a file of one's own, or of the program itself.
const PASSING: [&str; 4] = [
    "stat_progress_vacuum",
    "stat_activity_autovacuum",
    "custom_queries",
    "(process)",
];
/// What only a standby, or a primary that has one, tells.
const REPLICATED: [&str; 2] = ["stat_wal_receiver", "stat_replication"];

/// Collectors that are off by default.
const OFF: [&str; 10] = [
    "buffercache_summary",
    "database_wraparound",
    "long_running_transactions",
    "postmaster",
    "process_idle",
    "stat_activity_autovacuum",
    "stat_checkpointer",
    "stat_statements",
    "stat_wal_receiver",
    "statio_user_indexes",
];

/// One row of the list.
struct Row {
    family: Family,
    versions: std::ops::RangeInclusive<u32>,
    collector: String,
}

fn published() -> BTreeMap<String, Row> {
    let text = std::fs::read_to_string(checkout().join("tests/data/postgres_exporter-0.20.1.tsv")).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<_> = line.split('\t').collect();
        let (first, last) = cells[3].split_once('-').unwrap();
        let row = Row {
            family: Family {
                kind: cells[1].to_owned(),
                labels: BTreeSet::from([cells[2].to_owned()]),
            },
            versions: first.parse().unwrap()..=last.parse().unwrap(),
            collector: cells[4].to_owned(),
        };
        (cells[0].to_owned(), row)
    });
    rows.collect()
}

/// The families of the list that a server of this version must show.
fn expected(published: &BTreeMap<String, Row>, version: u32, without: &[&str]) -> Families {
    let rows = published
        .iter()
        .filter(|(_, row)| row.versions.contains(&version));
    let rows = rows.filter(|(_, row)| !without.contains(&row.collector.as_str()));
    rows.map(|(name, row)| (name.clone(), row.family.clone()))
        .collect()
}

/// What ours serves there with every collector on, but for what tells of a moment.
#[track_caller]
fn served(published: &BTreeMap<String, Row>, server: &Postgres, without: &[&str]) -> Families {
    let switches = OFF.map(|name| format!("--collector.{name}"));
    let switches = switches.iter().map(String::as_str);
    let switches: Vec<_> = switches
        .chain(["--collector.stat_statements.include_query"])
        .collect();
    let ours = exporter(server, &switches);
    let _ = http::get(&ours.address, "/metrics");
    let mut here = families(&http::get(&ours.address, "/metrics").text());
    here.retain(|name, _| {
        published
            .get(name)
            .is_none_or(|row| !without.contains(&row.collector.as_str()))
    });
    here
}

#[test]
fn every_published_family_is_here_on_every_version() {
    let published = published();
    let mut intended = Intended::read("### Differences from postgres_exporter 0.20");
    let alone: Vec<_> = PASSING.into_iter().chain(REPLICATED).collect();
    for version in OTHER_VERSIONS.into_iter().chain([debian_version()]) {
        let server = Postgres::start(version);
        let _clients = furnish(&server);
        let there = expected(&published, version, &alone);
        let here = served(&published, &server, &alone);
        intended.check(&format!("PostgreSQL {version}"), &differences(&there, &here));
        if version == debian_version() {
            let standby = Postgres::standby(&server, "standby");
            for (place, server, only) in [
                ("primary", &server, "stat_replication"),
                ("standby", &standby, "stat_wal_receiver"),
            ] {
                let mut there = expected(&published, version, &PASSING);
                let mut here = served(&published, server, &PASSING);
                let of_it = |name: &String| published.get(name).is_some_and(|row| row.collector == only);
                there.retain(|name, _| of_it(name));
                here.retain(|name, _| of_it(name));
                intended.check(place, &differences(&there, &here));
            }
        }
    }
    intended.finish();
}
