//! Memory by NUMA node, from `/sys/devices/system/node/node*/meminfo` and `numastat`.
//!
//! A Raspberry Pi 5 has several such nodes, which its kernel makes up. Names of metrics are made from those of the fields.
//!
//! Names: `node_memory_numa_<field>` gauge by `node`: a field of `meminfo`, in bytes where it is not a count.
//! Names: `node_memory_numa_<field>_total` counter by `node`: a field of `numastat`, in pages.

use metrics_registry::{Exposition, Kind};

use crate::{Error, Node};

const DIRECTORY: &str = "devices/system/node";
const MEMINFO: &str = "devices/system/node/*/meminfo";
const NUMASTAT: &str = "devices/system/node/*/numastat";
const KIBIBYTE: f64 = 1024.0;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    for name in node.paths.list_sys(DIRECTORY)? {
        if let Some(number) = node_number(&name) {
            let meminfo = node.paths.read_sys(&format!("{DIRECTORY}/{name}/meminfo"))?;
            write(MEMINFO, &meminfo, out, write_memory)?;
            let numastat = node.paths.read_sys(&format!("{DIRECTORY}/{name}/numastat"))?;
            write(NUMASTAT, &numastat, out, |line, out| {
                write_statistic(number, line, out)
            })?;
        }
    }
    Ok(())
}

/// The `0` of `node0`.
fn node_number(name: &str) -> Option<&str> {
    let number = name.strip_prefix("node")?;
    number
        .starts_with(|first: char| first.is_ascii_digit())
        .then_some(number)
}

/// Writes each line. Fails with `Parse` on one that is not understood.
fn write(
    file: &'static str,
    text: &str,
    out: &mut Exposition,
    write_line: impl Fn(&str, &mut Exposition) -> Option<()>,
) -> Result<(), Error> {
    for (index, line) in text.lines().enumerate() {
        if !line.trim().is_empty() {
            write_line(line, out).ok_or_else(|| Error::parse(file, index + 1, line))?;
        }
    }
    Ok(())
}

/// Writes a line like `Node 0 Active(anon):     707 kB`; without a unit the number is a count.
fn write_memory(line: &str, out: &mut Exposition) -> Option<()> {
    let mut fields = line.split_ascii_whitespace().skip(1);
    let (number, field) = (fields.next()?, fields.next()?);
    let value: u64 = fields.next()?.parse().ok()?;
    let factor = match (fields.next(), fields.next()) {
        (None, None) => 1.0,
        (Some("kB"), None) => KIBIBYTE,
        _ => return None,
    };
    let field = field.trim_end_matches(':');
    out.dynamic(
        &format!("node_memory_numa_{}", metric_name(field)),
        format_args!("Field {field} of a node's memory, in bytes where it is not a count."),
        Kind::Gauge,
        [("node", number)],
        value as f64 * factor,
    );
    Some(())
}

/// Writes a line like `numa_hit 193460335812`.
fn write_statistic(number: &str, line: &str, out: &mut Exposition) -> Option<()> {
    let (field, value) = line.split_once(' ')?;
    let value: u64 = value.trim().parse().ok()?;
    out.dynamic(
        &format!("node_memory_numa_{}_total", metric_name(field)),
        format_args!("Allocations of pages that the kernel counts as {field}."),
        Kind::Counter,
        [("node", number)],
        value as f64,
    );
    Some(())
}

/// `Active(anon)` is `Active_anon` in a metric's name; anything else that it cannot have is an underscore too.
fn metric_name(field: &str) -> String {
    let keep = |character: char| {
        if character.is_ascii_alphanumeric() {
            character
        } else {
            '_'
        }
    };
    field.trim_end_matches(')').chars().map(keep).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(meminfo: &str, numastat: &str, expect: Expect) {
        let files = [
            ("sys/devices/system/node/node2/meminfo", meminfo),
            ("sys/devices/system/node/node2/numastat", numastat),
            ("sys/devices/system/node/online", "0-2\n"),
        ];
        expect.assert_eq(&samples(collect, &[], &files));
    }

    #[test]
    fn one_node() {
        check(
            "Node 2 MemTotal:       134182340 kB\nNode 2 Active(anon):     691324 kB\nNode 2 HugePages_Total:     0\n",
            "numa_hit 193460335812\nother_node 18446744073709551615\n",
            expect![[r#"
                node_memory_numa_Active_anon{node="2"} 7.07915776e+08
                node_memory_numa_HugePages_Total{node="2"} 0
                node_memory_numa_MemTotal{node="2"} 1.3740271616e+11
                node_memory_numa_numa_hit_total{node="2"} 1.93460335812e+11
                node_memory_numa_other_node_total{node="2"} 1.8446744073709552e+19
            "#]],
        );
    }

    #[test]
    fn truncated_and_strange() {
        check("", "", expect![[r#""#]]);
        check(
            "Node 2 MemTotal:",
            "",
            expect![[r#"
            parse devices/system/node/*/meminfo line 1: "Node 2 MemTotal:"
        "#]],
        );
        check(
            "Node 2 MemTotal: 1 MB\n",
            "",
            expect![[r#"
            parse devices/system/node/*/meminfo line 1: "Node 2 MemTotal: 1 MB"
        "#]],
        );
        check(
            "Node 2 Mem-Total\u{e4}): 1 kB extra\n",
            "",
            expect![[r#"
            parse devices/system/node/*/meminfo line 1: "Node 2 Mem-Totalä): 1 kB extra"
        "#]],
        );
        check(
            "Node 2 Mem-Total\u{e4}): 1\n",
            "numa_hit\n",
            expect![[r#"
            node_memory_numa_Mem_Total_{node="2"} 1
            parse devices/system/node/*/numastat line 1: "numa_hit"
        "#]],
        );
        expect![[r#"
            no data
        "#]]
        .assert_eq(&samples(collect, &[], &[]));
    }
}
