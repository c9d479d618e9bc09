//! What NFS mounts read, wrote and waited for, from `/proc/self/mountstats`.
//!
//! The mounts are those of the mount namespace of this process. The address of the server comes from the line of
//! `/proc/self/mountinfo` at the same place. An export that is mounted twice over the same protocol has the same
//! numbers twice and is written once. No NFS mount is not a failure, as in the reference.

mod family;

use std::collections::BTreeSet;

use metrics_registry::Exposition;

use crate::{Error, Node};

use self::family::{AGE, BYTES, EVENTS, MOUNT_POINT, OPERATIONS, TRANSPORTS};

const FILE: &str = "self/mountstats";
/// Numbers of the line `events:`.
const EVENT_COUNT: usize = 27;
/// Numbers of the line `xprt: tcp`.
const TRANSPORT_COUNT: usize = 13;
/// Place of the seconds since the last call.
const IDLE_SECONDS: usize = 4;
/// From this place on, the numbers of an operation are milliseconds.
const FIRST_MILLISECONDS: usize = 5;
/// A duration that is negative in the kernel arrives as a huge number; the reference brings it below 2^53.
const MANTISSA: u64 = 1 << 53;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let text = node.paths.read_proc(FILE)?;
    let mounts = parse(&text)?;
    if mounts.is_empty() {
        return Ok(());
    }
    let addresses = node.paths.read_proc("self/mountinfo")?;
    let addresses: Vec<&str> = addresses.lines().map(address).collect();
    write(&mounts, &addresses, out);
    Ok(())
}

/// One NFS mount.
#[derive(Debug, Default)]
struct Mount<'a> {
    /// Its place among all mounts.
    position: usize,
    export: &'a str,
    mount_point: &'a str,
    age_seconds: u64,
    bytes: [u64; BYTES.len()],
    events: [u64; EVENT_COUNT],
    transports: Vec<Transport<'a>>,
    /// Name and numbers.
    operations: Vec<(&'a str, [u64; OPERATIONS.len()])>,
}

/// One connection to the server.
#[derive(Debug)]
struct Transport<'a> {
    /// `tcp`, `udp` or `rdma`.
    protocol: &'a str,
    numbers: [u64; TRANSPORT_COUNT],
}

/// The NFS mounts with statistics. Fails with `Parse` on a line of theirs that is too short or has no numbers.
fn parse(text: &str) -> Result<Vec<Mount<'_>>, Error> {
    let mut mounts: Vec<Mount<'_>> = Vec::new();
    let mut position = 0;
    let mut is_nfs = false;
    let mut is_operation = false;
    for (index, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        match *words.as_slice() {
            [
                "device",
                export,
                "mounted",
                "on",
                mount_point,
                "with",
                "fstype",
                ref kind @ ..,
            ] => {
                is_nfs = matches!(kind, ["nfs" | "nfs4", _, ..]);
                is_operation = false;
                if is_nfs {
                    mounts.push(Mount {
                        position,
                        export,
                        mount_point,
                        ..Mount::default()
                    });
                }
                position += 1;
            }
            ["no", "device", ..] => {
                is_nfs = false;
                position += 1;
            }
            ["per-op", ..] => is_operation = true,
            [key, ref values @ ..] if is_nfs => {
                let error = || Error::parse(FILE, index + 1, line);
                let mount = mounts.last_mut().ok_or_else(error)?;
                mount.set(is_operation, key, values).ok_or_else(error)?;
            }
            _ => {}
        }
    }
    Ok(mounts)
}

impl<'a> Mount<'a> {
    fn set(&mut self, is_operation: bool, key: &'a str, values: &[&'a str]) -> Option<()> {
        match (key, values) {
            _ if is_operation => {
                let numbers = numbers(values.get(..OPERATIONS.len())?)?;
                self.operations.push((key.trim_end_matches(':'), numbers));
            }
            ("age:", [age, ..]) => self.age_seconds = age.parse().ok()?,
            ("bytes:", _) => self.bytes = numbers(values)?,
            ("events:", _) => self.events = numbers(values)?,
            ("xprt:", [protocol, rest @ ..]) => self.transports.push(Transport::parse(protocol, rest)?),
            _ => {}
        }
        Some(())
    }
}

