//! File systems of the kind btrfs, from `/sys/fs/btrfs` and by ioctl on the directories where they are mounted.
//!
//! A machine without any is healthy: the collector succeeds and writes nothing.
//! Where the ioctl is refused, the size of the disks comes from sysfs and the rest is left out.

mod device;
mod family;
mod mount;

use std::collections::BTreeMap;

use metrics_registry::Exposition;

use self::device::{Device, ERRORS};
use self::family::{
    COMMITS, DEVICE_ERRORS, DEVICE_SIZE, DEVICE_SIZE_SYSFS, DEVICE_UNUSED, GLOBAL_RESERVE, INFO, RATIO,
    RESERVED, SIZE, USED,
};
use crate::source::Paths;
use crate::{Error, Node, number};

const FILE_SYSTEMS: &str = "fs/btrfs";
const GROUPS: [&str; 3] = ["data", "metadata", "system"];
/// The unit of a disk's `size`, whatever its own is.
const SECTOR_BYTES: u64 = 512;

/// Disks by the UUID of their file system.
type Devices = BTreeMap<String, Vec<Device>>;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let mut names = match node.paths.list_sys(FILE_SYSTEMS) {
        Err(Error::NoData) => return Ok(()),
        other => other?,
    };
    // Between the file systems, which are named by their UUID, are directories of the module.
    names.retain(|name| name.contains('-'));
    if names.is_empty() {
        return Ok(());
    }
    let devices = ask_mounts(&node.paths);
    for name in names {
        write(&node.paths, &name, devices.get(&name), out);
    }
    Ok(())
}

/// Asks each file system once; what cannot be asked is left out.
fn ask_mounts(paths: &Paths) -> Devices {
    let mut found = Devices::new();
    // Another user's processes may be hidden.
    let text = paths.read_proc_bytes("1/mountinfo");
    let Ok(text) = text.or_else(|_| paths.read_proc_bytes("self/mountinfo")) else {
        return found;
    };
    let mut asked = Vec::new();
    for mount in mount::parse(&text) {
        if asked.contains(&mount.device) {
            continue;
        }
        match device::ask(&paths.rootfs.join(&mount.mount_point)) {
            Ok((uuid, devices)) => {
                asked.push(mount.device);
                found.insert(uuid, devices);
            }
            // Perhaps it is mounted elsewhere too.
            Err(error) => log::debug!(mount:% = mount.mount_point.display(), error:%; "btrfs not asked"),
        }
    }
    found
}

fn write(paths: &Paths, name: &str, devices: Option<&Vec<Device>>, out: &mut Exposition) {
    let directory = format!("{FILE_SYSTEMS}/{name}");
    let text = |file: &str| match paths.read_sys(&format!("{directory}/{file}")) {
        Ok(text) => text.to_owned(),
        Err(_) => String::new(),
    };
    let metadata_uuid = text("metadata_uuid");
    let uuid = match metadata_uuid.as_str() {
        "" => name,
        uuid => uuid,
    };
    out.sample(&INFO, [&text("label"), uuid], 1.0);
    if let Some(bytes) = number::sys(paths, &format!("{directory}/allocation/global_rsv_size")) {
        out.sample(&GLOBAL_RESERVE, [uuid], bytes as f64);
    }
    write_commits(&text("commit_stats"), uuid, out);
    let disks = paths
        .list_sys(&format!("{directory}/devices"))
        .unwrap_or_default();
    for group in GROUPS {
        write_group(paths, &directory, [group, uuid], disks.len(), out);
    }
    match devices {
        Some(devices) => write_devices(devices, uuid, out),
        None => {
            for disk in &disks {
                if let Some(sectors) = number::sys(paths, &format!("{directory}/devices/{disk}/size")) {
                    let bytes = sectors.saturating_mul(SECTOR_BYTES);
                    out.sample(&DEVICE_SIZE_SYSFS, [disk, uuid], bytes as f64);
                }
            }
        }
    }
}

