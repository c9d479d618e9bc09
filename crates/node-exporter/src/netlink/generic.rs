//! The framing of generic netlink, and how the kernel numbers the families of it that it has.

use super::message::{attributes, u16_at};

/// `struct genlmsghdr`: command, version, padding.
const HEADER_BYTES: usize = 4;
/// The type of messages to and from the family that lists the others.
pub const CONTROL: u16 = libc::GENL_ID_CTRL as u16;
/// Lists the families.
pub const GET_FAMILY: u8 = libc::CTRL_CMD_GETFAMILY as u8;
const FAMILY_ID: u16 = libc::CTRL_ATTR_FAMILY_ID as u16;
const FAMILY_NAME: u16 = libc::CTRL_ATTR_FAMILY_NAME as u16;

/// One family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// The type of its messages on this kernel.
    pub id: u16,
    /// `nl80211`.
    pub name: String,
}

impl Family {
    /// Reads the body of a message; nothing where number or name is missing.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut id = None;
        let mut name = None;
        for (kind, value) in attributes(payload(body)) {
            match kind {
                FAMILY_ID => id = u16_at(value, 0),
                FAMILY_NAME => name = Some(super::link::text(value)),
                _ => {}
            }
        }
        Some(Self { id: id?, name: name? })
    }
}

/// The body of a request: a command, and the index of an interface in the attribute `kind` where it is about one.
#[must_use]
pub fn request(command: u8, interface: Option<(u16, u32)>) -> Vec<u8> {
    let mut body = vec![command, 1, 0, 0];
    if let Some((kind, index)) = interface {
        body.extend(8_u16.to_ne_bytes());
        body.extend(kind.to_ne_bytes());
        body.extend(index.to_ne_bytes());
    }
    body
}

/// What follows the header of a body; empty where it is cut.
#[must_use]
pub fn payload(body: &[u8]) -> &[u8] {
    body.get(HEADER_BYTES..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::attribute;
    use super::*;

    #[test]
    fn a_family_and_every_cut_of_it() {
        let body = [
            vec![1, 2, 0, 0],
            attribute(FAMILY_NAME, b"nl80211\0"),
            attribute(FAMILY_ID, &28_u16.to_ne_bytes()),
        ]
        .concat();
        let family = Family {
            id: 28,
            name: "nl80211".to_owned(),
        };
        assert_eq!(Family::parse(&body), Some(family));
        // The last two bytes are padding.
        for end in 0..body.len() - 2 {
            assert_eq!(Family::parse(&body[..end]), None, "{end}");
        }
    }

    #[test]
    fn requests_are_whole_words() {
        assert_eq!(request(GET_FAMILY, None), [3, 1, 0, 0]);
        assert_eq!(request(17, Some((3, 5))).len(), 12);
    }
}
