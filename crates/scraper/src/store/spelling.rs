//! What a series is known by: a hash of its text as the target spells it.
//!
//! The hash has a key of this process, so that no target can choose texts that share a place in a map. By accident two of
//! a million series of one target have the same one once in 37 million such targets; a target that brought it about
//! would mix up two series of its own.

use std::hash::BuildHasher as _;

use foldhash::quality::RandomState;

/// 64 bits, in two parts: an entry of a map is then 12 bytes and not 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spelling([u32; 2]);

/// Makes spellings. Those of different makers have nothing to do with each other.
#[derive(Clone, Debug, Default)]
pub struct Spellings(RandomState);

impl Spellings {
    /// The spelling of a series' text, labels and all.
    pub fn of(&self, text: &[u8]) -> Spelling {
        let hash = self.0.hash_one(text);
        Spelling([hash as u32, (hash >> 32) as u32])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_has_the_same_spelling() {
        let spellings = Spellings::default();
        assert_eq!(spellings.of(b"a{b=\"c\"}"), spellings.of(b"a{b=\"c\"}"));
        assert_ne!(spellings.of(b"a{b=\"c\"}"), spellings.of(b"a{b=\"d\"}"));
        assert_ne!(
            Spellings::default().of(b"a{b=\"c\"}"),
            Spellings::default().of(b"a{b=\"c\"}")
        );
        assert_eq!(size_of::<(Spelling, u32)>(), 12);
    }
}
