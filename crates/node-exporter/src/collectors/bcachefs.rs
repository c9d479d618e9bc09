//! File systems of the kind bcachefs, from `/sys/fs/bcachefs`.
//!
//! The directory exists while the module is loaded, and has a directory for each mounted file system.
//!
//! Names: `node_bcachefs_<counter>_total` counter by `uuid`: a counter of the directory `counters`, since the file
//! system was made.

mod device;
mod size;

use metrics_registry::{Exposition, Family, Kind};

use crate::source::Paths;
use crate::{Error, Node, number};

const INFO: Family<1> = Family::gauge("node_bcachefs_info", "A mounted file system; always 1.", ["uuid"]);
const BTREE_CACHE: Family<1> = Family::gauge(
    "node_bcachefs_btree_cache_size_bytes",
    "Memory that holds nodes of the trees, in bytes.",
    ["uuid"],
);
const COMPRESSED: Family<2> = Family::gauge(
    "node_bcachefs_compression_compressed_bytes",
    "Size of the data on disk, in bytes.",
    ["algorithm", "uuid"],
);
const UNCOMPRESSED: Family<2> = Family::gauge(
    "node_bcachefs_compression_uncompressed_bytes",
    "Size of the data before compression, in bytes.",
    ["algorithm", "uuid"],
);
const ERRORS: Family<2> = Family::counter(
    "node_bcachefs_errors_total",
    "Errors found in the file system.",
    ["error_type", "uuid"],
);
const BTREE_WRITES: Family<2> = Family::counter(
    "node_bcachefs_btree_writes_total",
    "Writes of nodes of the trees.",
    ["type", "uuid"],
);
const BTREE_WRITE_SIZE: Family<2> = Family::gauge(
    "node_bcachefs_btree_write_average_size_bytes",
    "Size of a write of a node on average, in bytes.",
    ["type", "uuid"],
);

const FILE_SYSTEMS: &str = "fs/bcachefs";

/// Writes a table of one file system, whose UUID is given.
type WriteTable = fn(&str, &str, &mut Exposition) -> Result<(), Error>;

const TABLES: [(&str, WriteTable); 3] = [
    ("compression_stats", write_compression),
    ("errors", write_errors),
    ("btree_write_stats", write_btree_writes),
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let uuids = node.paths.list_sys(FILE_SYSTEMS)?;
    if uuids.is_empty() {
        return Err(Error::NoData);
    }
    let mut result = Ok(());
    for uuid in uuids {
        result = result.and(write(&node.paths, &uuid, out));
    }
    result
}

/// Writes what it can, and returns the first error.
fn write(paths: &Paths, uuid: &str, out: &mut Exposition) -> Result<(), Error> {
    let names = paths.list_sys(&format!("{FILE_SYSTEMS}/{uuid}"))?;
    out.sample(&INFO, [uuid], 1.0);
    if let Ok(text) = paths.read_sys(&format!("{FILE_SYSTEMS}/{uuid}/btree_cache_size"))
        && let Some(value) = size::parse(&text)
    {
        out.sample(&BTREE_CACHE, [uuid], value);
    }
    let mut result = Ok(());
    for (file, write) in TABLES {
        let text = paths.read_sys(&format!("{FILE_SYSTEMS}/{uuid}/{file}"));
        let written = text.and_then(|text| write(&text, uuid, out));
        result = result.and(unless_missing(written));
    }
    result = result.and(unless_missing(write_counters(paths, uuid, out)));
    for device in names.iter().filter_map(|name| name.strip_prefix("dev-")) {
        result = result.and(device::write(paths, uuid, device, out));
    }
    result
}

/// Kernels differ in what they have.
fn unless_missing(result: Result<(), Error>) -> Result<(), Error> {
    match result {
        Err(Error::NoData) => Ok(()),
        other => other,
    }
}

/// Writes a family for each file in `counters`, named after it.
fn write_counters(paths: &Paths, uuid: &str, out: &mut Exposition) -> Result<(), Error> {
    const PERSISTENT: &str = "since filesystem creation:";
    let directory = format!("{FILE_SYSTEMS}/{uuid}/counters");
    for counter in paths.list_sys(&directory)? {
        let text = paths.read_sys(&format!("{directory}/{counter}"))?;
        let number = text.lines().find_map(|line| line.strip_prefix(PERSISTENT));
        let number = number.and_then(size::parse);
        let number = number.ok_or_else(|| Error::parse("bcachefs counters", 2, &text))?;
        out.dynamic(
            &format!("node_bcachefs_{}_total", metric_name(&counter)),
            format_args!("Counter {counter} of bcachefs, since the file system was made."),
            Kind::Counter,
            [("uuid", uuid)],
            number,
        );
    }
    Ok(())
}

