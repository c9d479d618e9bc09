//! Memory of the whole system, from `/proc/meminfo`.
//!
//! Every field is written, also those that the reference left out in its version 1.9 (`KReclaimable`, `Hugetlb`, …)
//! and those of kernels to come.
//!
//! Names: `node_memory_<field>_bytes` gauge: a field of the file that is in kilobytes, as bytes.
//! Names: `node_memory_<field>` gauge: a field that is a count, such as `HugePages_Total`.

use metrics_registry::{Exposition, Kind};

use crate::{Error, Node};

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    write(&node.paths.read_proc_table("meminfo")?, out)
}

/// One line: `Active(anon):    2020004 kB`.
#[derive(Debug)]
struct Field<'a> {
    name: &'a str,
    value: u64,
    is_kilobytes: bool,
}

impl<'a> Field<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let (name, rest) = line.split_once(':')?;
        let mut words = rest.split_ascii_whitespace();
        Some(Self {
            name,
            value: words.next()?.parse().ok()?,
            is_kilobytes: words.next() == Some("kB"),
        })
    }

    /// `node_memory_Active_anon_bytes`: `(` becomes `_`, `)` is left out.
    fn push_name(&self, to: &mut String) {
        to.push_str("node_memory_");
        for part in self.name.chars().filter(|part| *part != ')') {
            to.push(if part.is_ascii_alphanumeric() { part } else { '_' });
        }
        if self.is_kilobytes {
            to.push_str("_bytes");
        }
    }
}

/// Fails with `Parse` on lines without a number, and still writes the others.
fn write(text: &str, out: &mut Exposition) -> Result<(), Error> {
    let mut name = String::new();
    let mut result = Ok(());
    for (index, line) in text.lines().enumerate() {
        let Some(field) = Field::parse(line) else {
            result = Err(Error::parse("meminfo", index + 1, line));
            continue;
        };
        name.clear();
        field.push_name(&mut name);
        let value = if field.is_kilobytes {
            field.value as f64 * 1024.0
        } else {
            field.value as f64
        };
        let help = format_args!("{} of /proc/meminfo.", field.name);
        out.dynamic(&name, help, Kind::Gauge, [], value);
    }
    result
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let mut out = Exposition::default();
        let result = write(text, &mut out).map_err(|error| error.to_string());
        expect.assert_eq(&format!("{}{result:?}", out.to_text()));
    }

    #[test]
    fn units_and_parentheses() {
        check(
            "MemTotal:        3742148 kB\nActive(anon):    2020004 kB\nHugePages_Total:       3\n",
            expect![[r#"
                # HELP node_memory_Active_anon_bytes Active(anon) of /proc/meminfo.
                # TYPE node_memory_Active_anon_bytes gauge
                node_memory_Active_anon_bytes 2.068484096e+09
                # HELP node_memory_HugePages_Total HugePages_Total of /proc/meminfo.
                # TYPE node_memory_HugePages_Total gauge
                node_memory_HugePages_Total 3
                # HELP node_memory_MemTotal_bytes MemTotal of /proc/meminfo.
                # TYPE node_memory_MemTotal_bytes gauge
                node_memory_MemTotal_bytes 3.831959552e+09
                Ok(())"#]],
        );
    }

    #[test]
    fn a_strange_line_does_not_hide_the_others() {
        check(
            "MemTotal:\nVmallocTotal:   18446744073709551615 kB\n",
            expect![[r#"
                # HELP node_memory_VmallocTotal_bytes VmallocTotal of /proc/meminfo.
                # TYPE node_memory_VmallocTotal_bytes gauge
                node_memory_VmallocTotal_bytes 1.888946593147858e+22
                Err("parse meminfo line 1: \"MemTotal:\"")"#]],
        );
    }
}
