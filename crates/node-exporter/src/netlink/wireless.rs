//! Wireless interfaces, the network that one belongs to, and the stations that it talks to: nl80211.
//!
//! The numbers of commands and attributes are those of `linux/nl80211.h`. An attribute that a driver does not fill is 0.

use std::time::Duration;

use super::generic::payload;
use super::link::{hexadecimal, text};
use super::message::{attributes, u16_at, u32_at, u64_at};

/// Lists the interfaces.
pub const GET_INTERFACE: u8 = 5;
/// Lists the stations of an interface.
pub const GET_STATION: u8 = 17;
/// Lists the networks that an interface has heard.
pub const GET_SCAN: u8 = 32;

/// The attribute that names the interface of a request.
pub const INTERFACE_INDEX: u16 = 3;
const INTERFACE_NAME: u16 = 4;
const ADDRESS: u16 = 6;
const STATION: u16 = 21;
const FREQUENCY: u16 = 38;
const NETWORK: u16 = 47;

/// The tag of the name in what a network tells of itself.
const NAME_ELEMENT: u8 = 0;
/// The unit of a rate.
const RATE_BITS_PER_SECOND: u64 = 100_000;

/// One interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// The kernel's number.
    pub index: u32,
    /// `wlan0`; some virtual devices have none.
    pub name: String,
    /// 0 where it is not tuned.
    pub frequency_megahertz: u32,
}

/// What an interface has to do with its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Membership {
    /// Authenticated with an access point, or associated.
    Client,
    /// One of equals.
    AdHoc,
    /// A number that is not known here.
    Unknown,
}

/// The network that an interface belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// `00:11:22:33:44:55`.
    pub address: String,
    /// As it is told; bytes that are not UTF-8 become U+FFFD.
    pub name: String,
    /// The part that the interface plays.
    pub membership: Membership,
}

/// One station, and the traffic with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Station {
    /// `00:11:22:33:44:55`.
    pub address: String,
    /// Since it connected.
    pub connected: Duration,
    /// Since it was last heard.
    pub inactive: Duration,
    /// Of the last packet.
    pub receive_bits_per_second: u64,
    /// Of the last packet.
    pub transmit_bits_per_second: u64,
    /// Since it connected.
    pub received_bytes: u64,
    /// Since it connected.
    pub transmitted_bytes: u64,
    /// Since it connected.
    pub received_packets: u64,
    /// Since it connected.
    pub transmitted_packets: u64,
    /// Strength of the last packet.
    pub signal_dbm: i64,
    /// Packets sent again.
    pub transmit_retries: u64,
    /// Packets given up.
    pub transmit_failed: u64,
    /// Times that its beacons were not heard.
    pub beacon_losses: u64,
}

impl Interface {
    /// Reads the body of a message; nothing where it has no index.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut interface = Self::default();
        let mut index = None;
        for (kind, value) in attributes(payload(body)) {
            match kind {
                INTERFACE_INDEX => index = u32_at(value, 0),
                INTERFACE_NAME => interface.name = text(value),
                FREQUENCY => interface.frequency_megahertz = u32_at(value, 0).unwrap_or_default(),
                _ => {}
            }
        }
        interface.index = index?;
        Some(interface)
    }
}

impl Network {
    /// Reads the body of a message; nothing where the interface does not belong to the network that it tells of.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let (_, network) = attributes(payload(body)).find(|(kind, _)| *kind == NETWORK)?;
        let mut address = String::new();
        let mut name = String::new();
        let mut membership = None;
        for (kind, value) in attributes(network) {
            match kind {
                1 => address = hexadecimal(value),
                6 => name = name_among(value).unwrap_or_default(),
                9 => {
                    membership = Some(match u32_at(value, 0)? {
                        0 | 1 => Membership::Client,
                        2 => Membership::AdHoc,
                        _ => Membership::Unknown,
                    });
                }
                _ => {}
            }
        }
        Some(Self {
            address,
            name,
            membership: membership?,
        })
    }
}

impl Station {
    /// Reads the body of a message; nothing where it tells of no station.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut address = String::new();
        let mut station = None;
        for (kind, value) in attributes(payload(body)) {
            match kind {
                ADDRESS => address = hexadecimal(value),
                STATION => station = Some(Self::counters(value)),
                _ => {}
            }
        }
        Some(Self { address, ..station? })
    }

    fn counters(bytes: &[u8]) -> Self {
        let mut station = Self::default();
        // The counters of 32 bits are there too, for programs that know no others.
        let (mut received, mut transmitted) = (None, None);
        for (kind, value) in attributes(bytes) {
            let number = u64::from(u32_at(value, 0).unwrap_or_default());
            match kind {
                1 => station.inactive = Duration::from_millis(number),
                2 => station.received_bytes = number,
                3 => station.transmitted_bytes = number,
                7 => station.signal_dbm = i64::from(value.first().map_or(0, |byte| byte.cast_signed())),
                8 => station.transmit_bits_per_second = rate(value),
                9 => station.received_packets = number,
                10 => station.transmitted_packets = number,
                11 => station.transmit_retries = number,
                12 => station.transmit_failed = number,
                14 => station.receive_bits_per_second = rate(value),
                16 => station.connected = Duration::from_secs(number),
                18 => station.beacon_losses = number,
                23 => received = u64_at(value, 0),
                24 => transmitted = u64_at(value, 0),
                _ => {}
            }
        }
        station.received_bytes = received.unwrap_or(station.received_bytes);
        station.transmitted_bytes = transmitted.unwrap_or(station.transmitted_bytes);
        station
    }
}

