//! Made-up interfaces, in the files of the reference's tests: `interfaces.json` and, for each interface, `bss.json` and
//! `stationinfo.json` in a directory of its name. Durations are in nanoseconds, hardware addresses in base 64.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::netlink::wireless::{Interface, Membership, Network, Station};
use crate::source::Paths;
use crate::{Error, fixture};

/// One interface with its network and stations.
pub(super) type Found = (Interface, Option<Network>, Vec<Station>);

/// Fails where a file is not JSON, or there is no file of interfaces.
pub(super) fn read(paths: &Paths, directory: &Path) -> Result<Vec<Found>, Error> {
    let interfaces = fixture::read(paths, &directory.join("interfaces.json"))?;
    let mut found = Vec::new();
    for value in fixture::rows(&interfaces) {
        let interface = Interface {
            index: 0,
            name: fixture::text(value, "name").to_owned(),
            frequency_megahertz: fixture::number(value, "frequency") as u32,
        };
        let of_interface = |file| match fixture::read(paths, &directory.join(&interface.name).join(file)) {
            Ok(value) => Ok(Some(value)),
            Err(Error::NoData) => Ok(None),
            Err(error) => Err(error),
        };
        let network = of_interface("bss.json")?.as_ref().map(network);
        let stations = of_interface("stationinfo.json")?;
        let stations = stations.iter().flat_map(fixture::rows).map(station).collect();
        found.push((interface, network, stations));
    }
    Ok(found)
}

fn network(value: &Value) -> Network {
    // These numbers are not the kernel's.
    let membership = match fixture::number(value, "status") {
        0.0 | 1.0 => Membership::Client,
        3.0 => Membership::AdHoc,
        _ => Membership::Unknown,
    };
    Network {
        address: hardware_address(fixture::text(value, "bssid")),
        name: fixture::text(value, "ssid").to_owned(),
        membership,
    }
}

fn station(value: &Value) -> Station {
    // Negative and huge numbers end at the bounds of the integer.
    let number = |name| fixture::number(value, name) as u64;
    let duration = |name| Duration::from_nanos(number(name));
    Station {
        address: hardware_address(fixture::text(value, "hardwareaddr")),
        connected: duration("connected"),
        inactive: duration("inactive"),
        receive_bits_per_second: number("receivebitrate"),
        transmit_bits_per_second: number("transmitbitrate"),
        received_bytes: number("receivedbytes"),
        transmitted_bytes: number("transmittedbytes"),
        received_packets: number("receivedpackets"),
        transmitted_packets: number("transmittedpackets"),
        signal_dbm: fixture::number(value, "signal") as i64,
        transmit_retries: number("transmitretries"),
        transmit_failed: number("transmitfailed"),
        beacon_losses: number("beaconloss"),
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
    use super::hardware_address;

    #[test]
    fn addresses() {
        assert_eq!(hardware_address("ABEiM0RV"), "00:11:22:33:44:55");
        assert_eq!(hardware_address("ABE="), "");
        assert_eq!(hardware_address("é"), "");
    }
}
