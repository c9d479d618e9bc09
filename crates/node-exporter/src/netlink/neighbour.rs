//! One neighbour of an interface, from a message `RTM_NEWNEIGH`.

use super::message::{u16_at, u32_at};

/// `NUD_NOARP`: a neighbour that needs no resolution, such as a multicast group.
pub const NO_ARP: u16 = 0x40;

/// One neighbour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// The interface.
    pub index: u32,
    /// `NUD_…`, one bit each.
    pub state: u16,
}

impl Neighbour {
    /// Reads the body of a message, `struct ndmsg` and attributes; nothing where it is too short.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        Some(Self {
            index: u32_at(body, 4)?,
            state: u16_at(body, 8)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_and_cut() {
        let mut body = vec![2, 0, 0, 0];
        body.extend(3_u32.to_ne_bytes());
        body.extend(NO_ARP.to_ne_bytes());
        body.extend([0, 1]);
        let expected = Neighbour {
            index: 3,
            state: NO_ARP,
        };
        assert_eq!(Neighbour::parse(&body), Some(expected));
        for end in 0..10 {
            assert_eq!(Neighbour::parse(&body[..end]), None);
        }
    }
}