/// Replaces what cannot stand in the name of a metric.
fn metric_name(text: &str) -> String {
    text.replace(
        |char: char| !(char.is_ascii_alphanumeric() || char == '_' || char == ':'),
        "_",
    )
}

/// Reads lines `lz4 48.9G 71.2G 62.5k` below a headline.
fn write_compression(text: &str, uuid: &str, out: &mut Exposition) -> Result<(), Error> {
    for (index, line) in text.lines().enumerate().skip(1) {
        let mut words = line.split_ascii_whitespace();
        if let (Some(algorithm), Some(compressed), Some(uncompressed)) =
            (words.next(), words.next(), words.next())
        {
            let (Some(compressed), Some(uncompressed)) = (size::parse(compressed), size::parse(uncompressed))
            else {
                return Err(Error::parse("bcachefs compression_stats", index + 1, line));
            };
            let labels = [algorithm.trim_end_matches(':'), uuid];
            out.sample(&COMPRESSED, labels, compressed);
            out.sample(&UNCOMPRESSED, labels, uncompressed);
        }
    }
    Ok(())
}

/// Reads lines `lru_entry_bad 4537 1771753700`: the count, and when the error was last found.
fn write_errors(text: &str, uuid: &str, out: &mut Exposition) -> Result<(), Error> {
    for (index, line) in text.lines().enumerate() {
        let mut words = line.split_ascii_whitespace();
        if let (Some(error), Some(count)) = (words.next(), words.next()) {
            let count =
                number::parse(count).ok_or_else(|| Error::parse("bcachefs errors", index + 1, line))?;
            out.sample(&ERRORS, [error, uuid], count as f64);
        }
    }
    Ok(())
}

