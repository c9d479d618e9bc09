//! The fullest file system of a machine, from `node_filesystem_{size,free,avail}_bytes`.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::fleet::text::Text;

/// How many file systems of one scrape are compared; a Pi has two or three, and the rest is left out.
const FILE_SYSTEMS_MAX: usize = 16;
/// How much of a mount point is kept.
const MOUNT_BYTES_MAX: usize = 64;

/// Types that keep data on a device of the machine. A full NAS is not the trouble of each machine that mounts it,
/// and images such as squashfs are always full.
const ON_A_DEVICE: [&str; 18] = [
    "apfs", "bcachefs", "btrfs", "exfat", "ext2", "ext3", "ext4", "f2fs", "fuseblk", "hfs", "jfs", "msdos",
    "nilfs2", "ntfs3", "ubifs", "vfat", "xfs", "zfs",
];

/// Which of the three families a sample belongs to.
#[derive(Debug, Clone, Copy)]
pub enum Measure {
    /// The whole file system.
    Size,
    /// Not used by anyone.
    Free,
    /// Free for others than root.
    Available,
}

/// The file systems of one scrape, one row for each device.
#[derive(Debug, Default)]
pub struct FileSystems {
    rows: [Row; FILE_SYSTEMS_MAX],
    length: usize,
}

/// How full a file system is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fill {
    /// The shortest of the device's mount points.
    pub mount_point: Text<MOUNT_BYTES_MAX>,
    /// Used bytes.
    pub used_bytes: f64,
    /// All bytes.
    pub size_bytes: f64,
    /// The share that `df` shows: what is reserved for root counts neither as used nor as available.
    pub used_percent: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Row {
    device: u64,
    mount_point: Text<MOUNT_BYTES_MAX>,
    /// The root of a container, which counts only where there is nothing better.
    container_root: bool,
    size: Option<f64>,
    free: Option<f64>,
    available: Option<f64>,
}

impl FileSystems {
    /// Takes one sample, if it is of a real file system.
    pub fn take<'l>(&mut self, measure: Measure, labels: impl Fn(&str) -> Option<&'l str>, bytes: f64) {
        let (Some(device), Some(fstype), Some(mount_point)) =
            (labels("device"), labels("fstype"), labels("mountpoint"))
        else {
            return;
        };
        let container_root = fstype == "overlay" && mount_point == "/";
        if !container_root && !ON_A_DEVICE.contains(&fstype) {
            return;
        }
        let mut hasher = DefaultHasher::new();
        device.hash(&mut hasher);
        let device = hasher.finish();

        let known = self.rows[..self.length]
            .iter()
            .position(|row| row.device == device);
        let at = known.unwrap_or(self.length);
        let Some(row) = self.rows.get_mut(at) else { return };
        if known.is_none() {
            *row = Row {
                device,
                container_root,
                mount_point: Text::new(mount_point),
                ..Row::default()
            };
            self.length += 1;
        }
        if mount_point.len() < row.mount_point.len() {
            row.mount_point = Text::new(mount_point);
        }
        match measure {
            Measure::Size => row.size = Some(bytes),
            Measure::Free => row.free = Some(bytes),
            Measure::Available => row.available = Some(bytes),
        }
    }

    /// The file system with the largest used share.
    pub fn fullest(&self) -> Option<Fill> {
        let rows = &self.rows[..self.length];
        let fullest = |container_root: bool| {
            let of_kind = rows.iter().filter(|row| row.container_root == container_root);
            of_kind
                .filter_map(Row::fill)
                .max_by(|a, b| a.used_percent.total_cmp(&b.used_percent))
        };
        fullest(false).or_else(|| fullest(true))
    }
}

