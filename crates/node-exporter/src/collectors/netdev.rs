//! What network interfaces sent and received, from rtnetlink or `/proc/net/dev`.
//!
//! Netlink is the default and tells of the network namespace of this process; `--no-collector.netdev.netlink` reads
//! `net/dev` below `--path.procfs`. The names are those of the columns of `net/dev`, whose sums of several kinds of
//! errors are kept (`net/core/net-procfs.c`); `--collector.netdev.enable-detailed-metrics` shows each kind.

mod family;
mod parse;

use std::net::IpAddr;

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::switch_value;
use metrics_registry::{Exposition, Family, Kind};

use crate::filter::{Filter, Pair};
use crate::flags::switch;
use crate::netlink::address::Address;
use crate::netlink::link::{Link, Statistics};
use crate::{Error, Node};

use self::family::Row;

const DEVICES: Pair = Pair {
    prefix: "collector.netdev.device",
    what: "network devices",
    exclude_default: "",
    old_include: "collector.netdev.device-whitelist",
    old_exclude: "collector.netdev.device-blacklist",
};
const NETLINK: &str = "collector.netdev.netlink";
const ADDRESS_INFO: &str = "collector.netdev.address-info";
const DETAILED: &str = "collector.netdev.enable-detailed-metrics";
const LABEL_ALIAS: &str = "collector.netdev.label-ifalias";

const ADDRESS: Family<4> = Family::gauge(
    "node_network_address_info",
    "An address of a network device; always 1.",
    ["address", "device", "netmask", "scope"],
);

pub(crate) fn flags() -> Vec<Arg> {
    let mut flags = DEVICES.args();
    flags.extend(switch(NETLINK, "Read netlink rather than net/dev (default: on)"));
    flags.extend(switch(ADDRESS_INFO, "Report the addresses of every device"));
    flags.extend(switch(
        DETAILED,
        "Report each kind of error under a name of its own",
    ));
    flags.extend(switch(LABEL_ALIAS, "Add the label ifalias"));
    flags
}

/// What the flags say.
#[derive(Debug)]
pub(crate) struct State {
    devices: Filter,
    netlink: bool,
    address_info: bool,
    detailed: bool,
    label_alias: bool,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        let is_on = |name, default| switch_value(matches, name).unwrap_or(default);
        Ok(Self {
            devices: DEVICES.read(matches)?,
            netlink: is_on(NETLINK, true),
            address_info: is_on(ADDRESS_INFO, false),
            detailed: is_on(DETAILED, false),
            label_alias: is_on(LABEL_ALIAS, false),
        })
    }
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let state = &node.netdev;
    if state.netlink {
        for link in node.netlink.links()?.iter() {
            let Some(statistics) = &link.statistics else {
                continue;
            };
            let rows = if state.detailed {
                family::DETAILED
            } else {
                family::LEGACY
            };
            let alias = state.label_alias.then_some(link.alias.as_str());
            write(state, rows, &link.name, alias, statistics, out);
        }
    } else {
        for (device, statistics) in parse::net_dev(&node.paths.read_proc("net/dev")?)? {
            let rows = if state.detailed {
                family::NET_DEV_DETAILED
            } else {
                family::NET_DEV
            };
            let alias = state.label_alias.then(|| {
                let file = format!("class/net/{device}/ifalias");
                node.paths.read_sys(&file).ok()
            });
            let alias = alias.map(|text| text.map_or(String::new(), |text| text.to_owned()));
            write(state, rows, device, alias.as_deref(), &statistics, out);
        }
    }
    if state.address_info {
        write_addresses(&node.netlink.addresses()?, &node.netlink.links()?, out);
    }
    Ok(())
}

fn write(
    state: &State,
    rows: &[Row],
    device: &str,
    alias: Option<&str>,
    statistics: &Statistics,
    out: &mut Exposition,
) {
    if !state.devices.passes(device) {
        return;
    }
    for (family, value) in rows {
        // Counters above 2^53 lose their last digits here.
        let value = value(statistics) as f64;
        match alias {
            None => out.sample(family, [device], value),
            Some(alias) => out.dynamic(
                family.name,
                format_args!("{}", family.help),
                family.kind,
                [("device", device), ("ifalias", alias)],
                value,
            ),
        }
    }
}

/// Every counter of the kernel as a gauge, which is the type that the reference's netclass gives them.
pub(super) fn write_as_gauges(device: &str, statistics: &Statistics, out: &mut Exposition) {
    for (family, value) in family::DETAILED {
        out.dynamic(
            family.name,
            format_args!("{}", family.help),
            Kind::Gauge,
            [("device", device)],
            value(statistics) as f64,
        );
    }
}

fn write_addresses(addresses: &[Address], links: &[Link], out: &mut Exposition) {
    for address in addresses {
        let Some(link) = links.iter().find(|link| link.index == address.index) else {
            continue;
        };
        let ip = address.ip.to_string();
        let mask = address.prefix_length.to_string();
        out.sample(&ADDRESS, [&ip, &link.name, &mask, scope(address.ip)], 1.0);
    }
}

