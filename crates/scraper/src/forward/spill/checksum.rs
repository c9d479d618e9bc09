//! CRC32, by the library that also checks gzip.

use flate2::Crc;

/// The checksum of `bytes`.
pub fn of(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}
