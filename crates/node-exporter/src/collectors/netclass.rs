//! Properties of network interfaces, from `/sys/class/net/*` and rtnetlink.
//!
//! Most of the files repeat what one netlink dump says of all interfaces, so where sysfs is the real one only the rest
//! is read: six files of an interface instead of thirty. A number that the kernel refuses (the carrier and the speed of
//! an interface that is down) is left out by itself.
//! The reference shows alternative names only with `--collector.netclass.netlink`; so do we.

mod interface;
mod number;

use std::path::Path;

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::{switch_value, text};
use metrics_registry::{Exposition, Family};

use crate::collectors::netdev;
use crate::filter::Filter;
use crate::flags::{self, switch};
use crate::{Error, Node};

use self::interface::Interface;
use self::number::{FLAGS, NUMBERS};

const IGNORED: &str = "collector.netclass.ignored-devices";
const IGNORE_INVALID_SPEED: &str = "collector.netclass.ignore-invalid-speed";
const NETLINK: &str = "collector.netclass.netlink";
const WITH_STATISTICS: &str = "collector.netclass_rtnl.with-stats";

const INFO: Family<7> = Family::gauge(
    "node_network_info",
    "Addresses, states and names of a network device; always 1.",
    [
        "address",
        "adminstate",
        "broadcast",
        "device",
        "duplex",
        "ifalias",
        "operstate",
    ],
);
const IS_UP: Family<1> = Family::gauge(
    "node_network_up",
    "Whether the operating state of the network device is up.",
    ["device"],
);
const SPEED: Family<1> = Family::gauge(
    "node_network_speed_bytes",
    "Bytes per second that the network device can move; negative where it does not know.",
    ["device"],
);
const ALTERNATIVE_NAME: Family<2> = Family::gauge(
    "node_network_altnames_info",
    "Another name of the network device; always 1.",
    ["altname", "device"],
);

/// Matches no name: none is empty.
const NONE_IGNORED: &str = "^$";
/// The real sysfs, which shows the same interfaces as netlink.
const SYSFS: &str = "/sys";
/// Not an interface, but a file of the bonding driver beside them.
const BONDING_MASTERS: &str = "bonding_masters";

pub(crate) fn flags() -> Vec<Arg> {
    let ignored = Arg::new(IGNORED)
        .long(IGNORED)
        .value_name("REGEX")
        .default_value(NONE_IGNORED)
        .help("Network devices to leave out");
    let invalid_speed = switch(
        IGNORE_INVALID_SPEED,
        "Leave out the speed of devices that do not know it",
    );
    let netlink = switch(NETLINK, "Report the alternative names of network devices");
    let statistics = switch(
        WITH_STATISTICS,
        "With --collector.netclass.netlink and without the collector netdev: report what each device sent and received",
    );
    [ignored]
        .into_iter()
        .chain(invalid_speed)
        .chain(netlink)
        .chain(statistics)
        .collect()
}

/// What the flags say.
#[derive(Debug)]
pub(crate) struct State {
    devices: Filter,
    ignore_invalid_speed: bool,
    alternative_names: bool,
    /// The collector netdev has the same families, and is better at them: these are for where it is off.
    statistics: bool,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            devices: match text(matches, IGNORED) {
                NONE_IGNORED => Filter::default(),
                ignored => Filter::exclude(IGNORED, ignored)?,
            },
            ignore_invalid_speed: switch_value(matches, IGNORE_INVALID_SPEED) == Some(true),
            alternative_names: switch_value(matches, NETLINK) == Some(true),
            statistics: [NETLINK, WITH_STATISTICS]
                .iter()
                .all(|name| switch_value(matches, name) == Some(true))
                && !flags::is_on_by_name(matches, "netdev"),
        })
    }
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let mut names = node.paths.list_sys("class/net")?;
    names.retain(|name| name != BONDING_MASTERS);
    let links = if node.paths.sysfs == Path::new(SYSFS) {
        node.netlink.links().ok()
    } else {
        None
    };
    // Where the two do not have the same interfaces, netlink tells of another namespace, and sysfs counts.
    let links = links.filter(|links| links.iter().map(|link| &link.name).eq(&names));
    let mut file = String::new();
    for (position, name) in names.iter().enumerate() {
        if !node.netclass.devices.passes(name) {
            continue;
        }
        let link = links.as_ref().and_then(|links| links.get(position));
        let interface = Interface::read(name, link, |attribute| {
            file.clear();
            file.extend(["class/net/", name, "/", attribute]);
            Some(node.paths.read_sys(&file).ok()?.to_owned())
        });
        write(&node.netclass, &interface, out);
        if node.netclass.statistics
            && let Some(statistics) = link.and_then(|link| link.statistics.as_ref())
        {
            netdev::write_as_gauges(name, statistics, out);
        }
    }
    Ok(())
}

