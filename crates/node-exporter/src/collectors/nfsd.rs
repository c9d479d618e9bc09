//! Calls that this machine's NFS server answered, from `/proc/net/rpc/nfsd`.
//!
//! The file is absent until the `nfsd` module is loaded. A section that a kernel leaves out counts as zeros, as in
//! the reference: version 2 and the read-ahead cache are gone from newer ones.

use metrics_registry::{Exposition, Family};

use super::nfs_rpc::{VERSION_2, VERSION_3, calls, numbers};
use crate::{Error, Node};

const FILE: &str = "net/rpc/nfsd";

const CONNECTIONS: Family<0> = Family::counter(
    "node_nfsd_connections_total",
    "TCP connections that the NFS server accepted.",
    [],
);
const BYTES_READ: Family<0> = Family::counter(
    "node_nfsd_disk_bytes_read_total",
    "Bytes that the NFS server read for its clients.",
    [],
);
const BYTES_WRITTEN: Family<0> = Family::counter(
    "node_nfsd_disk_bytes_written_total",
    "Bytes that the NFS server wrote for its clients.",
    [],
);
const STALE_HANDLES: Family<0> = Family::counter(
    "node_nfsd_file_handles_stale_total",
    "Calls with a file handle that is no longer valid.",
    [],
);
const PACKETS: Family<1> = Family::counter(
    "node_nfsd_packets_total",
    "Packets of the NFS server in both directions, by transport.",
    ["proto"],
);
const READ_AHEAD_NOT_FOUND: Family<0> = Family::counter(
    "node_nfsd_read_ahead_cache_not_found_total",
    "Reads whose file was not in the read-ahead cache.",
    [],
);
const READ_AHEAD_SIZE: Family<0> = Family::gauge(
    "node_nfsd_read_ahead_cache_size_blocks",
    "Size of the read-ahead cache in blocks.",
    [],
);
const REPLY_HITS: Family<0> = Family::counter(
    "node_nfsd_reply_cache_hits_total",
    "Repeated calls that were answered from the reply cache.",
    [],
);
const REPLY_MISSES: Family<0> = Family::counter(
    "node_nfsd_reply_cache_misses_total",
    "Calls whose answer was put into the reply cache.",
    [],
);
const REPLY_NOCACHE: Family<0> = Family::counter(
    "node_nfsd_reply_cache_nocache_total",
    "Calls whose answer need not be kept, because doing them twice does no harm.",
    [],
);
const REQUESTS: Family<2> = Family::counter(
    "node_nfsd_requests_total",
    "Calls that the NFS server answered, by procedure and version of NFS.",
    ["method", "proto"],
);
const RPC_ERRORS: Family<1> = Family::counter(
    "node_nfsd_rpc_errors_total",
    "Calls that the NFS server refused, by reason.",
    ["error"],
);
const SERVER_RPCS: Family<0> = Family::counter(
    "node_nfsd_server_rpcs_total",
    "Calls that the NFS server received.",
    [],
);
const SERVER_THREADS: Family<0> = Family::gauge(
    "node_nfsd_server_threads",
    "Threads of the NFS server in the kernel.",
    [],
);

/// Operations of NFS version 4 (RFC 7530) by number; those without a name are not reported, as in the reference.
const OPERATIONS: [&str; 40] = [
    "",
    "",
    "",
    "Access",
    "Close",
    "Commit",
    "Create",
    "DelegPurge",
    "DelegReturn",
    "GetAttr",
    "GetFH",
    "Link",
    "Lock",
    "Lockt",
    "Locku",
    "Lookup",
    "LookupRoot",
    "Nverify",
    "Open",
    "OpenAttr",
    "OpenConfirm",
    "OpenDgrd",
    "PutFH",
    "",
    "",
    "Read",
    "ReadDir",
    "ReadLink",
    "Remove",
    "Rename",
    "Renew",
    "RestoreFH",
    "SaveFH",
    "SecInfo",
    "SetAttr",
    "SetClientID",
    "SetClientIDConfirm",
    "Verify",
    "Write",
    "RelLockOwner",
];
/// Operations that the oldest supported kernels list.
const OPERATIONS_MIN: usize = 39;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let server = Server::parse(&node.paths.read_proc(FILE)?)?;
    write(&server, out);
    Ok(())
}

/// What the server did since its module was loaded.
struct Server {
    /// Hits, misses and calls that need no cache.
    reply_cache: [u64; 3],
    stale_handles: u64,
    /// Bytes read and written.
    bytes: [u64; 2],
    threads: u64,
    /// Size in blocks, ten classes of depth, and not found.
    read_ahead: [u64; 12],
    /// All packets, those over UDP, those over TCP, and connections.
    network: [u64; 4],
    /// Calls, all bad ones, and those with a bad format, bad authentication or a bad client.
    rpc: [u64; 5],
    version_2: [u64; VERSION_2.len()],
    version_3: [u64; VERSION_3.len()],
    operations: [u64; OPERATIONS.len()],
    /// Write delegations called back because another client asked for the attributes.
    write_delegation_getattr: u64,
}

