//! Memory by zone, from `/proc/zoneinfo`.
//!
//! A line like `Node 0, zone      DMA` begins a zone; the lines below it are a word and a number, and
//! `protection: (0, 2039, …)`. What concerns a whole node stands in its first zone, and is reported with that.
//!
//! Names: `node_zoneinfo_protection_<zone>` gauge by `node`, `zone`: pages kept from requests that could be served by
//! another zone, which the name counts from 0.

use metrics_registry::{Exposition, Family, Kind};

use crate::{Error, Node};

const FILE: &str = "zoneinfo";

const LABELS: [&str; 2] = ["node", "zone"];

/// Words of the file that are reported, in their order.
const FAMILIES: [(&str, Family<2>); 34] = [
    (
        "high",
        Family::gauge(
            "node_zoneinfo_high_pages",
            "Free pages above which the kernel stops to reclaim.",
            LABELS,
        ),
    ),
    (
        "low",
        Family::gauge(
            "node_zoneinfo_low_pages",
            "Free pages below which the kernel begins to reclaim in the background.",
            LABELS,
        ),
    ),
    (
        "managed",
        Family::gauge(
            "node_zoneinfo_managed_pages",
            "Pages of the zone that the page allocator has.",
            LABELS,
        ),
    ),
    (
        "min",
        Family::gauge(
            "node_zoneinfo_min_pages",
            "Free pages that only the kernel itself may use.",
            LABELS,
        ),
    ),
    (
        "nr_active_anon",
        Family::gauge(
            "node_zoneinfo_nr_active_anon_pages",
            "Pages without a file that were used of late.",
            LABELS,
        ),
    ),
    (
        "nr_active_file",
        Family::gauge(
            "node_zoneinfo_nr_active_file_pages",
            "Pages of files that were used of late.",
            LABELS,
        ),
    ),
    (
        "nr_anon_pages",
        Family::gauge(
            "node_zoneinfo_nr_anon_pages",
            "Pages without a file that processes have mapped.",
            LABELS,
        ),
    ),
    (
        "nr_anon_transparent_hugepages",
        Family::gauge(
            "node_zoneinfo_nr_anon_transparent_hugepages",
            "Huge pages without a file that the kernel put together by itself.",
            LABELS,
        ),
    ),
    (
        "nr_dirtied",
        Family::counter(
            "node_zoneinfo_nr_dirtied_total",
            "Pages that became dirty since boot.",
            LABELS,
        ),
    ),
    (
        "nr_dirty",
        Family::gauge(
            "node_zoneinfo_nr_dirty_pages",
            "Pages that wait to be written.",
            LABELS,
        ),
    ),
    (
        "nr_file_pages",
        Family::gauge("node_zoneinfo_nr_file_pages", "Pages of files.", LABELS),
    ),
    (
        "nr_free_pages",
        Family::gauge("node_zoneinfo_nr_free_pages", "Free pages.", LABELS),
    ),
    (
        "nr_inactive_anon",
        Family::gauge(
            "node_zoneinfo_nr_inactive_anon_pages",
            "Pages without a file that were not used of late.",
            LABELS,
        ),
    ),
    (
        "nr_inactive_file",
        Family::gauge(
            "node_zoneinfo_nr_inactive_file_pages",
            "Pages of files that were not used of late.",
            LABELS,
        ),
    ),
    (
        "nr_isolated_anon",
        Family::gauge(
            "node_zoneinfo_nr_isolated_anon_pages",
            "Pages without a file that are being reclaimed or moved.",
            LABELS,
        ),
    ),
    (
        "nr_isolated_file",
        Family::gauge(
            "node_zoneinfo_nr_isolated_file_pages",
            "Pages of files that are being reclaimed or moved.",
            LABELS,
        ),
    ),
    (
        "nr_kernel_stack",
        Family::gauge(
            "node_zoneinfo_nr_kernel_stacks",
            "Stacks of threads in the kernel.",
            LABELS,
        ),
    ),
    (
        "nr_mapped",
        Family::gauge(
            "node_zoneinfo_nr_mapped_pages",
            "Pages of files that processes have mapped.",
            LABELS,
        ),
    ),
    (
        "nr_mlock_stack",
        Family::gauge(
            "node_zoneinfo_nr_mlock_stack_pages",
            "Pages that are locked in memory.",
            LABELS,
        ),
    ),
    (
        "nr_shmem",
        Family::gauge(
            "node_zoneinfo_nr_shmem_pages",
            "Pages of shared memory and of file systems in memory.",
            LABELS,
        ),
    ),
    (
        "nr_slab_reclaimable",
        Family::gauge(
            "node_zoneinfo_nr_slab_reclaimable_pages",
            "Pages of the kernel's object caches that can be given up.",
            LABELS,
        ),
    ),
    (
        "nr_slab_unreclaimable",
        Family::gauge(
            "node_zoneinfo_nr_slab_unreclaimable_pages",
            "Pages of the kernel's object caches that cannot be given up.",
            LABELS,
        ),
    ),
    (
        "nr_unevictable",
        Family::gauge(
            "node_zoneinfo_nr_unevictable_pages",
            "Pages that cannot be reclaimed.",
            LABELS,
        ),
    ),
    (
        "nr_writeback",
        Family::gauge(
            "node_zoneinfo_nr_writeback_pages",
            "Pages that are being written.",
            LABELS,
        ),
    ),
    (
        "nr_written",
        Family::counter(
            "node_zoneinfo_nr_written_total",
            "Pages written since boot.",
            LABELS,
        ),
    ),
    (
        "numa_foreign",
        Family::counter(
            "node_zoneinfo_numa_foreign_total",
            "Pages meant for this zone and taken elsewhere.",
            LABELS,
        ),
    ),
    (
        "numa_hit",
        Family::counter(
            "node_zoneinfo_numa_hit_total",
            "Pages taken from the zone that was meant.",
            LABELS,
        ),
    ),
    (
        "numa_interleave",
        Family::counter(
            "node_zoneinfo_numa_interleave_total",
            "Pages taken from this zone to spread them.",
            LABELS,
        ),
    ),
    (
        "numa_local",
        Family::counter(
            "node_zoneinfo_numa_local_total",
            "Pages taken by a CPU of the same node.",
            LABELS,
        ),
    ),
    (
        "numa_miss",
        Family::counter(
            "node_zoneinfo_numa_miss_total",
            "Pages taken from this zone and meant for another.",
            LABELS,
        ),
    ),
    (
        "numa_other",
        Family::counter(
            "node_zoneinfo_numa_other_total",
            "Pages taken by a CPU of another node.",
            LABELS,
        ),
    ),
    (
        "present",
        Family::gauge(
            "node_zoneinfo_present_pages",
            "Pages of the zone that exist.",
            LABELS,
        ),
    ),
    (
        "scanned",
        Family::gauge(
            "node_zoneinfo_scanned_pages",
            "Pages looked at since the last reclaim.",
            LABELS,
        ),
    ),
    (
        "spanned",
        Family::gauge(
            "node_zoneinfo_spanned_pages",
            "Pages from the zone's first to its last, with holes.",
            LABELS,
        ),
    ),
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let text = node.paths.read_proc(FILE)?;
    // No zone has begun.
    let mut labels = ["", ""];
    for (index, line) in text.lines().enumerate() {
        match line
            .strip_prefix("Node ")
            .and_then(|zone| zone.split_once(", zone"))
        {
            Some((number, zone)) => labels = [number, zone.trim()],
            None => write(line, labels, out).ok_or_else(|| Error::parse(FILE, index + 1, line))?,
        }
    }
    Ok(())
}

