//! Work of SCSI tape drives, from `/sys/class/scsi_tape/st*/stats`.
//!
//! Absent without the `st` module. Each drive has several names for its modes (`nst0`, `st0a`…); `stN` is reported.
//! Flag: `--collector.tapestats.ignored-devices`.

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::text;
use metrics_registry::{Exposition, Family};

use crate::filter::Filter;
use crate::{Error, Node};

const IGNORED: &str = "collector.tapestats.ignored-devices";

/// Seconds in the kernel's nanoseconds, as a factor: the reference multiplies, and the last digit tells.
const NANOSECONDS: f64 = 0.000_000_001;
const PLAIN: f64 = 1.0;

/// Files below `stats`, and what their number is multiplied with.
const FAMILIES: [(&str, f64, Family<1>); 10] = [
    (
        "in_flight",
        PLAIN,
        Family::gauge(
            "node_tape_io_now",
            "Requests that a tape drive works on.",
            ["device"],
        ),
    ),
    (
        "io_ns",
        NANOSECONDS,
        Family::counter(
            "node_tape_io_time_seconds_total",
            "Seconds spent waiting for a tape drive, for reads, writes and movements.",
            ["device"],
        ),
    ),
    (
        "other_cnt",
        PLAIN,
        Family::counter(
            "node_tape_io_others_total",
            "Requests to a tape drive that neither read nor write.",
            ["device"],
        ),
    ),
    (
        "read_byte_cnt",
        PLAIN,
        Family::counter(
            "node_tape_read_bytes_total",
            "Bytes read from a tape drive.",
            ["device"],
        ),
    ),
    (
        "read_cnt",
        PLAIN,
        Family::counter(
            "node_tape_reads_completed_total",
            "Read requests to a tape drive.",
            ["device"],
        ),
    ),
    (
        "read_ns",
        NANOSECONDS,
        Family::counter(
            "node_tape_read_time_seconds_total",
            "Seconds spent waiting for reads from a tape drive.",
            ["device"],
        ),
    ),
    (
        "resid_cnt",
        PLAIN,
        Family::counter(
            "node_tape_residual_total",
            "Requests to a tape drive that moved fewer bytes than asked for.",
            ["device"],
        ),
    ),
    (
        "write_byte_cnt",
        PLAIN,
        Family::counter(
            "node_tape_written_bytes_total",
            "Bytes written to a tape drive.",
            ["device"],
        ),
    ),
    (
        "write_cnt",
        PLAIN,
        Family::counter(
            "node_tape_writes_completed_total",
            "Write requests to a tape drive.",
            ["device"],
        ),
    ),
    (
        "write_ns",
        NANOSECONDS,
        Family::counter(
            "node_tape_write_time_seconds_total",
            "Seconds spent waiting for writes to a tape drive.",
            ["device"],
        ),
    ),
];

/// Which drives are left out.
#[derive(Debug)]
pub(crate) struct State {
    shown: Filter,
}

impl State {
    /// Fails where the expression is not valid.
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            shown: Filter::exclude(IGNORED, text(matches, IGNORED))?,
        })
    }
}

pub(super) fn flags() -> Vec<Arg> {
    vec![
        Arg::new(IGNORED)
            .long(IGNORED)
            .value_name("REGEX")
            .default_value("^$")
            .help("Leave out the tape drives that match"),
    ]
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    for drive in node.paths.list_sys("class/scsi_tape")? {
        if !is_drive(&drive) || !node.tapestats.shown.passes(&drive) {
            continue;
        }
        for (file, factor, family) in &FAMILIES {
            let path = format!("class/scsi_tape/{drive}/stats/{file}");
            let text = node.paths.read_sys(&path)?;
            let number: u64 = text
                .parse()
                .map_err(|_| Error::parse("class/scsi_tape/*/stats", 1, &text))?;
            out.sample(family, [&drive], number as f64 * factor);
        }
    }
    Ok(())
}

/// Whether this is the plain name of a drive, `st` and a number.
fn is_drive(name: &str) -> bool {
    let number = name.strip_prefix("st").unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    const DRIVE: [(&str, &str); 12] = [
        ("sys/class/scsi_tape/st0/stats/in_flight", "1\n"),
        ("sys/class/scsi_tape/st0/stats/io_ns", "9247011087720\n"),
        ("sys/class/scsi_tape/st0/stats/other_cnt", "1409\n"),
        ("sys/class/scsi_tape/st0/stats/read_byte_cnt", "979383912\n"),
        ("sys/class/scsi_tape/st0/stats/read_cnt", "3741\n"),
        ("sys/class/scsi_tape/st0/stats/read_ns", "33788355744\n"),
        ("sys/class/scsi_tape/st0/stats/resid_cnt", "19\n"),
        ("sys/class/scsi_tape/st0/stats/write_byte_cnt", "1496246784000\n"),
        ("sys/class/scsi_tape/st0/stats/write_cnt", "53772916\n"),
        ("sys/class/scsi_tape/st0/stats/write_ns", "5233597394395\n"),
        ("sys/class/scsi_tape/nst0/stats/in_flight", "1\n"),
        ("sys/class/scsi_tape/st0a/stats/in_flight", "1\n"),
    ];

    #[track_caller]
    fn check(arguments: &[&str], files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&samples(collect, arguments, files));
    }

    #[test]
    fn one_drive_under_three_names() {
        check(
            &[],
            &DRIVE,
            expect![[r#"
            node_tape_io_now{device="st0"} 1
            node_tape_io_others_total{device="st0"} 1409
            node_tape_io_time_seconds_total{device="st0"} 9247.01108772
            node_tape_read_bytes_total{device="st0"} 9.79383912e+08
            node_tape_read_time_seconds_total{device="st0"} 33.788355744
            node_tape_reads_completed_total{device="st0"} 3741
            node_tape_residual_total{device="st0"} 19
            node_tape_write_time_seconds_total{device="st0"} 5233.597394395
            node_tape_writes_completed_total{device="st0"} 5.3772916e+07
            node_tape_written_bytes_total{device="st0"} 1.496246784e+12
        "#]],
        );
    }

    #[test]
    fn ignored_drive() {
        check(
            &["--collector.tapestats.ignored-devices=st0"],
            &DRIVE,
            expect![[r#""#]],
        );
    }

    #[test]
    fn missing_and_strange() {
        check(
            &[],
            &DRIVE[..1],
            expect![[r#"
            node_tape_io_now{device="st0"} 1
            no data
        "#]],
        );
        check(
            &[],
            &[("sys/class/scsi_tape/st0/stats/in_flight", "\u{fffd}")],
            expect![[r#"
                parse class/scsi_tape/*/stats line 1: "�"
            "#]],
        );
        check(
            &[],
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }
}
