//! Soft interrupts by type and CPU, from `/proc/softirqs`.
//!
//! The first line names the CPUs; each next one is a type and a number for each of them.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const FILE: &str = "softirqs";

const FUNCTIONS: Family<2> = Family::counter(
    "node_softirqs_functions_total",
    "Soft interrupts that a CPU served, by type.",
    ["cpu", "type"],
);

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let text = node.paths.read_proc(FILE)?;
    for (index, line) in text.lines().enumerate().skip(1) {
        write(line, out).ok_or_else(|| Error::parse(FILE, index + 1, line))?;
    }
    Ok(())
}

/// Writes one type; none on a line that is not understood.
fn write(line: &str, out: &mut Exposition) -> Option<()> {
    let (kind, counts) = line.trim_start().split_once(':')?;
    for (cpu, count) in counts.split_ascii_whitespace().enumerate() {
        let count: u64 = count.parse().ok()?;
        out.sample(&FUNCTIONS, [&cpu.to_string(), kind], count as f64);
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
        expect.assert_eq(&samples(collect, &[], &[("proc/softirqs", text)]));
    }

    #[test]
    fn two_cpus() {
        check(
            "                    CPU0       CPU1       \n          HI:          7          1\n      NET_RX:      43066     4294967295\n",
            expect![[r#"
                node_softirqs_functions_total{cpu="0",type="HI"} 7
                node_softirqs_functions_total{cpu="1",type="HI"} 1
                node_softirqs_functions_total{cpu="0",type="NET_RX"} 43066
                node_softirqs_functions_total{cpu="1",type="NET_RX"} 4.294967295e+09
            "#]],
        );
    }

    #[test]
    fn truncated_and_strange() {
        check("", expect![[r#""#]]);
        check(
            "CPU0\nHI\n",
            expect![[r#"
            parse softirqs line 2: "HI"
        "#]],
        );
        check(
            "CPU0\nHI: 1 -1\n",
            expect![[r#"
            node_softirqs_functions_total{cpu="0",type="HI"} 1
            parse softirqs line 2: "HI: 1 -1"
        "#]],
        );
    }
}