/// Reads lines `initial: 3298401 100k` below a headline.
fn write_btree_writes(text: &str, uuid: &str, out: &mut Exposition) -> Result<(), Error> {
    for (index, line) in text.lines().enumerate().skip(1) {
        let mut words = line.split_ascii_whitespace();
        if let (Some(kind), Some(count), Some(size)) = (words.next(), words.next(), words.next()) {
            let (Some(count), Some(size)) = (number::parse(count), size::parse(size)) else {
                return Err(Error::parse("bcachefs btree_write_stats", index + 1, line));
            };
            let labels = [kind.trim_end_matches(':'), uuid];
            out.sample(&BTREE_WRITES, labels, count as f64);
            out.sample(&BTREE_WRITE_SIZE, labels, size);
        }
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
    fn file_system_with_a_disk() {
        let files = [
            ("sys/fs/bcachefs/dead-1/btree_cache_size", "2.05G\n"),
            (
                "sys/fs/bcachefs/dead-1/compression_stats",
                "typetype  compressed  uncompressed  average extent size\nlz4  48.9G  71.2G  62.5k\n",
            ),
            (
                "sys/fs/bcachefs/dead-1/errors",
                "lru_entry_bad 4537 1771753700\nextent_io_opts_not_set 11299659571772285000 1\n",
            ),
            (
                "sys/fs/bcachefs/dead-1/btree_write_stats",
                "                   nr        size\ninitial:           3298401   100k\n",
            ),
            (
                "sys/fs/bcachefs/dead-1/counters/data_read",
                "since mount:                   475G\nsince filesystem creation:     44.5T\n",
            ),
            ("sys/fs/bcachefs/dead-1/dev-6/label", "disk-6\n"),
            ("sys/fs/bcachefs/dead-1/dev-6/state", "[rw] ro evacuating spare\n"),
            ("sys/fs/bcachefs/dead-1/dev-6/bucket_size", "2.00M\n"),
            ("sys/fs/bcachefs/dead-1/dev-6/nbuckets", "953864\n"),
        ];
        check(
            &files,
            expect![[r##"
            # HELP node_bcachefs_btree_cache_size_bytes Memory that holds nodes of the trees, in bytes.
            # TYPE node_bcachefs_btree_cache_size_bytes gauge
            node_bcachefs_btree_cache_size_bytes{uuid="dead-1"} 2.201170739e+09
            # HELP node_bcachefs_btree_write_average_size_bytes Size of a write of a node on average, in bytes.
            # TYPE node_bcachefs_btree_write_average_size_bytes gauge
            node_bcachefs_btree_write_average_size_bytes{type="initial",uuid="dead-1"} 102400
            # HELP node_bcachefs_btree_writes_total Writes of nodes of the trees.
            # TYPE node_bcachefs_btree_writes_total counter
            node_bcachefs_btree_writes_total{type="initial",uuid="dead-1"} 3.298401e+06
            # HELP node_bcachefs_compression_compressed_bytes Size of the data on disk, in bytes.
            # TYPE node_bcachefs_compression_compressed_bytes gauge
            node_bcachefs_compression_compressed_bytes{algorithm="lz4",uuid="dead-1"} 5.2505975193e+10
            # HELP node_bcachefs_compression_uncompressed_bytes Size of the data before compression, in bytes.
            # TYPE node_bcachefs_compression_uncompressed_bytes gauge
            node_bcachefs_compression_uncompressed_bytes{algorithm="lz4",uuid="dead-1"} 7.6450417868e+10
            # HELP node_bcachefs_data_read_total Counter data_read of bcachefs, since the file system was made.
            # TYPE node_bcachefs_data_read_total counter
            node_bcachefs_data_read_total{uuid="dead-1"} 4.8928267436032e+13
            # HELP node_bcachefs_device_bucket_size_bytes Size of a bucket of the disk in bytes.
            # TYPE node_bcachefs_device_bucket_size_bytes gauge
            node_bcachefs_device_bucket_size_bytes{device="6",uuid="dead-1"} 2.097152e+06
            # HELP node_bcachefs_device_buckets Buckets of the disk.
            # TYPE node_bcachefs_device_buckets gauge
            node_bcachefs_device_buckets{device="6",uuid="dead-1"} 953864
            # HELP node_bcachefs_device_info Label and state of the disk, as labels; always 1.
            # TYPE node_bcachefs_device_info gauge
            node_bcachefs_device_info{device="6",label="disk-6",state="[rw] ro evacuating spare",uuid="dead-1"} 1
            # HELP node_bcachefs_errors_total Errors found in the file system.
            # TYPE node_bcachefs_errors_total counter
            node_bcachefs_errors_total{error_type="lru_entry_bad",uuid="dead-1"} 4537
            node_bcachefs_errors_total{error_type="extent_io_opts_not_set",uuid="dead-1"} 1.1299659571772285e+19
            # HELP node_bcachefs_info A mounted file system; always 1.
            # TYPE node_bcachefs_info gauge
            node_bcachefs_info{uuid="dead-1"} 1
        "##]],
        );
    }

    #[test]
    fn truncated_and_garbage() {
        let files = [
            ("sys/fs/bcachefs/dead-1/btree_cache_size", "large\n"),
            (
                "sys/fs/bcachefs/dead-1/compression_stats",
                "head\nlz4\nlz4 a b c\n",
            ),
            ("sys/fs/bcachefs/dead-1/errors", "x\n"),
            ("sys/fs/bcachefs/dead-1/counters/odd name", "since mount: 1\n"),
            (
                "sys/fs/bcachefs/dead-2/counters/odd name",
                "since filesystem creation: 1\n",
            ),
        ];
        check(
            &files,
            expect![[r##"
                # HELP node_bcachefs_info A mounted file system; always 1.
                # TYPE node_bcachefs_info gauge
                node_bcachefs_info{uuid="dead-1"} 1
                node_bcachefs_info{uuid="dead-2"} 1
                # HELP node_bcachefs_odd_name_total Counter odd name of bcachefs, since the file system was made.
                # TYPE node_bcachefs_odd_name_total counter
                node_bcachefs_odd_name_total{uuid="dead-2"} 1
                parse bcachefs compression_stats line 3: "lz4 a b c"
            "##]],
        );
    }

    #[test]
    fn nothing_mounted() {
        check(
            &[("sys/fs/bcachefs/", "")],
            expect![[r#"
            no data
        "#]],
        );
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }
}
