//! Connections that netfilter tracks, from `/proc/sys/net/netfilter` and `/proc/net/stat/nf_conntrack`.
//!
//! The files exist while the module `nf_conntrack` is loaded; some kernels leave out the second.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node, number};

const ENTRIES: Family<0> = Family::gauge(
    "node_nf_conntrack_entries",
    "Connections that are tracked now.",
    [],
);
const LIMIT: Family<0> = Family::gauge(
    "node_nf_conntrack_entries_limit",
    "Connections that can be tracked at most.",
    [],
);

const STATISTICS: &str = "net/stat/nf_conntrack";

/// Columns of the statistics and where their sums over all CPUs go; they only rise, but the reference says gauge.
const COLUMNS: [(&str, Family<0>); 8] = [
    (
        "found",
        Family::gauge(
            "node_nf_conntrack_stat_found",
            "Searches that found a connection.",
            [],
        ),
    ),
    (
        "invalid",
        Family::gauge(
            "node_nf_conntrack_stat_invalid",
            "Packets that could not be tracked.",
            [],
        ),
    ),
    (
        "ignore",
        Family::gauge(
            "node_nf_conntrack_stat_ignore",
            "Packets that belonged to a known connection already.",
            [],
        ),
    ),
    (
        "insert",
        Family::gauge(
            "node_nf_conntrack_stat_insert",
            "Connections entered into the table.",
            [],
        ),
    ),
    (
        "insert_failed",
        Family::gauge(
            "node_nf_conntrack_stat_insert_failed",
            "Connections that could not be entered into the table.",
            [],
        ),
    ),
    (
        "drop",
        Family::gauge(
            "node_nf_conntrack_stat_drop",
            "Packets dropped because their connection could not be tracked.",
            [],
        ),
    ),
    (
        "early_drop",
        Family::gauge(
            "node_nf_conntrack_stat_early_drop",
            "Connections dropped to make room in a full table.",
            [],
        ),
    ),
    (
        "search_restart",
        Family::gauge(
            "node_nf_conntrack_stat_search_restart",
            "Searches started anew because the table was resized.",
            [],
        ),
    ),
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let entries = number::proc(&node.paths, "sys/net/netfilter/nf_conntrack_count")?;
    out.sample(&ENTRIES, [], entries as f64);
    let limit = number::proc(&node.paths, "sys/net/netfilter/nf_conntrack_max")?;
    out.sample(&LIMIT, [], limit as f64);
    let sums = sums(&node.paths.read_proc_table(STATISTICS)?)?;
    for ((_, family), sum) in COLUMNS.iter().zip(sums) {
        out.sample(family, [], sum as f64);
    }
    Ok(())
}

/// Adds up the lines of all CPUs by the column names of the first line; a column that an old kernel lacks is 0.
///
/// Fails with `Parse` on a line that is too short or not hexadecimal.
fn sums(text: &str) -> Result<[u64; COLUMNS.len()], Error> {
    let mut lines = text.lines().enumerate();
    let names: Vec<&str> = match lines.next() {
        Some((_, line)) => line.split_ascii_whitespace().collect(),
        None => return Err(Error::parse(STATISTICS, 1, text)),
    };
    let places = COLUMNS.map(|(name, _)| names.iter().position(|other| *other == name));
    let mut sums = [0_u64; COLUMNS.len()];
    for (index, line) in lines {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        for (sum, place) in sums.iter_mut().zip(places) {
            let Some(place) = place else { continue };
            let value = fields.get(place).and_then(|field| number::hexadecimal(field));
            let value = value.ok_or_else(|| Error::parse(STATISTICS, index + 1, line))?;
            *sum = sum.wrapping_add(value);
        }
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::collected;

    const HEADER: &str = "entries  searched found new invalid ignore delete delete_list insert insert_failed drop \
        early_drop icmp_error  expect_new expect_create expect_delete search_restart\n";

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        match sums(text) {
            Ok(sums) => expect.assert_eq(&format!("{sums:?}")),
            Err(error) => expect.assert_eq(&error.to_string()),
        }
    }

    #[test]
    fn two_cpus() {
        let text = "\
00000021  00000000 00000000 00000000 00000003 0000588a 00000000 00000000 00000000 00000000 00000000 00000000 00000000  00000000 00000000 00000000 00000000
00000021  00000000 00000000 00000000 00000002 000056a4 00000000 00000000 00000000 00000000 00000000 00000000 00000000  00000000 00000000 00000000 00000002
";
        check(
            &format!("{HEADER}{text}"),
            expect!["[0, 5, 44846, 0, 0, 0, 0, 2]"],
        );
    }

    #[test]
    fn short_line_garbage_and_empty_file() {
        check(
            &format!("{HEADER}00000021 0 0 0 3\n"),
            expect![[r#"parse net/stat/nf_conntrack line 2: "00000021 0 0 0 3""#]],
        );
        check(
            "found\nzz\n",
            expect![[r#"parse net/stat/nf_conntrack line 2: "zz""#]],
        );
        check(
            "found\nfffffffffffffffff\n",
            expect![[r#"parse net/stat/nf_conntrack line 2: "fffffffffffffffff""#]],
        );
        check("", expect![[r#"parse net/stat/nf_conntrack line 1: """#]]);
    }

    #[test]
    fn without_statistics_the_two_gauges_stay() {
        let files = [
            ("proc/sys/net/netfilter/nf_conntrack_count", "123\n"),
            ("proc/sys/net/netfilter/nf_conntrack_max", "65536\n"),
        ];
        let expect = expect![[r#"
            # HELP node_nf_conntrack_entries Connections that are tracked now.
            # TYPE node_nf_conntrack_entries gauge
            node_nf_conntrack_entries 123
            # HELP node_nf_conntrack_entries_limit Connections that can be tracked at most.
            # TYPE node_nf_conntrack_entries_limit gauge
            node_nf_conntrack_entries_limit 65536
            no data
        "#]];
        expect.assert_eq(&collected(collect, &[], &files));
    }
}
