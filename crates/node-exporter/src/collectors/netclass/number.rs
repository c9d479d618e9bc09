//! The numbers of an interface: their families, the files that have them, and which of them netlink has too.

use metrics_registry::Family;

use crate::netlink::link::{DORMANT, Link, UP};

/// Where a number comes from when there is a link.
pub(super) enum Origin {
    /// Netlink has it, or says that there is none.
    Link(Option<i64>),
    /// Only the file has it.
    File,
}

/// A family, the attribute in `/sys/class/net/INTERFACE`, and the number of a link.
pub(super) type Row = (Family<1>, &'static str, fn(&Link) -> Origin);

/// Kept apart: the file shows two flags that netlink hides (promiscuous by the kernel's own wish, all multicast).
pub(super) const FLAGS: Family<1> = gauge("node_network_flags", "Flags of the network device, IFF_….");

/// All numbers but the flags and the speed.
pub(super) const NUMBERS: [Row; 15] = [
    (ADDRESS_ASSIGN_TYPE, "addr_assign_type", |_| Origin::File),
    (CARRIER, "carrier", |link| {
        Origin::Link(if_up(link).and_then(|link| link.carrier).map(i64::from))
    }),
    (
        CARRIER_CHANGES,
        "carrier_changes",
        |link| of(link.carrier_changes),
    ),
    (CARRIER_UP_CHANGES, "carrier_up_count", |link| {
        of(link.carrier_up_count)
    }),
    (CARRIER_DOWN_CHANGES, "carrier_down_count", |link| {
        of(link.carrier_down_count)
    }),
    (DEVICE_ID, "dev_id", |_| Origin::File),
    (DORMANT_STATE, "dormant", |link| {
        Origin::Link(if_up(link).map(|link| i64::from(link.flags & DORMANT != 0)))
    }),
    (IFACE_ID, "ifindex", |link| of(Some(link.index))),
    // The kernel leaves it out where it is the interface itself.
    (IFACE_LINK, "iflink", |link| {
        of(link.lower_index.or(Some(link.index)))
    }),
    (IFACE_LINK_MODE, "link_mode", |link| of(link.mode.map(u32::from))),
    (MTU, "mtu", |link| of(link.mtu_bytes)),
    (NAME_ASSIGN_TYPE, "name_assign_type", |_| Origin::File),
    (NET_DEV_GROUP, "netdev_group", |link| of(link.group)),
    (PROTOCOL_TYPE, "type", |link| {
        of(Some(u32::from(link.hardware_type)))
    }),
    (
        TRANSMIT_QUEUE_LENGTH,
        "tx_queue_len",
        |link| of(link.queue_length),
    ),
];

const ADDRESS_ASSIGN_TYPE: Family<1> = gauge(
    "node_network_address_assign_type",
    "How the network device got its address: 0 permanent, 1 random, 2 stolen from another, 3 set.",
);
const CARRIER: Family<1> = gauge(
    "node_network_carrier",
    "Whether the network device has a carrier.",
);
const CARRIER_CHANGES: Family<1> = counter(
    "node_network_carrier_changes_total",
    "Times that the carrier came or went.",
);
const CARRIER_UP_CHANGES: Family<1> = counter(
    "node_network_carrier_up_changes_total",
    "Times that the carrier came.",
);
const CARRIER_DOWN_CHANGES: Family<1> = counter(
    "node_network_carrier_down_changes_total",
    "Times that the carrier went.",
);
const DEVICE_ID: Family<1> = gauge(
    "node_network_device_id",
    "Tells network devices apart that share an address.",
);
const DORMANT_STATE: Family<1> = gauge(
    "node_network_dormant",
    "Whether the network device waits for something outside, such as a supplicant.",
);
const IFACE_ID: Family<1> = gauge("node_network_iface_id", "Index of the network device.");
const IFACE_LINK: Family<1> = gauge(
    "node_network_iface_link",
    "Index of the network device below or at the other end; its own where there is none.",
);
const IFACE_LINK_MODE: Family<1> = gauge(
    "node_network_iface_link_mode",
    "1 where the network device may be dormant, else 0.",
);
const MTU: Family<1> = gauge("node_network_mtu_bytes", "Bytes of the largest packet.");
const NAME_ASSIGN_TYPE: Family<1> = gauge(
    "node_network_name_assign_type",
    "Who named the network device: 1 the kernel by number, 2 the kernel, 3 userspace, 4 renamed by it.",
);
const NET_DEV_GROUP: Family<1> = gauge("node_network_net_dev_group", "Group of the network device.");
const PROTOCOL_TYPE: Family<1> = gauge(
    "node_network_protocol_type",
    "Hardware type of the network device, ARPHRD_….",
);
const TRANSMIT_QUEUE_LENGTH: Family<1> = gauge(
    "node_network_transmit_queue_length",
    "Packets that may wait to be sent.",
);

/// A number as sysfs writes it, decimal or with `0x`.
pub(super) fn parse(text: &str) -> Option<i64> {
    match text.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

fn of(number: Option<u32>) -> Origin {
    // A kernel that does not send it may still have the file.
    number.map_or(Origin::File, |number| Origin::Link(Some(i64::from(number))))
}

/// The files of these answer with an error while the interface is down.
fn if_up(link: &Link) -> Option<&Link> {
    (link.flags & UP != 0).then_some(link)
}

const fn gauge(name: &'static str, help: &'static str) -> Family<1> {
    Family::gauge(name, help, ["device"])
}

const fn counter(name: &'static str, help: &'static str) -> Family<1> {
    Family::counter(name, help, ["device"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_sysfs_writes_them() {
        assert_eq!(parse("0x1303"), Some(4867));
        assert_eq!(parse("-1"), Some(-1));
        assert_eq!([parse(""), parse("0x"), parse("99999999999999999999")], [None; 3]);
    }
}