/// Reads lines `max_commit_ms 51462`; before Linux 6.1 there is no such file, and all are 0.
fn write_commits(text: &str, uuid: &str, out: &mut Exposition) {
    for (key, family, divisor) in &COMMITS {
        let mut lines = text.lines().filter_map(|line| line.split_once(' '));
        let value = lines.find(|(name, _)| name == key);
        let value = value.and_then(|(_, value)| number::parse(value)).unwrap_or(0);
        out.sample(family, [uuid], value as f64 / divisor);
    }
}

fn write_group(paths: &Paths, directory: &str, labels: [&str; 2], disks: usize, out: &mut Exposition) {
    let [group, uuid] = labels;
    let directory = format!("{directory}/allocation/{group}");
    if let Some(bytes) = number::sys(paths, &format!("{directory}/bytes_reserved")) {
        out.sample(&RESERVED, labels, bytes as f64);
    }
    for mode in paths.list_sys(&directory).unwrap_or_default() {
        // Files of the group itself stand between the modes.
        let Some(ratio) = ratio(&mode, disks as f64) else {
            continue;
        };
        let labels = [group, &mode, uuid];
        for (file, family) in [("total_bytes", &SIZE), ("used_bytes", &USED)] {
            if let Some(bytes) = number::sys(paths, &format!("{directory}/{mode}/{file}")) {
                out.sample(family, labels, bytes as f64);
            }
        }
        out.sample(&RATIO, labels, ratio);
    }
}

/// Nothing for what is no mode. Only true of RAID 5 and 6 where they span all disks, as in the reference.
fn ratio(mode: &str, disks: f64) -> Option<f64> {
    match mode {
        "single" | "raid0" => Some(1.0),
        "dup" | "raid1" | "raid10" => Some(2.0),
        "raid1c3" => Some(3.0),
        "raid1c4" => Some(4.0),
        "raid5" => Some(disks / (disks - 1.0)),
        "raid6" => Some(disks / (disks - 2.0)),
        _ => None,
    }
}