fn write(state: &State, interface: &Interface, out: &mut Exposition) {
    let name = interface.name.as_str();
    let is_up = interface.state == "up";
    out.sample(&IS_UP, [name], f64::from(u8::from(is_up)));
    let labels = [
        &interface.address,
        interface.admin_state(),
        &interface.broadcast,
        name,
        &interface.duplex,
        &interface.alias,
        &interface.state,
    ];
    out.sample(&INFO, labels, 1.0);
    for ((family, ..), number) in NUMBERS.iter().zip(interface.numbers) {
        if let Some(number) = number {
            out.sample(family, [name], number as f64);
        }
    }
    if let Some(flags) = interface.flags {
        out.sample(&FLAGS, [name], flags as f64);
    }
    if let Some(speed) = interface.speed_megabits
        && (0 <= speed || !state.ignore_invalid_speed)
    {
        out.sample(&SPEED, [name], (speed.saturating_mul(1_000_000) / 8) as f64);
    }
    if state.alternative_names {
        for other in &interface.alternative_names {
            out.sample(&ALTERNATIVE_NAME, [other, name], 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::netlink::link::Link;

    #[track_caller]
    fn check(flags: &[&str], link: Option<&Link>, files: &[(&str, &str)], expect: Expect) {
        let command = clap::Command::new("x").args(super::flags());
        let state = State::new(&command.get_matches_from([&["x"], flags].concat())).unwrap();
        let interface = Interface::read("eth0", link, |attribute| {
            let file = files.iter().find(|(name, _)| *name == attribute);
            file.map(|(_, text)| (*text).to_owned())
        });
        let mut out = Exposition::default();
        write(&state, &interface, &mut out);
        let text = out.to_text();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        expect.assert_eq(&samples.collect::<Vec<_>>().join("\n"));
    }

    const FILES: &[(&str, &str)] = &[
        ("addr_assign_type", "3"),
        ("address", "01:01:01:01:01:01"),
        ("broadcast", "ff:ff:ff:ff:ff:ff"),
        ("carrier", "1"),
        ("carrier_changes", "2"),
        ("carrier_down_count", "1"),
        ("carrier_up_count", "1"),
        ("dev_id", "0x20"),
        ("dormant", "1"),
        ("duplex", "full"),
        ("flags", "0x1303"),
        ("ifalias", ""),
        ("ifindex", "2"),
        ("iflink", "2"),
        ("link_mode", "1"),
        ("mtu", "1500"),
        ("name_assign_type", "2"),
        ("netdev_group", "0"),
        ("operstate", "up"),
        ("speed", "1000"),
        ("tx_queue_len", "1000"),
        ("type", "1"),
    ];

    #[test]
    fn everything_from_files() {
        check(
            &[],
            None,
            FILES,
            expect![[r#"
            node_network_address_assign_type{device="eth0"} 3
            node_network_carrier{device="eth0"} 1
            node_network_carrier_changes_total{device="eth0"} 2
            node_network_carrier_down_changes_total{device="eth0"} 1
            node_network_carrier_up_changes_total{device="eth0"} 1
            node_network_device_id{device="eth0"} 32
            node_network_dormant{device="eth0"} 1
            node_network_flags{device="eth0"} 4867
            node_network_iface_id{device="eth0"} 2
            node_network_iface_link{device="eth0"} 2
            node_network_iface_link_mode{device="eth0"} 1
            node_network_info{address="01:01:01:01:01:01",adminstate="up",broadcast="ff:ff:ff:ff:ff:ff",device="eth0",duplex="full",ifalias="",operstate="up"} 1
            node_network_mtu_bytes{device="eth0"} 1500
            node_network_name_assign_type{device="eth0"} 2
            node_network_net_dev_group{device="eth0"} 0
            node_network_protocol_type{device="eth0"} 1
            node_network_speed_bytes{device="eth0"} 1.25e+08
            node_network_transmit_queue_length{device="eth0"} 1000
            node_network_up{device="eth0"} 1"#]],
        );
    }

    #[test]
    fn a_device_that_does_not_know_its_speed() {
        let files = [("speed", "-1"), ("operstate", "down"), ("mtu", "x")];
        check(
            &[],
            None,
            &files,
            expect![[r#"
            node_network_info{address="",adminstate="unknown",broadcast="",device="eth0",duplex="",ifalias="",operstate="down"} 1
            node_network_speed_bytes{device="eth0"} -125000
            node_network_up{device="eth0"} 0"#]],
        );
        let flags = ["--collector.netclass.ignore-invalid-speed"];
        check(
            &flags,
            None,
            &files[..1],
            expect![[r#"
            node_network_info{address="",adminstate="unknown",broadcast="",device="eth0",duplex="",ifalias="",operstate=""} 1
            node_network_up{device="eth0"} 0"#]],
        );
    }

    #[test]
    fn an_interface_that_is_down_has_no_carrier_and_is_not_asked_for_its_speed() {
        let link = Link {
            index: 5,
            hardware_type: 1,
            flags: 0x1002,
            name: "eth0".into(),
            alias: "spare".into(),
            alternative_names: vec!["end0".into()],
            carrier: Some(0),
            state: Some(2),
            mtu_bytes: Some(1500),
            ..Link::default()
        };
        let files = [("speed", "1000"), ("flags", "0x1002"), ("mtu", "9000")];
        let flags = ["--collector.netclass.netlink"];
        check(
            &flags,
            Some(&link),
            &files,
            expect![[r#"
            node_network_altnames_info{altname="end0",device="eth0"} 1
            node_network_flags{device="eth0"} 4098
            node_network_iface_id{device="eth0"} 5
            node_network_iface_link{device="eth0"} 5
            node_network_info{address="",adminstate="down",broadcast="",device="eth0",duplex="",ifalias="spare",operstate="down"} 1
            node_network_mtu_bytes{device="eth0"} 1500
            node_network_protocol_type{device="eth0"} 1
            node_network_up{device="eth0"} 0"#]],
        );
    }
}
