//! Wireless interfaces and the stations that they talk to, from nl80211 over generic netlink.
//!
//! No data where the kernel has no nl80211, which is so where no wireless driver is loaded. What a driver does not tell
//! is 0. `--collector.wifi.fixtures` reads made-up interfaces from files instead.

mod fixtures;

use std::path::Path;

use clap::{Arg, ArgMatches};
use exporter_http::flags::text;
use metrics_registry::{Exposition, Family};

use crate::netlink::wireless::{Interface, Membership, Network, Station};
use crate::{Error, Node};

const FIXTURES: &str = "collector.wifi.fixtures";
/// The family of generic netlink.
const NL80211: &str = "nl80211";

const FREQUENCY: Family<1> = Family::gauge(
    "node_wifi_interface_frequency_hertz",
    "Frequency in hertz that the interface uses.",
    ["device"],
);
const INFO: Family<4> = Family::gauge(
    "node_wifi_station_info",
    "The network that the interface belongs to; always 1.",
    ["bssid", "device", "mode", "ssid"],
);

/// A family about a station, and its value.
type Row = (Family<2>, fn(&Station) -> f64);

const STATION: [Row; 12] = [
    (
        Family::counter(
            "node_wifi_station_connected_seconds_total",
            "Seconds since the station connected.",
            ["device", "mac_address"],
        ),
        |station| station.connected.as_secs_f64(),
    ),
    (
        Family::gauge(
            "node_wifi_station_inactive_seconds",
            "Seconds since the station was last heard.",
            ["device", "mac_address"],
        ),
        |station| station.inactive.as_secs_f64(),
    ),
    (
        Family::gauge(
            "node_wifi_station_receive_bits_per_second",
            "Bits per second of the last packet received.",
            ["device", "mac_address"],
        ),
        |station| station.receive_bits_per_second as f64,
    ),
    (
        Family::gauge(
            "node_wifi_station_transmit_bits_per_second",
            "Bits per second of the last packet sent.",
            ["device", "mac_address"],
        ),
        |station| station.transmit_bits_per_second as f64,
    ),
    (
        Family::counter(
            "node_wifi_station_receive_bytes_total",
            "Bytes received.",
            ["device", "mac_address"],
        ),
        |station| station.received_bytes as f64,
    ),
    (
        Family::counter(
            "node_wifi_station_transmit_bytes_total",
            "Bytes sent.",
            ["device", "mac_address"],
        ),
        |station| station.transmitted_bytes as f64,
    ),
    (
        Family::counter(
            "node_wifi_station_received_packets_total",
            "Packets received.",
            ["device", "mac_address"],
        ),
        |station| station.received_packets as f64,
    ),
    (
        Family::counter(
            "node_wifi_station_transmitted_packets_total",
            "Packets sent.",
            ["device", "mac_address"],
        ),
        |station| station.transmitted_packets as f64,
    ),
    (
        Family::gauge(
            "node_wifi_station_signal_dbm",
            "Strength of the last packet received, in dBm.",
            ["device", "mac_address"],
        ),
        |station| station.signal_dbm as f64,
    ),
    (
        Family::counter(
            "node_wifi_station_transmit_retries_total",
            "Packets that had to be sent again.",
            ["device", "mac_address"],
        ),
        |station| station.transmit_retries as f64,
    ),
    (
        Family::counter(
            "node_wifi_station_transmit_failed_total",
            "Packets that could not be sent.",
            ["device", "mac_address"],
        ),
        |station| station.transmit_failed as f64,
    ),
    (
        Family::counter(
            "node_wifi_station_beacon_loss_total",
            "Times that the beacons of the station were not heard.",
            ["device", "mac_address"],
        ),
        |station| station.beacon_losses as f64,
    ),
];

pub(crate) fn flags() -> Vec<Arg> {
    vec![
        Arg::new(FIXTURES)
            .long(FIXTURES)
            .value_name("DIRECTORY")
            .default_value("")
            .help("Made-up interfaces to report in place of the kernel's, for tests"),
    ]
}

/// What the flag says.
#[derive(Debug)]
pub(crate) struct State {
    fixtures: String,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Self {
        Self {
            fixtures: text(matches, FIXTURES).to_owned(),
        }
    }
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    match node.wifi.fixtures.as_str() {
        "" => {
            let nl80211 = node.netlink.family(NL80211)?;
            for interface in node.netlink.wireless_interfaces(nl80211)? {
                let network = node.netlink.wireless_network(nl80211, interface.index);
                let stations = node.netlink.wireless_stations(nl80211, interface.index);
                write(&interface, network?.as_ref(), &stations?, out);
            }
        }
        directory => {
            for (interface, network, stations) in fixtures::read(&node.paths, Path::new(directory))? {
                write(&interface, network.as_ref(), &stations, out);
            }
        }
    }
    Ok(())
}

