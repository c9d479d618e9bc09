//! The counts of `/proc/diskstats`, as families.

use metrics_registry::{Exposition, Family};
use procfs_core::DiskStat;

/// A sector of `/proc/diskstats`, whatever the device's own is.
const SECTOR_BYTES: f64 = 512.0;
/// Times are in milliseconds. Multiplied, not divided by a thousand, because that rounds as the reference does.
const SECONDS_PER_TICK: f64 = 1.0 / 1000.0;

/// A family and how to read it.
type Column = (Family<1>, fn(&DiskStat) -> Option<f64>);

/// The columns of a line after the name; older kernels have the first 11 or 15 only.
const COLUMNS: [Column; 17] = [
    (
        counter("node_disk_reads_completed_total", "Reads completed."),
        |disk| Some(disk.reads as f64),
    ),
    (
        counter(
            "node_disk_reads_merged_total",
            "Reads that were merged with a neighbour.",
        ),
        |disk| Some(disk.merged as f64),
    ),
    (counter("node_disk_read_bytes_total", "Bytes read."), |disk| {
        Some(disk.sectors_read as f64 * SECTOR_BYTES)
    }),
    (
        counter(
            "node_disk_read_time_seconds_total",
            "Seconds that all reads took together.",
        ),
        |disk| Some(disk.time_reading as f64 * SECONDS_PER_TICK),
    ),
    (
        counter("node_disk_writes_completed_total", "Writes completed."),
        |disk| Some(disk.writes as f64),
    ),
    (
        counter(
            "node_disk_writes_merged_total",
            "Writes that were merged with a neighbour.",
        ),
        |disk| Some(disk.writes_merged as f64),
    ),
    (
        counter("node_disk_written_bytes_total", "Bytes written."),
        |disk| Some(disk.sectors_written as f64 * SECTOR_BYTES),
    ),
    (
        counter(
            "node_disk_write_time_seconds_total",
            "Seconds that all writes took together.",
        ),
        |disk| Some(disk.time_writing as f64 * SECONDS_PER_TICK),
    ),
    (
        Family::gauge("node_disk_io_now", "Requests in progress.", ["device"]),
        |disk| Some(disk.in_progress as f64),
    ),
    (
        counter(
            "node_disk_io_time_seconds_total",
            "Seconds during which any request was in progress.",
        ),
        |disk| Some(disk.time_in_progress as f64 * SECONDS_PER_TICK),
    ),
    (
        counter(
            "node_disk_io_time_weighted_seconds_total",
            "Seconds that all requests took together, those in progress included.",
        ),
        |disk| Some(disk.weighted_time_in_progress as f64 * SECONDS_PER_TICK),
    ),
    (
        counter("node_disk_discards_completed_total", "Discards completed."),
        |disk| Some(disk.discards? as f64),
    ),
    (
        counter(
            "node_disk_discards_merged_total",
            "Discards that were merged with a neighbour.",
        ),
        |disk| Some(disk.discards_merged? as f64),
    ),
    (
        counter(
            "node_disk_discarded_sectors_total",
            "Sectors discarded, of 512 bytes each.",
        ),
        |disk| Some(disk.sectors_discarded? as f64),
    ),
    (
        counter(
            "node_disk_discard_time_seconds_total",
            "Seconds that all discards took together.",
        ),
        |disk| Some(disk.time_discarding? as f64 * SECONDS_PER_TICK),
    ),
    (
        counter("node_disk_flush_requests_total", "Flushes completed."),
        |disk| Some(disk.flushes? as f64),
    ),
    (
        counter(
            "node_disk_flush_requests_time_seconds_total",
            "Seconds that all flushes took together.",
        ),
        |disk| Some(disk.time_flushing? as f64 * SECONDS_PER_TICK),
    ),
];

const fn counter(name: &'static str, help: &'static str) -> Family<1> {
    Family::counter(name, help, ["device"])
}

/// Writes the counts of all disks, family by family.
pub(super) fn write(disks: &[DiskStat], out: &mut Exposition) {
    for (family, value) in &COLUMNS {
        for disk in disks {
            if let Some(value) = value(disk) {
                out.sample(family, [&disk.name], value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(line: &str, expect: Expect) {
        let mut out = Exposition::default();
        write(&[DiskStat::from_line(line).unwrap()], &mut out);
        let text = out.to_text();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        expect.assert_eq(&samples.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn seventeen_columns() {
        check(
            "   8      32 sdc 126552 141 1657779 14 11822 1895 172905 1007 0 10730 17070 18851 0 125173784 11130 1555 1944",
            expect![[r#"
                node_disk_discard_time_seconds_total{device="sdc"} 11.13
                node_disk_discarded_sectors_total{device="sdc"} 1.25173784e+08
                node_disk_discards_completed_total{device="sdc"} 18851
                node_disk_discards_merged_total{device="sdc"} 0
                node_disk_flush_requests_time_seconds_total{device="sdc"} 1.944
                node_disk_flush_requests_total{device="sdc"} 1555
                node_disk_io_now{device="sdc"} 0
                node_disk_io_time_seconds_total{device="sdc"} 10.73
                node_disk_io_time_weighted_seconds_total{device="sdc"} 17.07
                node_disk_read_bytes_total{device="sdc"} 8.48782848e+08
                node_disk_read_time_seconds_total{device="sdc"} 0.014
                node_disk_reads_completed_total{device="sdc"} 126552
                node_disk_reads_merged_total{device="sdc"} 141
                node_disk_write_time_seconds_total{device="sdc"} 1.0070000000000001
                node_disk_writes_completed_total{device="sdc"} 11822
                node_disk_writes_merged_total{device="sdc"} 1895
                node_disk_written_bytes_total{device="sdc"} 8.852736e+07"#]],
        );
    }

    #[test]
    fn eleven_columns_and_huge_numbers() {
        check(
            "   8      32 sdc 18446744073709551615 141 18446744073709551615 14 11822 1895 172905 1007 0 10730 17070",
            expect![[r#"
                node_disk_io_now{device="sdc"} 0
                node_disk_io_time_seconds_total{device="sdc"} 10.73
                node_disk_io_time_weighted_seconds_total{device="sdc"} 17.07
                node_disk_read_bytes_total{device="sdc"} 9.44473296573929e+21
                node_disk_read_time_seconds_total{device="sdc"} 0.014
                node_disk_reads_completed_total{device="sdc"} 1.8446744073709552e+19
                node_disk_reads_merged_total{device="sdc"} 141
                node_disk_write_time_seconds_total{device="sdc"} 1.0070000000000001
                node_disk_writes_completed_total{device="sdc"} 11822
                node_disk_writes_merged_total{device="sdc"} 1895
                node_disk_written_bytes_total{device="sdc"} 8.852736e+07"#]],
        );
    }
}
