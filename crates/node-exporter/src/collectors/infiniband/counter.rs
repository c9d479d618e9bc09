//! Counters of the ports of InfiniBand and RoCE adapters: files of `/sys/class/infiniband/*/ports/*` and their families.

use metrics_registry::Family;

/// Bytes in the words that `…_data` count.
const WORD_BYTES: u64 = 4;

/// One file.
#[derive(Debug)]
pub(super) struct Counter {
    /// Below the directory of the port.
    pub(super) file: &'static str,
    /// Labels: device, port.
    pub(super) family: Family<2>,
    /// What the number is multiplied with.
    pub(super) unit: u64,
}

const fn counter(file: &'static str, name: &'static str, help: &'static str, unit: u64) -> Counter {
    Counter {
        file,
        family: Family::counter(name, help, ["device", "port"]),
        unit,
    }
}

/// All of them. Drivers have some; `counters_ext` was given up with Linux 4.5.
pub(super) const COUNTERS: &[Counter] = &[
    counter(
        "counters/link_downed",
        "node_infiniband_link_downed_total",
        "Times that the link could not recover and went down.",
        1,
    ),
    counter(
        "counters/link_error_recovery",
        "node_infiniband_link_error_recovery_total",
        "Times that the link recovered from an error.",
        1,
    ),
    counter(
        "counters/multicast_rcv_packets",
        "node_infiniband_multicast_packets_received_total",
        "Multicast packets received, with those in error.",
        1,
    ),
    counter(
        "counters/multicast_xmit_packets",
        "node_infiniband_multicast_packets_transmitted_total",
        "Multicast packets sent, with those in error.",
        1,
    ),
    counter(
        "counters/port_rcv_constraint_errors",
        "node_infiniband_port_constraint_errors_received_total",
        "Packets received by the switch that its rules threw away.",
        1,
    ),
    counter(
        "counters/port_rcv_data",
        "node_infiniband_port_data_received_bytes_total",
        "Bytes received on all lanes.",
        WORD_BYTES,
    ),
    counter(
        "counters/port_rcv_discards",
        "node_infiniband_port_discards_received_total",
        "Packets received and thrown away, because the port was down or congested.",
        1,
    ),
    counter(
        "counters/port_rcv_errors",
        "node_infiniband_port_errors_received_total",
        "Packets received with an error.",
        1,
    ),
    counter(
        "counters/port_rcv_packets",
        "node_infiniband_port_packets_received_total",
        "Packets received, with those in error.",
        1,
    ),
    counter(
        "counters/port_xmit_constraint_errors",
        "node_infiniband_port_constraint_errors_transmitted_total",
        "Packets that the rules of the switch kept from being sent.",
        1,
    ),
    counter(
        "counters/port_xmit_data",
        "node_infiniband_port_data_transmitted_bytes_total",
        "Bytes sent on all lanes.",
        WORD_BYTES,
    ),
    counter(
        "counters/port_xmit_discards",
        "node_infiniband_port_discards_transmitted_total",
        "Packets thrown away instead of sent, because the port was down or congested.",
        1,
    ),
    counter(
        "counters/port_xmit_packets",
        "node_infiniband_port_packets_transmitted_total",
        "Packets sent, with those in error.",
        1,
    ),
    counter(
        "counters/port_xmit_wait",
        "node_infiniband_port_transmit_wait_total",
        "Ticks during which the port had data to send and could not.",
        1,
    ),
    counter(
        "counters/unicast_rcv_packets",
        "node_infiniband_unicast_packets_received_total",
        "Unicast packets received, with those in error.",
        1,
    ),
    counter(
        "counters/unicast_xmit_packets",
        "node_infiniband_unicast_packets_transmitted_total",
        "Unicast packets sent, with those in error.",
        1,
    ),
    counter(
        "counters_ext/port_multicast_rcv_packets",
        "node_infiniband_legacy_multicast_packets_received_total",
        "Multicast packets received, as kernels before 4.5 count them.",
        1,
    ),
    counter(
        "counters_ext/port_multicast_xmit_packets",
        "node_infiniband_legacy_multicast_packets_transmitted_total",
        "Multicast packets sent, as kernels before 4.5 count them.",
        1,
    ),
    counter(
        "counters_ext/port_rcv_data_64",
        "node_infiniband_legacy_data_received_bytes_total",
        "Bytes received on all lanes, as kernels before 4.5 count them.",
        WORD_BYTES,
    ),
    counter(
        "counters_ext/port_rcv_packets_64",
        "node_infiniband_legacy_packets_received_total",
        "Packets received, as kernels before 4.5 count them.",
        1,
    ),
    counter(
        "counters_ext/port_unicast_rcv_packets",
        "node_infiniband_legacy_unicast_packets_received_total",
        "Unicast packets received, as kernels before 4.5 count them.",
        1,
    ),
    counter(
        "counters_ext/port_unicast_xmit_packets",
        "node_infiniband_legacy_unicast_packets_transmitted_total",
        "Unicast packets sent, as kernels before 4.5 count them.",
        1,
    ),
    counter(
        "counters_ext/port_xmit_data_64",
        "node_infiniband_legacy_data_transmitted_bytes_total",
        "Bytes sent on all lanes, as kernels before 4.5 count them.",
        WORD_BYTES,
    ),
    counter(
        "counters_ext/port_xmit_packets_64",
        "node_infiniband_legacy_packets_transmitted_total",
        "Packets sent, as kernels before 4.5 count them.",
        1,
    ),
];
