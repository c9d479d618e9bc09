//! Routes to other networks, from rtnetlink.
//!
//! Routes of all tables are written, those to the machine's own addresses and broadcasts are not. The numbers are those
//! of the network namespace of this process.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use metrics_registry::{Exposition, Family};

use crate::netlink::link::Link;
use crate::netlink::route::{Route, UNICAST};
use crate::{Error, Node};

const INFO: Family<7> = Family::gauge(
    "node_network_route_info",
    "A route to another network; always 1.",
    ["dest", "device", "gw", "priority", "proto", "src", "weight"],
);
const ROUTES: Family<1> = Family::gauge(
    "node_network_routes",
    "Routes that leave through the network device.",
    ["device"],
);

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let links = node.netlink.links()?;
    write(&links, &node.netlink.routes()?, out);
    Ok(())
}

fn write(links: &[Link], routes: &[Route], out: &mut Exposition) {
    // Two tables may have the same route, and one sample must not be there twice.
    let mut rows = BTreeSet::new();
    let mut counts = BTreeMap::<&str, u32>::new();
    for route in routes.iter().filter(|route| route.kind == UNICAST) {
        for hop in &route.hops {
            let link = links.iter().find(|link| link.index == hop.index);
            let device = link.map_or("", |link| &link.name);
            *counts.entry(device).or_default() += 1;
            rows.insert([
                destination(route),
                device.to_owned(),
                text(hop.gateway),
                route.priority.to_string(),
                protocol(route.protocol).to_owned(),
                text(route.source),
                if route.is_multipath {
                    hop.weight.to_string()
                } else {
                    String::new()
                },
            ]);
        }
    }
    for row in &rows {
        out.sample(&INFO, row.each_ref().map(String::as_str), 1.0);
    }
    for (device, count) in counts {
        out.sample(&ROUTES, [device], f64::from(count));
    }
}

fn destination(route: &Route) -> String {
    match (route.prefix_length, route.destination) {
        (0, _) | (_, None) => "default".to_owned(),
        (bits, Some(ip)) => format!("{ip}/{bits}"),
    }
}

fn text(ip: Option<IpAddr>) -> String {
    ip.map_or_else(String::new, |ip| ip.to_string())
}

/// Who made a route, as the kernel's `include/uapi/linux/rtnetlink.h` says.
const fn protocol(number: u8) -> &'static str {
    match number {
        0 => "unspec",
        1 => "redirect",
        2 => "kernel",
        3 => "boot",
        4 => "static",
        8 => "gated",
        9 => "ra",
        10 => "mrt",
        11 => "zebra",
        12 => "bird",
        13 => "dnrouted",
        14 => "xorp",
        15 => "ntk",
        16 => "dhcp",
        17 => "mrouted",
        42 => "babel",
        186 => "bgp",
        187 => "isis",
        188 => "ospf",
        189 => "rip",
        192 => "eigrp",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::netlink::route::Hop;

    #[track_caller]
    fn check(routes: &[Route], expect: Expect) {
        let link = |index, name: &str| Link {
            index,
            name: name.to_owned(),
            ..Link::default()
        };
        let mut out = Exposition::default();
        write(&[link(2, "eth0"), link(3, "wlan0")], routes, &mut out);
        expect.assert_eq(&out.to_text());
    }

    fn hop(index: u32, last: u8, weight: u16) -> Hop {
        Hop {
            index,
            gateway: Some(IpAddr::from([192, 168, 1, last])),
            weight,
        }
    }

    #[test]
    fn default_route_twice_and_a_network() {
        let default = Route {
            kind: UNICAST,
            protocol: 16,
            priority: 100,
            source: Some(IpAddr::from([192, 168, 1, 7])),
            hops: vec![hop(2, 1, 1)],
            ..Route::default()
        };
        let network = Route {
            kind: UNICAST,
            protocol: 2,
            destination: "fe80::".parse().ok(),
            prefix_length: 64,
            hops: vec![Hop {
                index: 9,
                ..Hop::default()
            }],
            ..Route::default()
        };
        let local = Route {
            kind: 2,
            ..network.clone()
        };
        check(
            &[default.clone(), network, local, default],
            expect![[r##"
            # HELP node_network_route_info A route to another network; always 1.
            # TYPE node_network_route_info gauge
            node_network_route_info{dest="default",device="eth0",gw="192.168.1.1",priority="100",proto="dhcp",src="192.168.1.7",weight=""} 1
            node_network_route_info{dest="fe80::/64",device="",gw="",priority="0",proto="kernel",src="",weight=""} 1
            # HELP node_network_routes Routes that leave through the network device.
            # TYPE node_network_routes gauge
            node_network_routes{device=""} 1
            node_network_routes{device="eth0"} 2
        "##]],
        );
    }

    #[test]
    fn several_hops_and_none() {
        let route = Route {
            kind: UNICAST,
            protocol: 77,
            destination: "10.9.0.0".parse().ok(),
            prefix_length: 16,
            hops: vec![hop(2, 1, 1), hop(3, 2, 20)],
            is_multipath: true,
            ..Route::default()
        };
        check(
            &[route],
            expect![[r##"
            # HELP node_network_route_info A route to another network; always 1.
            # TYPE node_network_route_info gauge
            node_network_route_info{dest="10.9.0.0/16",device="eth0",gw="192.168.1.1",priority="0",proto="unknown",src="",weight="1"} 1
            node_network_route_info{dest="10.9.0.0/16",device="wlan0",gw="192.168.1.2",priority="0",proto="unknown",src="",weight="20"} 1
            # HELP node_network_routes Routes that leave through the network device.
            # TYPE node_network_routes gauge
            node_network_routes{device="eth0"} 1
            node_network_routes{device="wlan0"} 1
        "##]],
        );
        check(&[], expect![[r#""#]]);
    }
}