fn write_devices(devices: &[Device], uuid: &str, out: &mut Exposition) {
    for device in devices {
        let labels = [&*device.uuid, &*device.name, uuid];
        out.sample(&DEVICE_SIZE, labels, device.total_bytes as f64);
        let unused = device.total_bytes.saturating_sub(device.used_bytes);
        out.sample(&DEVICE_UNUSED, labels, unused as f64);
        for (kind, count) in ERRORS.iter().zip(device.errors) {
            let labels = [&device.uuid, &device.name, *kind, uuid];
            out.sample(&DEVICE_ERRORS, labels, count as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::collected;

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&collected(collect, &[], files));
    }

    #[test]
    fn mirrored_metadata_and_refused_ioctl() {
        let files = [
            ("proc/1/mountinfo", "40 25 0:35 / /mnt rw - btrfs /dev/sda1 rw\n"),
            ("mnt/", ""),
            ("sys/fs/btrfs/features/raid56", "0\n"),
            ("sys/fs/btrfs/0ab-1/label", "fixture\n"),
            ("sys/fs/btrfs/0ab-1/metadata_uuid", "0ab-1\n"),
            (
                "sys/fs/btrfs/0ab-1/commit_stats",
                "commits 258051\nlast_commit_ms 1000\nmax_commit_ms 51462\ntotal_commit_ms 47836090\n",
            ),
            ("sys/fs/btrfs/0ab-1/allocation/global_rsv_size", "16777216\n"),
            ("sys/fs/btrfs/0ab-1/allocation/metadata/bytes_reserved", "0\n"),
            (
                "sys/fs/btrfs/0ab-1/allocation/metadata/raid1/total_bytes",
                "1073741824\n",
            ),
            (
                "sys/fs/btrfs/0ab-1/allocation/metadata/raid1/used_bytes",
                "933888\n",
            ),
            ("sys/fs/btrfs/0ab-1/allocation/data/raid5/used_bytes", "1\n"),
            ("sys/fs/btrfs/0ab-1/devices/sda1/size", "20971520\n"),
            ("sys/fs/btrfs/0ab-1/devices/sdb1/size", "20971520\n"),
            ("sys/fs/btrfs/0ab-1/devices/sdc1/size", "20971520\n"),
        ];
        check(
            &files,
            expect![[r##"
            # HELP node_btrfs_allocation_ratio Bytes on the disks for each byte stored.
            # TYPE node_btrfs_allocation_ratio gauge
            node_btrfs_allocation_ratio{block_group_type="data",mode="raid5",uuid="0ab-1"} 1.5
            node_btrfs_allocation_ratio{block_group_type="metadata",mode="raid1",uuid="0ab-1"} 2
            # HELP node_btrfs_commit_seconds_total Seconds that all commits took.
            # TYPE node_btrfs_commit_seconds_total counter
            node_btrfs_commit_seconds_total{uuid="0ab-1"} 47836.09
            # HELP node_btrfs_commits_total Commits since mounting.
            # TYPE node_btrfs_commits_total counter
            node_btrfs_commits_total{uuid="0ab-1"} 258051
            # HELP node_btrfs_device_size_bytes Size of a disk of the file system, in bytes.
            # TYPE node_btrfs_device_size_bytes gauge
            node_btrfs_device_size_bytes{device="sda1",uuid="0ab-1"} 1.073741824e+10
            node_btrfs_device_size_bytes{device="sdb1",uuid="0ab-1"} 1.073741824e+10
            node_btrfs_device_size_bytes{device="sdc1",uuid="0ab-1"} 1.073741824e+10
            # HELP node_btrfs_global_rsv_size_bytes Space reserved so that the file system can always be changed, in bytes.
            # TYPE node_btrfs_global_rsv_size_bytes gauge
            node_btrfs_global_rsv_size_bytes{uuid="0ab-1"} 1.6777216e+07
            # HELP node_btrfs_info A mounted file system; always 1.
            # TYPE node_btrfs_info gauge
            node_btrfs_info{label="fixture",uuid="0ab-1"} 1
            # HELP node_btrfs_last_commit_seconds Seconds that the last commit took.
            # TYPE node_btrfs_last_commit_seconds gauge
            node_btrfs_last_commit_seconds{uuid="0ab-1"} 1
            # HELP node_btrfs_max_commit_seconds Seconds that the longest commit took.
            # TYPE node_btrfs_max_commit_seconds gauge
            node_btrfs_max_commit_seconds{uuid="0ab-1"} 51.462
            # HELP node_btrfs_reserved_bytes Space set aside for what is about to be written, in bytes.
            # TYPE node_btrfs_reserved_bytes gauge
            node_btrfs_reserved_bytes{block_group_type="metadata",uuid="0ab-1"} 0
            # HELP node_btrfs_size_bytes Space allotted to block groups, in bytes.
            # TYPE node_btrfs_size_bytes gauge
            node_btrfs_size_bytes{block_group_type="metadata",mode="raid1",uuid="0ab-1"} 1.073741824e+09
            # HELP node_btrfs_used_bytes Space used in block groups, in bytes.
            # TYPE node_btrfs_used_bytes gauge
            node_btrfs_used_bytes{block_group_type="data",mode="raid5",uuid="0ab-1"} 1
            node_btrfs_used_bytes{block_group_type="metadata",mode="raid1",uuid="0ab-1"} 933888
        "##]],
        );
    }

    #[test]
    fn disks_that_were_asked() {
        let device = Device {
            name: "sda1".to_owned(),
            uuid: "abab".to_owned(),
            total_bytes: 1000,
            used_bytes: 700,
            errors: [1, 2, 3, 4, 5],
        };
        let mut out = Exposition::default();
        write_devices(&[device], "0ab-1", &mut out);
        let expect = expect![[r##"
            # HELP node_btrfs_device_errors_total Errors of a disk since it was added or its statistics were reset.
            # TYPE node_btrfs_device_errors_total counter
            node_btrfs_device_errors_total{btrfs_dev_uuid="abab",device="sda1",type="write",uuid="0ab-1"} 1
            node_btrfs_device_errors_total{btrfs_dev_uuid="abab",device="sda1",type="read",uuid="0ab-1"} 2
            node_btrfs_device_errors_total{btrfs_dev_uuid="abab",device="sda1",type="flush",uuid="0ab-1"} 3
            node_btrfs_device_errors_total{btrfs_dev_uuid="abab",device="sda1",type="corruption",uuid="0ab-1"} 4
            node_btrfs_device_errors_total{btrfs_dev_uuid="abab",device="sda1",type="generation",uuid="0ab-1"} 5
            # HELP node_btrfs_device_size_bytes Size of a disk of the file system, in bytes.
            # TYPE node_btrfs_device_size_bytes gauge
            node_btrfs_device_size_bytes{btrfs_dev_uuid="abab",device="sda1",uuid="0ab-1"} 1000
            # HELP node_btrfs_device_unused_bytes Space of a disk that is not allotted to block groups, in bytes.
            # TYPE node_btrfs_device_unused_bytes gauge
            node_btrfs_device_unused_bytes{btrfs_dev_uuid="abab",device="sda1",uuid="0ab-1"} 300
        "##]];
        expect.assert_eq(&out.to_text());
    }

    #[test]
    fn truncated_huge_and_garbage() {
        let files = [
            (
                "sys/fs/btrfs/x-1/commit_stats",
                "commits\ncommits many\nmax_commit_ms 99999999999999999999\n",
            ),
            ("sys/fs/btrfs/x-1/allocation/data/raid6/total_bytes", "-1\n"),
            ("sys/fs/btrfs/x-1/allocation/global_rsv_size", "\n"),
            ("sys/fs/btrfs/x-1/devices/sda/size", "99999999999999999\n"),
        ];
        check(
            &files,
            expect![[r##"
            # HELP node_btrfs_allocation_ratio Bytes on the disks for each byte stored.
            # TYPE node_btrfs_allocation_ratio gauge
            node_btrfs_allocation_ratio{block_group_type="data",mode="raid6",uuid="x-1"} -1
            # HELP node_btrfs_commit_seconds_total Seconds that all commits took.
            # TYPE node_btrfs_commit_seconds_total counter
            node_btrfs_commit_seconds_total{uuid="x-1"} 0
            # HELP node_btrfs_commits_total Commits since mounting.
            # TYPE node_btrfs_commits_total counter
            node_btrfs_commits_total{uuid="x-1"} 0
            # HELP node_btrfs_device_size_bytes Size of a disk of the file system, in bytes.
            # TYPE node_btrfs_device_size_bytes gauge
            node_btrfs_device_size_bytes{device="sda",uuid="x-1"} 1.8446744073709552e+19
            # HELP node_btrfs_info A mounted file system; always 1.
            # TYPE node_btrfs_info gauge
            node_btrfs_info{label="",uuid="x-1"} 1
            # HELP node_btrfs_last_commit_seconds Seconds that the last commit took.
            # TYPE node_btrfs_last_commit_seconds gauge
            node_btrfs_last_commit_seconds{uuid="x-1"} 0
            # HELP node_btrfs_max_commit_seconds Seconds that the longest commit took.
            # TYPE node_btrfs_max_commit_seconds gauge
            node_btrfs_max_commit_seconds{uuid="x-1"} 0
        "##]],
        );
    }

    #[test]
    fn none_mounted() {
        check(&[("sys/fs/btrfs/features/raid56", "0\n")], expect![[""]]);
        check(&[], expect![[""]]);
    }
}
