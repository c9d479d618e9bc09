//! What a disk is: model, serial number, file system, logical volume, from udev's database and sysfs.
//!
//! The database is a file `b<major>:<minor>` per device below `--path.udev.data`. It is replaced as a whole, so a file
//! with the same inode and time is not read again. Without udev, as in most containers, the labels are empty.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;

use metrics_registry::{Exposition, Family};
use procfs_core::DiskStat;

use crate::source::Paths;

const INFO: Family<9> = Family::gauge(
    "node_disk_info",
    "What the kernel and udev know of the disk, as labels; always 1.",
    [
        "device",
        "major",
        "minor",
        "model",
        "path",
        "revision",
        "rotational",
        "serial",
        "wwn",
    ],
);
const FILESYSTEM: Family<5> = Family::gauge(
    "node_disk_filesystem_info",
    "The file system that udev found on the disk, as labels; always 1.",
    ["device", "type", "usage", "uuid", "version"],
);
const DEVICE_MAPPER: Family<6> = Family::gauge(
    "node_disk_device_mapper_info",
    "The logical volume that the disk is, as labels; always 1.",
    ["device", "lv_layer", "lv_name", "name", "uuid", "vg_name"],
);
/// Gauges of ATA disks, and the properties of udev that they are.
const ATA: [(Family<1>, &str); 3] = [
    (
        Family::gauge(
            "node_disk_ata_rotation_rate_rpm",
            "Turns of the ATA disk in a minute; 0 for one that does not turn.",
            ["device"],
        ),
        "ID_ATA_ROTATION_RATE_RPM",
    ),
    (
        Family::gauge(
            "node_disk_ata_write_cache",
            "Whether the ATA disk has a write cache.",
            ["device"],
        ),
        "ID_ATA_WRITE_CACHE",
    ),
    (
        Family::gauge(
            "node_disk_ata_write_cache_enabled",
            "Whether the ATA disk uses its write cache.",
            ["device"],
        ),
        "ID_ATA_WRITE_CACHE_ENABLED",
    ),
];

/// The properties of udev that are written; others are not kept.
const PROPERTIES: [&str; 20] = [
    "DM_LV_LAYER",
    "DM_LV_NAME",
    "DM_NAME",
    "DM_UUID",
    "DM_VG_NAME",
    "ID_ATA",
    "ID_ATA_ROTATION_RATE_RPM",
    "ID_ATA_WRITE_CACHE",
    "ID_ATA_WRITE_CACHE_ENABLED",
    "ID_FS_TYPE",
    "ID_FS_USAGE",
    "ID_FS_UUID",
    "ID_FS_VERSION",
    "ID_MODEL",
    "ID_PATH",
    "ID_REVISION",
    "ID_SERIAL",
    "ID_SERIAL_SHORT",
    "ID_WWN",
    "SCSI_IDENT_SERIAL",
];

/// The devices of the last scrape.
#[derive(Debug, Default)]
pub(super) struct Devices {
    all: Vec<Device>,
}

/// One disk.
#[derive(Debug)]
struct Device {
    name: String,
    major: String,
    minor: String,
    /// The attribute that says whether it turns; partitions have none.
    rotational: Option<String>,
    /// Its file in udev's database.
    udev: PathBuf,
    /// Inode and time of that file when it was read.
    stamp: Option<(u64, i64, i64)>,
    properties: Properties,
}