/// How far an address reaches, in the words of the reference.
fn scope(ip: IpAddr) -> &'static str {
    let (is_link_local, is_interface_local, is_broadcast) = match ip {
        IpAddr::V4(ip) => {
            let is_multicast = matches!(ip.octets(), [224, 0, 0, _]);
            (ip.is_link_local() || is_multicast, false, ip.is_broadcast())
        }
        IpAddr::V6(ip) => {
            let multicast = |scope| ip.is_multicast() && ip.octets()[1] & 0xf == scope;
            (ip.is_unicast_link_local() || multicast(2), multicast(1), false)
        }
    };
    if ip.is_loopback() || is_link_local {
        "link-local"
    } else if is_interface_local {
        "interface-local"
    } else if ip.is_unspecified() || ip.is_multicast() || is_broadcast {
        ""
    } else {
        "global"
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn state(flags: &[&str]) -> State {
        let command = clap::Command::new("x").args(super::flags());
        State::new(&command.get_matches_from([&["x"], flags].concat())).unwrap()
    }

    fn statistics() -> Statistics {
        Statistics {
            receive_bytes: u64::MAX,
            receive_dropped: 1,
            receive_missed_errors: 10,
            receive_frame_errors: 1,
            receive_length_errors: 10,
            receive_over_errors: 100,
            receive_crc_errors: 1000,
            multicast: 7,
            transmit_carrier_errors: 1,
            transmit_aborted_errors: 10,
            transmit_heartbeat_errors: 100,
            transmit_window_errors: 1000,
            ..Statistics::default()
        }
    }

    /// Only what is not 0, without headers.
    #[track_caller]
    fn check(flags: &[&str], rows: &[Row], alias: Option<&str>, expect: Expect) {
        let mut out = Exposition::default();
        write(&state(flags), rows, "eth0", alias, &statistics(), &mut out);
        let text = out.to_text();
        let lines = text.lines();
        let lines = lines.filter(|line| !line.starts_with('#') && !line.ends_with(" 0"));
        expect.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn columns_of_net_dev() {
        check(
            &[],
            family::LEGACY,
            None,
            expect![[r#"
                node_network_receive_bytes_total{device="eth0"} 1.8446744073709552e+19
                node_network_receive_drop_total{device="eth0"} 11
                node_network_receive_frame_total{device="eth0"} 1111
                node_network_receive_multicast_total{device="eth0"} 7
                node_network_transmit_carrier_total{device="eth0"} 1111"#]],
        );
    }

    #[test]
    fn each_kind_of_error() {
        check(
            &[],
            family::DETAILED,
            Some("up\"link"),
            expect![[r#"
                node_network_multicast_total{device="eth0",ifalias="up\"link"} 7
                node_network_receive_bytes_total{device="eth0",ifalias="up\"link"} 1.8446744073709552e+19
                node_network_receive_crc_errors_total{device="eth0",ifalias="up\"link"} 1000
                node_network_receive_dropped_total{device="eth0",ifalias="up\"link"} 1
                node_network_receive_frame_errors_total{device="eth0",ifalias="up\"link"} 1
                node_network_receive_length_errors_total{device="eth0",ifalias="up\"link"} 10
                node_network_receive_missed_errors_total{device="eth0",ifalias="up\"link"} 10
                node_network_receive_over_errors_total{device="eth0",ifalias="up\"link"} 100
                node_network_transmit_aborted_errors_total{device="eth0",ifalias="up\"link"} 10
                node_network_transmit_carrier_errors_total{device="eth0",ifalias="up\"link"} 1
                node_network_transmit_heartbeat_errors_total{device="eth0",ifalias="up\"link"} 100
                node_network_transmit_window_errors_total{device="eth0",ifalias="up\"link"} 1000"#]],
        );
    }

    #[test]
    fn devices_that_are_left_out() {
        let flags = ["--collector.netdev.device-blacklist=^eth"];
        check(&flags, family::LEGACY, None, expect![""]);
    }

    #[test]
    fn addresses_and_their_scopes() {
        let link = Link {
            index: 2,
            name: "eth0".into(),
            ..Link::default()
        };
        let address = |ip: &str, index| Address {
            index,
            ip: ip.parse().unwrap(),
            prefix_length: 24,
        };
        let addresses = [
            address("127.0.0.1", 2),
            address("192.168.1.2", 2),
            address("fe80::1", 2),
            address("ff01::1", 2),
            address("0.0.0.0", 2),
            address("10.0.0.1", 9),
        ];
        let mut out = Exposition::default();
        write_addresses(&addresses, &[link], &mut out);
        expect![[r#"
            # HELP node_network_address_info An address of a network device; always 1.
            # TYPE node_network_address_info gauge
            node_network_address_info{address="127.0.0.1",device="eth0",netmask="24",scope="link-local"} 1
            node_network_address_info{address="192.168.1.2",device="eth0",netmask="24",scope="global"} 1
            node_network_address_info{address="fe80::1",device="eth0",netmask="24",scope="link-local"} 1
            node_network_address_info{address="ff01::1",device="eth0",netmask="24",scope="interface-local"} 1
            node_network_address_info{address="0.0.0.0",device="eth0",netmask="24",scope=""} 1
        "#]]
        .assert_eq(&out.to_text());
    }
}
