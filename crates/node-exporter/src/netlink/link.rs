//! One network interface, from a message `RTM_NEWLINK`.

use std::fmt::Write as _;

use super::message::{attributes, u16_at, u32_at};

/// `IFF_UP`: the interface is switched on.
pub const UP: u32 = 1;
/// `IFF_DORMANT`: it waits for something outside, such as a supplicant.
pub const DORMANT: u32 = 0x2_0000;
/// `struct ifinfomsg`.
const HEADER_BYTES: usize = 16;
/// Alternative names of one interface at most.
const ALTERNATIVE_NAMES_MAX: usize = 64;

/// One network interface; what the kernel did not send is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Never 0.
    pub index: u32,
    /// `ARPHRD_…`: 1 for Ethernet, 772 for loopback.
    pub hardware_type: u16,
    /// `IFF_…`.
    pub flags: u32,
    /// Bytes that are not UTF-8 became U+FFFD.
    pub name: String,
    /// What `ip link set … altname` added.
    pub alternative_names: Vec<String>,
    /// What `ip link set … alias` says.
    pub alias: String,
    /// Hardware address: `01:23:45:67:89:ab`.
    pub address: String,
    /// Like the address.
    pub broadcast: String,
    /// In bytes.
    pub mtu_bytes: Option<u32>,
    /// Index of the interface below, or of the other end; absent where it is this interface itself.
    pub lower_index: Option<u32>,
    /// In packets.
    pub queue_length: Option<u32>,
    /// `IF_OPER_…`, 6 for up.
    pub state: Option<u8>,
    /// 1 where the interface may wait for something outside.
    pub mode: Option<u8>,
    /// As `ip link set … group` says.
    pub group: Option<u32>,
    /// 0 or 1.
    pub carrier: Option<u8>,
    /// Times that the carrier came or went.
    pub carrier_changes: Option<u32>,
    /// Times that it came.
    pub carrier_up_count: Option<u32>,
    /// Times that it went.
    pub carrier_down_count: Option<u32>,
    /// What was sent and received.
    pub statistics: Option<Statistics>,
}

impl Link {
    /// Reads the body of a message; nothing where it is too short or has no index or name.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut link = Self {
            hardware_type: u16_at(body, 2)?,
            index: u32_at(body, 4)?,
            flags: u32_at(body, 8)?,
            ..Self::default()
        };
        for (kind, value) in attributes(body.get(HEADER_BYTES..)?) {
            link.set(kind, value);
        }
        (link.index != 0 && !link.name.is_empty()).then_some(link)
    }

    fn set(&mut self, kind: u16, value: &[u8]) {
        let byte = || value.first().copied();
        let word = || u32_at(value, 0);
        match kind {
            libc::IFLA_IFNAME => self.name = text(value),
            libc::IFLA_IFALIAS => self.alias = text(value),
            libc::IFLA_ADDRESS => self.address = hexadecimal(value),
            libc::IFLA_BROADCAST => self.broadcast = hexadecimal(value),
            libc::IFLA_MTU => self.mtu_bytes = word(),
            libc::IFLA_LINK => self.lower_index = word(),
            libc::IFLA_TXQLEN => self.queue_length = word(),
            libc::IFLA_OPERSTATE => self.state = byte(),
            libc::IFLA_LINKMODE => self.mode = byte(),
            libc::IFLA_GROUP => self.group = word(),
            libc::IFLA_CARRIER => self.carrier = byte(),
            libc::IFLA_CARRIER_CHANGES => self.carrier_changes = word(),
            libc::IFLA_CARRIER_UP_COUNT => self.carrier_up_count = word(),
            libc::IFLA_CARRIER_DOWN_COUNT => self.carrier_down_count = word(),
            libc::IFLA_STATS64 => self.statistics = Some(Statistics::parse::<8>(value)),
            // The 32-bit ones come first and count only where there are no others.
            libc::IFLA_STATS if self.statistics.is_none() => {
                self.statistics = Some(Statistics::parse::<4>(value));
            }
            libc::IFLA_PROP_LIST => {
                let names = attributes(value).filter(|(kind, _)| *kind == libc::IFLA_ALT_IFNAME);
                let names = names.map(|(_, name)| text(name));
                self.alternative_names.extend(names.take(ALTERNATIVE_NAMES_MAX));
            }
            _ => {}
        }
    }
}

/// `struct rtnl_link_stats64`: bytes, packets and events since the interface was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the kernel's")]
pub struct Statistics {
    pub receive_packets: u64,
    pub transmit_packets: u64,
    pub receive_bytes: u64,
    pub transmit_bytes: u64,
    pub receive_errors: u64,
    pub transmit_errors: u64,
    pub receive_dropped: u64,
    pub transmit_dropped: u64,
    pub multicast: u64,
    pub collisions: u64,
    pub receive_length_errors: u64,
    pub receive_over_errors: u64,
    pub receive_crc_errors: u64,
    pub receive_frame_errors: u64,
    pub receive_fifo_errors: u64,
    pub receive_missed_errors: u64,
    pub transmit_aborted_errors: u64,
    pub transmit_carrier_errors: u64,
    pub transmit_fifo_errors: u64,
    pub transmit_heartbeat_errors: u64,
    pub transmit_window_errors: u64,
    pub receive_compressed: u64,
    pub transmit_compressed: u64,
    pub receive_nohandler: u64,
}

