//! Merging of equal pages, from `/sys/kernel/mm/ksm`.
//!
//! Absent without `CONFIG_KSM`. The kernel's `Documentation/admin-guide/mm/ksm.rst` explains the files.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const MILLISECONDS: f64 = 1000.0;
const PLAIN: f64 = 1.0;

/// Files, and what their number is divided by.
const FAMILIES: [(&str, f64, Family<0>); 9] = [
    (
        "full_scans",
        PLAIN,
        Family::counter(
            "node_ksmd_full_scans_total",
            "Times that all mergeable memory was looked at.",
            [],
        ),
    ),
    (
        "merge_across_nodes",
        PLAIN,
        Family::gauge(
            "node_ksmd_merge_across_nodes",
            "1 where pages of different nodes are merged.",
            [],
        ),
    ),
    (
        "pages_shared",
        PLAIN,
        Family::gauge(
            "node_ksmd_pages_shared",
            "Pages that stand for several equal ones.",
            [],
        ),
    ),
    (
        "pages_sharing",
        PLAIN,
        Family::gauge("node_ksmd_pages_sharing", "Pages that were saved by merging.", []),
    ),
    (
        "pages_to_scan",
        PLAIN,
        Family::gauge(
            "node_ksmd_pages_to_scan",
            "Pages to look at before the next sleep.",
            [],
        ),
    ),
    (
        "pages_unshared",
        PLAIN,
        Family::gauge(
            "node_ksmd_pages_unshared",
            "Pages that were looked at and have no equal.",
            [],
        ),
    ),
    (
        "pages_volatile",
        PLAIN,
        Family::gauge(
            "node_ksmd_pages_volatile",
            "Pages that change too often to be merged.",
            [],
        ),
    ),
    (
        "run",
        PLAIN,
        Family::gauge(
            "node_ksmd_run",
            "0 where merging is off, 1 where it is on, 2 where it is being undone.",
            [],
        ),
    ),
    (
        "sleep_millisecs",
        MILLISECONDS,
        Family::gauge(
            "node_ksmd_sleep_seconds",
            "Seconds to sleep between two looks.",
            [],
        ),
    ),
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    for (file, divisor, family) in &FAMILIES {
        let text = node.paths.read_sys(&format!("kernel/mm/ksm/{file}"))?;
        let number: u64 = text.parse().map_err(|_| Error::parse(file, 1, &text))?;
        out.sample(family, [], number as f64 / divisor);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        let path = |file| format!("sys/kernel/mm/ksm/{file}");
        let files: Vec<_> = files.iter().map(|(file, text)| (path(file), *text)).collect();
        let files: Vec<_> = files.iter().map(|(file, text)| (file.as_str(), *text)).collect();
        expect.assert_eq(&samples(collect, &[], &files));
    }

    #[test]
    fn all_files() {
        check(
            &[
                ("full_scans", "323\n"),
                ("merge_across_nodes", "1\n"),
                ("pages_shared", "1\n"),
                ("pages_sharing", "255\n"),
                ("pages_to_scan", "100\n"),
                ("pages_unshared", "0\n"),
                ("pages_volatile", "0\n"),
                ("run", "1\n"),
                ("sleep_millisecs", "20\n"),
            ],
            expect![[r#"
                node_ksmd_full_scans_total 323
                node_ksmd_merge_across_nodes 1
                node_ksmd_pages_shared 1
                node_ksmd_pages_sharing 255
                node_ksmd_pages_to_scan 100
                node_ksmd_pages_unshared 0
                node_ksmd_pages_volatile 0
                node_ksmd_run 1
                node_ksmd_sleep_seconds 0.02
            "#]],
        );
    }

    #[test]
    fn missing_and_strange() {
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
        check(
            &[("full_scans", "-1\n")],
            expect![[r#"
            parse full_scans line 1: "-1"
        "#]],
        );
    }
}
