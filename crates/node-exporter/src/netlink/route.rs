//! One route, from a message `RTM_NEWROUTE`.

use std::net::IpAddr;

use super::address::address;
use super::message::{aligned, attributes, u16_at, u32_at};

/// `struct rtmsg`.
const HEADER_BYTES: usize = 12;
/// `struct rtnexthop`.
const HOP_HEADER_BYTES: usize = 8;
/// `RTN_UNICAST`: a route to somewhere, not a local address or a broadcast.
pub const UNICAST: u8 = 1;

/// One route and where it leads; what the kernel did not send is `None` or 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// `RTN_…`.
    pub kind: u8,
    /// `RTPROT_…`: who made it.
    pub protocol: u8,
    /// Where it leads; absent for the default route.
    pub destination: Option<IpAddr>,
    /// Bits of the destination that count.
    pub prefix_length: u8,
    /// Address that packets get as their source.
    pub source: Option<IpAddr>,
    /// The lowest one wins.
    pub priority: u32,
    /// At least one.
    pub hops: Vec<Hop>,
    /// Whether there is a choice between the hops.
    pub is_multipath: bool,
}

/// Where packets go next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// The interface, or 0.
    pub index: u32,
    /// Absent where the destination is reached directly.
    pub gateway: Option<IpAddr>,
    /// Share of the packets, from 1.
    pub weight: u16,
}

impl Route {
    /// Reads the body of a message; nothing where it is too short.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut route = Self {
            prefix_length: *body.get(1)?,
            protocol: *body.get(5)?,
            kind: *body.get(7)?,
            ..Self::default()
        };
        let mut only = Hop {
            weight: 1,
            ..Hop::default()
        };
        for (kind, value) in attributes(body.get(HEADER_BYTES..)?) {
            match kind {
                libc::RTA_DST => route.destination = address(value),
                libc::RTA_PREFSRC => route.source = address(value),
                libc::RTA_PRIORITY => route.priority = u32_at(value, 0).unwrap_or_default(),
                libc::RTA_GATEWAY => only.gateway = address(value),
                libc::RTA_OIF => only.index = u32_at(value, 0).unwrap_or_default(),
                libc::RTA_MULTIPATH => route.hops.extend(hops(value)),
                _ => {}
            }
        }
        route.is_multipath = !route.hops.is_empty();
        if !route.is_multipath {
            route.hops.push(only);
        }
        Some(route)
    }
}

/// The hops of a route that has several; ends at the first one whose length does not fit.
fn hops(mut bytes: &[u8]) -> impl Iterator<Item = Hop> {
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(bytes, 0)?);
        let below = bytes.get(HOP_HEADER_BYTES..length)?;
        let gateway = attributes(below).find(|(kind, _)| *kind == libc::RTA_GATEWAY);
        let hop = Hop {
            index: u32_at(bytes, 4)?,
            gateway: gateway.and_then(|(_, value)| address(value)),
            weight: u16::from(*bytes.get(3)?) + 1,
        };
        bytes = bytes.get(aligned(length)..).unwrap_or_default();
        Some(hop)
    })
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::attribute;
    use super::*;

    fn header(prefix_length: u8) -> Vec<u8> {
        vec![2, prefix_length, 0, 0, 254, 16, 0, UNICAST, 0, 0, 0, 0]
    }

    fn hop(index: u32, weight: u8, gateway: [u8; 4]) -> Vec<u8> {
        let gateway = attribute(libc::RTA_GATEWAY, &gateway);
        let mut bytes = ((HOP_HEADER_BYTES + gateway.len()) as u16).to_ne_bytes().to_vec();
        bytes.extend([0, weight - 1]);
        bytes.extend(index.to_ne_bytes());
        bytes.extend(gateway);
        bytes
    }

    fn multipath() -> Vec<u8> {
        let hops = [hop(2, 1, [10, 0, 0, 1]), hop(3, 20, [10, 0, 1, 1])].concat();
        [
            header(16),
            attribute(libc::RTA_DST, &[10, 9, 0, 0]),
            attribute(libc::RTA_MULTIPATH, &hops),
        ]
        .concat()
    }

    #[test]
    fn default_route() {
        let body = [
            header(0),
            attribute(libc::RTA_GATEWAY, &[192, 168, 1, 1]),
            attribute(libc::RTA_PREFSRC, &[192, 168, 1, 7]),
            attribute(libc::RTA_OIF, &2_u32.to_ne_bytes()),
            attribute(libc::RTA_PRIORITY, &100_u32.to_ne_bytes()),
        ]
        .concat();
        let route = Route::parse(&body).unwrap();
        assert_eq!((route.kind, route.protocol, route.priority), (UNICAST, 16, 100));
        assert_eq!((route.destination, route.prefix_length), (None, 0));
        assert_eq!(route.source.unwrap().to_string(), "192.168.1.7");
        let gateway = Some(IpAddr::from([192, 168, 1, 1]));
        let hop = Hop {
            index: 2,
            gateway,
            weight: 1,
        };
        assert_eq!((route.hops, route.is_multipath), (vec![hop], false));
    }

    #[test]
    fn several_hops() {
        let route = Route::parse(&multipath()).unwrap();
        assert!(route.is_multipath);
        let hops: Vec<_> = route.hops.iter().map(|hop| (hop.index, hop.weight)).collect();
        assert_eq!(hops, [(2, 1), (3, 20)]);
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_survived() {
        let whole = multipath();
        for end in 0..whole.len() {
            let _ = Route::parse(&whole[..end]);
            let mut garbled = whole.clone();
            garbled[end] ^= 0xff;
            let _ = Route::parse(&garbled);
        }
        assert_eq!(Route::parse(&whole[..HEADER_BYTES - 1]), None);
    }
}
