//! SD cards and eMMC chips: what they are, how worn they are, and what was written to them, from `/sys/block/mmcblk*`.
//!
//! Cards and chips say who made them; only eMMC chips (Compute Modules) say how much of their life is used
//! (`life_time`, `pre_eol_info`, JESD84-B51). What was written counts from boot, and is what the kernel sent, not what
//! the card wrote to its cells.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node, number};

const INFO: Family<9> = Family::gauge(
    "node_mmc_info",
    "Always 1; maker, name and serial number of a card or chip.",
    [
        "date", "device", "fwrev", "hwrev", "manfid", "name", "oemid", "serial", "type",
    ],
);
const LIFE_TIME: Family<2> = Family::gauge(
    "node_mmc_life_time_ratio",
    "How much of the life of an eMMC chip's memory of type a or b is used at most, in steps of 0.1; 1.1 above 1.",
    ["device", "type"],
);
const PRE_EOL: Family<2> = Family::gauge(
    "node_mmc_pre_eol",
    "1 for how many of an eMMC chip's spare blocks are used: normal, warning (80 %) or urgent (90 %).",
    ["device", "state"],
);
const WRITTEN: Family<1> = Family::counter(
    "node_mmc_written_bytes_total",
    "Bytes written to a card or chip since boot.",
    ["device"],
);

/// Files of the labels of `node_mmc_info` below the device, in the order of the labels without `device`.
const FACTS: [&str; 8] = [
    "date", "fwrev", "hwrev", "manfid", "name", "oemid", "serial", "type",
];
/// States by the number of the chip, from 1.
const PRE_EOL_STATES: [&str; 3] = ["normal", "warning", "urgent"];
/// The number of a life that is over.
const LIFE_EXCEEDED: u64 = 0x0b;
/// Where the sectors written stand in a block device's `stat` (`Documentation/block/stat.rst`).
const SECTORS_WRITTEN: usize = 6;
/// A sector of `stat`, whatever the device's own sectors are.
const SECTOR_BYTES: u64 = 512;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let mut has_any = false;
    for device in node.paths.list_sys("block")? {
        if is_mmc(&device) {
            has_any = true;
            write(node, &device, out);
        }
    }
    if has_any { Ok(()) } else { Err(Error::NoData) }
}

/// `mmcblk0`, and not its partitions and boot areas `mmcblk0p1` and `mmcblk0boot0`.
fn is_mmc(device: &str) -> bool {
    let number = device.strip_prefix("mmcblk").unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

fn write(node: &Node, device: &str, out: &mut Exposition) {
    let read = |file: &str| node.paths.read_sys(&format!("block/{device}/{file}")).ok();
    let facts = FACTS.map(|file| read(&format!("device/{file}")));
    let [date, fwrev, hwrev, manfid, name, oemid, serial, kind] = facts
        .each_ref()
        .map(|fact| Option::as_deref(fact).unwrap_or_default());
    let labels = [date, device, fwrev, hwrev, manfid, name, oemid, serial, kind];
    out.sample(&INFO, labels, 1.0);
    if let Some(text) = read("device/life_time") {
        for (kind, word) in ["a", "b"].into_iter().zip(text.split_ascii_whitespace()) {
            if let Some(tenths) = life_time_tenths(word) {
                out.sample(&LIFE_TIME, [device, kind], tenths as f64 / 10.0);
            }
        }
    }
    if let Some(state) = read("device/pre_eol_info").and_then(|text| pre_eol(&text)) {
        for name in ["normal", "urgent", "warning"] {
            out.sample(&PRE_EOL, [device, name], f64::from(u8::from(name == state)));
        }
    }
    if let Some(bytes) = read("stat").and_then(|text| written_bytes(&text)) {
        out.sample(&WRITTEN, [device], bytes as f64);
    }
}

/// The upper end of the tenth of its life that a chip says it is in; nothing where it does not say.
fn life_time_tenths(word: &str) -> Option<u64> {
    number::parse(word).filter(|tenths| (1..=LIFE_EXCEEDED).contains(tenths))
}

fn pre_eol(text: &str) -> Option<&'static str> {
    let index = number::parse(text)?.checked_sub(1)?;
    PRE_EOL_STATES.get(usize::try_from(index).ok()?).copied()
}

