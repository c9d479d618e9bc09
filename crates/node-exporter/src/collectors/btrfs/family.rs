//! What is told of a btrfs and of its disks.

use metrics_registry::Family;

pub(super) const INFO: Family<2> = Family::gauge(
    "node_btrfs_info",
    "A mounted file system; always 1.",
    ["label", "uuid"],
);
pub(super) const GLOBAL_RESERVE: Family<1> = Family::gauge(
    "node_btrfs_global_rsv_size_bytes",
    "Space reserved so that the file system can always be changed, in bytes.",
    ["uuid"],
);
pub(super) const RESERVED: Family<2> = Family::gauge(
    "node_btrfs_reserved_bytes",
    "Space set aside for what is about to be written, in bytes.",
    ["block_group_type", "uuid"],
);
pub(super) const SIZE: Family<3> = Family::gauge(
    "node_btrfs_size_bytes",
    "Space allotted to block groups, in bytes.",
    ["block_group_type", "mode", "uuid"],
);
pub(super) const USED: Family<3> = Family::gauge(
    "node_btrfs_used_bytes",
    "Space used in block groups, in bytes.",
    ["block_group_type", "mode", "uuid"],
);
pub(super) const RATIO: Family<3> = Family::gauge(
    "node_btrfs_allocation_ratio",
    "Bytes on the disks for each byte stored.",
    ["block_group_type", "mode", "uuid"],
);
const DEVICE_SIZE_NAME: &str = "node_btrfs_device_size_bytes";
const DEVICE_SIZE_HELP: &str = "Size of a disk of the file system, in bytes.";
pub(super) const DEVICE_SIZE_SYSFS: Family<2> =
    Family::gauge(DEVICE_SIZE_NAME, DEVICE_SIZE_HELP, ["device", "uuid"]);
pub(super) const DEVICE_SIZE: Family<3> = Family::gauge(
    DEVICE_SIZE_NAME,
    DEVICE_SIZE_HELP,
    ["btrfs_dev_uuid", "device", "uuid"],
);
pub(super) const DEVICE_UNUSED: Family<3> = Family::gauge(
    "node_btrfs_device_unused_bytes",
    "Space of a disk that is not allotted to block groups, in bytes.",
    ["btrfs_dev_uuid", "device", "uuid"],
);
pub(super) const DEVICE_ERRORS: Family<4> = Family::counter(
    "node_btrfs_device_errors_total",
    "Errors of a disk since it was added or its statistics were reset.",
    ["btrfs_dev_uuid", "device", "type", "uuid"],
);

/// Lines of `commit_stats`, and by what they are divided.
pub(super) const COMMITS: [(&str, Family<1>, f64); 4] = [
    (
        "commits",
        Family::counter("node_btrfs_commits_total", "Commits since mounting.", ["uuid"]),
        1.0,
    ),
    (
        "last_commit_ms",
        Family::gauge(
            "node_btrfs_last_commit_seconds",
            "Seconds that the last commit took.",
            ["uuid"],
        ),
        1000.0,
    ),
    (
        "max_commit_ms",
        Family::gauge(
            "node_btrfs_max_commit_seconds",
            "Seconds that the longest commit took.",
            ["uuid"],
        ),
        1000.0,
    ),
    (
        "total_commit_ms",
        Family::counter(
            "node_btrfs_commit_seconds_total",
            "Seconds that all commits took.",
            ["uuid"],
        ),
        1000.0,
    ),
];