/// Writes what one line tells; none where a known word has no number.
fn write(line: &str, labels: [&str; 2], out: &mut Exposition) -> Option<()> {
    let mut fields = line.split_ascii_whitespace();
    let word = fields.next().unwrap_or_default();
    if word == "protection:" {
        return write_protection(line, labels, out);
    }
    if let Ok(index) = FAMILIES.binary_search_by_key(&word, |(word, _)| word) {
        let number: i64 = fields.next()?.parse().ok()?;
        out.sample(&FAMILIES[index].1, labels, number as f64);
    }
    Some(())
}

/// Writes the numbers in brackets; none where one is not a number.
fn write_protection(line: &str, labels: [&str; 2], out: &mut Exposition) -> Option<()> {
    let (_, numbers) = line.split_once('(')?;
    let (numbers, _) = numbers.split_once(')')?;
    for (index, number) in numbers.split(", ").enumerate() {
        let number: i64 = number.parse().ok()?;
        out.dynamic(
            &format!("node_zoneinfo_protection_{index}"),
            format_args!("Pages kept from requests that could be served by zone {index}."),
            Kind::Gauge,
            std::iter::zip(LABELS, labels),
            number as f64,
        );
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        expect.assert_eq(&samples(collect, &[], &[("proc/zoneinfo", text)]));
    }

    #[test]
    fn two_zones() {
        check(
            "Node 0, zone      DMA\n  per-node stats\n      nr_inactive_anon 95612\n      nr_mapped    423143\n  \
             pages free     2949\n        boost    0\n        min      8\n        protection: (0, 2039)\n      \
             nr_free_pages 2949\n      nr_zone_active_anon 0\n  pagesets\n    cpu: 0\n              high:  378\n\
             Node 0, zone   Normal\n  pages free     0\n        managed  7654794\n        protection: (0, 0)\n",
            expect![[r#"
                node_zoneinfo_managed_pages{node="0",zone="Normal"} 7.654794e+06
                node_zoneinfo_min_pages{node="0",zone="DMA"} 8
                node_zoneinfo_nr_free_pages{node="0",zone="DMA"} 2949
                node_zoneinfo_nr_inactive_anon_pages{node="0",zone="DMA"} 95612
                node_zoneinfo_nr_mapped_pages{node="0",zone="DMA"} 423143
                node_zoneinfo_protection_0{node="0",zone="DMA"} 0
                node_zoneinfo_protection_0{node="0",zone="Normal"} 0
                node_zoneinfo_protection_1{node="0",zone="DMA"} 2039
                node_zoneinfo_protection_1{node="0",zone="Normal"} 0
            "#]],
        );
    }

    #[test]
    fn truncated_and_strange() {
        check("", expect![[r#""#]]);
        check(
            "Node 0, zone DMA\n  low",
            expect![[r#"
            parse zoneinfo line 2: "  low"
        "#]],
        );
        check(
            "Node 0, zone DMA\n  protection: (1, x)\n",
            expect![[r#"
            node_zoneinfo_protection_0{node="0",zone="DMA"} 1
            parse zoneinfo line 2: "  protection: (1, x)"
        "#]],
        );
        check(
            "Node 0, zone DMA\n  protection: ()\n",
            expect![[r#"
            parse zoneinfo line 2: "  protection: ()"
        "#]],
        );
        check(
            "\u{fffd}\nmin 9223372036854775808\n",
            expect![[r#"
            parse zoneinfo line 2: "min 9223372036854775808"
        "#]],
        );
    }

    #[test]
    fn table_is_sorted_for_the_search() {
        assert!(FAMILIES.is_sorted_by_key(|(word, _)| word));
    }
}
