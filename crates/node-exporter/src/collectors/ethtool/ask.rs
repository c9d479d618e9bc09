//! The questions of `SIOCETHTOOL`, as in the kernel's `include/uapi/linux/ethtool.h`.

use std::io;
use std::os::fd::{AsRawFd as _, OwnedFd};

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};

use crate::Error;
use crate::netlink::link::text;
use crate::netlink::message::u32_at;

const SIOCETHTOOL: u32 = 0x8946;
/// Settings of the link: `struct ethtool_cmd`.
const GET_SETTINGS: u32 = 0x01;
const SETTINGS_BYTES: usize = 44;
/// `struct ethtool_drvinfo`.
const GET_DRIVER: u32 = 0x03;
const DRIVER_BYTES: usize = 196;
/// Names: command, set and count, and then 32 bytes for each.
const GET_STRINGS: u32 = 0x1b;
const STATISTICS_SET: u32 = 1;
const STRINGS_HEADER_BYTES: usize = 12;
const STRING_BYTES: usize = 32;
/// Numbers: command and count, and then 8 bytes for each.
const GET_STATISTICS: u32 = 0x1d;
const STATISTICS_HEADER_BYTES: usize = 8;
const STATISTIC_BYTES: usize = 8;
/// Counters of one device at most; server adapters with 128 queues have some 3,000.
const COUNTERS_MAX: usize = 16 << 10;
/// The kernel writes as many rows as the driver has at that moment, whatever room there is. So there is room for this
/// many more than it had a moment before.
const SPARE_COUNTERS: usize = 4 << 10;

/// A socket, which only serves to name the network namespace.
#[derive(Debug)]
pub(super) struct Socket(OwnedFd);

/// What the link can do and does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Link {
    /// Bits of `ethtool_link_mode_bit_indices`.
    pub(super) supported: u32,
    /// Bits of `ethtool_link_mode_bit_indices`.
    pub(super) advertised: u32,
    /// 1 where speed and duplex are negotiated.
    pub(super) negotiates: u8,
}

/// What the driver says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Driver {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) firmware_version: String,
    pub(super) bus: String,
    pub(super) rom_version: String,
    /// How many counters it has.
    pub(super) counter_count: u32,
}

impl Socket {
    pub(super) fn open() -> Result<Self, Error> {
        let socket = socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None);
        socket.map(Self).map_err(|errno| Error::System {
            call: "socket",
            source: errno.into(),
        })
    }

    pub(super) fn link(&self, device: &str) -> Result<Link, Errno> {
        let mut bytes = request(GET_SETTINGS, SETTINGS_BYTES);
        self.ask(device, &mut bytes)?;
        let word = |at| u32_at(&bytes, at).unwrap_or_default();
        Ok(Link {
            supported: word(4),
            advertised: word(8),
            negotiates: bytes.get(18).copied().unwrap_or_default(),
        })
    }

    pub(super) fn driver(&self, device: &str) -> Result<Driver, Errno> {
        let mut bytes = request(GET_DRIVER, DRIVER_BYTES);
        self.ask(device, &mut bytes)?;
        let string = |at: usize| bytes.get(at..at + STRING_BYTES).map_or_else(String::new, text);
        Ok(Driver {
            name: string(4),
            version: string(36),
            firmware_version: string(68),
            bus: string(100),
            rom_version: string(132),
            counter_count: u32_at(&bytes, 180).unwrap_or_default(),
        })
    }

    /// Names and numbers of `count` counters.
    pub(super) fn counters(&self, device: &str, count: u32) -> Result<Vec<(String, u64)>, Errno> {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        if count == 0 {
            return Ok(Vec::new());
        }
        if COUNTERS_MAX < count {
            return Err(Errno::TOOBIG);
        }
        let room = count + SPARE_COUNTERS;
        let mut names = request(GET_STRINGS, STRINGS_HEADER_BYTES + room * STRING_BYTES);
        put(&mut names, 4, STATISTICS_SET);
        put(&mut names, 8, count as u32);
        self.ask(device, &mut names)?;
        let mut numbers = request(GET_STATISTICS, STATISTICS_HEADER_BYTES + room * STATISTIC_BYTES);
        put(&mut numbers, 4, count as u32);
        self.ask(device, &mut numbers)?;
        Ok(rows(&names, &numbers))
    }

    /// Sends a request and receives the answer in its place.
    fn ask(&self, device: &str, bytes: &mut [u8]) -> Result<(), Errno> {
        // SAFETY: `ifreq` is made of integers and pointers, for which zero is a value.
        let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
        // The last byte stays 0 and ends the name.
        let (_, places) = request.ifr_name.split_last_mut().ok_or(Errno::INVAL)?;
        if places.len() < device.len() {
            return Err(Errno::NODEV);
        }
        for (place, byte) in places.iter_mut().zip(device.bytes()) {
            *place = byte as libc::c_char;
        }
        request.ifr_ifru.ifru_data = bytes.as_mut_ptr().cast();
        // SAFETY: the kernel reads one `ifreq` and writes at most the answer to the command at the start of `bytes`,
        // for which every caller makes room; both live until the call is over.
        let result = unsafe { libc::ioctl(self.0.as_raw_fd(), SIOCETHTOOL as libc::Ioctl, &raw mut request) };
        if result < 0 {
            let error = io::Error::last_os_error();
            return Err(Errno::from_io_error(&error).unwrap_or(Errno::IO));
        }
        Ok(())
    }
}

