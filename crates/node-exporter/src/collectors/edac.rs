//! Memory errors that the controllers found, from `/sys/devices/system/edac/mc`.
//!
//! A machine without such a controller, or without a driver for it, is healthy: the collector succeeds and writes nothing.

use metrics_registry::{Exposition, Family};

use crate::source::Paths;
use crate::{Error, Node, number};

const CORRECTABLE: Family<1> = Family::counter(
    "node_edac_correctable_errors_total",
    "Memory errors that the controller corrected.",
    ["controller"],
);
const UNCORRECTABLE: Family<1> = Family::counter(
    "node_edac_uncorrectable_errors_total",
    "Memory errors that the controller could not correct.",
    ["controller"],
);
const ROW_CORRECTABLE: Family<2> = Family::counter(
    "node_edac_csrow_correctable_errors_total",
    "Memory errors of the row that the controller corrected.",
    ["controller", "csrow"],
);
const ROW_UNCORRECTABLE: Family<2> = Family::counter(
    "node_edac_csrow_uncorrectable_errors_total",
    "Memory errors of the row that the controller could not correct.",
    ["controller", "csrow"],
);
const CHANNEL_CORRECTABLE: Family<4> = Family::counter(
    "node_edac_channel_correctable_errors_total",
    "Memory errors of the row's channel that the controller corrected.",
    ["channel", "controller", "csrow", "dimm_label"],
);
const CHANNEL_UNCORRECTABLE: Family<4> = Family::counter(
    "node_edac_channel_uncorrectable_errors_total",
    "Memory errors of the row's channel that the controller could not correct.",
    ["channel", "controller", "csrow", "dimm_label"],
);

const CONTROLLERS: &str = "devices/system/edac/mc";
/// The row of errors that the controller could not place.
const UNKNOWN: &str = "unknown";

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let names = match node.paths.list_sys(CONTROLLERS) {
        Err(Error::NoData) => return Ok(()),
        other => other?,
    };
    for controller in names.iter().filter_map(|name| numbered(name, "mc")) {
        write_controller(&node.paths, controller, out)?;
    }
    Ok(())
}

fn write_controller(paths: &Paths, controller: &str, out: &mut Exposition) -> Result<(), Error> {
    let directory = format!("{CONTROLLERS}/mc{controller}");
    let count = |file| number::sys(paths, &format!("{directory}/{file}")).map(|count| count as f64);
    for (file, family) in [("ce_count", &CORRECTABLE), ("ue_count", &UNCORRECTABLE)] {
        if let Some(count) = count(file) {
            out.sample(family, [controller], count);
        }
    }
    let names = paths.list_sys(&directory)?;
    for row in names.iter().filter_map(|name| numbered(name, "csrow")) {
        write_row(paths, controller, row, out)?;
    }
    let unplaced = [
        ("ce_noinfo_count", &ROW_CORRECTABLE),
        ("ue_noinfo_count", &ROW_UNCORRECTABLE),
    ];
    for (file, family) in unplaced {
        if let Some(count) = count(file) {
            out.sample(family, [controller, UNKNOWN], count);
        }
    }
    Ok(())
}

fn write_row(paths: &Paths, controller: &str, row: &str, out: &mut Exposition) -> Result<(), Error> {
    let directory = format!("{CONTROLLERS}/mc{controller}/csrow{row}");
    for (file, family) in [("ce_count", &ROW_CORRECTABLE), ("ue_count", &ROW_UNCORRECTABLE)] {
        if let Some(count) = number::sys(paths, &format!("{directory}/{file}")) {
            out.sample(family, [controller, row], count as f64);
        }
    }
    let names = paths.list_sys(&directory)?;
    let channels = names.iter().filter_map(|name| name.strip_suffix("_ce_count"));
    for channel in channels.filter_map(|name| numbered(name, "ch")) {
        let label = match paths.read_sys(&format!("{directory}/ch{channel}_dimm_label")) {
            Ok(text) => dimm_label(&text),
            Err(_) => UNKNOWN.to_owned(),
        };
        for (kind, family) in [("ce", &CHANNEL_CORRECTABLE), ("ue", &CHANNEL_UNCORRECTABLE)] {
            if let Some(count) = number::sys(paths, &format!("{directory}/ch{channel}_{kind}_count")) {
                out.sample(family, [channel, controller, row, &label], count as f64);
            }
        }
    }
    Ok(())
}

