//! The kernel's load balancer, from `/proc/net/ip_vs_stats` and `/proc/net/ip_vs`.
//!
//! The files exist while the module `ip_vs` is loaded, as in Kubernetes with kube-proxy in that mode.
//!
//! Names: `node_ipvs_backend_connections_active` gauge by `local_address`, `local_mark`, `local_port`, `proto`,
//! `remote_address`, `remote_port`: connections to the backend that are open.
//! Names: `node_ipvs_backend_connections_inactive` gauge by `local_address`, `local_mark`, `local_port`, `proto`,
//! `remote_address`, `remote_port`: connections to the backend that are closing or waiting.
//! Names: `node_ipvs_backend_weight` gauge by `local_address`, `local_mark`, `local_port`, `proto`, `remote_address`,
//! `remote_port`: weight of the backend among those of its service.

mod backend;

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::text;
use metrics_registry::{Exposition, Family, Kind};

use self::backend::Backend;
use crate::{Error, Node, number};

/// Totals in the order of the third line of `ip_vs_stats`.
const TOTALS: [Family<0>; 5] = [
    Family::counter("node_ipvs_connections_total", "Connections balanced.", []),
    Family::counter(
        "node_ipvs_incoming_packets_total",
        "Packets received from clients.",
        [],
    ),
    Family::counter(
        "node_ipvs_outgoing_packets_total",
        "Packets sent back to clients.",
        [],
    ),
    Family::counter(
        "node_ipvs_incoming_bytes_total",
        "Bytes received from clients.",
        [],
    ),
    Family::counter(
        "node_ipvs_outgoing_bytes_total",
        "Bytes sent back to clients.",
        [],
    ),
];

/// Names and helps of what each backend has; not a `Family`, because its labels are those of the flag.
const ACTIVE: (&str, &str) = (
    "node_ipvs_backend_connections_active",
    "Connections to the backend that are open.",
);
const INACTIVE: (&str, &str) = (
    "node_ipvs_backend_connections_inactive",
    "Connections to the backend that are closing or waiting.",
);
const WEIGHT: (&str, &str) = (
    "node_ipvs_backend_weight",
    "Weight of the backend among those of its service.",
);

const STATISTICS: &str = "net/ip_vs_stats";
const BACKEND_LABELS: &str = "collector.ipvs.backend-labels";
const ALL_LABELS: &str = "local_address,local_port,remote_address,remote_port,proto,local_mark";

/// A label of the backends and where its value comes from.
type Label = (&'static str, fn(&Backend<'_>) -> String);

/// Labels in the order of their names.
const LABELS: [Label; 6] = [
    ("local_address", |backend| backend.local_address()),
    ("local_mark", |backend| backend.local_mark.to_owned()),
    ("local_port", |backend| backend.local_port.to_string()),
    ("proto", |backend| backend.protocol.to_owned()),
    ("remote_address", |backend| backend.remote_address.to_string()),
    ("remote_port", |backend| backend.remote_port.to_string()),
];

/// Settings.
#[derive(Debug)]
pub(crate) struct State {
    /// Labels that tell backends apart; those that are equal in all of them are added up.
    labels: Vec<Label>,
}

impl State {
    /// Fails where the flag names an unknown label.
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        let text = text(matches, BACKEND_LABELS);
        let mut names: Vec<&str> = text.split(',').filter(|name| !name.is_empty()).collect();
        let mut labels = LABELS.to_vec();
        labels.retain(|(label, _)| names.contains(label));
        names.retain(|name| LABELS.iter().all(|(label, _)| label != name));
        match names.first() {
            Some(name) => Err(StartError(format!(
                "--{BACKEND_LABELS}: unknown label {name}; there are {ALL_LABELS}"
            ))),
            None => Ok(Self { labels }),
        }
    }
}

pub(super) fn flags() -> Vec<Arg> {
    let labels = Arg::new(BACKEND_LABELS)
        .long(BACKEND_LABELS)
        .value_name("LABELS")
        .default_value(ALL_LABELS)
        .help("Labels of the backends; the numbers of backends that differ in others are added up");
    vec![labels]
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let totals = totals(&node.paths.read_proc(STATISTICS)?)?;
    for (family, total) in TOTALS.iter().zip(totals) {
        out.sample(family, [], total as f64);
    }
    let text = node.paths.read_proc(backend::FILE)?;
    write(&backend::parse(&text)?, &node.ipvs.labels, out);
    Ok(())
}

/// Fails with `Parse` where the third line is not five hexadecimal numbers.
fn totals(text: &str) -> Result<[u64; 5], Error> {
    let line = text.lines().nth(2).unwrap_or_default();
    let mut totals = [0; 5];
    let mut words = line.split_ascii_whitespace();
    for total in &mut totals {
        let number = words.next().and_then(number::hexadecimal);
        *total = number.ok_or_else(|| Error::parse(STATISTICS, 3, line))?;
    }
    Ok(totals)
}

