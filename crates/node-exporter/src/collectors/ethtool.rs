//! What drivers of network interfaces say of themselves and count, from the ioctl `SIOCETHTOOL`.
//!
//! Four calls for each interface of `/sys/class/net`; what a driver does not answer is left out. The numbers are those
//! of the network namespace of this process. Names of counters are the driver's own, so they differ between machines.
//!
//! Names: `node_ethtool_<counter>` untyped by `device`: a counter of the driver, with `rx` and `tx` written out.

mod ask;
mod link;

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::text;
use metrics_registry::{Exposition, Family, Kind};
use rustc_hash::FxHashMap;
use rustix::io::Errno;

use crate::filter::{Filter, Pair};
use crate::metric_name::sanitized;
use crate::{Error, Node};

use self::ask::{Driver, Socket};

const METRICS: &str = "collector.ethtool.metrics-include";
const DEVICES: Pair = Pair {
    prefix: "collector.ethtool.device",
    what: "network devices",
    exclude_default: "",
    old_include: "",
    old_exclude: "",
};

const INFO: Family<6> = Family::gauge(
    "node_ethtool_info",
    "Driver and firmware of the network device; always 1.",
    [
        "bus_info",
        "device",
        "driver",
        "expansion_rom_version",
        "firmware_version",
        "version",
    ],
);

/// Counters that most drivers have and that the reference gives other names.
const COMMON: [(&str, &str); 7] = [
    ("rx_bytes", "node_ethtool_received_bytes_total"),
    ("rx_dropped", "node_ethtool_received_dropped_total"),
    ("rx_errors", "node_ethtool_received_errors_total"),
    ("rx_packets", "node_ethtool_received_packets_total"),
    ("tx_bytes", "node_ethtool_transmitted_bytes_total"),
    ("tx_errors", "node_ethtool_transmitted_errors_total"),
    ("tx_packets", "node_ethtool_transmitted_packets_total"),
];
/// Not an interface, but a file of the bonding driver beside them.
const BONDING_MASTERS: &str = "bonding_masters";

pub(crate) fn flags() -> Vec<Arg> {
    let metrics = Arg::new(METRICS)
        .long(METRICS)
        .value_name("REGEX")
        .default_value(".*")
        .help("Counters of drivers to report");
    DEVICES.args().into_iter().chain([metrics]).collect()
}

/// Which devices and counters are written.
#[derive(Debug)]
pub(crate) struct State {
    devices: Filter,
    metrics: Filter,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            devices: DEVICES.read(matches)?,
            metrics: Filter::include(METRICS, text(matches, METRICS))?,
        })
    }
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let devices = node.paths.list_sys("class/net")?;
    let socket = Socket::open()?;
    for device in devices.iter().filter(|name| *name != BONDING_MASTERS) {
        if !node.ethtool.devices.passes(device) {
            continue;
        }
        if let Some(link) = answered(device, socket.link(device)) {
            link::write(device, &link, out);
        }
        if let Some(driver) = answered(device, socket.driver(device)) {
            write_driver(device, &driver, out);
            if let Some(counters) = answered(device, socket.counters(device, driver.counter_count)) {
                write_counters(device, &counters, &node.ethtool.metrics, out);
            }
        }
    }
    Ok(())
}

/// What the driver answered; most drivers do not know every question.
fn answered<T>(device: &str, answer: Result<T, Errno>) -> Option<T> {
    answer
        .inspect_err(|error| log::debug!(device, error:%; "driver of the network device did not answer"))
        .ok()
}

fn write_driver(device: &str, driver: &Driver, out: &mut Exposition) {
    let values = [
        &driver.bus,
        device,
        &driver.name,
        &driver.rom_version,
        &driver.firmware_version,
        &driver.version,
    ];
    out.sample(&INFO, values, 1.0);
}

