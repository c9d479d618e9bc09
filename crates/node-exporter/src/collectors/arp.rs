//! Neighbours that IPv4 knows the hardware address of, or asks for it, from rtnetlink or `/proc/net/arp`.
//!
//! Netlink is the default and tells of the network namespace of this process; `--no-collector.arp.netlink` reads
//! `net/arp` below `--path.procfs`.

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::switch_value;
use metrics_registry::{Exposition, Family};

use crate::filter::{Filter, Pair};
use crate::netlink::link::Link;
use crate::netlink::neighbour::{NO_ARP, Neighbour};
use crate::{Error, Node, flags};

const ENTRIES: Family<1> = Family::gauge(
    "node_arp_entries",
    "IPv4 neighbours of the network device that the kernel knows.",
    ["device"],
);

const DEVICES: Pair = Pair {
    prefix: "collector.arp.device",
    what: "network devices",
    exclude_default: "",
    old_include: "",
    old_exclude: "",
};
const NETLINK: &str = "collector.arp.netlink";
const FILE: &str = "net/arp";
/// Address, hardware type, flags, hardware address and mask stand before the name of the device.
const COLUMNS_BEFORE_DEVICE: usize = 5;

/// Settings.
#[derive(Debug)]
pub(crate) struct State {
    devices: Filter,
    from_netlink: bool,
}

impl State {
    /// Fails where a filter is not valid.
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            devices: DEVICES.read(matches)?,
            from_netlink: switch_value(matches, NETLINK).unwrap_or(true),
        })
    }
}

pub(super) fn flags() -> Vec<Arg> {
    let mut args = DEVICES.args();
    args.extend(flags::switch(
        NETLINK,
        "Read netlink rather than net/arp (default: on)",
    ));
    args
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    if node.arp.from_netlink {
        let neighbours = node.netlink.neighbours()?;
        let links = node.netlink.links()?;
        write(&count_neighbours(&neighbours, &links), &node.arp.devices, out);
    } else {
        let text = node.paths.read_proc(FILE)?;
        write(&count_lines(&text)?, &node.arp.devices, out);
    }
    Ok(())
}

/// Neighbours by the name of their interface.
type Counts<'a> = BTreeMap<&'a str, u32>;

/// Leaves out what `/proc/net/arp` leaves out, and neighbours of an interface that came after the links were taken.
fn count_neighbours<'a>(neighbours: &[Neighbour], links: &'a [Link]) -> Counts<'a> {
    let mut counts = Counts::new();
    for neighbour in neighbours.iter().filter(|one| one.state & NO_ARP == 0) {
        if let Some(link) = links.iter().find(|link| link.index == neighbour.index) {
            *counts.entry(&link.name).or_default() += 1;
        }
    }
    counts
}

/// Fails with `Parse` on a line that is too short.
fn count_lines(text: &str) -> Result<Counts<'_>, Error> {
    let mut counts = Counts::new();
    // The first line has the names of the columns.
    for (index, line) in text.lines().enumerate().skip(1) {
        let device = line.split_ascii_whitespace().nth(COLUMNS_BEFORE_DEVICE);
        let device = device.ok_or_else(|| Error::parse(FILE, index + 1, line))?;
        *counts.entry(device).or_default() += 1;
    }
    Ok(counts)
}

fn write(counts: &Counts<'_>, devices: &Filter, out: &mut Exposition) {
    for (device, count) in counts {
        if devices.passes(device) {
            out.sample(&ENTRIES, [device], f64::from(*count));
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::netlink::Netlink;
    use crate::tree::collected;

    const TABLE: &str = "\
IP address       HW type     Flags       HW address            Mask     Device
192.168.1.1    0x1         0x2         cc:aa:dd:ee:aa:bb     *        eth0
192.168.1.2    0x1         0x0         00:00:00:00:00:00     *        eth0
10.0.0.1       0x1         0x2         de:ad:be:ef:00:00     *        nope
";

    #[track_caller]
    fn check(arguments: &[&str], table: &str, expect: Expect) {
        let arguments = [&["--no-collector.arp.netlink"], arguments].concat();
        expect.assert_eq(&collected(collect, &arguments, &[("proc/net/arp", table)]));
    }

    #[test]
    fn table_and_filter() {
        check(
            &[],
            TABLE,
            expect![[r##"
            # HELP node_arp_entries IPv4 neighbours of the network device that the kernel knows.
            # TYPE node_arp_entries gauge
            node_arp_entries{device="eth0"} 2
            node_arp_entries{device="nope"} 1
        "##]],
        );
        check(
            &["--collector.arp.device-exclude=nope"],
            TABLE,
            expect![[r##"
            # HELP node_arp_entries IPv4 neighbours of the network device that the kernel knows.
            # TYPE node_arp_entries gauge
            node_arp_entries{device="eth0"} 2
        "##]],
        );
    }

    #[test]
    fn empty_truncated_and_garbage() {
        check(&[], "", expect![[""]]);
        check(
            &[],
            "IP address\n192.168.1.1 0x1 0x2\n",
            expect![[r#"
            parse net/arp line 2: "192.168.1.1 0x1 0x2"
        "#]],
        );
        check(
            &[],
            "\u{fffd}\n\n",
            expect![[r#"
            parse net/arp line 2: ""
        "#]],
        );
    }

    #[test]
    fn neighbours_by_the_name_of_their_link() {
        let link = |index, name: &str| Link {
            index,
            name: name.to_owned(),
            ..Link::default()
        };
        let links = [link(1, "lo"), link(2, "eth0")];
        let neighbours = [(2, 2), (2, 4), (2, NO_ARP), (1, NO_ARP), (9, 2)];
        let neighbours = neighbours.map(|(index, state)| Neighbour { index, state });
        assert_eq!(count_neighbours(&neighbours, &links), Counts::from([("eth0", 2)]));
    }

    #[test]
    fn netlink_says_what_the_file_says() {
        // Whatever comes or goes between the two is no fault.
        let agrees = (0..20).any(|_| {
            let text = std::fs::read_to_string("/proc/net/arp").unwrap();
            let netlink = Netlink::default();
            let (neighbours, links) = (netlink.neighbours().unwrap(), netlink.links().unwrap());
            count_neighbours(&neighbours, &links) == count_lines(&text).unwrap()
        });
        assert!(agrees);
    }
}
