//! Block devices that are mirrored over the network, from `/proc/drbd`.
//!
//! The file exists while the module `drbd` is loaded. It is words of the form `key:value`; a word that is a number and
//! a colon starts a device. DRBD 9 keeps only its version there.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

/// A number of a device and the bytes (or things) that one of it stands for.
struct Number {
    key: &'static str,
    family: Family<1>,
    factor: f64,
}

const fn counter(key: &'static str, name: &'static str, help: &'static str, factor: f64) -> Number {
    Number {
        key,
        family: Family::counter(name, help, ["device"]),
        factor,
    }
}

const fn gauge(key: &'static str, name: &'static str, help: &'static str, factor: f64) -> Number {
    Number {
        key,
        family: Family::gauge(name, help, ["device"]),
        factor,
    }
}

const KIBIBYTE: f64 = 1024.0;

const NUMBERS: [Number; 12] = [
    counter(
        "ns",
        "node_drbd_network_sent_bytes_total",
        "Bytes sent to the other node.",
        KIBIBYTE,
    ),
    // The kernel counts KiB here too; the reference does not convert them.
    counter(
        "nr",
        "node_drbd_network_received_bytes_total",
        "Received from the other node, in KiB in spite of the name.",
        1.0,
    ),
    counter(
        "dw",
        "node_drbd_disk_written_bytes_total",
        "Bytes written to the local disk.",
        KIBIBYTE,
    ),
    counter(
        "dr",
        "node_drbd_disk_read_bytes_total",
        "Bytes read from the local disk.",
        KIBIBYTE,
    ),
    counter(
        "al",
        "node_drbd_activitylog_writes_total",
        "Writes to the log of active extents.",
        1.0,
    ),
    counter(
        "bm",
        "node_drbd_bitmap_writes_total",
        "Writes to the bitmap of blocks that differ.",
        1.0,
    ),
    gauge(
        "lo",
        "node_drbd_local_pending",
        "Requests that the local disk has not answered.",
        1.0,
    ),
    gauge(
        "pe",
        "node_drbd_remote_pending",
        "Requests that the other node has not answered.",
        1.0,
    ),
    gauge(
        "ua",
        "node_drbd_remote_unacknowledged",
        "Requests of the other node that this one has not answered.",
        1.0,
    ),
    gauge(
        "ap",
        "node_drbd_application_pending",
        "Requests of applications that are not answered.",
        1.0,
    ),
    gauge("ep", "node_drbd_epochs", "Epochs under way.", 1.0),
    gauge(
        "oos",
        "node_drbd_out_of_sync_bytes",
        "Bytes that differ between the nodes.",
        KIBIBYTE,
    ),
];

const CONNECTED: Family<1> = Family::gauge(
    "node_drbd_connected",
    "1 where the device is connected to the other node.",
    ["device"],
);

/// Keys whose value is `local/remote`, and the state that counts as 1.
const PAIRS: [(&str, &str, Family<2>); 2] = [
    (
        "ro",
        "Primary",
        Family::gauge(
            "node_drbd_node_role_is_primary",
            "1 where the node has the primary role.",
            ["device", "node"],
        ),
    ),
    (
        "ds",
        "UpToDate",
        Family::gauge(
            "node_drbd_disk_state_is_up_to_date",
            "1 where the disk of the node is up to date.",
            ["device", "node"],
        ),
    ),
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    write(&node.paths.read_proc("drbd")?, out)
}

/// Fails with `Parse` on a value that is not what its key needs.
fn write(text: &str, out: &mut Exposition) -> Result<(), Error> {
    let mut device = "unknown".to_owned();
    for (index, line) in text.lines().enumerate() {
        for word in line.split_ascii_whitespace() {
            let Some((key, value)) = word.split_once(':') else {
                continue;
            };
            match key.parse::<u64>() {
                Ok(number) if value.is_empty() => device = format!("drbd{number}"),
                _ => write_value(&device, key, value, out)
                    .ok_or_else(|| Error::parse("drbd", index + 1, word))?,
            }
        }
    }
    Ok(())
}

/// Writes what one key says, and nothing for a key that is not known. Returns nothing for a wrong value.
fn write_value(device: &str, key: &str, value: &str, out: &mut Exposition) -> Option<()> {
    let flag = |is: bool| f64::from(u8::from(is));
    if let Some(number) = NUMBERS.iter().find(|number| number.key == key) {
        let count: u64 = value.parse().ok()?;
        out.sample(&number.family, [device], count as f64 * number.factor);
    } else if let Some((_, good, family)) = PAIRS.iter().find(|pair| pair.0 == key) {
        let (local, remote) = value.split_once('/')?;
        out.sample(family, [device, "local"], flag(local == *good));
        out.sample(family, [device, "remote"], flag(remote == *good));
    } else if key == "cs" {
        out.sample(&CONNECTED, [device], flag(value == "Connected"));
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
        expect.assert_eq(&samples(collect, &[], &[("proc/drbd", text)]));
    }

    #[test]
    fn one_device() {
        check(
            "version: 8.4.3 (api:1/proto:86-101)\nsrcversion: 1A9F77B1CA5FF92235C2213 \n\n \
             1: cs:Connected ro:Primary/Secondary ds:UpToDate/Inconsistent C r-----\n    \
             ns:17324442 nr:10961011 dw:28263521 dr:118696670 al:1100 bm:221 lo:12345 pe:12346 ua:12347 ap:12348 \
             ep:1 wo:d oos:12349\n",
            expect![[r#"
                node_drbd_activitylog_writes_total{device="drbd1"} 1100
                node_drbd_application_pending{device="drbd1"} 12348
                node_drbd_bitmap_writes_total{device="drbd1"} 221
                node_drbd_connected{device="drbd1"} 1
                node_drbd_disk_read_bytes_total{device="drbd1"} 1.2154539008e+11
                node_drbd_disk_state_is_up_to_date{device="drbd1",node="local"} 1
                node_drbd_disk_state_is_up_to_date{device="drbd1",node="remote"} 0
                node_drbd_disk_written_bytes_total{device="drbd1"} 2.8941845504e+10
                node_drbd_epochs{device="drbd1"} 1
                node_drbd_local_pending{device="drbd1"} 12345
                node_drbd_network_received_bytes_total{device="drbd1"} 1.0961011e+07
                node_drbd_network_sent_bytes_total{device="drbd1"} 1.7740228608e+10
                node_drbd_node_role_is_primary{device="drbd1",node="local"} 1
                node_drbd_node_role_is_primary{device="drbd1",node="remote"} 0
                node_drbd_out_of_sync_bytes{device="drbd1"} 1.2645376e+07
                node_drbd_remote_pending{device="drbd1"} 12346
                node_drbd_remote_unacknowledged{device="drbd1"} 12347
            "#]],
        );
    }

    #[test]
    fn missing_and_without_devices() {
        expect![[r#"
            no data
        "#]]
        .assert_eq(&samples(collect, &[], &[]));
        check("version: 9.1.7 (api:2/proto:110-121)\n", expect![[r#""#]]);
    }

    #[test]
    fn truncated_and_strange() {
        check(
            " 0: cs:WFConnection ro:Primary",
            expect![[r#"
            node_drbd_connected{device="drbd0"} 0
            parse drbd line 1: "ro:Primary"
        "#]],
        );
        check(
            "ns:many",
            expect![[r#"
            parse drbd line 1: "ns:many"
        "#]],
        );
        check(
            "99999999999999999999: :: ns:1",
            expect![[r#"
            node_drbd_network_sent_bytes_total{device="unknown"} 1024
        "#]],
        );
    }
}