fn written_bytes(stat: &str) -> Option<u64> {
    let sectors: u64 = stat.split_ascii_whitespace().nth(SECTORS_WRITTEN)?.parse().ok()?;
    sectors.checked_mul(SECTOR_BYTES)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&samples(collect, &[], files));
    }

    #[test]
    fn a_card_and_a_chip() {
        check(
            &[
                ("sys/block/mmcblk0/device/date", "03/2021\n"),
                ("sys/block/mmcblk0/device/manfid", "0x000003\n"),
                ("sys/block/mmcblk0/device/name", "SC32G\n"),
                ("sys/block/mmcblk0/device/oemid", "0x5344\n"),
                ("sys/block/mmcblk0/device/serial", "0x12345678\n"),
                ("sys/block/mmcblk0/device/type", "SD\n"),
                (
                    "sys/block/mmcblk0/stat",
                    "   31180    13091  2432870   124640    76402    59262  2498954  1046852        0   358100  1171492\n",
                ),
                ("sys/block/mmcblk0/mmcblk0p1/stat", "1 2 3 4 5 6 7\n"),
                ("sys/block/mmcblk1/device/life_time", "0x01 0x0b\n"),
                ("sys/block/mmcblk1/device/name", "BJTD4R\n"),
                ("sys/block/mmcblk1/device/pre_eol_info", "0x02\n"),
                ("sys/block/mmcblk1/device/type", "MMC\n"),
                ("sys/block/mmcblk1boot0/stat", "1 2 3 4 5 6 7\n"),
            ],
            expect![[r#"
                node_mmc_info{date="03/2021",device="mmcblk0",fwrev="",hwrev="",manfid="0x000003",name="SC32G",oemid="0x5344",serial="0x12345678",type="SD"} 1
                node_mmc_info{date="",device="mmcblk1",fwrev="",hwrev="",manfid="",name="BJTD4R",oemid="",serial="",type="MMC"} 1
                node_mmc_life_time_ratio{device="mmcblk1",type="a"} 0.1
                node_mmc_life_time_ratio{device="mmcblk1",type="b"} 1.1
                node_mmc_pre_eol{device="mmcblk1",state="normal"} 0
                node_mmc_pre_eol{device="mmcblk1",state="urgent"} 0
                node_mmc_pre_eol{device="mmcblk1",state="warning"} 1
                node_mmc_written_bytes_total{device="mmcblk0"} 1.279464448e+09
            "#]],
        );
    }

    #[test]
    fn a_chip_that_does_not_say() {
        check(
            &[
                ("sys/block/mmcblk0/device/life_time", "0x00 0x0c\n"),
                ("sys/block/mmcblk0/device/pre_eol_info", "0x00\n"),
                ("sys/block/mmcblk0/stat", "1 2 3\n"),
            ],
            expect![[r#"
                node_mmc_info{date="",device="mmcblk0",fwrev="",hwrev="",manfid="",name="",oemid="",serial="",type=""} 1
            "#]],
        );
    }

    #[test]
    fn no_card() {
        let expect = expect![[r#"
            no data
        "#]];
        check(&[("sys/block/sda/stat", "1\n")], expect);
        let expect = expect![[r#"
            no data
        "#]];
        check(&[], expect);
    }

    #[test]
    fn numbers_out_of_range() {
        assert_eq!(written_bytes("0 0 0 0 0 0 18446744073709551615"), None);
        assert_eq!(pre_eol("0xffffffffffffffff"), None);
        assert_eq!(life_time_tenths("-1"), None);
    }
}
