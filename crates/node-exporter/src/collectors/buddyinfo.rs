//! Free blocks of memory by size, from `/proc/buddyinfo`.
//!
//! A line is `Node 0, zone   Normal   4381   1093 …`: the n-th number counts free blocks of 2^n pages.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const FILE: &str = "buddyinfo";

const BLOCKS: Family<3> = Family::gauge(
    "node_buddyinfo_blocks",
    "Free blocks of memory, where size 0 is a page and each next size is twice as large.",
    ["node", "size", "zone"],
);

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let text = node.paths.read_proc(FILE)?;
    for (index, line) in text.lines().enumerate() {
        write(line, out).ok_or_else(|| Error::parse(FILE, index + 1, line))?;
    }
    Ok(())
}

/// Writes one zone; none on a line that is not understood.
fn write(line: &str, out: &mut Exposition) -> Option<()> {
    let (node, zone) = line.strip_prefix("Node ")?.split_once(", zone")?;
    let mut fields = zone.split_ascii_whitespace();
    let zone = fields.next()?;
    for (size, field) in fields.enumerate() {
        let blocks: u64 = field.parse().ok()?;
        out.sample(&BLOCKS, [node, &size.to_string(), zone], blocks as f64);
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
        expect.assert_eq(&samples(collect, &[], &[("proc/buddyinfo", text)]));
    }

    #[test]
    fn two_zones() {
        check(
            "Node 0, zone      DMA      1      0      3 \nNode 10, zone   Normal   4381   1093  18446744073709551615 \n",
            expect![[r#"
                node_buddyinfo_blocks{node="0",size="0",zone="DMA"} 1
                node_buddyinfo_blocks{node="0",size="1",zone="DMA"} 0
                node_buddyinfo_blocks{node="0",size="2",zone="DMA"} 3
                node_buddyinfo_blocks{node="10",size="0",zone="Normal"} 4381
                node_buddyinfo_blocks{node="10",size="1",zone="Normal"} 1093
                node_buddyinfo_blocks{node="10",size="2",zone="Normal"} 1.8446744073709552e+19
            "#]],
        );
    }

    #[test]
    fn truncated_and_strange() {
        check("", expect![[r#""#]]);
        check(
            "Node 0, zone",
            expect![[r#"
            parse buddyinfo line 1: "Node 0, zone"
        "#]],
        );
        check(
            "Node 0, zone DMA 1 x\n",
            expect![[r#"
            node_buddyinfo_blocks{node="0",size="0",zone="DMA"} 1
            parse buddyinfo line 1: "Node 0, zone DMA 1 x"
        "#]],
        );
        check(
            "\u{fffd}\n",
            expect![[r#"
            parse buddyinfo line 1: "�"
        "#]],
        );
    }
}
