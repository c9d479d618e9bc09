//! The framing of rtnetlink: requests, the messages of one datagram, and the attributes of one message.

use std::io;

/// Length, type, flags, sequence and port of a message.
const HEADER_BYTES: usize = 16;
/// Length and type of an attribute.
const ATTRIBUTE_HEADER_BYTES: usize = 4;
/// `struct tcmsg`, which is the longest body that the request for a table of rtnetlink must have.
pub const REQUEST_BODY_BYTES: usize = 20;
/// The bits of an attribute's type that are not flags.
const ATTRIBUTE_TYPE: u16 = 0x3fff;

/// How a dump came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The table did not change meanwhile.
    Whole,
    /// It did; rows may be missing or there twice.
    Interrupted,
}

/// What one datagram said about the dump.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Nothing follows.
    pub last: bool,
    /// The table changed while it was dumped.
    pub interrupted: bool,
}

/// The request for a whole table, its header and `body`.
#[must_use]
pub fn request(kind: u16, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = (HEADER_BYTES + body.len()) as u32;
    let flags = (libc::NLM_F_REQUEST | libc::NLM_F_DUMP) as u16;
    let mut bytes = Vec::with_capacity(HEADER_BYTES + body.len());
    bytes.extend(length.to_ne_bytes());
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(flags.to_ne_bytes());
    bytes.extend(sequence.to_ne_bytes());
    // The kernel fills in the port of the sender.
    bytes.extend([0; 4]);
    bytes.extend(body);
    bytes
}

/// Goes through the messages of one datagram and gives `each` the bodies of those of type `kind`.
///
/// Fails with the error that the kernel reports, and with `InvalidData` where a length does not fit.
pub fn read(mut bytes: &[u8], sequence: u32, kind: u16, each: &mut dyn FnMut(&[u8])) -> io::Result<Read> {
    let mut read = Read::default();
    while !bytes.is_empty() {
        let Some((message, rest)) = split(bytes) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "cut message"));
        };
        bytes = rest;
        // What belongs to another request is not ours to read.
        if message.sequence != sequence {
            continue;
        }
        read.interrupted |= message.flags & libc::NLM_F_DUMP_INTR as u16 != 0;
        match i32::from(message.kind) {
            libc::NLMSG_NOOP => {}
            libc::NLMSG_OVERRUN => return Err(io::Error::from_raw_os_error(libc::ENOBUFS)),
            libc::NLMSG_DONE | libc::NLMSG_ERROR => {
                reported(message.body)?;
                read.last = true;
            }
            _ => {
                if message.kind == kind {
                    each(message.body);
                }
                read.last |= message.flags & libc::NLM_F_MULTI as u16 == 0;
            }
        }
    }
    Ok(read)
}

/// The attributes in `bytes`; ends at the first one whose length does not fit.
pub fn attributes(mut bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(bytes, 0)?);
        let kind = u16_at(bytes, 2)? & ATTRIBUTE_TYPE;
        let value = bytes.get(ATTRIBUTE_HEADER_BYTES..length)?;
        bytes = bytes.get(aligned(length)..).unwrap_or_default();
        Some((kind, value))
    })
}

/// A number at an offset, in the byte order of the machine.
#[must_use]
pub fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u16::from_ne_bytes(*bytes))
}

/// A number at an offset, in the byte order of the machine.
#[must_use]
pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_ne_bytes(*bytes))
}

/// A number at an offset, in the byte order of the machine.
#[must_use]
pub fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_ne_bytes(*bytes))
}

struct Message<'a> {
    kind: u16,
    flags: u16,
    sequence: u32,
    body: &'a [u8],
}

fn split(bytes: &[u8]) -> Option<(Message<'_>, &[u8])> {
    let length = usize::try_from(u32_at(bytes, 0)?).ok()?;
    let message = Message {
        kind: u16_at(bytes, 4)?,
        flags: u16_at(bytes, 6)?,
        sequence: u32_at(bytes, 8)?,
        body: bytes.get(HEADER_BYTES..length)?,
    };
    // The padding of the last message may be missing.
    let rest = bytes.get(aligned(length)..).unwrap_or_default();
    Some((message, rest))
}

/// Fails where the body begins with a negated error number.
fn reported(body: &[u8]) -> io::Result<()> {
    match u32_at(body, 0).map_or(0, |number| number as i32) {
        number if number < 0 => Err(io::Error::from_raw_os_error(number.saturating_neg())),
        _ => Ok(()),
    }
}

