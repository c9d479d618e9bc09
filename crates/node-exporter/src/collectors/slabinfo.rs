//! Memory of the kernel's object caches, from `/proc/slabinfo`.
//!
//! For root only on every usual kernel. Flags: `--collector.slabinfo.slabs-include` and `-exclude`, which can be used
//! together.

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::text;
use metrics_registry::{Exposition, Family};

use crate::filter::Filter;
use crate::{Error, Node};

const FILE: &str = "slabinfo";
const INCLUDE: &str = "collector.slabinfo.slabs-include";
const EXCLUDE: &str = "collector.slabinfo.slabs-exclude";

/// The numbers behind a cache's name.
const FAMILIES: [Family<1>; 5] = [
    Family::gauge(
        "node_slabinfo_active_objects",
        "Objects of a cache in use.",
        ["slab"],
    ),
    Family::gauge(
        "node_slabinfo_objects",
        "Objects of a cache, in use or not.",
        ["slab"],
    ),
    Family::gauge(
        "node_slabinfo_object_size_bytes",
        "Bytes of an object of a cache.",
        ["slab"],
    ),
    Family::gauge(
        "node_slabinfo_objects_per_slab",
        "Objects of a cache in each slab.",
        ["slab"],
    ),
    Family::gauge(
        "node_slabinfo_pages_per_slab",
        "Pages of each slab of a cache.",
        ["slab"],
    ),
];

/// Which caches are written.
#[derive(Debug)]
pub(crate) struct State {
    include: Filter,
    exclude: Filter,
}

impl State {
    /// Fails where an expression is not valid.
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            include: Filter::include(INCLUDE, text(matches, INCLUDE))?,
            exclude: match text(matches, EXCLUDE) {
                "" => Filter::default(),
                regex => Filter::exclude(EXCLUDE, regex)?,
            },
        })
    }
}

pub(super) fn flags() -> Vec<Arg> {
    let arg = |name| Arg::new(name).long(name).value_name("REGEX");
    let include = arg(INCLUDE)
        .default_value(".*")
        .help("Report only the caches that match");
    let exclude = arg(EXCLUDE)
        .default_value("")
        .help("Leave out the caches that match");
    vec![include, exclude]
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let State { include, exclude } = &node.slabinfo;
    let content = node.paths.read_proc(FILE)?;
    for (index, line) in content.lines().enumerate() {
        // The version, and the names of the columns.
        if line.starts_with("slabinfo") || line.starts_with('#') {
            continue;
        }
        let (name, counts) = parse(line).ok_or_else(|| Error::parse(FILE, index + 1, line))?;
        if include.passes(name) && exclude.passes(name) {
            for (family, count) in std::iter::zip(&FAMILIES, counts) {
                out.sample(family, [name], count as f64);
            }
        }
    }
    Ok(())
}

/// The name of a cache and its first five numbers.
fn parse(line: &str) -> Option<(&str, [u64; FAMILIES.len()])> {
    let mut fields = line.split_ascii_whitespace();
    let name = fields.next()?;
    let mut counts = [0; FAMILIES.len()];
    for count in &mut counts {
        *count = fields.next()?.parse().ok()?;
    }
    Some((name, counts))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    const HEADER: &str = "slabinfo - version: 2.1\n# name            <active_objs> <num_objs> <objsize>\n";

    #[track_caller]
    fn check(flags: &[&str], lines: &str, expect: Expect) {
        let text = format!("{HEADER}{lines}");
        expect.assert_eq(&samples(collect, flags, &[("proc/slabinfo", &text)]));
    }

    const CACHES: &str = "tw_sock_TCP          704    864    256   32    2 : tunables    0    0    0 : slabdata\n\
                          kmalloc-8k           132    148   8192    4    8 : tunables    0    0    0 : slabdata\n\
                          kmalloc-16             1      2     16    4    5 : tunables    0    0    0 : slabdata\n";

    #[test]
    fn caches() {
        check(
            &[],
            CACHES,
            expect![[r#"
            node_slabinfo_active_objects{slab="tw_sock_TCP"} 704
            node_slabinfo_active_objects{slab="kmalloc-8k"} 132
            node_slabinfo_active_objects{slab="kmalloc-16"} 1
            node_slabinfo_object_size_bytes{slab="tw_sock_TCP"} 256
            node_slabinfo_object_size_bytes{slab="kmalloc-8k"} 8192
            node_slabinfo_object_size_bytes{slab="kmalloc-16"} 16
            node_slabinfo_objects{slab="tw_sock_TCP"} 864
            node_slabinfo_objects{slab="kmalloc-8k"} 148
            node_slabinfo_objects{slab="kmalloc-16"} 2
            node_slabinfo_objects_per_slab{slab="tw_sock_TCP"} 32
            node_slabinfo_objects_per_slab{slab="kmalloc-8k"} 4
            node_slabinfo_objects_per_slab{slab="kmalloc-16"} 4
            node_slabinfo_pages_per_slab{slab="tw_sock_TCP"} 2
            node_slabinfo_pages_per_slab{slab="kmalloc-8k"} 8
            node_slabinfo_pages_per_slab{slab="kmalloc-16"} 5
        "#]],
        );
    }

    #[test]
    fn chosen_caches() {
        let flags = [
            "--collector.slabinfo.slabs-include=^kmalloc",
            "--collector.slabinfo.slabs-exclude=k$",
        ];
        check(
            &flags,
            CACHES,
            expect![[r#"
            node_slabinfo_active_objects{slab="kmalloc-16"} 1
            node_slabinfo_object_size_bytes{slab="kmalloc-16"} 16
            node_slabinfo_objects{slab="kmalloc-16"} 2
            node_slabinfo_objects_per_slab{slab="kmalloc-16"} 4
            node_slabinfo_pages_per_slab{slab="kmalloc-16"} 5
        "#]],
        );
    }

    #[test]
    fn truncated_and_strange() {
        check(&[], "", expect![[r#""#]]);
        check(
            &[],
            "kmalloc-16 1 2 3 4\n",
            expect![[r#"
            parse slabinfo line 3: "kmalloc-16 1 2 3 4"
        "#]],
        );
        check(
            &[],
            "kmalloc-16 1 2 3 4 18446744073709551616\n",
            expect![[r#"
            parse slabinfo line 3: "kmalloc-16 1 2 3 4 18446744073709551616"
        "#]],
        );
    }
}