fn write(backends: &[Backend<'_>], labels: &[Label], out: &mut Exposition) {
    let mut sums: BTreeMap<Vec<String>, [u64; 3]> = BTreeMap::new();
    for backend in backends {
        let values = labels.iter().map(|(_, value)| value(backend)).collect();
        let sums = sums.entry(values).or_default();
        for (sum, number) in sums
            .iter_mut()
            .zip([backend.active, backend.inactive, backend.weight])
        {
            *sum = sum.saturating_add(number);
        }
    }
    for (values, sums) in &sums {
        for ((name, help), sum) in [ACTIVE, INACTIVE, WEIGHT].into_iter().zip(sums) {
            let names = labels.iter().map(|(name, _)| *name);
            let labels = names.zip(values.iter().map(String::as_str));
            out.dynamic(name, format_args!("{help}"), Kind::Gauge, labels, *sum as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::collected;

    const STATS: &str = "   Total Incoming Outgoing         Incoming         Outgoing
   Conns  Packets  Packets            Bytes            Bytes
 16AA370 E33656E5        0     51D8C8883AB3                0

 Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s
       4    1FB3C        0          1282A8F                0
";
    const TABLE: &str = "IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
TCP  C0A80016:0CEA wlc
  -> C0A85216:0CEA      Tunnel  100    248        2
  -> C0A85318:0CEA      Tunnel  20     1          3
FWM  10001000 wlc
  -> C0A83120:0CEA      Route   0      0          1
";

    #[track_caller]
    fn check(arguments: &[&str], files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&collected(collect, arguments, files));
    }

    const FILES: [(&str, &str); 2] = [("proc/net/ip_vs_stats", STATS), ("proc/net/ip_vs", TABLE)];

    #[test]
    fn backends_with_all_labels() {
        check(
            &[],
            &FILES,
            expect![[r##"
            # HELP node_ipvs_backend_connections_active Connections to the backend that are open.
            # TYPE node_ipvs_backend_connections_active gauge
            node_ipvs_backend_connections_active{local_address="",local_mark="10001000",local_port="0",proto="FWM",remote_address="192.168.49.32",remote_port="3306"} 0
            node_ipvs_backend_connections_active{local_address="192.168.0.22",local_mark="",local_port="3306",proto="TCP",remote_address="192.168.82.22",remote_port="3306"} 248
            node_ipvs_backend_connections_active{local_address="192.168.0.22",local_mark="",local_port="3306",proto="TCP",remote_address="192.168.83.24",remote_port="3306"} 1
            # HELP node_ipvs_backend_connections_inactive Connections to the backend that are closing or waiting.
            # TYPE node_ipvs_backend_connections_inactive gauge
            node_ipvs_backend_connections_inactive{local_address="",local_mark="10001000",local_port="0",proto="FWM",remote_address="192.168.49.32",remote_port="3306"} 1
            node_ipvs_backend_connections_inactive{local_address="192.168.0.22",local_mark="",local_port="3306",proto="TCP",remote_address="192.168.82.22",remote_port="3306"} 2
            node_ipvs_backend_connections_inactive{local_address="192.168.0.22",local_mark="",local_port="3306",proto="TCP",remote_address="192.168.83.24",remote_port="3306"} 3
            # HELP node_ipvs_backend_weight Weight of the backend among those of its service.
            # TYPE node_ipvs_backend_weight gauge
            node_ipvs_backend_weight{local_address="",local_mark="10001000",local_port="0",proto="FWM",remote_address="192.168.49.32",remote_port="3306"} 0
            node_ipvs_backend_weight{local_address="192.168.0.22",local_mark="",local_port="3306",proto="TCP",remote_address="192.168.82.22",remote_port="3306"} 100
            node_ipvs_backend_weight{local_address="192.168.0.22",local_mark="",local_port="3306",proto="TCP",remote_address="192.168.83.24",remote_port="3306"} 20
            # HELP node_ipvs_connections_total Connections balanced.
            # TYPE node_ipvs_connections_total counter
            node_ipvs_connections_total 2.3765872e+07
            # HELP node_ipvs_incoming_bytes_total Bytes received from clients.
            # TYPE node_ipvs_incoming_bytes_total counter
            node_ipvs_incoming_bytes_total 8.9991519156915e+13
            # HELP node_ipvs_incoming_packets_total Packets received from clients.
            # TYPE node_ipvs_incoming_packets_total counter
            node_ipvs_incoming_packets_total 3.811989221e+09
            # HELP node_ipvs_outgoing_bytes_total Bytes sent back to clients.
            # TYPE node_ipvs_outgoing_bytes_total counter
            node_ipvs_outgoing_bytes_total 0
            # HELP node_ipvs_outgoing_packets_total Packets sent back to clients.
            # TYPE node_ipvs_outgoing_packets_total counter
            node_ipvs_outgoing_packets_total 0
        "##]],
        );
    }

    #[test]
    fn backends_that_differ_in_other_labels_are_added_up() {
        check(
            &["--collector.ipvs.backend-labels=local_port,proto,"],
            &FILES,
            expect![[r##"
                # HELP node_ipvs_backend_connections_active Connections to the backend that are open.
                # TYPE node_ipvs_backend_connections_active gauge
                node_ipvs_backend_connections_active{local_port="0",proto="FWM"} 0
                node_ipvs_backend_connections_active{local_port="3306",proto="TCP"} 249
                # HELP node_ipvs_backend_connections_inactive Connections to the backend that are closing or waiting.
                # TYPE node_ipvs_backend_connections_inactive gauge
                node_ipvs_backend_connections_inactive{local_port="0",proto="FWM"} 1
                node_ipvs_backend_connections_inactive{local_port="3306",proto="TCP"} 5
                # HELP node_ipvs_backend_weight Weight of the backend among those of its service.
                # TYPE node_ipvs_backend_weight gauge
                node_ipvs_backend_weight{local_port="0",proto="FWM"} 0
                node_ipvs_backend_weight{local_port="3306",proto="TCP"} 120
                # HELP node_ipvs_connections_total Connections balanced.
                # TYPE node_ipvs_connections_total counter
                node_ipvs_connections_total 2.3765872e+07
                # HELP node_ipvs_incoming_bytes_total Bytes received from clients.
                # TYPE node_ipvs_incoming_bytes_total counter
                node_ipvs_incoming_bytes_total 8.9991519156915e+13
                # HELP node_ipvs_incoming_packets_total Packets received from clients.
                # TYPE node_ipvs_incoming_packets_total counter
                node_ipvs_incoming_packets_total 3.811989221e+09
                # HELP node_ipvs_outgoing_bytes_total Bytes sent back to clients.
                # TYPE node_ipvs_outgoing_bytes_total counter
                node_ipvs_outgoing_bytes_total 0
                # HELP node_ipvs_outgoing_packets_total Packets sent back to clients.
                # TYPE node_ipvs_outgoing_packets_total counter
                node_ipvs_outgoing_packets_total 0
            "##]],
        );
        check(
            &["--collector.ipvs.backend-labels="],
            &FILES,
            expect![[r#"
            # HELP node_ipvs_backend_connections_active Connections to the backend that are open.
            # TYPE node_ipvs_backend_connections_active gauge
            node_ipvs_backend_connections_active 249
            # HELP node_ipvs_backend_connections_inactive Connections to the backend that are closing or waiting.
            # TYPE node_ipvs_backend_connections_inactive gauge
            node_ipvs_backend_connections_inactive 6
            # HELP node_ipvs_backend_weight Weight of the backend among those of its service.
            # TYPE node_ipvs_backend_weight gauge
            node_ipvs_backend_weight 120
            # HELP node_ipvs_connections_total Connections balanced.
            # TYPE node_ipvs_connections_total counter
            node_ipvs_connections_total 2.3765872e+07
            # HELP node_ipvs_incoming_bytes_total Bytes received from clients.
            # TYPE node_ipvs_incoming_bytes_total counter
            node_ipvs_incoming_bytes_total 8.9991519156915e+13
            # HELP node_ipvs_incoming_packets_total Packets received from clients.
            # TYPE node_ipvs_incoming_packets_total counter
            node_ipvs_incoming_packets_total 3.811989221e+09
            # HELP node_ipvs_outgoing_bytes_total Bytes sent back to clients.
            # TYPE node_ipvs_outgoing_bytes_total counter
            node_ipvs_outgoing_bytes_total 0
            # HELP node_ipvs_outgoing_packets_total Packets sent back to clients.
            # TYPE node_ipvs_outgoing_packets_total counter
            node_ipvs_outgoing_packets_total 0
        "#]],
        );
    }

    #[test]
    fn an_unknown_label_stops_the_start() {
        let flags = ["pi-node-exporter", "--collector.ipvs.backend-labels=proto,colour"];
        let error = State::new(&crate::flags::command().get_matches_from(flags)).unwrap_err();
        let expect = expect![
            "--collector.ipvs.backend-labels: unknown label colour; there are local_address,local_port,remote_address,remote_port,proto,local_mark"
        ];
        expect.assert_eq(&error.to_string());
    }

    #[test]
    fn truncated_and_missing() {
        check(
            &[],
            &[("proc/net/ip_vs_stats", "a\nb\n16AA370 E33656E5\n")],
            expect![[r#"
                parse net/ip_vs_stats line 3: "16AA370 E33656E5"
            "#]],
        );
        check(
            &[],
            &[("proc/net/ip_vs_stats", "")],
            expect![[r#"
            parse net/ip_vs_stats line 3: ""
        "#]],
        );
        check(
            &[],
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }
}
