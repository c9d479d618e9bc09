//! What the firmware says about the machine, from `/sys/class/dmi/id`: read once, because it lasts until a reboot.
//!
//! A machine without DMI, such as every Pi, has no such directory. Serial numbers are for root only, and left out else.
//!
//! Names: `node_dmi_info` gauge by (`bios_date`), (`bios_release`), (`bios_vendor`), (`bios_version`),
//! (`board_asset_tag`), (`board_name`), (`board_serial`), (`board_vendor`), (`board_version`), (`chassis_asset_tag`),
//! (`chassis_serial`), (`chassis_vendor`), (`chassis_version`), (`product_family`), (`product_name`),
//! (`product_serial`), (`product_sku`), (`product_uuid`), (`product_version`), (`system_vendor`): what the firmware
//! says about the machine; always 1.

use std::cell::OnceCell;

use metrics_registry::{Exposition, Kind};

use crate::source::Paths;
use crate::{Error, Node};

/// Labels in the order of their names, and the file of each.
const LABELS: [(&str, &str); 20] = [
    ("bios_date", "bios_date"),
    ("bios_release", "bios_release"),
    ("bios_vendor", "bios_vendor"),
    ("bios_version", "bios_version"),
    ("board_asset_tag", "board_asset_tag"),
    ("board_name", "board_name"),
    ("board_serial", "board_serial"),
    ("board_vendor", "board_vendor"),
    ("board_version", "board_version"),
    ("chassis_asset_tag", "chassis_asset_tag"),
    ("chassis_serial", "chassis_serial"),
    ("chassis_vendor", "chassis_vendor"),
    ("chassis_version", "chassis_version"),
    ("product_family", "product_family"),
    ("product_name", "product_name"),
    ("product_serial", "product_serial"),
    ("product_sku", "product_sku"),
    ("product_uuid", "product_uuid"),
    ("product_version", "product_version"),
    ("system_vendor", "sys_vendor"),
];

/// What survives a scrape.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Labels and values that the machine has.
    labels: OnceCell<Vec<(&'static str, String)>>,
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let labels = node.dmi.labels.get_or_init(|| read(&node.paths));
    if labels.is_empty() {
        return Err(Error::NoData);
    }
    // Not a `Family`, because a label is there only where its file is.
    out.dynamic(
        "node_dmi_info",
        format_args!("What the firmware says about the machine, as labels; always 1."),
        Kind::Gauge,
        labels.iter().map(|(name, value)| (*name, value.as_str())),
        1.0,
    );
    Ok(())
}

fn read(paths: &Paths) -> Vec<(&'static str, String)> {
    let directory = paths.sysfs.join("class/dmi/id");
    let read = |(label, file)| {
        let text = paths.read_once(&directory.join(file)).ok()?;
        Some((label, text.trim().to_owned()))
    };
    LABELS.into_iter().filter_map(read).collect()
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
    fn some_fields() {
        let files = [
            ("sys/class/dmi/id/sys_vendor", "Dell Inc.\n"),
            ("sys/class/dmi/id/board_vendor", "Dell \"Inc.\"\n"),
            ("sys/class/dmi/id/chassis_version", "\n"),
            ("sys/class/dmi/id/modalias", "dmi:bvnDellInc.\n"),
        ];
        check(
            &files,
            expect![[r##"
            # HELP node_dmi_info What the firmware says about the machine, as labels; always 1.
            # TYPE node_dmi_info gauge
            node_dmi_info{board_vendor="Dell \"Inc.\"",chassis_version="",system_vendor="Dell Inc."} 1
        "##]],
        );
    }

    #[test]
    fn no_dmi() {
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }
}
