//! Disks that are reached over several paths, from `/sys/block/dm-*` whose `dm/uuid` begins with `mpath-`.
//!
//! A machine without any is healthy: the collector succeeds and writes nothing.

use metrics_registry::{Exposition, Family};

use crate::source::Paths;
use crate::{Error, Node, number};

const INFO: Family<3> = Family::gauge(
    "node_dmmultipath_device_info",
    "Identity of the device, as labels; always 1.",
    ["device", "sysfs_name", "uuid"],
);
const ACTIVE: Family<2> = Family::gauge(
    "node_dmmultipath_device_active",
    "Whether the device works (1) or is suspended (0).",
    ["device", "sysfs_name"],
);
const SIZE: Family<2> = Family::gauge(
    "node_dmmultipath_device_size_bytes",
    "Size of the device in bytes.",
    ["device", "sysfs_name"],
);
const PATHS: Family<2> = Family::gauge(
    "node_dmmultipath_device_paths",
    "Paths of the device.",
    ["device", "sysfs_name"],
);
const PATHS_ACTIVE: Family<2> = Family::gauge(
    "node_dmmultipath_device_paths_active",
    "Paths of the device that can be used: SCSI says running, NVMe live.",
    ["device", "sysfs_name"],
);
const PATHS_FAILED: Family<2> = Family::gauge(
    "node_dmmultipath_device_paths_failed",
    "Paths of the device that cannot be used.",
    ["device", "sysfs_name"],
);
const PATH_STATE: Family<3> = Family::gauge(
    "node_dmmultipath_path_state",
    "State of the disk below the path, as a label; always 1.",
    ["device", "path", "state"],
);

/// The unit of `/sys/block/*/size`, whatever the disk's own is.
const SECTOR_BYTES: u64 = 512;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    for name in node.paths.list_sys("block")? {
        if name.starts_with("dm-") {
            match device(&node.paths, &name, out) {
                // It went away between the listing and now.
                Ok(()) | Err(Error::NoData) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

fn device(paths: &Paths, sysfs_name: &str, out: &mut Exposition) -> Result<(), Error> {
    let uuid = paths.read_sys(&format!("block/{sysfs_name}/dm/uuid"))?;
    if !uuid.starts_with("mpath-") {
        return Ok(());
    }
    let device = paths.read_sys(&format!("block/{sysfs_name}/dm/name"))?;
    let labels = [&*device, sysfs_name];
    out.sample(&INFO, [&device, sysfs_name, &uuid], 1.0);
    if let Some(suspended) = number::sys(paths, &format!("block/{sysfs_name}/dm/suspended")) {
        out.sample(&ACTIVE, labels, f64::from(u8::from(suspended != 1)));
    }
    if let Some(sectors) = number::sys(paths, &format!("block/{sysfs_name}/size")) {
        out.sample(&SIZE, labels, sectors.saturating_mul(SECTOR_BYTES) as f64);
    }
    let (mut active, mut failed) = (0_u32, 0_u32);
    for path in paths.list_sys(&format!("block/{sysfs_name}/slaves"))? {
        let state = paths.read_sys(&format!("block/{path}/device/state"))?;
        match &*state {
            "running" | "live" => active += 1,
            _ => failed += 1,
        }
        out.sample(&PATH_STATE, [&device, &path, &state], 1.0);
    }
    out.sample(&PATHS, labels, f64::from(active + failed));
    out.sample(&PATHS_ACTIVE, labels, f64::from(active));
    out.sample(&PATHS_FAILED, labels, f64::from(failed));
    Ok(())
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
    fn one_path_of_two_is_offline() {
        let files = [
            ("sys/block/dm-5/dm/name", "mpathA"),
            (
                "sys/block/dm-5/dm/uuid",
                "mpath-3600508b1001c1234567890abcdef1234",
            ),
            ("sys/block/dm-5/dm/suspended", "0"),
            ("sys/block/dm-5/size", "104857600"),
            ("sys/block/dm-5/slaves/sdi", ""),
            ("sys/block/dm-5/slaves/sdl", ""),
            ("sys/block/sdi/device/state", "running"),
            ("sys/block/sdl/device/state", "offline"),
            ("sys/block/dm-7/dm/name", "vg0-root"),
            ("sys/block/dm-7/dm/uuid", "LVM-abcdef1234567890abcdef1234567890"),
        ];
        check(
            &files,
            expect![[r##"
            # HELP node_dmmultipath_device_active Whether the device works (1) or is suspended (0).
            # TYPE node_dmmultipath_device_active gauge
            node_dmmultipath_device_active{device="mpathA",sysfs_name="dm-5"} 1
            # HELP node_dmmultipath_device_info Identity of the device, as labels; always 1.
            # TYPE node_dmmultipath_device_info gauge
            node_dmmultipath_device_info{device="mpathA",sysfs_name="dm-5",uuid="mpath-3600508b1001c1234567890abcdef1234"} 1
            # HELP node_dmmultipath_device_paths Paths of the device.
            # TYPE node_dmmultipath_device_paths gauge
            node_dmmultipath_device_paths{device="mpathA",sysfs_name="dm-5"} 2
            # HELP node_dmmultipath_device_paths_active Paths of the device that can be used: SCSI says running, NVMe live.
            # TYPE node_dmmultipath_device_paths_active gauge
            node_dmmultipath_device_paths_active{device="mpathA",sysfs_name="dm-5"} 1
            # HELP node_dmmultipath_device_paths_failed Paths of the device that cannot be used.
            # TYPE node_dmmultipath_device_paths_failed gauge
            node_dmmultipath_device_paths_failed{device="mpathA",sysfs_name="dm-5"} 1
            # HELP node_dmmultipath_device_size_bytes Size of the device in bytes.
            # TYPE node_dmmultipath_device_size_bytes gauge
            node_dmmultipath_device_size_bytes{device="mpathA",sysfs_name="dm-5"} 5.36870912e+10
            # HELP node_dmmultipath_path_state State of the disk below the path, as a label; always 1.
            # TYPE node_dmmultipath_path_state gauge
            node_dmmultipath_path_state{device="mpathA",path="sdi",state="running"} 1
            node_dmmultipath_path_state{device="mpathA",path="sdl",state="offline"} 1
        "##]],
        );
    }

    #[test]
    fn garbage_and_a_path_that_went_away() {
        let files = [
            ("sys/block/dm-0/dm/name", "a"),
            ("sys/block/dm-0/dm/uuid", "mpath-1"),
            ("sys/block/dm-0/size", "99999999999999999999"),
            ("sys/block/dm-0/dm/suspended", "perhaps"),
            ("sys/block/dm-0/slaves/sda", ""),
            ("sys/block/dm-1/", ""),
        ];
        check(
            &files,
            expect![[r##"
            # HELP node_dmmultipath_device_info Identity of the device, as labels; always 1.
            # TYPE node_dmmultipath_device_info gauge
            node_dmmultipath_device_info{device="a",sysfs_name="dm-0",uuid="mpath-1"} 1
        "##]],
        );
    }

    #[test]
    fn no_disks() {
        check(&[("sys/block/", "")], expect![[""]]);
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }
}
