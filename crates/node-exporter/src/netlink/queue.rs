//! One queueing discipline of an interface, from a message `RTM_NEWQDISC`.

use super::link::text;
use super::message::{attributes, u32_at};

/// `struct tcmsg`.
const HEADER_BYTES: usize = 20;
/// `TC_H_ROOT`: the parent of a discipline that has none.
const ROOT: u32 = u32::MAX;
/// `TCA_STATS_BASIC`, within `TCA_STATS2`: bytes and packets.
const BASIC: u16 = 1;
/// `TCA_STATS_QUEUE`, within `TCA_STATS2`: the other numbers.
const QUEUE: u16 = 3;

/// One queueing discipline and what it sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queue {
    /// The interface.
    pub index: u32,
    /// Whether it belongs to the interface itself, and not to a class of another discipline.
    pub is_root: bool,
    /// `fq_codel`, `noqueue`…
    pub kind: String,
    /// Bytes sent.
    pub bytes: u64,
    /// Packets sent; starts anew after 2^32.
    pub packets: u32,
    /// Packets dropped.
    pub drops: u32,
    /// Packets that were taken out and put back.
    pub requeues: u32,
    /// Packets above the limit.
    pub overlimits: u32,
    /// Packets that wait.
    pub length: u32,
    /// Bytes that wait.
    pub backlog_bytes: u32,
}

impl Queue {
    /// Reads the body of a message; nothing where it is too short.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        let mut queue = Self {
            index: u32_at(body, 4)?,
            is_root: matches!(u32_at(body, 12)?, 0 | ROOT),
            ..Self::default()
        };
        for (kind, value) in attributes(body.get(HEADER_BYTES..)?) {
            match kind {
                libc::TCA_KIND => queue.kind = text(value),
                libc::TCA_STATS2 => attributes(value).for_each(|(kind, value)| queue.set(kind, value)),
                _ => {}
            }
        }
        Some(queue)
    }

    fn set(&mut self, kind: u16, value: &[u8]) {
        let word = |at| u32_at(value, at).unwrap_or_default();
        match kind {
            BASIC => {
                self.bytes = value.first_chunk().map_or(0, |bytes| u64::from_ne_bytes(*bytes));
                self.packets = word(8);
            }
            QUEUE => {
                self.length = word(0);
                self.backlog_bytes = word(4);
                self.drops = word(8);
                self.requeues = word(12);
                self.overlimits = word(16);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::attribute;
    use super::*;

    fn message(parent: u32) -> Vec<u8> {
        let words = |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|word| word.to_ne_bytes()).collect() };
        let mut basic = 5_000_000_000_u64.to_ne_bytes().to_vec();
        basic.extend(42_u32.to_ne_bytes());
        let statistics = [
            attribute(BASIC, &basic),
            attribute(QUEUE, &words(&[1, 2, 3, 4, 5])),
            attribute(99, b"other"),
        ]
        .concat();
        [
            words(&[0, 2, 0x8001_0000, parent, 0]),
            attribute(libc::TCA_KIND, b"fq_codel\0"),
            attribute(libc::TCA_STATS2, &statistics),
        ]
        .concat()
    }

    #[test]
    fn the_discipline_of_an_interface() {
        let expected = Queue {
            index: 2,
            is_root: true,
            kind: "fq_codel".to_owned(),
            bytes: 5_000_000_000,
            packets: 42,
            length: 1,
            backlog_bytes: 2,
            drops: 3,
            requeues: 4,
            overlimits: 5,
        };
        assert_eq!(Queue::parse(&message(ROOT)), Some(expected));
        assert!(!Queue::parse(&message(1)).unwrap().is_root);
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_survived() {
        let whole = message(ROOT);
        for end in 0..whole.len() {
            let _ = Queue::parse(&whole[..end]);
            let mut garbled = whole.clone();
            garbled[end] ^= 0xff;
            let _ = Queue::parse(&garbled);
        }
        assert_eq!(Queue::parse(&whole[..HEADER_BYTES - 1]), None);
    }
}
