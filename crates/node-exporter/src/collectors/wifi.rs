//! Wireless interfaces and the stations that they talk to.
//!
//! `--collector.wifi.fixtures` reads them from `interfaces.json` and, for each interface, `bss.json` and
//! `stationinfo.json` in a directory of its name. Without it there is no data: nl80211 is not read.

use std::fmt::Write as _;
use std::path::Path;

use clap::{Arg, ArgMatches};
use metrics_registry::{Exposition, Family};
use serde_json::Value;

use crate::flags::text;
use crate::{Error, Node, fixture};

const FIXTURES: &str = "collector.wifi.fixtures";

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

const fn counter(name: &'static str, help: &'static str) -> Family<2> {
    Family::counter(name, help, ["device", "mac_address"])
}

const fn gauge(name: &'static str, help: &'static str) -> Family<2> {
    Family::gauge(name, help, ["device", "mac_address"])
}

/// Numbers of a station with their names in a fixture, and what they are divided by: durations are in nanoseconds.
const STATION: [(&str, Family<2>, f64); 12] = [
    (
        "connected",
        counter(
            "node_wifi_station_connected_seconds_total",
            "Seconds since the station connected.",
        ),
        1e9,
    ),
    (
        "inactive",
        gauge(
            "node_wifi_station_inactive_seconds",
            "Seconds since the station was last heard.",
        ),
        1e9,
    ),
    (
        "receivebitrate",
        gauge(
            "node_wifi_station_receive_bits_per_second",
            "Bits per second of the last packet received.",
        ),
        1.0,
    ),
    (
        "transmitbitrate",
        gauge(
            "node_wifi_station_transmit_bits_per_second",
            "Bits per second of the last packet sent.",
        ),
        1.0,
    ),
    (
        "receivedbytes",
        counter("node_wifi_station_receive_bytes_total", "Bytes received."),
        1.0,
    ),
    (
        "transmittedbytes",
        counter("node_wifi_station_transmit_bytes_total", "Bytes sent."),
        1.0,
    ),
    (
        "receivedpackets",
        counter("node_wifi_station_received_packets_total", "Packets received."),
        1.0,
    ),
    (
        "transmittedpackets",
        counter("node_wifi_station_transmitted_packets_total", "Packets sent."),
        1.0,
    ),
    (
        "signal",
        gauge(
            "node_wifi_station_signal_dbm",
            "Strength of the last packet received, in dBm.",
        ),
        1.0,
    ),
    (
        "transmitretries",
        counter(
            "node_wifi_station_transmit_retries_total",
            "Packets that had to be sent again.",
        ),
        1.0,
    ),
    (
        "transmitfailed",
        counter(
            "node_wifi_station_transmit_failed_total",
            "Packets that could not be sent.",
        ),
        1.0,
    ),
    (
        "beaconloss",
        counter(
            "node_wifi_station_beacon_loss_total",
            "Times that the beacons of the station were not heard.",
        ),
        1.0,
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
    if node.wifi.fixtures.is_empty() {
        return Err(Error::NoData);
    }
    let directory = Path::new(&node.wifi.fixtures);
    let interfaces = fixture::read(&node.paths, &directory.join("interfaces.json"))?;
    for interface in fixture::rows(&interfaces) {
        let device = fixture::text(interface, "name");
        // Some virtual devices have no name.
        if device.is_empty() {
            continue;
        }
        let megahertz = fixture::number(interface, "frequency");
        out.sample(&FREQUENCY, [device], megahertz * 1000.0 * 1000.0);
        let read = |file| match fixture::read(&node.paths, &directory.join(device).join(file)) {
            Ok(value) => Ok(Some(value)),
            Err(Error::NoData) => Ok(None),
            Err(error) => Err(error),
        };
        if let Some(network) = read("bss.json")? {
            let address = hardware_address(fixture::text(&network, "bssid"));
            let mode = mode(fixture::number(&network, "status"));
            let name = fixture::text(&network, "ssid");
            out.sample(&INFO, [&address, device, mode, name], 1.0);
        }
        if let Some(stations) = read("stationinfo.json")? {
            for station in fixture::rows(&stations) {
                write_station(device, station, out);
            }
        }
    }
    Ok(())
}

fn write_station(device: &str, station: &Value, out: &mut Exposition) {
    let address = hardware_address(fixture::text(station, "hardwareaddr"));
    for (name, family, divisor) in &STATION {
        let number = fixture::number(station, name) / divisor;
        out.sample(family, [device, &address], number);
    }
}

/// What the number of a state in the network means.
fn mode(status: f64) -> &'static str {
    match status {
        0.0 | 1.0 => "client",
        3.0 => "ad-hoc",
        _ => "unknown",
    }
}

/// Six bytes in base 64, without padding: `ABEiM0RV` is `00:11:22:33:44:55`. Ends at what is no digit.
fn hardware_address(text: &str) -> String {
    let digit = |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Vec<u8> = text.bytes().map_while(digit).collect();
    let mut address = String::new();
    for group in digits.chunks_exact(4) {
        let bits = group
            .iter()
            .fold(0_u32, |bits, digit| bits << 6 | u32::from(*digit));
        let [_, bytes @ ..] = bits.to_be_bytes();
        for byte in bytes {
            if !address.is_empty() {
                address.push(':');
            }
            // Writing to a string does not fail.
            let _ = write!(address, "{byte:02x}");
        }
    }
    address
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
        expect![[r#"
            no data
        "#]]
        .assert_eq(&samples(collect, &[], &[]));
        assert_eq!(hardware_address("ABE="), "");
        assert_eq!(hardware_address("é"), "");
    }
}
