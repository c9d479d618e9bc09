//! Software RAID, from `/proc/mdstat` and, for what that does not tell, `/sys/block/md*/md`.
//!
//! The file exists while the module `md_mod` is loaded.

mod mdstat;

use metrics_registry::{Exposition, Family};

use self::mdstat::{Activity, Array};
use crate::source::Paths;
use crate::{Error, Node, number};

const STATE: Family<2> = Family::gauge(
    "node_md_state",
    "Whether the array is in this state; all are 0 while it changes its shape.",
    ["device", "state"],
);
const DISKS: Family<2> = Family::gauge(
    "node_md_disks",
    "Disks of the array in this state.",
    ["device", "state"],
);
const DISKS_REQUIRED: Family<1> = Family::gauge(
    "node_md_disks_required",
    "Disks that the array needs to be whole.",
    ["device"],
);
const BLOCKS: Family<1> = Family::gauge(
    "node_md_blocks",
    "Size of the array in blocks of 1024 bytes.",
    ["device"],
);
const BLOCKS_SYNCED: Family<1> = Family::gauge(
    "node_md_blocks_synced",
    "Blocks of 1024 bytes that the running synchronisation is through with, or all where none runs.",
    ["device"],
);
const RAID_DISKS: Family<1> = Family::gauge(
    "node_md_raid_disks",
    "Disks that the whole array has, as sysfs tells.",
    ["device"],
);
const DEGRADED: Family<1> = Family::gauge(
    "node_md_degraded",
    "Disks by which the array falls short of being whole, as sysfs tells.",
    ["device"],
);

/// Values of the label `state` of [`STATE`].
const STATES: [(&str, Activity); 5] = [
    ("active", Activity::Active),
    ("check", Activity::Checking),
    ("inactive", Activity::Inactive),
    ("recovering", Activity::Recovering),
    ("resync", Activity::Resyncing),
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let text = node.paths.read_proc(mdstat::FILE)?;
    let result = mdstat::parse(&text, &mut |array| write(&array, out));
    write_sysfs(&node.paths, out)?;
    result
}

fn write(array: &Array<'_>, out: &mut Exposition) {
    let device = array.name;
    for (state, activity) in STATES {
        let is = f64::from(u8::from(array.activity == activity));
        out.sample(&STATE, [device, state], is);
    }
    for (state, disks) in [
        ("active", array.disks_active),
        ("failed", array.disks_failed),
        ("spare", array.disks_spare),
    ] {
        out.sample(&DISKS, [device, state], disks as f64);
    }
    out.sample(&DISKS_REQUIRED, [device], array.disks_required as f64);
    out.sample(&BLOCKS, [device], array.blocks as f64);
    out.sample(&BLOCKS_SYNCED, [device], array.blocks_synced as f64);
}

fn write_sysfs(paths: &Paths, out: &mut Exposition) -> Result<(), Error> {
    let names = match paths.list_sys("block") {
        Err(Error::NoData) => return Ok(()),
        other => other?,
    };
    for name in names.iter().filter(|name| name.starts_with("md")) {
        let Some(disks) = number::sys(paths, &format!("block/{name}/md/raid_disks")) else {
            continue;
        };
        // Levels without redundancy have no such file.
        let degraded = number::sys(paths, &format!("block/{name}/md/degraded")).unwrap_or(0);
        out.sample(&RAID_DISKS, [name], disks as f64);
        out.sample(&DEGRADED, [name], degraded as f64);
    }
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
    fn array_that_recovers_and_one_without_redundancy() {
        let mdstat = "\
Personalities : [raid1] [raid0]
md6 : active raid1 sdb2[2](F) sdc[1](S) sda2[0]
      195310144 blocks [2/1] [U_]
      [=>...................]  recovery =  8.5% (16775552/195310144) finish=17.0min speed=259783K/sec

unused devices: <none>
";
        let files = [
            ("proc/mdstat", mdstat),
            ("sys/block/md0/md/raid_disks", "2\n"),
            ("sys/block/md6/md/raid_disks", "2\n"),
            ("sys/block/md6/md/degraded", "1\n"),
            ("sys/block/sda/size", "1\n"),
        ];
        check(
            &files,
            expect![[r##"
            # HELP node_md_blocks Size of the array in blocks of 1024 bytes.
            # TYPE node_md_blocks gauge
            node_md_blocks{device="md6"} 1.95310144e+08
            # HELP node_md_blocks_synced Blocks of 1024 bytes that the running synchronisation is through with, or all where none runs.
            # TYPE node_md_blocks_synced gauge
            node_md_blocks_synced{device="md6"} 1.6775552e+07
            # HELP node_md_degraded Disks by which the array falls short of being whole, as sysfs tells.
            # TYPE node_md_degraded gauge
            node_md_degraded{device="md0"} 0
            node_md_degraded{device="md6"} 1
            # HELP node_md_disks Disks of the array in this state.
            # TYPE node_md_disks gauge
            node_md_disks{device="md6",state="active"} 1
            node_md_disks{device="md6",state="failed"} 1
            node_md_disks{device="md6",state="spare"} 1
            # HELP node_md_disks_required Disks that the array needs to be whole.
            # TYPE node_md_disks_required gauge
            node_md_disks_required{device="md6"} 2
            # HELP node_md_raid_disks Disks that the whole array has, as sysfs tells.
            # TYPE node_md_raid_disks gauge
            node_md_raid_disks{device="md0"} 2
            node_md_raid_disks{device="md6"} 2
            # HELP node_md_state Whether the array is in this state; all are 0 while it changes its shape.
            # TYPE node_md_state gauge
            node_md_state{device="md6",state="active"} 0
            node_md_state{device="md6",state="check"} 0
            node_md_state{device="md6",state="inactive"} 0
            node_md_state{device="md6",state="recovering"} 1
            node_md_state{device="md6",state="resync"} 0
        "##]],
        );
    }

    #[test]
    fn no_arrays() {
        check(
            &[("proc/mdstat", "Personalities : \nunused devices: <none>\n")],
            expect![[""]],
        );
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }
}
