//! Bytes that wait in UDP sockets, from `/proc/net/udp` and `/proc/net/udp6`.
//!
//! Each line is a socket; its fifth field is `tx_queue:rx_queue` in hexadecimal. `udp6` is absent where IPv6 is off.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const QUEUES: Family<2> = Family::gauge(
    "node_udp_queues",
    "Bytes that wait in all UDP sockets, to be sent or to be read.",
    ["ip", "queue"],
);

/// File and label of each version of IP.
const VERSIONS: [(&str, &str); 2] = [("net/udp", "v4"), ("net/udp6", "v6")];
/// Which field holds the queues.
const QUEUES_FIELD: usize = 4;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let mut result = Err(Error::NoData);
    for (file, version) in VERSIONS {
        match node.paths.read_proc_table(file) {
            Ok(text) => {
                write(version, &Queues::parse(file, &text)?, out);
                result = Ok(());
            }
            Err(Error::NoData) => {}
            Err(error) => return Err(error),
        }
    }
    result
}

/// Bytes in the queues of all sockets together.
#[derive(Default)]
struct Queues {
    transmit_bytes: u64,
    receive_bytes: u64,
}

impl Queues {
    /// Fails with `Parse` on a socket without queues.
    fn parse(file: &'static str, text: &str) -> Result<Self, Error> {
        let mut queues = Self::default();
        for (index, line) in text.lines().enumerate().skip(1) {
            let (transmit, receive) = socket(line).ok_or_else(|| Error::parse(file, index + 1, line))?;
            queues.transmit_bytes = queues.transmit_bytes.saturating_add(transmit.into());
            queues.receive_bytes = queues.receive_bytes.saturating_add(receive.into());
        }
        Ok(queues)
    }
}

/// Bytes that one socket has to send and to be read.
fn socket(line: &str) -> Option<(u32, u32)> {
    let (transmit, receive) = line.split_ascii_whitespace().nth(QUEUES_FIELD)?.split_once(':')?;
    let number = |text| u32::from_str_radix(text, 16).ok();
    Some((number(transmit)?, number(receive)?))
}

fn write(version: &str, queues: &Queues, out: &mut Exposition) {
    out.sample(&QUEUES, [version, "rx"], queues.receive_bytes as f64);
    out.sample(&QUEUES, [version, "tx"], queues.transmit_bytes as f64);
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    const HEADER: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n";

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        let files: Vec<_> = files
            .iter()
            .map(|(file, lines)| (format!("proc/{file}"), format!("{HEADER}{lines}")))
            .collect();
        let files: Vec<_> = files
            .iter()
            .map(|(file, text)| (file.as_str(), text.as_str()))
            .collect();
        expect.assert_eq(&samples(collect, &[], &files));
    }

    #[test]
    fn both_versions() {
        let four = "   0: 00000000:0016 00000000:0000 0A 00000015:00000002 00:00000000 00000000     0\n\
                    \x20  1: 00000000:0035 00000000:0000 07 ffffffff:00000000 00:00000000 00000000     0\n";
        check(
            &[("net/udp", four), ("net/udp6", "")],
            expect![[r#"
            node_udp_queues{ip="v4",queue="rx"} 2
            node_udp_queues{ip="v4",queue="tx"} 4.294967316e+09
            node_udp_queues{ip="v6",queue="rx"} 0
            node_udp_queues{ip="v6",queue="tx"} 0
        "#]],
        );
    }

    #[test]
    fn without_one_or_both() {
        check(
            &[("net/udp6", "")],
            expect![[r#"
            node_udp_queues{ip="v6",queue="rx"} 0
            node_udp_queues{ip="v6",queue="tx"} 0
        "#]],
        );
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }

    #[test]
    fn truncated_and_strange() {
        check(
            &[("net/udp", "   0: 00000000:0016 00000000:0000 0A 00000015")],
            expect![[r#"
                parse net/udp line 2: "   0: 00000000:0016 00000000:0000 0A 00000015"
            "#]],
        );
        check(
            &[("net/udp", "   0: 0 0 0A x:1 2")],
            expect![[r#"
            parse net/udp line 2: "   0: 0 0 0A x:1 2"
        "#]],
        );
        check(
            &[("net/udp", "\n")],
            expect![[r#"
            parse net/udp line 2: ""
        "#]],
        );
    }
}