/// Pairs of a name in [`PROPERTIES`] and its value.
type Properties = Vec<(&'static str, Box<str>)>;

impl Devices {
    /// Takes the disks of a scrape: adds new ones, drops those that are gone, reads what changed.
    pub(super) fn refresh(&mut self, paths: &Paths, disks: &[DiskStat]) {
        let mut old = std::mem::take(&mut self.all);
        for disk in disks {
            let (major, minor) = (disk.major.to_string(), disk.minor.to_string());
            let is_same =
                |device: &Device| device.name == disk.name && device.major == major && device.minor == minor;
            let mut device = match old.iter().position(is_same) {
                Some(index) => old.swap_remove(index),
                None => Device::new(paths, &disk.name, major, minor),
            };
            device.refresh(paths);
            self.all.push(device);
        }
    }

    pub(super) fn write(&self, paths: &Paths, out: &mut Exposition) {
        for device in &self.all {
            device.write_info(paths, out);
        }
        for device in &self.all {
            device.write_filesystem(out);
        }
        for device in &self.all {
            device.write_device_mapper(out);
        }
        for (family, key) in &ATA {
            for device in self
                .all
                .iter()
                .filter(|device| !device.property("ID_ATA").is_empty())
            {
                if let Ok(value) = device.property(key).parse::<f64>() {
                    out.sample(family, [&device.name], value);
                }
            }
        }
    }
}

impl Device {
    fn new(paths: &Paths, name: &str, major: String, minor: String) -> Self {
        // A device such as cciss/c0d0 stands in sysfs with an exclamation mark.
        let file = format!("block/{}/queue/rotational", name.replace('/', "!"));
        Self {
            name: name.to_owned(),
            rotational: paths.read_sys(&file).is_ok().then_some(file),
            udev: paths.udev_data.join(format!("b{major}:{minor}")),
            major,
            minor,
            stamp: None,
            properties: Properties::new(),
        }
    }

    fn refresh(&mut self, paths: &Paths) {
        let stamp = |metadata: Metadata| (metadata.ino(), metadata.mtime(), metadata.mtime_nsec());
        let stamp = std::fs::metadata(&self.udev).ok().map(stamp);
        if self.stamp != stamp {
            self.stamp = stamp;
            let text = paths.read_once(&self.udev);
            self.properties = parse(text.as_deref().unwrap_or_default());
        }
    }

    /// Empty where udev does not know it.
    fn property(&self, key: &str) -> &str {
        let found = self.properties.iter().find(|(name, _)| *name == key);
        found.map_or("", |(_, value)| value)
    }

    fn write_info(&self, paths: &Paths, out: &mut Exposition) {
        let serials = ["SCSI_IDENT_SERIAL", "ID_SERIAL_SHORT", "ID_SERIAL"].map(|key| self.property(key));
        let serial = serials.into_iter().find(|serial| !serial.is_empty());
        let rotational = self.rotational.as_deref();
        let turns = rotational.is_some_and(|file| paths.read_sys(file).is_ok_and(|value| &*value == "1"));
        let labels = [
            self.name.as_str(),
            &self.major,
            &self.minor,
            self.property("ID_MODEL"),
            self.property("ID_PATH"),
            self.property("ID_REVISION"),
            if turns { "1" } else { "0" },
            serial.unwrap_or_default(),
            self.property("ID_WWN"),
        ];
        out.sample(&INFO, labels, 1.0);
    }

    fn write_filesystem(&self, out: &mut Exposition) {
        let kind = self.property("ID_FS_TYPE");
        if kind.is_empty() {
            return;
        }
        let labels = [
            self.name.as_str(),
            kind,
            self.property("ID_FS_USAGE"),
            self.property("ID_FS_UUID"),
            self.property("ID_FS_VERSION"),
        ];
        out.sample(&FILESYSTEM, labels, 1.0);
    }

    fn write_device_mapper(&self, out: &mut Exposition) {
        let name = self.property("DM_NAME");
        if name.is_empty() {
            return;
        }
        let labels = [
            self.name.as_str(),
            self.property("DM_LV_LAYER"),
            self.property("DM_LV_NAME"),
            name,
            self.property("DM_UUID"),
            self.property("DM_VG_NAME"),
        ];
        out.sample(&DEVICE_MAPPER, labels, 1.0);
    }
}

/// The lines `E:NAME=value` of a file of udev's database.
fn parse(text: &str) -> Properties {
    let pairs = text
        .lines()
        .filter_map(|line| line.strip_prefix("E:")?.split_once('='));
    let known = |name: &str| PROPERTIES.into_iter().find(|known| *known == name);
    let kept = pairs.filter_map(|(name, value)| Some((known(name)?, value.into())));
    kept.collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use expect_test::{Expect, expect};

    use super::*;

    fn samples(devices: &mut Devices, root: &Path, line: &str) -> String {
        let paths = Paths::new(root.into(), root.into(), root.into(), root.into());
        devices.refresh(&paths, &[DiskStat::from_line(line).unwrap()]);
        let mut out = Exposition::default();
        devices.write(&paths, &mut out);
        let text = out.to_text();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        samples.collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    fn check(udev: &str, expect: Expect) {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("b8:0"), udev).unwrap();
        std::fs::create_dir_all(root.path().join("block/sda/queue")).unwrap();
        std::fs::write(root.path().join("block/sda/queue/rotational"), "1\n").unwrap();
        let mut devices = Devices::default();
        expect.assert_eq(&samples(
            &mut devices,
            root.path(),
            "8 0 sda 0 0 0 0 0 0 0 0 0 0 0",
        ));
    }

    #[test]
    fn ata_disk() {
        check(
            "S:disk/by-id/x\nI:1\nE:ID_ATA=1\nE:ID_MODEL=TOSHIBA_KSDB4U86\nE:ID_SERIAL=TOSHIBA_2160\nE:ID_SERIAL_SHORT=2160\n\
             E:ID_WWN=0x7c72\nE:ID_PATH=pci-0000:3b:00.0\nE:ID_REVISION=0102\nE:ID_ATA_WRITE_CACHE=1\n\
             E:ID_ATA_WRITE_CACHE_ENABLED=0\nE:ID_ATA_ROTATION_RATE_RPM=7200\nE:SCSI_IDENT_SERIAL=2160A0D5FVGG\nE:broken\n",
            expect![[r#"
                node_disk_ata_rotation_rate_rpm{device="sda"} 7200
                node_disk_ata_write_cache{device="sda"} 1
                node_disk_ata_write_cache_enabled{device="sda"} 0
                node_disk_info{device="sda",major="8",minor="0",model="TOSHIBA_KSDB4U86",path="pci-0000:3b:00.0",revision="0102",rotational="1",serial="2160A0D5FVGG",wwn="0x7c72"} 1"#]],
        );
    }

    #[test]
    fn encrypted_volume() {
        check(
            "E:DM_NAME=system-root\nE:DM_UUID=LVM-NW=E\nE:DM_VG_NAME=system\nE:DM_LV_NAME=root\n\
             E:ID_FS_TYPE=ext4\nE:ID_FS_USAGE=filesystem\nE:ID_FS_UUID=3dea\nE:ID_FS_VERSION=1.0\n",
            expect![[r#"
                node_disk_device_mapper_info{device="sda",lv_layer="",lv_name="root",name="system-root",uuid="LVM-NW=E",vg_name="system"} 1
                node_disk_filesystem_info{device="sda",type="ext4",usage="filesystem",uuid="3dea",version="1.0"} 1
                node_disk_info{device="sda",major="8",minor="0",model="",path="",revision="",rotational="1",serial="",wwn=""} 1"#]],
        );
    }

    #[test]
    fn a_changed_file_is_read_again_and_a_gone_one_forgotten() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("b179:1");
        let line = "179 1 mmcblk0p1 0 0 0 0 0 0 0 0 0 0 0";
        let mut devices = Devices::default();
        let mut serial = || {
            samples(&mut devices, root.path(), line)
                .split_once("serial=")
                .unwrap()
                .1
                .to_owned()
        };
        std::fs::write(&file, "E:ID_SERIAL=old\n").unwrap();
        assert_eq!(serial(), "\"old\",wwn=\"\"} 1");
        let new = root.path().join("new");
        std::fs::write(&new, "E:ID_SERIAL=new\n").unwrap();
        std::fs::rename(&new, &file).unwrap();
        assert_eq!(serial(), "\"new\",wwn=\"\"} 1");
        std::fs::remove_file(&file).unwrap();
        assert_eq!(serial(), "\"\",wwn=\"\"} 1");
    }
}