impl Server {
    /// Fails with `Parse` on a known line with too few numbers. Lines of other names are left out.
    fn parse(text: &str) -> Result<Self, Error> {
        let mut server = Self {
            reply_cache: [0; 3],
            stale_handles: 0,
            bytes: [0; 2],
            threads: 0,
            read_ahead: [0; 12],
            network: [0; 4],
            rpc: [0; 5],
            version_2: [0; VERSION_2.len()],
            version_3: [0; VERSION_3.len()],
            operations: [0; OPERATIONS.len()],
            write_delegation_getattr: 0,
        };
        for (index, line) in text.lines().enumerate() {
            let bad = || Error::parse(FILE, index + 1, line);
            let (word, fields) = line.split_once(' ').ok_or_else(bad)?;
            let one = || numbers(fields).map(|[number]| number).ok_or_else(bad);
            match word {
                "rc" => server.reply_cache = numbers(fields).ok_or_else(bad)?,
                "fh" => server.stale_handles = one()?,
                "io" => server.bytes = numbers(fields).ok_or_else(bad)?,
                "th" => server.threads = one()?,
                "ra" => server.read_ahead = numbers(fields).ok_or_else(bad)?,
                "net" => server.network = numbers(fields).ok_or_else(bad)?,
                "rpc" => server.rpc = numbers(fields).ok_or_else(bad)?,
                "proc2" => server.version_2 = calls(fields, VERSION_2.len()).ok_or_else(bad)?,
                "proc3" => server.version_3 = calls(fields, VERSION_3.len()).ok_or_else(bad)?,
                "proc4ops" => server.operations = calls(fields, OPERATIONS_MIN).ok_or_else(bad)?,
                "wdeleg_getattr" => server.write_delegation_getattr = one()?,
                _ => {}
            }
        }
        Ok(server)
    }
}

fn write(server: &Server, out: &mut Exposition) {
    let [hits, misses, nocache] = server.reply_cache;
    out.sample(&REPLY_HITS, [], hits as f64);
    out.sample(&REPLY_MISSES, [], misses as f64);
    out.sample(&REPLY_NOCACHE, [], nocache as f64);
    out.sample(&STALE_HANDLES, [], server.stale_handles as f64);
    let [read, written] = server.bytes;
    out.sample(&BYTES_READ, [], read as f64);
    out.sample(&BYTES_WRITTEN, [], written as f64);
    out.sample(&SERVER_THREADS, [], server.threads as f64);
    let [size, .., not_found] = server.read_ahead;
    out.sample(&READ_AHEAD_SIZE, [], size as f64);
    out.sample(&READ_AHEAD_NOT_FOUND, [], not_found as f64);
    let [_, udp, tcp, connections] = server.network;
    out.sample(&PACKETS, ["tcp"], tcp as f64);
    out.sample(&PACKETS, ["udp"], udp as f64);
    out.sample(&CONNECTIONS, [], connections as f64);
    let [rpcs, _, bad_format, bad_authentication, bad_client] = server.rpc;
    out.sample(&SERVER_RPCS, [], rpcs as f64);
    out.sample(&RPC_ERRORS, ["auth"], bad_authentication as f64);
    out.sample(&RPC_ERRORS, ["cInt"], bad_client as f64);
    out.sample(&RPC_ERRORS, ["fmt"], bad_format as f64);
    write_requests(server, out);
}

