//! What the kernel counts for each disk of a mounted btrfs, asked by ioctl on the directory where it is mounted.
//!
//! `include/uapi/linux/btrfs.h` has the structures; they are the same on 32-bit and 64-bit systems.
//! No privilege is needed but that the directory can be opened; what cannot be asked is left out.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::io::Errno;
use rustix::ioctl::{Opcode, Updater, ioctl, opcode};

/// `struct btrfs_ioctl_fs_info_args`.
const FS_INFO_BYTES: usize = 1024;
const FS_INFO: Opcode = opcode::read::<[u8; FS_INFO_BYTES]>(0x94, 31);
/// `struct btrfs_ioctl_dev_info_args`.
const DEV_INFO_BYTES: usize = 4096;
const DEV_INFO: Opcode = opcode::read_write::<[u8; DEV_INFO_BYTES]>(0x94, 30);
/// Where the path of the disk stands in it.
const DEV_INFO_PATH: usize = 3072;
/// `struct btrfs_ioctl_get_dev_stats`.
const DEV_STATS_BYTES: usize = 1032;
const DEV_STATS: Opcode = opcode::read_write::<[u8; DEV_STATS_BYTES]>(0x94, 52);
/// Where the counters stand in it.
const DEV_STATS_VALUES: usize = 24;
/// Numbers of disks are not used again, so they can be larger than their count; this many are asked for.
const DEVICE_IDS_MAX: u64 = 4096;

/// Errors in the order of the kernel's counters.
pub(super) const ERRORS: [&str; 5] = ["write", "read", "flush", "corruption", "generation"];

/// One disk of a file system.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Device {
    /// `sda1`.
    pub(super) name: String,
    /// `f76130c3-07f8-4655-b7a9-d4b717423307`.
    pub(super) uuid: String,
    pub(super) total_bytes: u64,
    pub(super) used_bytes: u64,
    /// As many as [`ERRORS`].
    pub(super) errors: [u64; ERRORS.len()],
}

/// The UUID of the btrfs mounted at `directory`, and its disks.
///
/// Fails where it cannot be opened or asked.
pub(super) fn ask(directory: &Path) -> Result<(String, Vec<Device>), Errno> {
    let directory = OpenOptions::new()
        .read(true)
        .custom_flags(libc::O_DIRECTORY | libc::O_NONBLOCK)
        .open(directory)
        .map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
    let mut info = [0; FS_INFO_BYTES];
    update::<FS_INFO, FS_INFO_BYTES>(&directory, &mut info)?;
    let (last_id, count) = (u64_at(&info, 0), u64_at(&info, 8));
    let mut devices = Vec::new();
    for id in 0..=last_id.min(DEVICE_IDS_MAX) {
        if devices.len() as u64 == count {
            break;
        }
        let mut info = [0; DEV_INFO_BYTES];
        info[..8].copy_from_slice(&id.to_ne_bytes());
        match update::<DEV_INFO, DEV_INFO_BYTES>(&directory, &mut info) {
            // Numbers begin at 1 and have gaps.
            Err(Errno::NODEV) => continue,
            other => other?,
        }
        let mut stats = [0; DEV_STATS_BYTES];
        stats[..8].copy_from_slice(&id.to_ne_bytes());
        stats[8..16].copy_from_slice(&(ERRORS.len() as u64).to_ne_bytes());
        update::<DEV_STATS, DEV_STATS_BYTES>(&directory, &mut stats)?;
        devices.push(device(&info, &stats));
    }
    Ok((uuid(&info, 16), devices))
}

/// Lets the kernel read the argument and write its answer over it.
fn update<const OPCODE: Opcode, const N: usize>(
    directory: &File,
    argument: &mut [u8; N],
) -> Result<(), Errno> {
    // SAFETY: each opcode carries the size of its argument, which is that of the array it is used with, and the kernel
    // writes nothing but integers and bytes.
    unsafe { ioctl(directory, Updater::<OPCODE, [u8; N]>::new(argument)) }
}

fn device(info: &[u8; DEV_INFO_BYTES], stats: &[u8; DEV_STATS_BYTES]) -> Device {
    let path = &info[DEV_INFO_PATH..];
    let end = memchr::memchr(0, path).unwrap_or(path.len());
    let name = Path::new(OsStr::from_bytes(&path[..end])).file_name();
    Device {
        name: name.unwrap_or_default().to_string_lossy().into_owned(),
        uuid: uuid(info, 8),
        used_bytes: u64_at(info, 24),
        total_bytes: u64_at(info, 32),
        errors: std::array::from_fn(|index| u64_at(stats, DEV_STATS_VALUES + 8 * index)),
    }
}

/// 0 beyond the end.
fn u64_at(bytes: &[u8], offset: usize) -> u64 {
    let word = bytes.get(offset..).and_then(<[u8]>::first_chunk);
    word.map_or(0, |word| u64::from_ne_bytes(*word))
}

/// The 16 bytes of a UUID, with dashes where they belong.
fn uuid(bytes: &[u8], offset: usize) -> String {
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().skip(offset).take(16).enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disk_from_the_structures_of_the_kernel() {
        let mut info = [0; DEV_INFO_BYTES];
        info[8..24].copy_from_slice(&[0xab; 16]);
        info[24..32].copy_from_slice(&700_u64.to_ne_bytes());
        info[32..40].copy_from_slice(&1000_u64.to_ne_bytes());
        info[DEV_INFO_PATH..DEV_INFO_PATH + 9].copy_from_slice(b"/dev/sda1");
        let mut stats = [0xff; DEV_STATS_BYTES];
        for (index, value) in (1..=5_u64).enumerate() {
            let offset = DEV_STATS_VALUES + 8 * index;
            stats[offset..offset + 8].copy_from_slice(&value.to_ne_bytes());
        }
        let expected = Device {
            name: "sda1".to_owned(),
            uuid: "abababab-abab-abab-abab-abababababab".to_owned(),
            total_bytes: 1000,
            used_bytes: 700,
            errors: [1, 2, 3, 4, 5],
        };
        assert_eq!(device(&info, &stats), expected);
    }

    #[test]
    fn path_without_end_and_nothing_at_all() {
        let full = device(&[b'x'; DEV_INFO_BYTES], &[0xff; DEV_STATS_BYTES]);
        assert_eq!(full.name.len(), DEV_INFO_BYTES - DEV_INFO_PATH);
        let zeros = device(&[0; DEV_INFO_BYTES], &[0; DEV_STATS_BYTES]);
        assert_eq!((zeros.name.as_str(), zeros.used_bytes), ("", 0));
    }

    #[test]
    fn another_file_system_refuses() {
        assert!(ask(Path::new("/proc")).is_err());
        assert!(ask(Path::new("/nonexistent")).is_err());
        assert!(ask(Path::new("/dev/null")).is_err());
    }
}