fn write(interface: &Interface, network: Option<&Network>, stations: &[Station], out: &mut Exposition) {
    // Some virtual devices have no name.
    let device = match interface.name.as_str() {
        "" => return,
        name => name,
    };
    let hertz = u64::from(interface.frequency_megahertz) * 1_000_000;
    out.sample(&FREQUENCY, [device], hertz as f64);
    if let Some(network) = network {
        let mode = match network.membership {
            Membership::Client => "client",
            Membership::AdHoc => "ad-hoc",
            Membership::Unknown => "unknown",
        };
        out.sample(&INFO, [&network.address, device, mode, &network.name], 1.0);
    }
    for station in stations {
        for (family, value) in &STATION {
            out.sample(family, [device, &station.address], value(station));
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("wlan0")).unwrap();
        for (name, text) in files {
            std::fs::write(root.path().join(name), text).unwrap();
        }
        let fixtures = format!("--{FIXTURES}={}", root.path().display());
        expect.assert_eq(&samples(collect, &[&fixtures], &[]));
    }

    #[test]
    fn a_client_and_others() {
        check(
            &[
                (
                    "interfaces.json",
                    r#"[{"name": "wlan0", "frequency": 2412}, {"name": "wlan1", "type": 3}, {"type": 10}]"#,
                ),
                (
                    "wlan0/bss.json",
                    r#"{"ssid": "Example", "bssid": "ABEiM0RV", "status": 1}"#,
                ),
                (
                    "wlan0/stationinfo.json",
                    r#"[{"hardwareaddr": "qrvM3e7/", "inactive": 400000000, "signal": -52}]"#,
                ),
            ],
            expect![[r#"
                node_wifi_interface_frequency_hertz{device="wlan0"} 2.412e+09
                node_wifi_interface_frequency_hertz{device="wlan1"} 0
                node_wifi_station_beacon_loss_total{device="wlan0",mac_address="aa:bb:cc:dd:ee:ff"} 0
                node_wifi_station_connected_seconds_total{device="wlan0",mac_address="aa:bb:cc:dd:ee:ff"} 0
                node_wifi_station_inactive_seconds{device="wlan0",mac_address="aa:bb:cc:dd:ee:ff"} 0.4
                node_wifi_station_info{bssid="00:11:22:33:44:55",device="wlan0",mode="client",ssid="Example"} 1
                node_wifi_station_receive_bits_per_second{device="wlan0",mac_address="aa:bb:cc:dd:ee:ff"} 0
                node_wifi_station_receive_bytes_total{device="wlan0",mac_address="aa:bb:cc:dd:ee:ff"} 0
                node_wifi_station_received_packets_total{device="wlan0",mac_address="aa:bb:cc:dd:ee:ff"} 0
                node_wifi_station_signal_dbm{device="wlan0",mac_address="aa:bb:cc:dd:ee:ff"} -52
                node_wifi_station_transmit_bits_per_second{device="wlan0",mac_address="aa:bb:cc:dd:ee:ff"} 0
                node_wifi_station_transmit_bytes_total{device="wlan0",mac_address="aa:bb:cc:dd:ee:ff"} 0
                node_wifi_station_transmit_failed_total{device="wlan0",mac_address="aa:bb:cc:dd:ee:ff"} 0
                node_wifi_station_transmit_retries_total{device="wlan0",mac_address="aa:bb:cc:dd:ee:ff"} 0
                node_wifi_station_transmitted_packets_total{device="wlan0",mac_address="aa:bb:cc:dd:ee:ff"} 0
            "#]],
        );
    }

    #[test]
    fn strange_and_none() {
        check(&[("interfaces.json", "[{}, 1, \"a\"]")], expect![[r#""#]]);
        check(
            &[("interfaces.json", "nope")],
            expect![[r#"
            parse fixture line 1: "nope"
        "#]],
        );
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }

    #[test]
    fn an_interface_without_a_network() {
        let mut out = Exposition::default();
        let interface = Interface {
            index: 3,
            name: "wlan0".to_owned(),
            frequency_megahertz: 0,
        };
        write(&interface, None, &[], &mut out);
        write(&Interface::default(), None, &[], &mut out);
        let text = out.to_text();
        let samples: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            [r#"node_wifi_interface_frequency_hertz{device="wlan0"} 0"#]
        );
    }

    #[test]
    fn this_machine_answers_or_has_no_wireless_driver() {
        let text = samples(collect, &[], &[]);
        assert!(text == "no data\n" || !text.contains("netlink"), "{text}");
    }
}
