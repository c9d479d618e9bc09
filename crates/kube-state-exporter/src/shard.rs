//! Which objects this process tells of, where several share a cluster.
//!
//! The same choice as the reference's, so that shards of both can stand beside each other: FNV-64a of the UID, then the
//! consistent hash of Lamping and Veach ("A Fast, Minimal Memory, Consistent Hash Algorithm", 2014).

/// One of `total` shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 0.
    pub ordinal: u32,
    /// At least 1.
    pub total: u32,
}

impl Shard {
    /// The only one.
    pub const ALL: Self = Self { ordinal: 0, total: 1 };

    /// Whether an object with this UID is told of here.
    pub fn owns(self, uid: &str) -> bool {
        self.total <= 1 || jump(fnv64a(uid.as_bytes()), self.total) == i64::from(self.ordinal)
    }
}

pub(crate) fn fnv64a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The bucket of a key; few keys move when the number of buckets changes.
fn jump(mut key: u64, buckets: u32) -> i64 {
    let mut bucket = -1;
    let mut next = 0;
    while next < i64::from(buckets) {
        bucket = next;
        key = key.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(1);
        let scale = (1u64 << 31) as f64 / ((key >> 33) + 1) as f64;
        next = ((bucket + 1) as f64 * scale) as i64;
    }
    bucket
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the test vectors of the FNV reference code, and of github.com/dgryski/go-jump.
    #[test]
    fn vectors() {
        assert_eq!(fnv64a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv64a(b"foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(jump(1, 1), 0);
        assert_eq!(jump(42, 57), 43);
        assert_eq!(jump(0xDEAD_10CC, 1), 0);
        assert_eq!(jump(0xDEAD_10CC, 666), 361);
        assert_eq!(jump(256, 1024), 520);
    }

    #[test]
    fn every_object_has_one_shard() {
        for total in 1..5 {
            for number in 0..200 {
                let uid = format!("a6dd28a1-29c7-4bb5-b53d-{number:012}");
                let owners = (0..total).filter(|ordinal| {
                    let shard = Shard {
                        ordinal: *ordinal,
                        total,
                    };
                    shard.owns(&uid)
                });
                assert_eq!(owners.count(), 1);
            }
        }
    }
}
