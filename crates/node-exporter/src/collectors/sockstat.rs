//! Sockets in use, from `/proc/net/sockstat` and `/proc/net/sockstat6`.
//!
//! Either file is absent where the kernel has no such protocol; that is not a failure.
//!
//! Names: `node_sockstat_<protocol>_<state>` gauge: sockets or fragments of a protocol in a state; `mem` is in pages.
//! Names: `node_sockstat_<protocol>_mem_bytes` gauge: memory of a protocol's sockets in bytes.

use metrics_registry::{Exposition, Family, Kind};

use crate::{Error, Node};

const USED: Family<0> = Family::gauge("node_sockstat_sockets_used", "Sockets of all kinds in use.", []);
/// What the files tell of a protocol; other words are passed over.
const FIELDS: [&str; 6] = ["inuse", "orphan", "tw", "alloc", "mem", "memory"];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    // SAFETY: sysconf only reads, and knows the page size on every Linux.
    let page_bytes = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(0);
    for file in ["net/sockstat", "net/sockstat6"] {
        match node.paths.read_proc_table(file) {
            Ok(text) => write(file, &text, page_bytes, out)?,
            Err(Error::NoData) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes one file; each line is `PROTOCOL: word number word number …`.
///
/// Fails with `Parse` where a number is not one.
fn write(file: &'static str, text: &str, page_bytes: u64, out: &mut Exposition) -> Result<(), Error> {
    for (number, line) in text.lines().enumerate() {
        let error = || Error::parse(file, number + 1, line);
        let Some((protocol, fields)) = line.split_once(':') else {
            return Err(error());
        };
        if !protocol.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(error());
        }
        let mut fields = fields.split_ascii_whitespace();
        while let Some(word) = fields.next() {
            let value: u64 = fields
                .next()
                .and_then(|value| value.parse().ok())
                .ok_or_else(error)?;
            if (protocol, word) == ("sockets", "used") {
                out.sample(&USED, [], value as f64);
            } else if FIELDS.contains(&word) {
                write_field(protocol, word, value, out);
                if word == "mem" {
                    write_field(protocol, "mem_bytes", value.saturating_mul(page_bytes), out);
                }
            }
        }
    }
    Ok(())
}

fn write_field(protocol: &str, state: &str, value: u64, out: &mut Exposition) {
    out.dynamic(
        &format!("node_sockstat_{protocol}_{state}"),
        format_args!("Sockets of {protocol}: {state}."),
        Kind::Gauge,
        [],
        value as f64,
    );
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let mut out = Exposition::default();
        let error = write("net/sockstat", text, 16384, &mut out).err();
        let text = out.to_text();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let error = error.map(|error| error.to_string());
        let lines: Vec<_> = samples.map(str::to_owned).chain(error).collect();
        expect.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn ipv4() {
        check(
            "sockets: used 229\nTCP: inuse 4 orphan 0 tw 4 alloc 17 mem 2\nFRAG: inuse 0 memory 0\n",
            expect![[r#"
                node_sockstat_FRAG_inuse 0
                node_sockstat_FRAG_memory 0
                node_sockstat_TCP_alloc 17
                node_sockstat_TCP_inuse 4
                node_sockstat_TCP_mem 2
                node_sockstat_TCP_mem_bytes 32768
                node_sockstat_TCP_orphan 0
                node_sockstat_TCP_tw 4
                node_sockstat_sockets_used 229"#]],
        );
    }

    #[test]
    fn words_that_are_not_known() {
        check("TCP6: inuse 17 later 3\n", expect!["node_sockstat_TCP6_inuse 17"]);
    }

    #[test]
    fn a_short_line_leaves_what_stands_before_it() {
        check(
            "RAW: inuse 3\nTCP: inuse\n",
            expect![[r#"
                node_sockstat_RAW_inuse 3
                parse net/sockstat line 2: "TCP: inuse""#]],
        );
    }

    #[test]
    fn garbage() {
        check("\u{fffd}\n", expect![[r#"parse net/sockstat line 1: "�""#]]);
        check(
            "T{P: inuse 3\n",
            expect![[r#"parse net/sockstat line 1: "T{P: inuse 3""#]],
        );
    }
}
