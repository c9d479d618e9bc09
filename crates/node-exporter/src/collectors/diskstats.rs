//! Input and output of block devices, from `/proc/diskstats`, with what udev knows of each device.

mod columns;
mod device;

use std::cell::RefCell;

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use metrics_registry::Exposition;
use procfs_core::DiskStat;

use self::device::Devices;
use crate::filter::{Filter, Pair};
use crate::{Error, Node};

const DEVICES: Pair = Pair {
    prefix: "collector.diskstats.device",
    what: "disks",
    exclude_default: r"^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\d+n\d+p)\d+$",
    old_include: "",
    old_exclude: "collector.diskstats.ignored-devices",
};

/// Settings, and what survives a scrape.
#[derive(Debug)]
pub(crate) struct State {
    chosen: Filter,
    /// What udev and sysfs told of each device; read again when udev's file changes.
    devices: RefCell<Devices>,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            chosen: DEVICES.read(matches)?,
            devices: RefCell::default(),
        })
    }
}

pub(super) fn flags() -> Vec<Arg> {
    DEVICES.args()
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let (disks, result) = parse(&node.paths.read_proc_table("diskstats")?, &node.diskstats.chosen);
    columns::write(&disks, out);
    let mut devices = node.diskstats.devices.borrow_mut();
    devices.refresh(&node.paths, &disks);
    devices.write(&node.paths, out);
    result
}

/// The chosen lines; with `Parse` for the last of those with fewer than 14 fields or a wrong number.
fn parse(text: &str, chosen: &Filter) -> (Vec<DiskStat>, Result<(), Error>) {
    let mut result = Ok(());
    let mut disks = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let name = line.split_ascii_whitespace().nth(2);
        if name.is_some_and(|name| !chosen.passes(name)) {
            continue;
        }
        match DiskStat::from_line(line) {
            Ok(disk) => disks.push(disk),
            Err(_) => result = Err(Error::parse("diskstats", index + 1, line)),
        }
    }
    (disks, result)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let chosen = Filter::exclude("", DEVICES.exclude_default).unwrap();
        let (disks, result) = parse(text, &chosen);
        let names: Vec<_> = disks.iter().map(|disk| disk.name.as_str()).collect();
        expect.assert_eq(&format!(
            "{names:?} {:?}",
            result.map_err(|error| error.to_string())
        ));
    }

    #[test]
    fn partitions_of_cards_stay_and_those_of_disks_go() {
        check(
            "1 0 ram0 0 0 0 0 0 0 0 0 0 0 0\n7 0 loop0 x\n8 0 sda 0 0 0 0 0 0 0 0 0 0 0\n8 1 sda1 0\n\
             179 1 mmcblk0p1 0 0 0 0 0 0 0 0 0 0 0\n259 1 nvme0n1p1 0\n",
            expect![[r#"["sda", "mmcblk0p1"] Ok(())"#]],
        );
    }

    #[test]
    fn short_lines_and_garbage_do_not_hide_the_others() {
        check(
            "8 0 sda 0 0\n8 1 sdb x 0 0 0 0 0 0 0 0 0 0\n\n8 2 sdc 0 0 0 0 0 0 0 0 0 0 0\n",
            expect![[r#"["sdc"] Err("parse diskstats line 3: \"\"")"#]],
        );
    }
}
