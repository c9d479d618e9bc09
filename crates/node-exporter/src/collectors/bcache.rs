//! Disks behind a faster cache, from `/sys/fs/bcache`.
//!
//! A machine without any is healthy: the collector succeeds and writes nothing.
//! `priority_stats` is read only when a flag asks for it, because the kernel sorts all buckets of the device for it.

mod attribute;
mod size;

use clap::{Arg, ArgMatches};
use exporter_http::flags::switch_value;
use metrics_registry::{Exposition, Family};

use self::attribute::{BTREE_READ, BTREE_READ_FILE, CACHES, DIRTY_DATA, PRIORITY, SET, TOTALS, WRITEBACK};
use crate::source::Paths;
use crate::{Error, Node, flags};

const SETS: &str = "fs/bcache";
const PRIORITY_STATS: &str = "collector.bcache.priorityStats";

/// Settings.
#[derive(Debug)]
pub(crate) struct State {
    /// Whether `priority_stats` is read.
    with_priority: bool,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Self {
        Self {
            with_priority: switch_value(matches, PRIORITY_STATS).unwrap_or(false),
        }
    }
}

pub(super) fn flags() -> Vec<Arg> {
    flags::switch(
        PRIORITY_STATS,
        "Report how cache devices are used, which is expensive (default: off)",
    )
    .into()
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let names = match node.paths.list_sys(SETS) {
        Err(Error::NoData) => return Ok(()),
        other => other?,
    };
    // Between the sets, which are named by their UUID, are files to register devices with.
    for uuid in names.iter().filter(|name| name.contains('-')) {
        write_set(&node.paths, uuid, out);
        for device in node.paths.list_sys(&format!("{SETS}/{uuid}"))? {
            if is_numbered(&device, "bdev") {
                write_backing(&node.paths, [&device, uuid], out);
            } else if is_numbered(&device, "cache") {
                write_cache(&node.paths, [&device, uuid], node.bcache.with_priority, out);
            }
        }
    }
    Ok(())
}

