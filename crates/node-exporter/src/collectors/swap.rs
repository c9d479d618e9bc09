//! Swap areas, from `/proc/swaps`.
//!
//! Each line below the names of the columns is file, type, size, used and priority; the sizes are KiB.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const FILE: &str = "swaps";

const PRIORITY: Family<2> = Family::gauge(
    "node_swap_priority",
    "Priority of a swap area: the highest is used first.",
    ["device", "swap_type"],
);
const SIZE: Family<2> = Family::gauge(
    "node_swap_size_bytes",
    "Bytes of a swap area.",
    ["device", "swap_type"],
);
const USED: Family<2> = Family::gauge(
    "node_swap_used_bytes",
    "Bytes of a swap area in use.",
    ["device", "swap_type"],
);

const KIBIBYTE: f64 = 1024.0;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let text = node.paths.read_proc(FILE)?;
    for (index, line) in text.lines().enumerate().skip(1) {
        write(line, out).ok_or_else(|| Error::parse(FILE, index + 1, line))?;
    }
    Ok(())
}

/// Writes one area; none on a line that is not understood.
fn write(line: &str, out: &mut Exposition) -> Option<()> {
    let mut fields = line.split_ascii_whitespace();
    let labels = [fields.next()?, fields.next()?];
    let size: u64 = fields.next()?.parse().ok()?;
    let used: u64 = fields.next()?.parse().ok()?;
    let priority: i32 = fields.next()?.parse().ok()?;
    out.sample(&SIZE, labels, size as f64 * KIBIBYTE);
    out.sample(&USED, labels, used as f64 * KIBIBYTE);
    out.sample(&PRIORITY, labels, priority.into());
    Some(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        expect.assert_eq(&samples(collect, &[], &[("proc/swaps", text)]));
    }

    #[test]
    fn file_and_compressed_memory() {
        check(
            "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n\
             /var/swap                               file\t\t102396\t\t0\t\t-2\n\
             /dev/zram0                              partition\t8388604\t\t76\t\t100\n",
            expect![[r#"
                node_swap_priority{device="/var/swap",swap_type="file"} -2
                node_swap_priority{device="/dev/zram0",swap_type="partition"} 100
                node_swap_size_bytes{device="/var/swap",swap_type="file"} 1.04853504e+08
                node_swap_size_bytes{device="/dev/zram0",swap_type="partition"} 8.589930496e+09
                node_swap_used_bytes{device="/var/swap",swap_type="file"} 0
                node_swap_used_bytes{device="/dev/zram0",swap_type="partition"} 77824
            "#]],
        );
    }

    #[test]
    fn none_truncated_and_strange() {
        check(
            "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n",
            expect![[r#""#]],
        );
        check("", expect![[r#""#]]);
        check(
            "Filename\n/var/swap file 102396 0\n",
            expect![[r#"
            parse swaps line 2: "/var/swap file 102396 0"
        "#]],
        );
        check(
            "Filename\n/var/swap file 18446744073709551616 0 0\n",
            expect![[r#"
                parse swaps line 2: "/var/swap file 18446744073709551616 0 0"
            "#]],
        );
    }
}
