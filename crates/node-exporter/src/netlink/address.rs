//! One address of an interface, from a message `RTM_NEWADDR`.

use std::net::IpAddr;

use super::message::{attributes, u32_at};

/// `struct ifaddrmsg`.
const HEADER_BYTES: usize = 8;

/// One address of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// The interface.
    pub index: u32,
    /// The own address, also where the message has the other end's too.
    pub ip: IpAddr,
    /// Bits of the network mask.
    pub prefix_length: u8,
}

impl Address {
    /// Reads the body of a message; nothing where it has no IPv4 or IPv6 address.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let prefix_length = *body.get(1)?;
        let index = u32_at(body, 4)?;
        let mut far = None;
        let mut own = None;
        for (kind, value) in attributes(body.get(HEADER_BYTES..)?) {
            match kind {
                libc::IFA_ADDRESS => far = address(value),
                libc::IFA_LOCAL => own = address(value),
                _ => {}
            }
        }
        Some(Self {
            index,
            ip: own.or(far)?,
            prefix_length,
        })
    }
}

/// An address of 4 or 16 bytes.
pub(super) fn address(value: &[u8]) -> Option<IpAddr> {
    match value.len() {
        4 => Some(IpAddr::from(*value.first_chunk::<4>()?)),
        16 => Some(IpAddr::from(*value.first_chunk::<16>()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::attribute;
    use super::*;

    fn header(prefix_length: u8) -> Vec<u8> {
        let mut body = vec![2, prefix_length, 0, 0];
        body.extend(3_u32.to_ne_bytes());
        body
    }

    #[test]
    fn the_own_end_of_a_tunnel() {
        let body = [
            header(24),
            attribute(libc::IFA_ADDRESS, &[10, 0, 0, 1]),
            attribute(libc::IFA_LOCAL, &[10, 0, 0, 2]),
        ]
        .concat();
        let address = Address::parse(&body).unwrap();
        assert_eq!((address.index, address.prefix_length), (3, 24));
        assert_eq!(address.ip.to_string(), "10.0.0.2");
    }

    #[test]
    fn ipv6_has_no_own_end() {
        let body = [header(128), attribute(libc::IFA_ADDRESS, &[0xfe; 16])].concat();
        assert!(Address::parse(&body).unwrap().ip.is_ipv6());
    }

    #[test]
    fn cut_messages_and_other_families() {
        let body = [header(24), attribute(libc::IFA_ADDRESS, &[10, 0, 0, 1])].concat();
        for end in 0..body.len() {
            assert_eq!(Address::parse(&body[..end]), None);
        }
        let body = [header(24), attribute(libc::IFA_ADDRESS, &[1; 7])].concat();
        assert_eq!(Address::parse(&body), None);
    }
}