/// Where what follows begins.
#[must_use]
pub(super) fn aligned(length: usize) -> usize {
    length.next_multiple_of(4)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A message with its header, as the kernel sends it.
    pub(in crate::netlink) fn message(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(((HEADER_BYTES + body.len()) as u32).to_ne_bytes());
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(flags.to_ne_bytes());
        bytes.extend(7_u32.to_ne_bytes());
        bytes.extend(0_u32.to_ne_bytes());
        bytes.extend(body);
        bytes.resize(aligned(bytes.len()), 0);
        bytes
    }

    /// An attribute with its header and padding.
    pub(in crate::netlink) fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(((ATTRIBUTE_HEADER_BYTES + value.len()) as u16).to_ne_bytes());
        bytes.extend(kind.to_ne_bytes());
        bytes.extend(value);
        bytes.resize(aligned(bytes.len()), 0);
        bytes
    }

    const KIND: u16 = libc::RTM_NEWLINK;
    const MULTI: u16 = libc::NLM_F_MULTI as u16;
    const DONE: u16 = libc::NLMSG_DONE as u16;
    const ERROR: u16 = libc::NLMSG_ERROR as u16;

    fn read_all(bytes: &[u8]) -> (io::Result<Read>, Vec<Vec<u8>>) {
        let mut bodies = Vec::new();
        let read = read(bytes, 7, KIND, &mut |body| bodies.push(body.to_vec()));
        (read, bodies)
    }

    #[test]
    fn several_messages_and_the_end() {
        let bytes = [
            message(KIND, MULTI, b"one"),
            message(KIND + 1, MULTI, b"not asked for"),
            message(KIND, MULTI, b"second"),
        ]
        .concat();
        let (read, bodies) = read_all(&bytes);
        assert_eq!(read.unwrap(), Read::default());
        assert_eq!(bodies, [b"one".to_vec(), b"second".to_vec()]);
        let (read, bodies) = read_all(&message(DONE, MULTI, &[0; 4]));
        assert!(read.unwrap().last && bodies.is_empty());
    }

    #[test]
    fn an_interrupted_dump_and_a_single_answer() {
        let interrupted = MULTI | libc::NLM_F_DUMP_INTR as u16;
        let (read, _) = read_all(&message(KIND, interrupted, b""));
        assert!(read.unwrap().interrupted);
        assert!(read_all(&message(KIND, 0, b"")).0.unwrap().last);
    }

    #[test]
    fn errors_of_the_kernel() {
        let number = |kind, number: i32| {
            let (read, _) = read_all(&message(kind, 0, &number.to_ne_bytes()));
            read.map_err(|error| error.raw_os_error())
        };
        assert_eq!(number(ERROR, -libc::EPERM), Err(Some(libc::EPERM)));
        assert_eq!(number(DONE, -libc::EMSGSIZE), Err(Some(libc::EMSGSIZE)));
        assert_eq!(number(ERROR, i32::MIN), Err(Some(i32::MAX)));
        assert!(number(ERROR, 0).unwrap().last);
        let overrun = message(libc::NLMSG_OVERRUN as u16, 0, b"");
        let (read, _) = read_all(&overrun);
        assert_eq!(read.unwrap_err().raw_os_error(), Some(libc::ENOBUFS));
    }

    #[test]
    fn answers_to_others_are_passed_over() {
        let mut bytes = message(KIND, 0, b"body");
        bytes[8] ^= 0xff;
        let (read, bodies) = read_all(&bytes);
        assert_eq!((read.unwrap(), bodies.len()), (Read::default(), 0));
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_survived() {
        let body = [attribute(3, b"eth0\0"), attribute(4, &[1, 2, 3, 4])].concat();
        let whole = [message(KIND, MULTI, &body), message(DONE, MULTI, &[0; 4])].concat();
        for end in 0..whole.len() {
            let _ = read_all(&whole[..end]);
            let mut garbled = whole.clone();
            garbled[end] ^= 0xff;
            let (_, bodies) = read_all(&garbled);
            for body in bodies {
                assert!(attributes(&body).count() <= body.len());
            }
        }
        assert!(read_all(&whole[..17]).0.is_err());
        assert!(read_all(&[0; 64]).0.is_err(), "a length of 0 ends the reading");
    }

    #[test]
    fn attributes_stop_at_a_length_that_does_not_fit() {
        let kinds = |bytes: &[u8]| attributes(bytes).map(|(kind, _)| kind).collect::<Vec<_>>();
        let good = [attribute(1, b"abc"), attribute(0x8002, b"")].concat();
        assert_eq!(kinds(&good), [1, 2]);
        assert_eq!(kinds(&[good, vec![0xff; 6]].concat()), [1, 2]);
        assert_eq!(kinds(&[3, 0, 1, 0]), [0_u16; 0]);
    }
}