fn is_numbered(name: &str, prefix: &str) -> bool {
    let rest = name.strip_prefix(prefix);
    rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

fn write_set(paths: &Paths, uuid: &str, out: &mut Exposition) {
    for (file, family) in &SET {
        if let Some(value) = read(paths, &format!("{SETS}/{uuid}/{file}")) {
            out.sample(family, [uuid], value);
        }
    }
    if let Some(nanoseconds) = read(paths, &format!("{SETS}/{uuid}/{BTREE_READ_FILE}")) {
        out.sample(&BTREE_READ, [uuid], nanoseconds * 1e-9);
    }
}

fn write_backing(paths: &Paths, labels: [&str; 2], out: &mut Exposition) {
    let [device, uuid] = labels;
    let (file, family) = &DIRTY_DATA;
    if let Some(value) = read(paths, &format!("{SETS}/{uuid}/{device}/{file}")) {
        out.sample(family, labels, value);
    }
    if let Ok(text) = paths.read_sys(&format!("{SETS}/{uuid}/{device}/writeback_rate_debug")) {
        write_lines(&text, &WRITEBACK, labels, "/sec", out);
    }
    // Those of the whole set, as in the reference; the device's own differ where the set has several.
    for (file, family) in &TOTALS {
        if let Some(value) = read(paths, &format!("{SETS}/{uuid}/stats_total/{file}")) {
            out.sample(family, labels, value);
        }
    }
}

fn write_cache(paths: &Paths, labels: [&str; 2], with_priority: bool, out: &mut Exposition) {
    let [device, uuid] = labels;
    for (file, family) in &CACHES {
        if let Some(value) = read(paths, &format!("{SETS}/{uuid}/{device}/{file}")) {
            out.sample(family, labels, value);
        }
    }
    if with_priority && let Ok(text) = paths.read_sys(&format!("{SETS}/{uuid}/{device}/priority_stats")) {
        write_lines(&text, &PRIORITY, labels, "%", out);
    }
}

/// Nothing where the file is missing, as some are in some kernels, or is no number.
fn read(paths: &Paths, name: &str) -> Option<f64> {
    size::parse(&paths.read_sys(name).ok()?)
}

/// Writes the lines `KEY: VALUE` that have a family; `unit` may stand after a value.
fn write_lines(
    text: &str,
    families: &[(&str, Family<2>)],
    labels: [&str; 2],
    unit: &str,
    out: &mut Exposition,
) {
    for line in text.lines() {
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim_ascii();
        let value = size::parse(value.strip_suffix(unit).unwrap_or(value));
        let family = families.iter().find(|(name, _)| *name == key);
        if let (Some((_, family)), Some(value)) = (family, value) {
            out.sample(family, labels, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::collected;

    #[track_caller]
    fn check(arguments: &[&str], files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&collected(collect, arguments, files));
    }

    const CACHE: [(&str, &str); 3] = [
        ("sys/fs/bcache/dea-1/cache0/metadata_written", "4.5k\n"),
        (
            "sys/fs/bcache/dea-1/cache0/priority_stats",
            "Unused:\t\t99%\nMetadata:\t1%\nAverage:\t10473\n",
        ),
        ("sys/fs/bcache/dea-1/cache_available_percent", "100\n"),
    ];

    #[test]
    fn cache_device_with_and_without_priority() {
        check(
            &[],
            &CACHE,
            expect![[r##"
            # HELP node_bcache_cache_available_percent Share of the cache that holds nothing unwritten, in percent.
            # TYPE node_bcache_cache_available_percent gauge
            node_bcache_cache_available_percent{uuid="dea-1"} 100
            # HELP node_bcache_metadata_written_bytes_total Bytes written to the cache device that are not data.
            # TYPE node_bcache_metadata_written_bytes_total counter
            node_bcache_metadata_written_bytes_total{cache_device="cache0",uuid="dea-1"} 4596
        "##]],
        );
        check(
            &["--collector.bcache.priorityStats"],
            &CACHE,
            expect![[r##"
            # HELP node_bcache_cache_available_percent Share of the cache that holds nothing unwritten, in percent.
            # TYPE node_bcache_cache_available_percent gauge
            node_bcache_cache_available_percent{uuid="dea-1"} 100
            # HELP node_bcache_metadata_written_bytes_total Bytes written to the cache device that are not data.
            # TYPE node_bcache_metadata_written_bytes_total counter
            node_bcache_metadata_written_bytes_total{cache_device="cache0",uuid="dea-1"} 4596
            # HELP node_bcache_priority_stats_metadata_percent Share of the cache device that bcache needs for itself, in percent.
            # TYPE node_bcache_priority_stats_metadata_percent gauge
            node_bcache_priority_stats_metadata_percent{cache_device="cache0",uuid="dea-1"} 1
            # HELP node_bcache_priority_stats_unused_percent Share of the cache device that holds no data, in percent.
            # TYPE node_bcache_priority_stats_unused_percent gauge
            node_bcache_priority_stats_unused_percent{cache_device="cache0",uuid="dea-1"} 99
        "##]],
        );
    }

    #[test]
    fn backing_device() {
        let debug = "\
rate:\t\t1.1M/sec
dirty:\t\t20.4G
target:\t\t20.4G
proportional:\t-427.5k
integral:\t790.0k
change:\t\t-321.5k/sec
next io:\t17ms
";
        let files = [
            ("sys/fs/bcache/register", ""),
            ("sys/fs/bcache/dea-1/tree_depth", "2\n"),
            (
                "sys/fs/bcache/dea-1/internal/btree_read_average_duration_us",
                "1305\n",
            ),
            ("sys/fs/bcache/dea-1/stats_total/cache_hits", "546\n"),
            ("sys/fs/bcache/dea-1/stats_total/bypassed", "1.1M\n"),
            ("sys/fs/bcache/dea-1/bdev0/dirty_data", "0\n"),
            ("sys/fs/bcache/dea-1/bdev0/writeback_rate_debug", debug),
        ];
        check(
            &[],
            &files,
            expect![[r##"
            # HELP node_bcache_btree_read_average_duration_seconds Seconds that reading a node of the tree takes on average.
            # TYPE node_bcache_btree_read_average_duration_seconds gauge
            node_bcache_btree_read_average_duration_seconds{uuid="dea-1"} 1.305e-06
            # HELP node_bcache_bypassed_bytes_total Bytes read or written past the cache.
            # TYPE node_bcache_bypassed_bytes_total counter
            node_bcache_bypassed_bytes_total{backing_device="bdev0",uuid="dea-1"} 1.150976e+06
            # HELP node_bcache_cache_hits_total Reads and writes that the cache served.
            # TYPE node_bcache_cache_hits_total counter
            node_bcache_cache_hits_total{backing_device="bdev0",uuid="dea-1"} 546
            # HELP node_bcache_dirty_data_bytes Data in the cache that the backing device does not have yet, in bytes.
            # TYPE node_bcache_dirty_data_bytes gauge
            node_bcache_dirty_data_bytes{backing_device="bdev0",uuid="dea-1"} 0
            # HELP node_bcache_dirty_target_bytes Unwritten data that the cache aims at, in bytes.
            # TYPE node_bcache_dirty_target_bytes gauge
            node_bcache_dirty_target_bytes{backing_device="bdev0",uuid="dea-1"} 2.189426688e+10
            # HELP node_bcache_tree_depth Levels of the tree.
            # TYPE node_bcache_tree_depth gauge
            node_bcache_tree_depth{uuid="dea-1"} 2
            # HELP node_bcache_writeback_change Last change of the rate of writing back, in bytes per second.
            # TYPE node_bcache_writeback_change gauge
            node_bcache_writeback_change{backing_device="bdev0",uuid="dea-1"} -329204
            # HELP node_bcache_writeback_rate Rate of writing back, in bytes per second.
            # TYPE node_bcache_writeback_rate gauge
            node_bcache_writeback_rate{backing_device="bdev0",uuid="dea-1"} 1.150976e+06
            # HELP node_bcache_writeback_rate_integral_term Part of the rate of writing back that follows from earlier distances to the target, in bytes per second.
            # TYPE node_bcache_writeback_rate_integral_term gauge
            node_bcache_writeback_rate_integral_term{backing_device="bdev0",uuid="dea-1"} 808960
            # HELP node_bcache_writeback_rate_proportional_term Part of the rate of writing back that follows from the distance to the target, in bytes per second.
            # TYPE node_bcache_writeback_rate_proportional_term gauge
            node_bcache_writeback_rate_proportional_term{backing_device="bdev0",uuid="dea-1"} -437748
        "##]],
        );
    }

    #[test]
    fn truncated_huge_and_garbage() {
        let files = [
            ("sys/fs/bcache/dea-1/tree_depth", "deep\n"),
            ("sys/fs/bcache/dea-1/congested", ""),
            (
                "sys/fs/bcache/dea-1/btree_cache_size",
                "9999999999999999999999G\n",
            ),
            ("sys/fs/bcache/dea-1/bdev/dirty_data", "1\n"),
            (
                "sys/fs/bcache/dea-1/bdev1/writeback_rate_debug",
                "rate\nrate:\nchange: -/sec\n:\n",
            ),
        ];
        check(
            &[],
            &files,
            expect![[r##"
            # HELP node_bcache_btree_cache_size_bytes Memory that holds nodes of the tree, in bytes.
            # TYPE node_bcache_btree_cache_size_bytes gauge
            node_bcache_btree_cache_size_bytes{uuid="dea-1"} 1.073741824e+31
        "##]],
        );
    }

    #[test]
    fn no_cache() {
        check(&[], &[], expect![[""]]);
    }
}
