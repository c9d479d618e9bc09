//! Packets that each CPU took from the network, from `/proc/net/softnet_stat`.
//!
//! One line per CPU that is online, in hexadecimal columns. The number of the CPU is the thirteenth since Linux 5.10;
//! before that it is the number of the line. The kernel's `net/core/net-procfs.c` writes them.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const FILE: &str = "net/softnet_stat";

/// Columns on the oldest kernels; the later ones count as 0 there.
const COLUMNS_MIN: usize = 9;
/// Columns that are read; newer kernels have more.
const COLUMNS: usize = 13;
/// Which column is the number of the CPU.
const CPU: usize = 12;

const FAMILIES: [(usize, Family<1>); 7] = [
    (
        0,
        Family::counter(
            "node_softnet_processed_total",
            "Packets that a CPU processed.",
            ["cpu"],
        ),
    ),
    (
        1,
        Family::counter(
            "node_softnet_dropped_total",
            "Packets dropped because the backlog of a CPU was full.",
            ["cpu"],
        ),
    ),
    (
        2,
        Family::counter(
            "node_softnet_times_squeezed_total",
            "Times that a CPU stopped with packets left, for lack of time or budget.",
            ["cpu"],
        ),
    ),
    (
        8,
        Family::counter(
            "node_softnet_cpu_collision_total",
            "Times that a CPU found the lock of a transmit queue held by another.",
            ["cpu"],
        ),
    ),
    (
        9,
        Family::counter(
            "node_softnet_received_rps_total",
            "Times that a CPU was woken to take packets from another.",
            ["cpu"],
        ),
    ),
    (
        10,
        Family::counter(
            "node_softnet_flow_limit_count_total",
            "Packets dropped because one flow had filled the backlog of a CPU.",
            ["cpu"],
        ),
    ),
    (
        11,
        Family::gauge(
            "node_softnet_backlog_len",
            "Packets in the backlog of a CPU.",
            ["cpu"],
        ),
    ),
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let text = node.paths.read_proc_table(FILE)?;
    for (index, line) in text.lines().enumerate() {
        let (columns, count) = parse(line).ok_or_else(|| Error::parse(FILE, index + 1, line))?;
        let cpu = if count == COLUMNS {
            columns[CPU] as usize
        } else {
            index
        };
        let cpu = cpu.to_string();
        for (column, family) in &FAMILIES {
            out.sample(family, [&cpu], columns[*column].into());
        }
    }
    Ok(())
}

/// The columns of one CPU and how many of them there are; none with fewer than nine or one that is not a number.
fn parse(line: &str) -> Option<([u32; COLUMNS], usize)> {
    let mut columns = [0; COLUMNS];
    let mut count = 0;
    for (column, field) in std::iter::zip(&mut columns, line.split_ascii_whitespace()) {
        *column = u32::from_str_radix(field, 16).ok()?;
        count += 1;
    }
    (COLUMNS_MIN <= count).then_some((columns, count))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let file = format!("proc/{FILE}");
        expect.assert_eq(&samples(collect, &[], &[(&file, text)]));
    }

    #[test]
    fn columns_of_three_kernels() {
        check(
            "00049279 00000000 00000001 00000000 00000000 00000000 00000000 00000000 00000007\n\
             000dfb82 00000029 0000000a 00000000 00000000 00000000 00000000 00000000 00000000 00000002 00000003\n\
             ffffffff 00000000 00000055 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000004 0000000a 00000000 00000000\n",
            expect![[r#"
                node_softnet_backlog_len{cpu="0"} 0
                node_softnet_backlog_len{cpu="1"} 0
                node_softnet_backlog_len{cpu="10"} 4
                node_softnet_cpu_collision_total{cpu="0"} 7
                node_softnet_cpu_collision_total{cpu="1"} 0
                node_softnet_cpu_collision_total{cpu="10"} 0
                node_softnet_dropped_total{cpu="0"} 0
                node_softnet_dropped_total{cpu="1"} 41
                node_softnet_dropped_total{cpu="10"} 0
                node_softnet_flow_limit_count_total{cpu="0"} 0
                node_softnet_flow_limit_count_total{cpu="1"} 3
                node_softnet_flow_limit_count_total{cpu="10"} 0
                node_softnet_processed_total{cpu="0"} 299641
                node_softnet_processed_total{cpu="1"} 916354
                node_softnet_processed_total{cpu="10"} 4.294967295e+09
                node_softnet_received_rps_total{cpu="0"} 0
                node_softnet_received_rps_total{cpu="1"} 2
                node_softnet_received_rps_total{cpu="10"} 0
                node_softnet_times_squeezed_total{cpu="0"} 1
                node_softnet_times_squeezed_total{cpu="1"} 10
                node_softnet_times_squeezed_total{cpu="10"} 85
            "#]],
        );
    }

    #[test]
    fn truncated_huge_and_strange() {
        check("", expect![[r#""#]]);
        check(
            "00049279 00000000 00000001\n",
            expect![[r#"
            parse net/softnet_stat line 1: "00049279 00000000 00000001"
        "#]],
        );
        check(
            "100000000 0 0 0 0 0 0 0 0\n",
            expect![[r#"
            parse net/softnet_stat line 1: "100000000 0 0 0 0 0 0 0 0"
        "#]],
        );
        check(
            "x\n",
            expect![[r#"
            parse net/softnet_stat line 1: "x"
        "#]],
        );
    }
}