/// Writes the counters, but for those whose names become the same.
fn write_counters(device: &str, counters: &[(String, u64)], metrics: &Filter, out: &mut Exposition) {
    let names = counters.iter().map(|(name, _)| sanitized(name));
    let rows: Vec<_> = names
        .zip(counters)
        .filter(|(name, _)| metrics.passes(name))
        .map(|(name, (_, number))| (metric(&name), name, *number))
        .collect();
    let mut uses = FxHashMap::<&str, u32>::default();
    for (metric, ..) in &rows {
        *uses.entry(metric).or_default() += 1;
    }
    for (metric, name, number) in &rows {
        if uses.get(metric.as_str()) == Some(&1) {
            out.dynamic(
                metric,
                format_args!("Counter {name} of the network device's driver."),
                Kind::Untyped,
                [("device", device)],
                *number as f64,
            );
        }
    }
}

/// The metric of a counter: `rx_queue_0_drops` is `node_ethtool_received_queue_0_drops`.
fn metric(name: &str) -> String {
    if let Some((_, metric)) = COMMON.iter().find(|(common, _)| *common == name) {
        return (*metric).to_owned();
    }
    let name = name.to_ascii_lowercase();
    let name = spelled_out(name.trim_start_matches('_'), "rx", "received");
    format!("node_ethtool_{}", spelled_out(&name, "tx", "transmitted"))
}

/// Replaces a word between underscores. Of two that stand side by side the first is replaced, as in the reference.
fn spelled_out(name: &str, short: &str, long: &str) -> String {
    let mut was_replaced = false;
    let words: Vec<&str> = name
        .split('_')
        .map(|word| {
            was_replaced = word == short && !was_replaced;
            if was_replaced { long } else { word }
        })
        .collect();
    words.join("_")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(counters: &[&str], metrics: &str, expect: Expect) {
        let counters: Vec<_> = counters
            .iter()
            .zip(1..)
            .map(|(name, n)| ((*name).to_owned(), n))
            .collect();
        let mut out = Exposition::default();
        let metrics = Filter::include(METRICS, metrics).unwrap();
        write_counters("eth0", &counters, &metrics, &mut out);
        let text = out.to_text();
        let lines = text.split_inclusive('\n');
        expect.assert_eq(&lines.filter(|line| !line.starts_with('#')).collect::<String>());
    }

    #[test]
    fn names_of_counters() {
        check(
            &[
                "rx_bytes",
                "rx0_drops",
                "tx_queue_0_tx_timeouts",
                "port.rx_dropped",
                "[0]: RX",
                "rx_rx_x",
                "",
            ],
            ".*",
            expect![[r#"
                node_ethtool_{device="eth0"} 7
                node_ethtool_0_received{device="eth0"} 5
                node_ethtool_port_received_dropped{device="eth0"} 4
                node_ethtool_received_bytes_total{device="eth0"} 1
                node_ethtool_received_rx_x{device="eth0"} 6
                node_ethtool_rx0_drops{device="eth0"} 2
                node_ethtool_transmitted_queue_0_transmitted_timeouts{device="eth0"} 3
            "#]],
        );
        check(
            &["rx_bytes", "tx_bytes"],
            "^rx",
            expect![[r#"
            node_ethtool_received_bytes_total{device="eth0"} 1
        "#]],
        );
    }

    #[test]
    fn names_that_clash() {
        check(
            &[
                "duplicate metric",
                "duplicate_metric",
                "duplicate-metric",
                "other",
            ],
            ".*",
            expect![[r#"
                node_ethtool_other{device="eth0"} 4
            "#]],
        );
    }

    #[test]
    fn the_loopback_interface_and_one_that_is_not_there() {
        let files = [
            ("sys/class/net/lo/mtu", ""),
            ("sys/class/net/nope0/mtu", ""),
            ("sys/class/net/bonding_masters", ""),
        ];
        let text = samples(collect, &[], &files);
        assert!(!text.contains("nope0") && !text.contains("bonding"), "{text}");
        expect![[r#"
            no data
        "#]]
        .assert_eq(&samples(collect, &[], &[]));
    }
}
