//! Calls of this machine's NFS client, from `/proc/net/rpc/nfs`.
//!
//! The file is absent until the `nfs` module is loaded. A section that a kernel leaves out (version 2 where it is not
//! built in) counts as zeros, as in the reference.

use metrics_registry::{Exposition, Family};

use super::nfs_rpc::{VERSION_2, VERSION_3, calls, numbers};
use crate::{Error, Node};

const FILE: &str = "net/rpc/nfs";

const CONNECTIONS: Family<0> = Family::counter(
    "node_nfs_connections_total",
    "TCP connections of the NFS client.",
    [],
);
const PACKETS: Family<1> = Family::counter(
    "node_nfs_packets_total",
    "Packets of the NFS client in both directions, by transport.",
    ["protocol"],
);
const REQUESTS: Family<2> = Family::counter(
    "node_nfs_requests_total",
    "Calls of the NFS client, by procedure and version of NFS.",
    ["method", "proto"],
);
const AUTHENTICATION_REFRESHES: Family<0> = Family::counter(
    "node_nfs_rpc_authentication_refreshes_total",
    "Times that the NFS client renewed its credentials.",
    [],
);
const RETRANSMISSIONS: Family<0> = Family::counter(
    "node_nfs_rpc_retransmissions_total",
    "Calls that the NFS client sent again.",
    [],
);
const RPCS: Family<0> = Family::counter("node_nfs_rpcs_total", "Calls that the NFS client made.", []);

/// Procedures of the client for NFS version 4, in the order of the kernel's `NFSPROC4_CLNT_*`.
const VERSION_4: [&str; 59] = [
    "Null",
    "Read",
    "Write",
    "Commit",
    "Open",
    "OpenConfirm",
    "OpenNoattr",
    "OpenDowngrade",
    "Close",
    "Setattr",
    "FsInfo",
    "Renew",
    "SetClientID",
    "SetClientIDConfirm",
    "Lock",
    "Lockt",
    "Locku",
    "Access",
    "Getattr",
    "Lookup",
    "LookupRoot",
    "Remove",
    "Rename",
    "Link",
    "Symlink",
    "Create",
    "Pathconf",
    "StatFs",
    "ReadLink",
    "ReadDir",
    "ServerCaps",
    "DelegReturn",
    "GetACL",
    "SetACL",
    "FsLocations",
    "ReleaseLockowner",
    "Secinfo",
    "FsidPresent",
    "ExchangeID",
    "CreateSession",
    "DestroySession",
    "Sequence",
    "GetLeaseTime",
    "ReclaimComplete",
    "GetDeviceInfo",
    "LayoutGet",
    "LayoutCommit",
    "LayoutReturn",
    "SecinfoNoName",
    "TestStateID",
    "FreeStateID",
    "GetDeviceList",
    "BindConnToSession",
    "DestroyClientID",
    "Seek",
    "Allocate",
    "DeAllocate",
    "LayoutStats",
    "Clone",
];

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let client = Client::parse(&node.paths.read_proc(FILE)?)?;
    write(&client, out);
    Ok(())
}

/// What the client did since its module was loaded.
struct Client {
    /// All packets, those over UDP, those over TCP, and connections.
    network: [u64; 4],
    /// Calls, those sent again, and renewals of credentials.
    rpc: [u64; 3],
    version_2: [u64; VERSION_2.len()],
    version_3: [u64; VERSION_3.len()],
    version_4: [u64; VERSION_4.len()],
}

impl Client {
    /// Fails with `Parse` on a known line with too few numbers. Lines of other names are left out.
    fn parse(text: &str) -> Result<Self, Error> {
        let mut client = Self {
            network: [0; 4],
            rpc: [0; 3],
            version_2: [0; VERSION_2.len()],
            version_3: [0; VERSION_3.len()],
            version_4: [0; VERSION_4.len()],
        };
        for (index, line) in text.lines().enumerate() {
            let bad = || Error::parse(FILE, index + 1, line);
            let (word, fields) = line.split_once(' ').ok_or_else(bad)?;
            match word {
                "net" => client.network = numbers(fields).ok_or_else(bad)?,
                "rpc" => client.rpc = numbers(fields).ok_or_else(bad)?,
                "proc2" => client.version_2 = calls(fields, VERSION_2.len()).ok_or_else(bad)?,
                "proc3" => client.version_3 = calls(fields, VERSION_3.len()).ok_or_else(bad)?,
                "proc4" => client.version_4 = calls(fields, 0).ok_or_else(bad)?,
                _ => {}
            }
        }
        Ok(client)
    }
}