/// Bits per second; a rate that does not fit into 16 bits has an attribute of its own.
fn rate(bytes: &[u8]) -> u64 {
    let (mut short, mut long) = (None, None);
    for (kind, value) in attributes(bytes) {
        match kind {
            1 => short = u16_at(value, 0).map(u64::from),
            5 => long = u32_at(value, 0).map(u64::from),
            _ => {}
        }
    }
    long.or(short).unwrap_or_default() * RATE_BITS_PER_SECOND
}

/// The name in what a network tells of itself: elements of a tag, a length and as many bytes.
fn name_among(mut elements: &[u8]) -> Option<String> {
    while let [tag, length, rest @ ..] = elements {
        let (element, next) = rest.split_at_checked(usize::from(*length))?;
        if *tag == NAME_ELEMENT {
            return Some(String::from_utf8_lossy(element).into_owned());
        }
        elements = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::attribute;
    use super::*;

    fn word(kind: u16, value: u32) -> Vec<u8> {
        attribute(kind, &value.to_ne_bytes())
    }

    fn interface() -> Vec<u8> {
        let index = word(INTERFACE_INDEX, 3);
        let name = attribute(INTERFACE_NAME, b"wlan0\0");
        [vec![7, 1, 0, 0], index, name, word(FREQUENCY, 5180)].concat()
    }

    fn network(status: Option<u32>) -> Vec<u8> {
        let elements = b"\x01\x02\x82\x84\x00\x07Example\x30\x00";
        let inner = [
            attribute(1, &[0, 0x11, 0x22, 0x33, 0x44, 0x55]),
            word(2, 5180),
            attribute(6, elements),
            status.map_or(Vec::new(), |status| word(9, status)),
        ]
        .concat();
        [
            vec![34, 1, 0, 0],
            word(INTERFACE_INDEX, 3),
            attribute(NETWORK | 0x8000, &inner),
        ]
        .concat()
    }

    fn station() -> Vec<u8> {
        let receive = [attribute(1, &866_u16.to_ne_bytes()), word(5, 8_667)].concat();
        let transmit = attribute(1, &540_u16.to_ne_bytes());
        let inner = [
            word(1, 400),
            word(2, 7),
            word(3, 9),
            attribute(7, &[0xcc]),
            attribute(8 | 0x8000, &transmit),
            word(9, 100),
            word(10, 200),
            word(11, 10),
            word(12, 2),
            attribute(14 | 0x8000, &receive),
            word(16, 3600),
            word(18, 1),
            attribute(23, &(5_u64 << 32).to_ne_bytes()),
        ]
        .concat();
        [
            vec![19, 1, 0, 0],
            attribute(ADDRESS, &[0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff]),
            attribute(STATION | 0x8000, &inner),
        ]
        .concat()
    }

    #[test]
    fn an_interface() {
        let parsed = Interface::parse(&interface()).unwrap();
        assert_eq!((parsed.index, parsed.frequency_megahertz), (3, 5180));
        assert_eq!(parsed.name, "wlan0");
        assert_eq!(Interface::parse(&[7, 1, 0, 0]), None);
    }

    #[test]
    fn the_network_that_the_interface_belongs_to() {
        let parsed = Network::parse(&network(Some(1))).unwrap();
        assert_eq!(parsed.address, "00:11:22:33:44:55");
        assert_eq!(
            (parsed.name.as_str(), parsed.membership),
            ("Example", Membership::Client)
        );
        let membership = |status| Network::parse(&network(Some(status))).unwrap().membership;
        assert_eq!(membership(2), Membership::AdHoc);
        assert_eq!(membership(3), Membership::Unknown);
        assert_eq!(Network::parse(&network(None)), None, "only heard");
    }

    #[test]
    fn a_station() {
        let expected = Station {
            address: "aa:bb:cc:dd:ee:ff".to_owned(),
            connected: Duration::from_secs(3600),
            inactive: Duration::from_millis(400),
            receive_bits_per_second: 866_700_000,
            transmit_bits_per_second: 54_000_000,
            received_bytes: 5 << 32,
            transmitted_bytes: 9,
            received_packets: 100,
            transmitted_packets: 200,
            signal_dbm: -52,
            transmit_retries: 10,
            transmit_failed: 2,
            beacon_losses: 1,
        };
        assert_eq!(Station::parse(&station()), Some(expected));
        assert_eq!(Station::parse(&interface()), None);
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_survived() {
        for whole in [interface(), network(Some(1)), station()] {
            for end in 0..whole.len() {
                let mut garbled = whole.clone();
                garbled[end] ^= 0xff;
                for bytes in [&whole[..end], &garbled] {
                    let _ = (
                        Interface::parse(bytes),
                        Network::parse(bytes),
                        Station::parse(bytes),
                    );
                }
            }
        }
        assert_eq!(name_among(&[0, 9, b'x']), None, "a length beyond the end");
    }
}
