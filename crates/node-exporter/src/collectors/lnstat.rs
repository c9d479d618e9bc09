//! Counters of the kernel's network caches per CPU, from `/proc/net/stat/*`.
//!
//! The first line of each file names the columns, and each further line has the hexadecimal numbers of one CPU. Which
//! files there are depends on the modules that are loaded; none is not a failure, as in the reference.
//!
//! Names: `node_lnstat_<column>_total` counter by `cpu`, `subsystem`: a column of a file; `subsystem` is the name of
//! the file.

use metrics_registry::{Exposition, Kind};

use crate::metric_name::sanitized;
use crate::number::hexadecimal;
use crate::{Error, Node};

const DIRECTORY: &str = "net/stat";

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let files = match node.paths.list_proc(DIRECTORY) {
        Err(Error::NoData) => return Ok(()),
        other => other?,
    };
    for file in files {
        let text = node.paths.read_proc(&format!("{DIRECTORY}/{file}"))?;
        write(&file, &text, out)?;
    }
    Ok(())
}

/// Writes one file. Fails with `Parse` on a line that has more numbers than there are names.
fn write(subsystem: &str, text: &str, out: &mut Exposition) -> Result<(), Error> {
    let mut lines = text.lines();
    let names = lines.next().unwrap_or_default().split_ascii_whitespace();
    let metrics: Vec<String> = names
        .map(|name| format!("node_lnstat_{}_total", sanitized(name)))
        .collect();
    for (cpu, line) in lines.enumerate() {
        let label = cpu.to_string();
        let mut metrics = metrics.iter();
        for word in line.split_ascii_whitespace() {
            let error = || Error::parse(DIRECTORY, cpu + 2, line);
            let number = hexadecimal(word).ok_or_else(error)?;
            out.dynamic(
                metrics.next().ok_or_else(error)?,
                format_args!("Counter of a network cache of the kernel."),
                Kind::Counter,
                [("cpu", label.as_str()), ("subsystem", subsystem)],
                number as f64,
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::collected;

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&collected(collect, &[], files));
    }

    #[test]
    fn two_caches() {
        check(
            &[
                (
                    "proc/net/stat/arp_cache",
                    "entries  allocs\n00000014  00000001\n00000014  ffffffffffffffff\n",
                ),
                (
                    "proc/net/stat/nf_conntrack",
                    "entries  drop\n00000021  0000588a\n",
                ),
            ],
            expect![[r##"
                # HELP node_lnstat_allocs_total Counter of a network cache of the kernel.
                # TYPE node_lnstat_allocs_total counter
                node_lnstat_allocs_total{cpu="0",subsystem="arp_cache"} 1
                node_lnstat_allocs_total{cpu="1",subsystem="arp_cache"} 1.8446744073709552e+19
                # HELP node_lnstat_drop_total Counter of a network cache of the kernel.
                # TYPE node_lnstat_drop_total counter
                node_lnstat_drop_total{cpu="0",subsystem="nf_conntrack"} 22666
                # HELP node_lnstat_entries_total Counter of a network cache of the kernel.
                # TYPE node_lnstat_entries_total counter
                node_lnstat_entries_total{cpu="0",subsystem="arp_cache"} 20
                node_lnstat_entries_total{cpu="1",subsystem="arp_cache"} 20
                node_lnstat_entries_total{cpu="0",subsystem="nf_conntrack"} 33
            "##]],
        );
    }

    #[test]
    fn none_is_no_failure() {
        check(&[], expect![[r#""#]]);
        check(
            &[("proc/net/stat/", ""), ("proc/net/stat/empty", "")],
            expect![[r#""#]],
        );
    }

    #[test]
    fn truncated_and_strange() {
        check(
            &[("proc/net/stat/a", "entries allocs\n00000014")],
            expect![[r##"
                # HELP node_lnstat_entries_total Counter of a network cache of the kernel.
                # TYPE node_lnstat_entries_total counter
                node_lnstat_entries_total{cpu="0",subsystem="a"} 20
            "##]],
        );
        check(
            &[("proc/net/stat/a", "entries\n1 2\n")],
            expect![[r##"
            # HELP node_lnstat_entries_total Counter of a network cache of the kernel.
            # TYPE node_lnstat_entries_total counter
            node_lnstat_entries_total{cpu="0",subsystem="a"} 1
            parse net/stat line 2: "1 2"
        "##]],
        );
        check(
            &[("proc/net/stat/a", "entries\n-1\n")],
            expect![[r#"
            parse net/stat line 2: "-1"
        "#]],
        );
        check(
            &[("proc/net/stat/a", "entries\n10000000000000000\n")],
            expect![[r#"
                parse net/stat line 2: "10000000000000000"
            "#]],
        );
    }
}