fn request(command: u32, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    put(&mut bytes, 0, command);
    bytes
}

fn put(bytes: &mut [u8], at: usize, word: u32) {
    if let Some(place) = bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *place = word.to_ne_bytes();
    }
}

/// Brings names and numbers together; each answer says how many it has.
fn rows(names: &[u8], numbers: &[u8]) -> Vec<(String, u64)> {
    let count = |bytes, at| u32_at(bytes, at).map_or(0, |count| count as usize);
    let count = count(names, 8).min(count(numbers, 4)).min(COUNTERS_MAX);
    let names = names.get(STRINGS_HEADER_BYTES..).unwrap_or_default();
    let numbers = numbers.get(STATISTICS_HEADER_BYTES..).unwrap_or_default();
    let numbers = numbers
        .chunks_exact(STATISTIC_BYTES)
        .map(|bytes| bytes.first_chunk().map_or(0, |bytes| u64::from_ne_bytes(*bytes)));
    names
        .chunks_exact(STRING_BYTES)
        .map(text)
        .zip(numbers)
        .take(count)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_come_together() {
        let mut names = request(GET_STRINGS, STRINGS_HEADER_BYTES + 3 * STRING_BYTES);
        put(&mut names, 8, 2);
        names[STRINGS_HEADER_BYTES..][..8].copy_from_slice(b"rx_bytes");
        names[STRINGS_HEADER_BYTES + STRING_BYTES..][..STRING_BYTES].fill(b'x');
        let mut numbers = request(GET_STATISTICS, STATISTICS_HEADER_BYTES + 3 * STATISTIC_BYTES);
        put(&mut numbers, 4, 9);
        numbers[STATISTICS_HEADER_BYTES..][..8].copy_from_slice(&u64::MAX.to_ne_bytes());
        let expected = vec![("rx_bytes".to_owned(), u64::MAX), ("x".repeat(32), 0)];
        assert_eq!(rows(&names, &numbers), expected);
        for end in 0..names.len() {
            assert!(rows(&names[..end], &numbers).len() <= 2);
        }
        assert_eq!(rows(&[], &[]), []);
    }

    #[test]
    fn a_device_that_is_not_there() {
        let socket = Socket::open().unwrap();
        for device in ["nope0", "a-name-that-is-much-too-long-for-a-device", ""] {
            assert!(socket.driver(device).is_err(), "{device:?}");
            assert!(socket.link(device).is_err(), "{device:?}");
        }
        assert_eq!(socket.counters("nope0", u32::MAX), Err(Errno::TOOBIG));
    }
}
