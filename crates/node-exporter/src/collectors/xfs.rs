//! Work of XFS file systems, from `/sys/fs/xfs/*/stats/stats`.
//!
//! Each line is a word and its numbers, as in the kernel's `fs/xfs/xfs_stats.h`. No mounted XFS is not a failure, as
//! in the reference.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

/// One number of the file.
struct Statistic {
    /// First word of the line.
    word: &'static str,
    /// Which number after it.
    index: usize,
    family: Family<1>,
}

const fn statistic(word: &'static str, index: usize, name: &'static str, help: &'static str) -> Statistic {
    Statistic {
        word,
        index,
        family: Family::counter(name, help, ["device"]),
    }
}

/// Directory of the sum over all file systems, which is not reported.
const TOTAL: &str = "stats";

/// What is reported, in the order of the file.
const STATISTICS: [Statistic; 39] = [
    statistic(
        "extent_alloc",
        0,
        "node_xfs_extent_allocation_extents_allocated_total",
        "Extents allocated.",
    ),
    statistic(
        "extent_alloc",
        1,
        "node_xfs_extent_allocation_blocks_allocated_total",
        "Blocks allocated.",
    ),
    statistic(
        "extent_alloc",
        2,
        "node_xfs_extent_allocation_extents_freed_total",
        "Extents freed.",
    ),
    statistic(
        "extent_alloc",
        3,
        "node_xfs_extent_allocation_blocks_freed_total",
        "Blocks freed.",
    ),
    statistic(
        "abt",
        0,
        "node_xfs_allocation_btree_lookups_total",
        "Lookups in the trees of free space.",
    ),
    statistic(
        "abt",
        1,
        "node_xfs_allocation_btree_compares_total",
        "Comparisons in the trees of free space.",
    ),
    statistic(
        "abt",
        2,
        "node_xfs_allocation_btree_records_inserted_total",
        "Records put into the trees of free space.",
    ),
    statistic(
        "abt",
        3,
        "node_xfs_allocation_btree_records_deleted_total",
        "Records taken out of the trees of free space.",
    ),
    statistic(
        "blk_map",
        0,
        "node_xfs_block_mapping_reads_total",
        "Block mappings looked up for reads.",
    ),
    statistic(
        "blk_map",
        1,
        "node_xfs_block_mapping_writes_total",
        "Block mappings looked up for writes.",
    ),
    statistic(
        "blk_map",
        2,
        "node_xfs_block_mapping_unmaps_total",
        "Block mappings removed.",
    ),
    statistic(
        "blk_map",
        3,
        "node_xfs_block_mapping_extent_list_insertions_total",
        "Extents put into the lists of files.",
    ),
    statistic(
        "blk_map",
        4,
        "node_xfs_block_mapping_extent_list_deletions_total",
        "Extents taken out of the lists of files.",
    ),
    statistic(
        "blk_map",
        5,
        "node_xfs_block_mapping_extent_list_lookups_total",
        "Lookups in the extent lists of files.",
    ),
    statistic(
        "blk_map",
        6,
        "node_xfs_block_mapping_extent_list_compares_total",
        "Comparisons in the extent lists of files.",
    ),
    statistic(
        "bmbt",
        0,
        "node_xfs_block_map_btree_lookups_total",
        "Lookups in the block map trees of files.",
    ),
    statistic(
        "bmbt",
        1,
        "node_xfs_block_map_btree_compares_total",
        "Comparisons in the block map trees of files.",
    ),
    statistic(
        "bmbt",
        2,
        "node_xfs_block_map_btree_records_inserted_total",
        "Records put into the block map trees of files.",
    ),
    statistic(
        "bmbt",
        3,
        "node_xfs_block_map_btree_records_deleted_total",
        "Records taken out of the block map trees of files.",
    ),
    statistic(
        "dir",
        0,
        "node_xfs_directory_operation_lookup_total",
        "File names looked up that the kernel did not remember.",
    ),
    statistic(
        "dir",
        1,
        "node_xfs_directory_operation_create_total",
        "Directory entries made.",
    ),
    statistic(
        "dir",
        2,
        "node_xfs_directory_operation_remove_total",
        "Directory entries removed.",
    ),
    statistic(
        "dir",
        3,
        "node_xfs_directory_operation_getdents_total",
        "Times that entries of a directory were listed.",
    ),
    statistic(
        "ig",
        0,
        "node_xfs_inode_operation_attempts_total",
        "Inodes looked for in memory.",
    ),
    statistic(
        "ig",
        1,
        "node_xfs_inode_operation_found_total",
        "Inodes found in memory.",
    ),
    statistic(
        "ig",
        2,
        "node_xfs_inode_operation_recycled_total",
        "Inodes found in memory that were about to be given up.",
    ),
    statistic(
        "ig",
        3,
        "node_xfs_inode_operation_missed_total",
        "Inodes not found in memory.",
    ),
    statistic(
        "ig",
        4,
        "node_xfs_inode_operation_duplicates_total",
        "Inodes that another task brought into memory at the same time.",
    ),
    statistic(
        "ig",
        5,
        "node_xfs_inode_operation_reclaims_total",
        "Inodes given up for other use.",
    ),
    statistic(
        "ig",
        6,
        "node_xfs_inode_operation_attribute_changes_total",
        "Changes of the attributes of inodes.",
    ),
    statistic(
        "rw",
        0,
        "node_xfs_write_calls_total",
        "Calls that wrote to a file.",
    ),
    statistic(
        "rw",
        1,
        "node_xfs_read_calls_total",
        "Calls that read from a file.",
    ),
    statistic("vnodes", 0, "node_xfs_vnode_active_total", "Inodes in use."),
    statistic(
        "vnodes",
        1,
        "node_xfs_vnode_allocate_total",
        "Times that an inode was made in memory.",
    ),
    statistic(
        "vnodes",
        2,
        "node_xfs_vnode_get_total",
        "Times that an inode was taken.",
    ),
    statistic(
        "vnodes",
        3,
        "node_xfs_vnode_hold_total",
        "Times that an inode was held.",
    ),
    statistic(
        "vnodes",
        4,
        "node_xfs_vnode_release_total",
        "Times that an inode was released.",
    ),
    statistic(
        "vnodes",
        5,
        "node_xfs_vnode_reclaim_total",
        "Times that an inode was reclaimed.",
    ),
    statistic(
        "vnodes",
        6,
        "node_xfs_vnode_remove_total",
        "Times that an inode was removed from memory.",
    ),
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let devices = match node.paths.list_sys("fs/xfs") {
        Err(Error::NoData) => return Ok(()),
        result => result?,
    };
    for device in devices.iter().filter(|device| *device != TOTAL) {
        match node.paths.read_sys(&format!("fs/xfs/{device}/stats/stats")) {
            Ok(text) => write(device, &text, out)?,
            // `debug`, or a file system that was just unmounted.
            Err(Error::NoData) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes all statistics; a line that a kernel leaves out counts as zeros, as in the reference.
///
/// Fails with `Parse` on a known line with too few numbers.
fn write(device: &str, text: &str, out: &mut Exposition) -> Result<(), Error> {
    for statistic in &STATISTICS {
        let number = find(text, statistic)?;
        out.sample(&statistic.family, [device], f64::from(number));
    }
    Ok(())
}

/// The kernel's counters have 32 bits.
fn find(text: &str, statistic: &Statistic) -> Result<u32, Error> {
    for (index, line) in text.lines().enumerate() {
        let mut fields = line.split_ascii_whitespace();
        if fields.next() == Some(statistic.word) {
            let number = fields.nth(statistic.index).and_then(|field| field.parse().ok());
            return number.ok_or_else(|| Error::parse("fs/xfs/*/stats/stats", index + 1, line));
        }
    }
    Ok(0)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    /// Shows what is not 0.
    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        let text = samples(collect, &[], files);
        let lines = text.split_inclusive('\n');
        expect.assert_eq(&lines.filter(|line| !line.ends_with(" 0\n")).collect::<String>());
    }

    #[test]
    fn one_file_system() {
        let stats = "extent_alloc 1 872 3 4\nabt 5 6 7 8\nblk_map 61 29 1 1 1 91 9\nbmbt 10 11 12 13\n\
                     dir 3 2 1 52\ntrans 4 40 0\nig 5 1 14 4 15 16 1\nrw 28 4294967295\n\
                     vnodes 4 17 18 19 1 1 1 0\nxpc 3571712 3568056 0\n";
        let files = [
            ("sys/fs/xfs/sda1/stats/stats", stats),
            ("sys/fs/xfs/stats/stats", "ig 1\n"),
        ];
        check(
            &files,
            expect![[r#"
                node_xfs_allocation_btree_compares_total{device="sda1"} 6
                node_xfs_allocation_btree_lookups_total{device="sda1"} 5
                node_xfs_allocation_btree_records_deleted_total{device="sda1"} 8
                node_xfs_allocation_btree_records_inserted_total{device="sda1"} 7
                node_xfs_block_map_btree_compares_total{device="sda1"} 11
                node_xfs_block_map_btree_lookups_total{device="sda1"} 10
                node_xfs_block_map_btree_records_deleted_total{device="sda1"} 13
                node_xfs_block_map_btree_records_inserted_total{device="sda1"} 12
                node_xfs_block_mapping_extent_list_compares_total{device="sda1"} 9
                node_xfs_block_mapping_extent_list_deletions_total{device="sda1"} 1
                node_xfs_block_mapping_extent_list_insertions_total{device="sda1"} 1
                node_xfs_block_mapping_extent_list_lookups_total{device="sda1"} 91
                node_xfs_block_mapping_reads_total{device="sda1"} 61
                node_xfs_block_mapping_unmaps_total{device="sda1"} 1
                node_xfs_block_mapping_writes_total{device="sda1"} 29
                node_xfs_directory_operation_create_total{device="sda1"} 2
                node_xfs_directory_operation_getdents_total{device="sda1"} 52
                node_xfs_directory_operation_lookup_total{device="sda1"} 3
                node_xfs_directory_operation_remove_total{device="sda1"} 1
                node_xfs_extent_allocation_blocks_allocated_total{device="sda1"} 872
                node_xfs_extent_allocation_blocks_freed_total{device="sda1"} 4
                node_xfs_extent_allocation_extents_allocated_total{device="sda1"} 1
                node_xfs_extent_allocation_extents_freed_total{device="sda1"} 3
                node_xfs_inode_operation_attempts_total{device="sda1"} 5
                node_xfs_inode_operation_attribute_changes_total{device="sda1"} 1
                node_xfs_inode_operation_duplicates_total{device="sda1"} 15
                node_xfs_inode_operation_found_total{device="sda1"} 1
                node_xfs_inode_operation_missed_total{device="sda1"} 4
                node_xfs_inode_operation_reclaims_total{device="sda1"} 16
                node_xfs_inode_operation_recycled_total{device="sda1"} 14
                node_xfs_read_calls_total{device="sda1"} 4.294967295e+09
                node_xfs_vnode_active_total{device="sda1"} 4
                node_xfs_vnode_allocate_total{device="sda1"} 17
                node_xfs_vnode_get_total{device="sda1"} 18
                node_xfs_vnode_hold_total{device="sda1"} 19
                node_xfs_vnode_reclaim_total{device="sda1"} 1
                node_xfs_vnode_release_total{device="sda1"} 1
                node_xfs_vnode_remove_total{device="sda1"} 1
                node_xfs_write_calls_total{device="sda1"} 28
            "#]],
        );
    }

    #[test]
    fn missing_short_and_strange() {
        check(&[], expect![[r#""#]]);
        check(&[("sys/fs/xfs/sda1/stats/stats", "")], expect![[r#""#]]);
        check(
            &[("sys/fs/xfs/sda1/stats/stats", "extent_alloc 1")],
            expect![[r#"
                node_xfs_extent_allocation_extents_allocated_total{device="sda1"} 1
                parse fs/xfs/*/stats/stats line 1: "extent_alloc 1"
            "#]],
        );
        check(
            &[("sys/fs/xfs/sda1/stats/stats", "rw 4294967296 0")],
            expect![[r#"
                parse fs/xfs/*/stats/stats line 1: "rw 4294967296 0"
            "#]],
        );
    }
}
