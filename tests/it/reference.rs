//! The node exporter beside the reference as Debian packages it, on this machine at the same time.
//!
//! Both run the same collectors. Every family of the one is in the other, with its type and labels; every series is in
//! both, and those that do not move have equal values. What is meant to differ stands in the tables below.

use std::collections::{BTreeMap, BTreeSet};

use crate::daemon::{self, Daemon};
use crate::output::{self, Catalogue};
use crate::{http, peer};

/// Collectors that are off by default in both.
const COLLECTORS: [&str; 22] = [
    "buddyinfo",
    "cgroups",
    "cpu_vulnerabilities",
    "drbd",
    "drm",
    "ethtool",
    "interrupts",
    "ksmd",
    "lnstat",
    "logind",
    "meminfo_numa",
    "mountstats",
    "network_route",
    "pcidevice",
    "processes",
    "qdisc",
    "slabinfo",
    "softirqs",
    "swap",
    "tcpstat",
    "xfrm",
    "zoneinfo",
];
/// Debian's package has other defaults here; both get the same.
const FLAGS: [&str; 8] = [
    "--collector.systemd",
    "--collector.sysctl",
    "--collector.sysctl.include=kernel.threads-max",
    "--collector.sysctl.include=fs.file-nr:total,current,max",
    "--collector.filesystem.mount-points-exclude=^/(dev|proc|run|sys|mnt|media)($|/)",
    "--collector.cpu.info",
    "--collector.stat.softirq",
    "--collector.netdev.address-info",
];
/// Collectors that the reference does not have.
const OWN: [&str; 2] = ["--no-collector.mmc", "--no-collector.rpi"];

/// What one side may have alone, by the beginning of its series, and why.
const ONE_SIDE: [(&str, &str); 7] = [
    ("go_", "there is no Go runtime here"),
    (
        "node_memory_",
        "every field of /proc/meminfo is served; the reference left some out in 1.9",
    ),
    (
        "node_disk_info{",
        "rotational is what the kernel says; the reference says 0 where it cannot read a file beside it",
    ),
    ("node_exporter_build_info{", "says what was built"),
    ("exporter_http_", "our own"),
    (
        "node_scrape_collector_duration_seconds{",
        "collectors came with 1.12",
    ),
    ("node_scrape_collector_success{", "collectors came with 1.12"),
];
/// What does not move and still differs, and why.
const OTHER_VALUES: [(&str, &str); 1] = [("process_", "tells of the process itself")];

/// Scrapes of each; a series that has the same value in all of them does not move.
const ROUNDS: usize = 5;
/// Names that must be served of those in dashboards that this machine can give.
const DASHBOARD_SHARE: f64 = 0.95;

/// Everything that was scraped from one side.
#[derive(Default)]
struct Side {
    families: Catalogue,
    /// The values that a series had.
    series: BTreeMap<String, BTreeSet<String>>,
    /// Scrapes that had the series.
    seen: BTreeMap<String, usize>,
}

impl Side {
    fn scrape(&mut self, daemon: &Daemon) {
        let text = http::get(&daemon.address, "/metrics").text();
        self.families.extend(output::catalogue(&text));
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (series, value) = line.rsplit_once(' ').unwrap();
            self.series
                .entry(series.to_owned())
                .or_default()
                .insert(value.to_owned());
            *self.seen.entry(series.to_owned()).or_default() += 1;
        }
    }

    /// The value of a series that was there in every round and did not move.
    fn still(&self, series: &str) -> Option<&str> {
        let values = self.series.get(series)?;
        (self.is_always(series) && values.len() == 1).then(|| values.first().map(String::as_str))?
    }

    fn is_always(&self, series: &str) -> bool {
        self.seen.get(series) == Some(&ROUNDS)
    }
}

/// Ours and theirs, scraped in turn with the same flags.
fn sides() -> (Side, Side) {
    let collectors = COLLECTORS.map(|name| format!("--collector.{name}"));
    let flags: Vec<&str> = FLAGS
        .into_iter()
        .chain(collectors.iter().map(String::as_str))
        .collect();
    let ours = daemon::node(&[&flags, OWN.as_slice()].concat());
    let theirs = peer::node(&flags);
    let mut sides = (Side::default(), Side::default());
    for _ in 0..ROUNDS {
        sides.1.scrape(&theirs);
        sides.0.scrape(&ours);
    }
    sides
}

fn is_meant(table: &[(&str, &str)], series: &str) -> bool {
    table.iter().any(|(start, _)| series.starts_with(start))
}

#[test]
fn everything_is_in_both_and_equal() {
    let (ours, theirs) = sides();
    let mut differences = Vec::new();
    // Bookworm's version has other families; then only what both have is compared.
    if peer::is_new_reference() {
        for (here, there, whose) in [(&ours, &theirs, "ours"), (&theirs, &ours, "theirs")] {
            let alone = here
                .series
                .keys()
                .filter(|series| here.is_always(series) && !there.series.contains_key(*series));
            let alone = alone.filter(|series| !is_meant(&ONE_SIDE, series));
            differences.extend(alone.map(|series| format!("only {whose}: {series}")));
        }
    }
    let mut shared = 0;
    for (name, family) in &ours.families {
        if let Some(other) = theirs.families.get(name) {
            shared += 1;
            if family != other {
                differences.push(format!("type and labels of {name}: {family:?}, theirs {other:?}"));
            }
        }
    }
    let mut equal = 0;
    for series in ours
        .series
        .keys()
        .filter(|series| !is_meant(&OTHER_VALUES, series))
    {
        if let (Some(value), Some(other)) = (ours.still(series), theirs.still(series)) {
            match value == other {
                true => equal += 1,
                false => differences.push(format!("{series} is {value}, theirs {other}")),
            }
        }
    }
    eprintln!("{shared} families and {equal} series that do not move are equal");
    assert!(differences.is_empty(), "{differences:#?}");
    assert!(shared > 250 && equal > 300, "{shared} families, {equal} series");
}

#[test]
fn dashboards_find_their_names() {
    let Some(table) = peer::reference("reference/node_dashboard_metrics.tsv") else {
        return;
    };
    let (ours, theirs) = sides();
    let table = std::fs::read_to_string(table).unwrap();
    let wanted: BTreeSet<&str> = table
        .lines()
        .skip(1)
        .filter_map(|row| row.split('\t').nth(1))
        .collect();
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap();
    let fields: BTreeSet<String> = meminfo
        .lines()
        .filter_map(|line| line.split(':').next())
        .map(|field| {
            format!(
                "node_memory_{}_bytes",
                field.replace(['(', ')'], "_").trim_end_matches('_')
            )
        })
        .collect();
    let can_be_given: Vec<&str> = wanted
        .into_iter()
        .filter(|name| !name.starts_with("go_"))
        .filter(|name| {
            theirs.families.contains_key(*name) || ours.families.contains_key(*name) || fields.contains(*name)
        })
        .collect();
    let missing: Vec<_> = can_be_given
        .iter()
        .filter(|name| !ours.families.contains_key(**name))
        .collect();
    let share = 1.0 - missing.len() as f64 / can_be_given.len() as f64;
    eprintln!(
        "{} names of dashboards, {:.1} % served, missing: {missing:?}",
        can_be_given.len(),
        share * 100.0
    );
    assert!(can_be_given.len() > 150, "only {}", can_be_given.len());
    assert!(share >= DASHBOARD_SHARE, "missing: {missing:?}");
}