impl Row {
    fn fill(&self) -> Option<Fill> {
        let (size_bytes, free, available) = (self.size?, self.free?, self.available?);
        let used_bytes = size_bytes - free;
        let usable_bytes = used_bytes + available;
        (0.0 <= free && 0.0 <= available && 0.0 <= used_bytes && 0.0 < usable_bytes).then(|| Fill {
            mount_point: self.mount_point,
            used_bytes,
            size_bytes,
            used_percent: 100.0 * (used_bytes / usable_bytes).clamp(0.0, 1.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Mount<'a> = (&'a str, &'a str, &'a str, [f64; 3]);

    /// Mounts are (device, type, mount point, [size, free, available]).
    #[track_caller]
    fn check(mounts: &[Mount<'_>], expect: Option<&str>) {
        let mut file_systems = FileSystems::default();
        for (at, measure) in [Measure::Size, Measure::Free, Measure::Available]
            .into_iter()
            .enumerate()
        {
            for (device, fstype, mount_point, bytes) in mounts {
                let labels = |name: &str| match name {
                    "device" => Some(*device),
                    "fstype" => Some(*fstype),
                    "mountpoint" => Some(*mount_point),
                    _ => None,
                };
                file_systems.take(measure, labels, bytes[at]);
            }
        }
        let shown = file_systems.fullest().map(|fill| {
            let Fill {
                mount_point,
                used_bytes,
                size_bytes,
                used_percent,
            } = fill;
            format!(
                "{} {used_bytes} of {size_bytes}, {used_percent:.1} %",
                &*mount_point
            )
        });
        assert_eq!(shown.as_deref(), expect);
    }

    #[test]
    fn the_fullest_of_a_pi() {
        check(
            &[
                ("/dev/mmcblk0p1", "vfat", "/boot/firmware", [510.0, 440.0, 440.0]),
                ("/dev/mmcblk0p2", "ext4", "/", [1000.0, 400.0, 350.0]),
                ("tmpfs", "tmpfs", "/run", [100.0, 1.0, 1.0]),
                ("nas:/export", "nfs4", "/mnt/nas", [100.0, 1.0, 1.0]),
            ],
            Some("/ 600 of 1000, 63.2 %"),
        );
    }

    #[test]
    fn bind_mounts_are_one_file_system_with_the_shortest_name() {
        check(
            &[
                ("/dev/sda1", "ext4", "/var/lib/docker", [10.0, 5.0, 5.0]),
                ("/dev/sda1", "ext4", "/data", [10.0, 5.0, 5.0]),
            ],
            Some("/data 5 of 10, 50.0 %"),
        );
    }

    #[test]
    fn the_root_of_a_container_counts_when_there_is_nothing_else() {
        check(
            &[("overlay", "overlay", "/", [10.0, 1.0, 1.0])],
            Some("/ 9 of 10, 90.0 %"),
        );
        check(
            &[
                ("overlay", "overlay", "/", [10.0, 1.0, 1.0]),
                ("/dev/sda1", "ext4", "/etc/hosts", [10.0, 5.0, 5.0]),
                (
                    "overlay",
                    "overlay",
                    "/var/lib/docker/overlay2/1/merged",
                    [10.0, 0.0, 0.0],
                ),
            ],
            Some("/etc/hosts 5 of 10, 50.0 %"),
        );
    }

    #[test]
    fn nonsense_is_no_file_system() {
        check(&[], None);
        check(&[("/dev/sda1", "ext4", "/", [0.0, 0.0, 0.0])], None);
        check(&[("/dev/sda1", "ext4", "/", [10.0, 20.0, 20.0])], None);
        check(&[("/dev/sda1", "ext4", "/", [10.0, -20.0, 5.0])], None);
    }

    #[test]
    fn more_than_are_compared_are_left_out() {
        let devices: Vec<String> = (0..100).map(|n| format!("/dev/sd{n}")).collect();
        let mounts: Vec<Mount<'_>> = devices
            .iter()
            .map(|device| (device.as_str(), "ext4", "/x", [100.0, 50.0, 50.0]))
            .collect();
        check(&mounts, Some("/x 50 of 100, 50.0 %"));
    }
}