impl<'a> Transport<'a> {
    fn parse(protocol: &'a str, values: &[&str]) -> Option<Self> {
        let numbers = match protocol {
            // No connections, and so none of the three numbers about them.
            "udp" => {
                let (first, rest) = values.split_at_checked(2)?;
                numbers(&[first, &["0"; 3], rest].concat())?
            }
            // The first ten are the same, the others are about memory.
            "rdma" => numbers(values.get(..10)?)?,
            _ => numbers(values)?,
        };
        Some(Self { protocol, numbers })
    }
}

/// The first `N` numbers; those that an old kernel does not have are 0.
fn numbers<const N: usize>(words: &[&str]) -> Option<[u64; N]> {
    let mut numbers = [0; N];
    if words.is_empty() {
        return None;
    }
    for (number, word) in numbers.iter_mut().zip(words) {
        *number = word.parse().ok()?;
    }
    Some(numbers)
}

/// The server's address in a line of `mountinfo`: `… - nfs4 nas:/export rw,addr=192.168.1.1`.
fn address(line: &str) -> &str {
    let (_, end) = line.split_once(" - ").unwrap_or_default();
    let options = end.split_ascii_whitespace().nth(2).unwrap_or_default();
    let mut addresses = options
        .split(',')
        .filter_map(|option| option.strip_prefix("addr="));
    addresses.next().unwrap_or_default()
}

