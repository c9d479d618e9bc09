//! Attributes of a cache set, of its backing devices and of its cache devices, with their families.

use metrics_registry::Family;

/// Files of the set. Label: uuid.
pub(super) const SET: [(&str, Family<1>); 9] = [
    (
        "average_key_size",
        Family::gauge(
            "node_bcache_average_key_size_sectors",
            "Data per key of the tree on average, in sectors of 512 bytes.",
            ["uuid"],
        ),
    ),
    (
        "btree_cache_size",
        Family::gauge(
            "node_bcache_btree_cache_size_bytes",
            "Memory that holds nodes of the tree, in bytes.",
            ["uuid"],
        ),
    ),
    (
        "cache_available_percent",
        Family::gauge(
            "node_bcache_cache_available_percent",
            "Share of the cache that holds nothing unwritten, in percent.",
            ["uuid"],
        ),
    ),
    (
        "congested",
        Family::gauge(
            "node_bcache_congested",
            "How far the cache is congested, in a unit of its own.",
            ["uuid"],
        ),
    ),
    (
        "root_usage_percent",
        Family::gauge(
            "node_bcache_root_usage_percent",
            "Share of the tree's root node that is in use, in percent.",
            ["uuid"],
        ),
    ),
    (
        "tree_depth",
        Family::gauge("node_bcache_tree_depth", "Levels of the tree.", ["uuid"]),
    ),
    (
        "internal/active_journal_entries",
        Family::gauge(
            "node_bcache_active_journal_entries",
            "Entries of the journal that are newer than the index.",
            ["uuid"],
        ),
    ),
    (
        "internal/btree_nodes",
        Family::gauge("node_bcache_btree_nodes", "Nodes of the tree.", ["uuid"]),
    ),
    (
        "internal/cache_read_races",
        Family::counter(
            "node_bcache_cache_read_races_total",
            "Reads from the cache whose bucket was used anew meanwhile.",
            ["uuid"],
        ),
    ),
];

/// A file of the set that holds nanoseconds, whatever its name says.
pub(super) const BTREE_READ_FILE: &str = "internal/btree_read_average_duration_us";
/// Label: uuid.
pub(super) const BTREE_READ: Family<1> = Family::gauge(
    "node_bcache_btree_read_average_duration_seconds",
    "Seconds that reading a node of the tree takes on average.",
    ["uuid"],
);

const BACKING: [&str; 2] = ["backing_device", "uuid"];

/// A file of a backing device. Labels: backing_device, uuid.
pub(super) const DIRTY_DATA: (&str, Family<2>) = (
    "dirty_data",
    Family::gauge(
        "node_bcache_dirty_data_bytes",
        "Data in the cache that the backing device does not have yet, in bytes.",
        BACKING,
    ),
);

/// Lines of a backing device's `writeback_rate_debug`. Labels: backing_device, uuid.
pub(super) const WRITEBACK: [(&str, Family<2>); 5] = [
    (
        "target",
        Family::gauge(
            "node_bcache_dirty_target_bytes",
            "Unwritten data that the cache aims at, in bytes.",
            BACKING,
        ),
    ),
    (
        "rate",
        Family::gauge(
            "node_bcache_writeback_rate",
            "Rate of writing back, in bytes per second.",
            BACKING,
        ),
    ),
    (
        "proportional",
        Family::gauge(
            "node_bcache_writeback_rate_proportional_term",
            "Part of the rate of writing back that follows from the distance to the target, in bytes per second.",
            BACKING,
        ),
    ),
    (
        "integral",
        Family::gauge(
            "node_bcache_writeback_rate_integral_term",
            "Part of the rate of writing back that follows from earlier distances to the target, in bytes per second.",
            BACKING,
        ),
    ),
    (
        "change",
        Family::gauge(
            "node_bcache_writeback_change",
            "Last change of the rate of writing back, in bytes per second.",
            BACKING,
        ),
    ),
];

/// Files of `stats_total`. Labels: backing_device, uuid.
pub(super) const TOTALS: [(&str, Family<2>); 7] = [
    (
        "bypassed",
        Family::counter(
            "node_bcache_bypassed_bytes_total",
            "Bytes read or written past the cache.",
            BACKING,
        ),
    ),
    (
        "cache_hits",
        Family::counter(
            "node_bcache_cache_hits_total",
            "Reads and writes that the cache served.",
            BACKING,
        ),
    ),
    (
        "cache_misses",
        Family::counter(
            "node_bcache_cache_misses_total",
            "Reads and writes that the cache could not serve.",
            BACKING,
        ),
    ),
    (
        "cache_bypass_hits",
        Family::counter(
            "node_bcache_cache_bypass_hits_total",
            "Reads and writes past the cache that it could have served.",
            BACKING,
        ),
    ),
    (
        "cache_bypass_misses",
        Family::counter(
            "node_bcache_cache_bypass_misses_total",
            "Reads and writes past the cache that it could not have served.",
            BACKING,
        ),
    ),
    (
        "cache_miss_collisions",
        Family::counter(
            "node_bcache_cache_miss_collisions_total",
            "Misses whose data was in the cache already when it was to be entered.",
            BACKING,
        ),
    ),
    (
        "cache_readaheads",
        Family::counter(
            "node_bcache_cache_readaheads_total",
            "Times that data was read ahead.",
            BACKING,
        ),
    ),
];

const CACHE: [&str; 2] = ["cache_device", "uuid"];

/// Files of a cache device. Labels: cache_device, uuid.
pub(super) const CACHES: [(&str, Family<2>); 3] = [
    (
        "io_errors",
        Family::gauge(
            "node_bcache_io_errors",
            "Errors of the cache device, of which old ones count less.",
            CACHE,
        ),
    ),
    (
        "metadata_written",
        Family::counter(
            "node_bcache_metadata_written_bytes_total",
            "Bytes written to the cache device that are not data.",
            CACHE,
        ),
    ),
    (
        "written",
        Family::counter(
            "node_bcache_written_bytes_total",
            "Bytes of data written to the cache device.",
            CACHE,
        ),
    ),
];

/// Lines of a cache device's `priority_stats`. Labels: cache_device, uuid.
pub(super) const PRIORITY: [(&str, Family<2>); 2] = [
    (
        "Unused",
        Family::gauge(
            "node_bcache_priority_stats_unused_percent",
            "Share of the cache device that holds no data, in percent.",
            CACHE,
        ),
    ),
    (
        "Metadata",
        Family::gauge(
            "node_bcache_priority_stats_metadata_percent",
            "Share of the cache device that bcache needs for itself, in percent.",
            CACHE,
        ),
    ),
];