impl Statistics {
    /// Reads counters of `WIDTH` bytes each; those that an old kernel does not have are 0.
    fn parse<const WIDTH: usize>(bytes: &[u8]) -> Self {
        let mut words = bytes.chunks_exact(WIDTH).map(|chunk| match *chunk {
            [a, b, c, d] => u64::from(u32::from_ne_bytes([a, b, c, d])),
            _ => chunk.first_chunk().map_or(0, |word| u64::from_ne_bytes(*word)),
        });
        let mut next = || words.next().unwrap_or(0);
        // Fields are evaluated in the order in which they stand here, which is the kernel's.
        Self {
            receive_packets: next(),
            transmit_packets: next(),
            receive_bytes: next(),
            transmit_bytes: next(),
            receive_errors: next(),
            transmit_errors: next(),
            receive_dropped: next(),
            transmit_dropped: next(),
            multicast: next(),
            collisions: next(),
            receive_length_errors: next(),
            receive_over_errors: next(),
            receive_crc_errors: next(),
            receive_frame_errors: next(),
            receive_fifo_errors: next(),
            receive_missed_errors: next(),
            transmit_aborted_errors: next(),
            transmit_carrier_errors: next(),
            transmit_fifo_errors: next(),
            transmit_heartbeat_errors: next(),
            transmit_window_errors: next(),
            receive_compressed: next(),
            transmit_compressed: next(),
            receive_nohandler: next(),
        }
    }
}

/// A string up to its end mark.
pub(crate) fn text(value: &[u8]) -> String {
    let end = memchr::memchr(0, value).unwrap_or(value.len());
    String::from_utf8_lossy(&value[..end]).into_owned()
}

/// Bytes as `dc:a6:32:00:01:02`.
pub(crate) fn hexadecimal(value: &[u8]) -> String {
    let mut text = String::with_capacity(value.len() * 3);
    for byte in value {
        if !text.is_empty() {
            text.push(':');
        }
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::attribute;
    use super::*;

    fn header() -> Vec<u8> {
        let mut body = vec![0, 0];
        body.extend(1_u16.to_ne_bytes());
        body.extend(2_u32.to_ne_bytes());
        body.extend(0x1_1043_u32.to_ne_bytes());
        body.extend([0; 4]);
        body
    }

    fn ethernet() -> Vec<u8> {
        let statistics: Vec<u8> = (1..=25_u64).flat_map(u64::to_ne_bytes).collect();
        let names = [
            attribute(libc::IFLA_ALT_IFNAME, b"end0\0"),
            attribute(libc::IFLA_ALT_IFNAME, b"lan\0"),
        ]
        .concat();
        [
            header(),
            attribute(libc::IFLA_IFNAME, b"eth\xff\0"),
            attribute(libc::IFLA_ADDRESS, &[0xdc, 0xa6, 0x32, 0, 1, 2]),
            attribute(libc::IFLA_MTU, &1500_u32.to_ne_bytes()),
            attribute(libc::IFLA_OPERSTATE, &[6]),
            attribute(libc::IFLA_STATS64, &statistics),
            attribute(libc::IFLA_STATS, &[0xff; 96]),
            attribute(libc::IFLA_PROP_LIST | 0x8000, &names),
        ]
        .concat()
    }

    #[test]
    fn an_ethernet_interface() {
        let link = Link::parse(&ethernet()).unwrap();
        assert_eq!((link.index, link.hardware_type), (2, 1));
        assert_eq!(link.name, "eth\u{fffd}");
        assert_eq!(link.address, "dc:a6:32:00:01:02");
        assert_eq!((link.mtu_bytes, link.state), (Some(1500), Some(6)));
        assert_eq!((link.broadcast.as_str(), link.carrier), ("", None));
        assert_eq!(link.alternative_names, ["end0", "lan"]);
        let statistics = link.statistics.unwrap();
        assert_eq!(statistics.receive_packets, 1);
        assert_eq!(statistics.multicast, 9);
        assert_eq!(statistics.receive_nohandler, 24);
    }

    #[test]
    fn counters_of_32_bits_where_there_are_no_others() {
        let words: Vec<u8> = (1..=23_u32).flat_map(u32::to_ne_bytes).collect();
        let body = [
            header(),
            attribute(libc::IFLA_IFNAME, b"eth0\0"),
            attribute(libc::IFLA_STATS, &words),
        ]
        .concat();
        let statistics = Link::parse(&body).unwrap().statistics.unwrap();
        assert_eq!(statistics.transmit_bytes, 4);
        assert_eq!(statistics.transmit_compressed, 23);
        assert_eq!(statistics.receive_nohandler, 0);
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_survived() {
        let whole = ethernet();
        for end in 0..whole.len() {
            let _ = Link::parse(&whole[..end]);
            let mut garbled = whole.clone();
            garbled[end] ^= 0xff;
            let _ = Link::parse(&garbled);
        }
        assert_eq!(Link::parse(&header()), None, "no name");
        assert_eq!(Link::parse(&[0; 64]), None, "no index");
    }
}
