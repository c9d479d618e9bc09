//! What the queueing disciplines of network interfaces sent, from rtnetlink.
//!
//! Only the discipline of an interface itself is written, not those of its classes. The numbers are those of the network
//! namespace of this process. `--collector.qdisc.fixtures` reads `results.json` in a directory instead.

use std::path::Path;

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::text;
use metrics_registry::{Exposition, Family};

use crate::filter::{Filter, Pair};
use crate::{Error, Node, fixture};

const FIXTURES: &str = "collector.qdisc.fixtures";
const DEVICES: Pair = Pair {
    prefix: "collector.qdisc.device",
    what: "network devices",
    exclude_default: "",
    old_include: "collector.qdisk.device-include",
    old_exclude: "collector.qdisk.device-exclude",
};

const fn counter(name: &'static str, help: &'static str) -> Family<2> {
    Family::counter(name, help, ["device", "kind"])
}

const fn gauge(name: &'static str, help: &'static str) -> Family<2> {
    Family::gauge(name, help, ["device", "kind"])
}

/// Each number with its name in a fixture.
const FAMILIES: [(&str, Family<2>); 7] = [
    ("Bytes", counter("node_qdisc_bytes_total", "Bytes sent.")),
    ("Packets", counter("node_qdisc_packets_total", "Packets sent.")),
    ("Drops", counter("node_qdisc_drops_total", "Packets dropped.")),
    (
        "Requeues",
        counter(
            "node_qdisc_requeues_total",
            "Packets that were taken out of the queue and put back.",
        ),
    ),
    (
        "Overlimits",
        counter("node_qdisc_overlimits_total", "Packets above the limit."),
    ),
    (
        "Qlen",
        gauge("node_qdisc_current_queue_length", "Packets that wait to be sent."),
    ),
    (
        "Backlog",
        gauge("node_qdisc_backlog", "Bytes that wait to be sent."),
    ),
];

pub(crate) fn flags() -> Vec<Arg> {
    let fixtures = Arg::new(FIXTURES)
        .long(FIXTURES)
        .value_name("DIRECTORY")
        .default_value("")
        .help("Made-up queues to report in place of the kernel's, for tests");
    [fixtures].into_iter().chain(DEVICES.args()).collect()
}

/// What the flags say.
#[derive(Debug)]
pub(crate) struct State {
    fixtures: String,
    devices: Filter,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            fixtures: text(matches, FIXTURES).to_owned(),
            devices: DEVICES.read(matches)?,
        })
    }
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let State { fixtures, devices } = &node.qdisc;
    if !fixtures.is_empty() {
        let path = Path::new(fixtures).join("results.json");
        for row in fixture::rows(&fixture::read(&node.paths, &path)?) {
            let device = fixture::text(row, "IfaceName");
            if fixture::number(row, "Parent") == 0.0 && devices.passes(device) {
                let numbers = FAMILIES.map(|(name, _)| fixture::number(row, name));
                write(device, fixture::text(row, "Kind"), numbers, out);
            }
        }
        return Ok(());
    }
    let links = node.netlink.links()?;
    for queue in node.netlink.queues()?.iter().filter(|queue| queue.is_root) {
        // An interface that came after the first dump is there in the next scrape.
        let Some(link) = links.iter().find(|link| link.index == queue.index) else {
            continue;
        };
        if devices.passes(&link.name) {
            let numbers = [
                queue.bytes as f64,
                queue.packets.into(),
                queue.drops.into(),
                queue.requeues.into(),
                queue.overlimits.into(),
                queue.length.into(),
                queue.backlog_bytes.into(),
            ];
            write(&link.name, &queue.kind, numbers, out);
        }
    }
    Ok(())
}

fn write(device: &str, kind: &str, numbers: [f64; FAMILIES.len()], out: &mut Exposition) {
    for ((_, family), number) in FAMILIES.iter().zip(numbers) {
        out.sample(family, [device, kind], number);
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(text: &str, flags: &[&str], expect: Expect) {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("results.json"), text).unwrap();
        let fixtures = format!("--{FIXTURES}={}", root.path().display());
        let flags: Vec<_> = [fixtures.as_str()]
            .into_iter()
            .chain(flags.iter().copied())
            .collect();
        expect.assert_eq(&samples(collect, &flags, &[]));
    }

    #[test]
    fn made_up_queues() {
        let text = r#"[
            {"IfaceName": "wlan0", "Bytes": 42, "Packets": 43, "Requeues": 1, "kind": "fq", "Drops": 2},
            {"IfaceName": "wlan0", "Parent": 1, "Bytes": 7, "Kind": "fq"},
            {"IfaceName": "eth0", "Bytes": 83, "Overlimits": 3, "Qlen": 4, "Backlog": 5, "Kind": "pfifo_fast"}
        ]"#;
        check(
            text,
            &["--collector.qdisc.device-include=wlan0"],
            expect![[r#"
                node_qdisc_backlog{device="wlan0",kind="fq"} 0
                node_qdisc_bytes_total{device="wlan0",kind="fq"} 42
                node_qdisc_current_queue_length{device="wlan0",kind="fq"} 0
                node_qdisc_drops_total{device="wlan0",kind="fq"} 2
                node_qdisc_overlimits_total{device="wlan0",kind="fq"} 0
                node_qdisc_packets_total{device="wlan0",kind="fq"} 43
                node_qdisc_requeues_total{device="wlan0",kind="fq"} 1
            "#]],
        );
        check(
            text,
            &["--collector.qdisk.device-exclude=wlan"],
            expect![[r#"
            node_qdisc_backlog{device="eth0",kind="pfifo_fast"} 5
            node_qdisc_bytes_total{device="eth0",kind="pfifo_fast"} 83
            node_qdisc_current_queue_length{device="eth0",kind="pfifo_fast"} 4
            node_qdisc_drops_total{device="eth0",kind="pfifo_fast"} 0
            node_qdisc_overlimits_total{device="eth0",kind="pfifo_fast"} 3
            node_qdisc_packets_total{device="eth0",kind="pfifo_fast"} 0
            node_qdisc_requeues_total{device="eth0",kind="pfifo_fast"} 0
        "#]],
        );
    }

    #[test]
    fn strange_and_missing() {
        check(
            "[",
            &[],
            expect![[r#"
            parse fixture line 1: "["
        "#]],
        );
        check("{}", &[], expect![[r#""#]]);
        check(
            "[1, {\"Bytes\": \"many\"}]",
            &["--collector.qdisc.device-exclude=^$"],
            expect![[r#""#]],
        );
        let missing = format!("--{FIXTURES}=/proc/nope");
        expect![[r#"
            no data
        "#]]
        .assert_eq(&samples(collect, &[&missing], &[]));
    }
}