fn write(mounts: &[Mount<'_>], addresses: &[&str], out: &mut Exposition) {
    let mut points = BTreeSet::new();
    let mut exports = BTreeSet::new();
    for mount in mounts {
        let address = addresses.get(mount.position).copied().unwrap_or_default();
        let export = mount.export;
        for transport in &mount.transports {
            let protocol = transport.protocol;
            if points.insert((export, protocol, address, mount.mount_point)) {
                out.sample(&MOUNT_POINT, [export, address, mount.mount_point, protocol], 1.0);
            }
            if !exports.insert((export, protocol, address)) {
                break;
            }
            write_mount(mount, address, protocol, out);
        }
    }
}

fn write_mount(mount: &Mount<'_>, address: &str, protocol: &str, out: &mut Exposition) {
    let export = mount.export;
    let labels = [export, address, protocol];
    out.sample(&AGE, labels, mount.age_seconds as f64);
    for (family, number) in BYTES.iter().zip(mount.bytes) {
        out.sample(family, labels, number as f64);
    }
    for (place, family) in &EVENTS {
        let number = mount.events.get(*place).copied().unwrap_or_default();
        out.sample(family, labels, number as f64);
    }
    for (index, transport) in mount.transports.iter().enumerate() {
        for (place, family) in &TRANSPORTS {
            let number = transport.numbers.get(*place).copied().unwrap_or_default();
            let number = if *place == IDLE_SECONDS {
                number % MANTISSA
            } else {
                number
            };
            let labels = [export, address, protocol, &index.to_string()];
            out.sample(family, labels, number as f64);
        }
    }
    for (name, numbers) in &mount.operations {
        for (place, (family, number)) in OPERATIONS.iter().zip(numbers).enumerate() {
            let number = if FIRST_MILLISECONDS <= place {
                (number % MANTISSA) as f64 / 1000.0
            } else {
                *number as f64
            };
            out.sample(family, [export, address, name, protocol], number);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    const INFO: &str = "17 21 0:4 / /proc rw - proc proc rw\n\
        194 21 0:42 / /mnt/a rw shared:144 - nfs4 nas:/srv rw,proto=tcp,addr=192.168.1.1\n\
        195 21 0:42 / /mnt/b rw - nfs4 nas:/srv rw,addr=192.168.1.1\n";

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let files = [("proc/self/mountstats", text), ("proc/self/mountinfo", INFO)];
        let text = samples(collect, &[], &files);
        let lines = text.split_inclusive('\n');
        expect.assert_eq(&lines.filter(|line| !line.ends_with(" 0\n")).collect::<String>());
    }

    fn mount(point: &str, transport: &str) -> String {
        format!(
            "device nas:/srv mounted on {point} with fstype nfs4 statvers=1.1\n\
             \topts:\trw,vers=4.0\n\tage:\t13968\n\
             \tevents:\t52 226 0 0 1 13 398 0 0 331 0 47 0 0 77 0 0 77 9 0 0 0 0 0 0 0 8\n\
             \tbytes:\t1207640230 0 0 0 1210214218 0 295483 0\n\
             \tRPC iostats version: 1.0  p/v: 100003/4 (nfs)\n\txprt:\t{transport}\n\tper-op statistics\n\
             \t        READ: 1298 1298 0 207680 1210292152 6 79386 79407\n\
             \t      ACCESS: 2927395007 2927394995 0 1 2 18446743919241604546 3 4 5\n\n"
        )
    }

    #[test]
    fn the_same_export_twice() {
        let first = mount("/mnt/a", "tcp 832 0 1 0 11 6428 6428 0 12154 0 24 26 5726");
        let second = mount("/mnt/b", "tcp 832 0 1 0 11 6428 6428 0 12154 0 24 26 5726");
        check(
            &format!("device proc mounted on /proc with fstype proc\n{first}{second}"),
            expect![[r#"
                node_mountstats_nfs_age_seconds_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 13968
                node_mountstats_nfs_event_dnode_revalidate_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 226
                node_mountstats_nfs_event_inode_revalidate_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 52
                node_mountstats_nfs_event_pnfs_write_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 8
                node_mountstats_nfs_event_vfs_access_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 398
                node_mountstats_nfs_event_vfs_file_release_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 77
                node_mountstats_nfs_event_vfs_flush_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 77
                node_mountstats_nfs_event_vfs_lookup_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 13
                node_mountstats_nfs_event_vfs_open_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 1
                node_mountstats_nfs_event_vfs_read_pages_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 331
                node_mountstats_nfs_event_vfs_write_pages_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 47
                node_mountstats_nfs_mountpoint_info{export="nas:/srv",mountaddr="192.168.1.1",mountpoint="/mnt/a",protocol="tcp"} 1
                node_mountstats_nfs_mountpoint_info{export="nas:/srv",mountaddr="192.168.1.1",mountpoint="/mnt/b",protocol="tcp"} 1
                node_mountstats_nfs_operations_queue_time_seconds_total{export="nas:/srv",mountaddr="192.168.1.1",operation="READ",protocol="tcp"} 0.006
                node_mountstats_nfs_operations_queue_time_seconds_total{export="nas:/srv",mountaddr="192.168.1.1",operation="ACCESS",protocol="tcp"} 9.007044786793922e+12
                node_mountstats_nfs_operations_received_bytes_total{export="nas:/srv",mountaddr="192.168.1.1",operation="READ",protocol="tcp"} 1.210292152e+09
                node_mountstats_nfs_operations_received_bytes_total{export="nas:/srv",mountaddr="192.168.1.1",operation="ACCESS",protocol="tcp"} 2
                node_mountstats_nfs_operations_request_time_seconds_total{export="nas:/srv",mountaddr="192.168.1.1",operation="READ",protocol="tcp"} 79.407
                node_mountstats_nfs_operations_request_time_seconds_total{export="nas:/srv",mountaddr="192.168.1.1",operation="ACCESS",protocol="tcp"} 0.004
                node_mountstats_nfs_operations_requests_total{export="nas:/srv",mountaddr="192.168.1.1",operation="READ",protocol="tcp"} 1298
                node_mountstats_nfs_operations_requests_total{export="nas:/srv",mountaddr="192.168.1.1",operation="ACCESS",protocol="tcp"} 2.927395007e+09
                node_mountstats_nfs_operations_response_time_seconds_total{export="nas:/srv",mountaddr="192.168.1.1",operation="READ",protocol="tcp"} 79.386
                node_mountstats_nfs_operations_response_time_seconds_total{export="nas:/srv",mountaddr="192.168.1.1",operation="ACCESS",protocol="tcp"} 0.003
                node_mountstats_nfs_operations_sent_bytes_total{export="nas:/srv",mountaddr="192.168.1.1",operation="READ",protocol="tcp"} 207680
                node_mountstats_nfs_operations_sent_bytes_total{export="nas:/srv",mountaddr="192.168.1.1",operation="ACCESS",protocol="tcp"} 1
                node_mountstats_nfs_operations_transmissions_total{export="nas:/srv",mountaddr="192.168.1.1",operation="READ",protocol="tcp"} 1298
                node_mountstats_nfs_operations_transmissions_total{export="nas:/srv",mountaddr="192.168.1.1",operation="ACCESS",protocol="tcp"} 2.927394995e+09
                node_mountstats_nfs_read_bytes_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 1.20764023e+09
                node_mountstats_nfs_read_pages_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 295483
                node_mountstats_nfs_total_read_bytes_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp"} 1.210214218e+09
                node_mountstats_nfs_transport_connect_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp",transport="0"} 1
                node_mountstats_nfs_transport_idle_time_seconds{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp",transport="0"} 11
                node_mountstats_nfs_transport_maximum_rpc_slots{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp",transport="0"} 24
                node_mountstats_nfs_transport_pending_queue_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp",transport="0"} 5726
                node_mountstats_nfs_transport_receives_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp",transport="0"} 6428
                node_mountstats_nfs_transport_sending_queue_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp",transport="0"} 26
                node_mountstats_nfs_transport_sends_total{export="nas:/srv",mountaddr="192.168.1.1",protocol="tcp",transport="0"} 6428
            "#]],
        );
    }

    #[test]
    fn transports_without_connections() {
        let parse = |protocol, text: &'static str| {
            let words: Vec<_> = text.split(' ').collect();
            Transport::parse(protocol, &words).map(|transport| transport.numbers)
        };
        assert_eq!(
            parse("udp", "1 2 3 4 5 6 7 8 9 10"),
            Some([1, 2, 0, 0, 0, 3, 4, 5, 6, 7, 8, 9, 10])
        );
        assert_eq!(parse("udp", "1"), None);
        assert_eq!(parse("tcp", "1 x"), None);
        assert_eq!(
            parse("rdma", "1 2 3 4 5 6 7 8 9 10 11 12"),
            Some([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0, 0])
        );
    }

    #[test]
    fn no_mount_and_no_file() {
        check(
            "no device mounted on / with fstype rootfs\ndevice /dev/sda1 mounted on / with fstype ext4\n",
            expect![[r#""#]],
        );
        expect![[r#"
            no data
        "#]]
        .assert_eq(&samples(collect, &[], &[]));
    }

    #[test]
    fn truncated_and_strange() {
        let start = "device nas:/srv mounted on /mnt with fstype nfs statvers=1.1\n";
        check(
            &format!("{start}\tbytes:\t1 2 x\n"),
            expect![[r#"
            parse self/mountstats line 2: "\tbytes:\t1 2 x"
        "#]],
        );
        check(
            &format!("{start}\txprt:\tudp 1"),
            expect![[r#"
            parse self/mountstats line 2: "\txprt:\tudp 1"
        "#]],
        );
        check(
            &format!("{start}\tper-op statistics\n\tREAD: 1 2"),
            expect![[r#"
                parse self/mountstats line 3: "\tREAD: 1 2"
            "#]],
        );
        check(
            &format!("{start}\tage:\t-1"),
            expect![[r#"
            parse self/mountstats line 2: "\tage:\t-1"
        "#]],
        );
        check("device\ndevice nas:/srv mounted on\n", expect![[r#""#]]);
    }
}