fn write_requests(server: &Server, out: &mut Exposition) {
    let mut requests = |version, names: &[&str], counts: &[u64]| {
        for (name, count) in std::iter::zip(names, counts) {
            // The reference leaves out the server's null procedures.
            if !matches!(*name, "" | "Null") {
                out.sample(&REQUESTS, [*name, version], *count as f64);
            }
        }
    };
    requests("2", &VERSION_2, &server.version_2);
    requests("3", &VERSION_3, &server.version_3);
    requests("4", &OPERATIONS, &server.operations);
    requests("4", &["WdelegGetattr"], &[server.write_delegation_getattr]);
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// All families but the 79 requests, of which only those that were made are shown.
    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let mut out = Exposition::default();
        match Server::parse(text) {
            Ok(server) => {
                write(&server, &mut out);
                let text = out.to_text();
                let shown = |line: &&str| !line.starts_with('#') && !line.ends_with(" 0");
                let lines: Vec<_> = text.lines().filter(shown).collect();
                expect.assert_eq(&lines.join("\n"));
            }
            Err(error) => expect.assert_eq(&error.to_string()),
        }
    }

    #[test]
    fn server_of_an_older_kernel() {
        check(
            "rc 0 6 18622\n\
             fh 1 0 0 0 0\n\
             io 157286400 72864\n\
             th 8 0 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000 0.000\n\
             ra 32 0 0 0 0 0 0 0 0 0 0 3\n\
             net 972 55 917 1\n\
             rpc 18628 3 1 2 4\n\
             proc2 18 2 69 0 0 4410 0 0 0 0 0 0 0 0 0 0 0 99 2\n\
             proc3 22 2 112 0 2719 111 0 0 0 0 0 0 0 0 0 0 0 27 216 0 2 1 0\n\
             proc4 2 2 10853\n\
             proc4ops 39 0 0 0 1098 2 0 0 0 0 8179 5896 0 0 0 0 5900 0 0 2 0 2 0 9609 0 2 150 1272 0 0 0 1236 0 0 0 0 3 3 0 7\n",
            expect![[r#"
                node_nfsd_connections_total 1
                node_nfsd_disk_bytes_read_total 1.572864e+08
                node_nfsd_disk_bytes_written_total 72864
                node_nfsd_file_handles_stale_total 1
                node_nfsd_packets_total{proto="tcp"} 917
                node_nfsd_packets_total{proto="udp"} 55
                node_nfsd_read_ahead_cache_not_found_total 3
                node_nfsd_read_ahead_cache_size_blocks 32
                node_nfsd_reply_cache_misses_total 6
                node_nfsd_reply_cache_nocache_total 18622
                node_nfsd_requests_total{method="GetAttr",proto="2"} 69
                node_nfsd_requests_total{method="Lookup",proto="2"} 4410
                node_nfsd_requests_total{method="ReadDir",proto="2"} 99
                node_nfsd_requests_total{method="FsStat",proto="2"} 2
                node_nfsd_requests_total{method="GetAttr",proto="3"} 112
                node_nfsd_requests_total{method="Lookup",proto="3"} 2719
                node_nfsd_requests_total{method="Access",proto="3"} 111
                node_nfsd_requests_total{method="ReadDir",proto="3"} 27
                node_nfsd_requests_total{method="ReadDirPlus",proto="3"} 216
                node_nfsd_requests_total{method="FsInfo",proto="3"} 2
                node_nfsd_requests_total{method="PathConf",proto="3"} 1
                node_nfsd_requests_total{method="Access",proto="4"} 1098
                node_nfsd_requests_total{method="Close",proto="4"} 2
                node_nfsd_requests_total{method="GetAttr",proto="4"} 8179
                node_nfsd_requests_total{method="GetFH",proto="4"} 5896
                node_nfsd_requests_total{method="Lookup",proto="4"} 5900
                node_nfsd_requests_total{method="Open",proto="4"} 2
                node_nfsd_requests_total{method="OpenConfirm",proto="4"} 2
                node_nfsd_requests_total{method="PutFH",proto="4"} 9609
                node_nfsd_requests_total{method="Read",proto="4"} 150
                node_nfsd_requests_total{method="ReadDir",proto="4"} 1272
                node_nfsd_requests_total{method="Renew",proto="4"} 1236
                node_nfsd_requests_total{method="SetClientID",proto="4"} 3
                node_nfsd_requests_total{method="SetClientIDConfirm",proto="4"} 3
                node_nfsd_requests_total{method="Write",proto="4"} 7
                node_nfsd_rpc_errors_total{error="auth"} 2
                node_nfsd_rpc_errors_total{error="cInt"} 4
                node_nfsd_rpc_errors_total{error="fmt"} 1
                node_nfsd_server_rpcs_total 18628
                node_nfsd_server_threads 8"#]],
        );
    }

    #[test]
    fn newer_server_without_read_ahead() {
        let operations = "1 ".repeat(76);
        let text = format!("th 8 0\nproc4ops 76 {operations}\nwdeleg_getattr 15\nnews 1\n");
        let server = Server::parse(&text).unwrap();
        assert_eq!((server.threads, server.read_ahead[0]), (8, 0));
        assert_eq!(server.operations, [1; OPERATIONS.len()]);
        assert_eq!(server.write_delegation_getattr, 15);
    }

    #[test]
    fn truncated_and_strange() {
        check("", expect![[r#""#]]);
        check("rc 0 6\n", expect![[r#"parse net/rpc/nfsd line 1: "rc 0 6""#]]);
        check("th x\n", expect![[r#"parse net/rpc/nfsd line 1: "th x""#]]);
        check(
            "proc4ops 72 0 0 0\n",
            expect![[r#"parse net/rpc/nfsd line 1: "proc4ops 72 0 0 0""#]],
        );
        check("io", expect![[r#"parse net/rpc/nfsd line 1: "io""#]]);
    }
}