fn write(client: &Client, out: &mut Exposition) {
    let [_, udp, tcp, connections] = client.network;
    out.sample(&PACKETS, ["tcp"], tcp as f64);
    out.sample(&PACKETS, ["udp"], udp as f64);
    out.sample(&CONNECTIONS, [], connections as f64);
    let [rpcs, retransmissions, refreshes] = client.rpc;
    out.sample(&RPCS, [], rpcs as f64);
    out.sample(&RETRANSMISSIONS, [], retransmissions as f64);
    out.sample(&AUTHENTICATION_REFRESHES, [], refreshes as f64);
    let mut requests = |version, names: &[&str], counts: &[u64]| {
        for (name, count) in std::iter::zip(names, counts) {
            out.sample(&REQUESTS, [*name, version], *count as f64);
        }
    };
    requests("2", &VERSION_2, &client.version_2);
    requests("3", &VERSION_3, &client.version_3);
    requests("4", &VERSION_4, &client.version_4);
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// All families but the 99 requests, of which only those that were made are shown.
    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let mut out = Exposition::default();
        match Client::parse(text) {
            Ok(client) => {
                write(&client, &mut out);
                let text = out.to_text();
                let shown = |line: &&str| !line.starts_with('#') && !line.ends_with(" 0");
                let lines: Vec<_> = text.lines().filter(shown).collect();
                expect.assert_eq(&lines.join("\n"));
            }
            Err(error) => expect.assert_eq(&error.to_string()),
        }
    }

    #[test]
    fn client_of_an_older_kernel() {
        check(
            "net 70 70 69 45\n\
             rpc 1218785755 374636 1218815394\n\
             proc3 22 0 1061909262 48906 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 23729\n\
             proc4 3 98 51 54\n",
            expect![[r#"
                node_nfs_connections_total 45
                node_nfs_packets_total{protocol="tcp"} 69
                node_nfs_packets_total{protocol="udp"} 70
                node_nfs_requests_total{method="GetAttr",proto="3"} 1.061909262e+09
                node_nfs_requests_total{method="SetAttr",proto="3"} 48906
                node_nfs_requests_total{method="Commit",proto="3"} 23729
                node_nfs_requests_total{method="Null",proto="4"} 98
                node_nfs_requests_total{method="Read",proto="4"} 51
                node_nfs_requests_total{method="Write",proto="4"} 54
                node_nfs_rpc_authentication_refreshes_total 1.218815394e+09
                node_nfs_rpc_retransmissions_total 374636
                node_nfs_rpcs_total 1.218785755e+09"#]],
        );
    }

    #[test]
    fn newer_lines_and_procedures_are_left_out() {
        let many = " 1".repeat(70);
        let text = format!("news 1\nproc4 70{many}\n");
        assert_eq!(Client::parse(&text).unwrap().version_4, [1; VERSION_4.len()]);
    }

    #[test]
    fn truncated_and_strange() {
        check("", expect![[r#""#]]);
        check(
            "net 70 70\n",
            expect![[r#"parse net/rpc/nfs line 1: "net 70 70""#]],
        );
        check(
            "proc3 22 0 1\n",
            expect![[r#"parse net/rpc/nfs line 1: "proc3 22 0 1""#]],
        );
        check("rpc", expect![[r#"parse net/rpc/nfs line 1: "rpc""#]]);
        check(
            "\u{fffd}\u{fffd}\n",
            expect![[r#"parse net/rpc/nfs line 1: "��""#]],
        );
    }
}