/// The kernel's own `mc#0csrow#1channel#0` becomes `mc0_csrow1_channel0`, as in the reference.
fn dimm_label(text: &str) -> String {
    text.replace('#', "")
        .replace("csrow", "_csrow")
        .replace("channel", "_channel")
}

/// What follows the prefix, where that is a number.
fn numbered<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    let digits = name.strip_prefix(prefix)?;
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(digits)
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
    fn one_controller_with_a_row_of_two_channels() {
        let files = [
            ("sys/devices/system/edac/mc/power/", ""),
            ("sys/devices/system/edac/mc/mc0/ce_count", "1\n"),
            ("sys/devices/system/edac/mc/mc0/ce_noinfo_count", "2\n"),
            ("sys/devices/system/edac/mc/mc0/ue_count", "5\n"),
            ("sys/devices/system/edac/mc/mc0/ue_noinfo_count", "6\n"),
            ("sys/devices/system/edac/mc/mc0/csrow0/ce_count", "3\n"),
            ("sys/devices/system/edac/mc/mc0/csrow0/ue_count", "4\n"),
            ("sys/devices/system/edac/mc/mc0/csrow0/ch0_ce_count", "0\n"),
            ("sys/devices/system/edac/mc/mc0/csrow0/ch0_ue_count", "2\n"),
            (
                "sys/devices/system/edac/mc/mc0/csrow0/ch0_dimm_label",
                "mc#0csrow#0channel#0\n",
            ),
            ("sys/devices/system/edac/mc/mc0/csrow0/ch1_ce_count", "7\n"),
        ];
        check(
            &files,
            expect![[r##"
                # HELP node_edac_channel_correctable_errors_total Memory errors of the row's channel that the controller corrected.
                # TYPE node_edac_channel_correctable_errors_total counter
                node_edac_channel_correctable_errors_total{channel="0",controller="0",csrow="0",dimm_label="mc0_csrow0_channel0"} 0
                node_edac_channel_correctable_errors_total{channel="1",controller="0",csrow="0",dimm_label="unknown"} 7
                # HELP node_edac_channel_uncorrectable_errors_total Memory errors of the row's channel that the controller could not correct.
                # TYPE node_edac_channel_uncorrectable_errors_total counter
                node_edac_channel_uncorrectable_errors_total{channel="0",controller="0",csrow="0",dimm_label="mc0_csrow0_channel0"} 2
                # HELP node_edac_correctable_errors_total Memory errors that the controller corrected.
                # TYPE node_edac_correctable_errors_total counter
                node_edac_correctable_errors_total{controller="0"} 1
                # HELP node_edac_csrow_correctable_errors_total Memory errors of the row that the controller corrected.
                # TYPE node_edac_csrow_correctable_errors_total counter
                node_edac_csrow_correctable_errors_total{controller="0",csrow="0"} 3
                node_edac_csrow_correctable_errors_total{controller="0",csrow="unknown"} 2
                # HELP node_edac_csrow_uncorrectable_errors_total Memory errors of the row that the controller could not correct.
                # TYPE node_edac_csrow_uncorrectable_errors_total counter
                node_edac_csrow_uncorrectable_errors_total{controller="0",csrow="0"} 4
                node_edac_csrow_uncorrectable_errors_total{controller="0",csrow="unknown"} 6
                # HELP node_edac_uncorrectable_errors_total Memory errors that the controller could not correct.
                # TYPE node_edac_uncorrectable_errors_total counter
                node_edac_uncorrectable_errors_total{controller="0"} 5
            "##]],
        );
    }

    #[test]
    fn garbage() {
        let files = [
            ("sys/devices/system/edac/mc/mc0/ce_count", "many\n"),
            ("sys/devices/system/edac/mc/mc0/ue_count", "-1\n"),
            ("sys/devices/system/edac/mc/mc0/csrow/ce_count", "1\n"),
            ("sys/devices/system/edac/mc/mc0/csrow9/chx_ce_count", "1\n"),
            ("sys/devices/system/edac/mc/mcx/ce_count", "1\n"),
        ];
        check(&files, expect![[""]]);
    }

    #[test]
    fn no_controller() {
        check(&[], expect![[""]]);
    }
}
