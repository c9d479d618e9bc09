//! What tells one series of a target from another.

use crate::fnv::Fnv;

/// Hash of a label set whose labels are sorted by name; the same in every process and version.
pub fn identity<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> u64 {
    let mut hash = Fnv::new();
    for (label, value) in labels {
        // No UTF-8 text holds these bytes, so that the parts cannot run into one another.
        hash.write(&[0xfe]);
        hash.write(label.as_bytes());
        hash.write(&[0xff]);
        hash.write(value.as_bytes());
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_tells_parts_apart() {
        let one = identity([("a", "b"), ("b", "c")].into_iter());
        assert_ne!(one, identity([("a", "b"), ("bc", "")].into_iter()));
        assert_ne!(one, identity([("ab", ""), ("b", "c")].into_iter()));
        assert_eq!(one, identity([("a", "b"), ("b", "c")].into_iter()));
    }
}
