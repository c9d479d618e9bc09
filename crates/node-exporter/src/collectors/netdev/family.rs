//! The families of network devices, and from which counters each is made.

use metrics_registry::Family;

use crate::netlink::link::Statistics;

/// A family and its value.
pub(super) type Row = (Family<1>, fn(&Statistics) -> u64);

/// What `net/dev` shows of a device, and packets without a taker, which only netlink tells of.
pub(super) const LEGACY: &[Row] = &[
    (RECEIVE_NOHANDLER, |s| s.receive_nohandler),
    (RECEIVE_BYTES, |s| s.receive_bytes),
    (RECEIVE_PACKETS, |s| s.receive_packets),
    (RECEIVE_ERRS, |s| s.receive_errors),
    (RECEIVE_DROP, |s| {
        add(&[s.receive_dropped, s.receive_missed_errors])
    }),
    (RECEIVE_FIFO, |s| s.receive_fifo_errors),
    (RECEIVE_FRAME, |s| {
        add(&[
            s.receive_frame_errors,
            s.receive_length_errors,
            s.receive_over_errors,
            s.receive_crc_errors,
        ])
    }),
    (RECEIVE_COMPRESSED, |s| s.receive_compressed),
    (RECEIVE_MULTICAST, |s| s.multicast),
    (TRANSMIT_BYTES, |s| s.transmit_bytes),
    (TRANSMIT_PACKETS, |s| s.transmit_packets),
    (TRANSMIT_ERRS, |s| s.transmit_errors),
    (TRANSMIT_DROP, |s| s.transmit_dropped),
    (TRANSMIT_FIFO, |s| s.transmit_fifo_errors),
    (TRANSMIT_COLLS, |s| s.collisions),
    (TRANSMIT_CARRIER, |s| {
        add(&[
            s.transmit_carrier_errors,
            s.transmit_aborted_errors,
            s.transmit_heartbeat_errors,
            s.transmit_window_errors,
        ])
    }),
    (TRANSMIT_COMPRESSED, |s| s.transmit_compressed),
];

/// The sixteen columns of `net/dev`.
pub(super) const NET_DEV: &[Row] = match LEGACY.split_first() {
    Some((_, columns)) => columns,
    None => LEGACY,
};

/// The sixteen columns of `net/dev` under the names that the detailed metrics have there.
pub(super) const NET_DEV_DETAILED: &[Row] = &[
    (RECEIVE_BYTES, |s| s.receive_bytes),
    (RECEIVE_PACKETS, |s| s.receive_packets),
    (RECEIVE_ERRORS, |s| s.receive_errors),
    (RECEIVE_DROPPED, |s| s.receive_dropped),
    (RECEIVE_FIFO, |s| s.receive_fifo_errors),
    (RECEIVE_FRAME, |s| s.receive_frame_errors),
    (RECEIVE_COMPRESSED, |s| s.receive_compressed),
    (RECEIVE_MULTICAST, |s| s.multicast),
    (TRANSMIT_BYTES, |s| s.transmit_bytes),
    (TRANSMIT_PACKETS, |s| s.transmit_packets),
    (TRANSMIT_ERRORS, |s| s.transmit_errors),
    (TRANSMIT_DROPPED, |s| s.transmit_dropped),
    (TRANSMIT_FIFO, |s| s.transmit_fifo_errors),
    (TRANSMIT_COLLS, |s| s.collisions),
    (TRANSMIT_CARRIER, |s| s.transmit_carrier_errors),
    (TRANSMIT_COMPRESSED, |s| s.transmit_compressed),
];

/// Every counter of the kernel by itself.
pub(super) const DETAILED: &[Row] = &[
    (RECEIVE_BYTES, |s| s.receive_bytes),
    (RECEIVE_PACKETS, |s| s.receive_packets),
    (RECEIVE_COMPRESSED, |s| s.receive_compressed),
    (RECEIVE_NOHANDLER, |s| s.receive_nohandler),
    (TRANSMIT_BYTES, |s| s.transmit_bytes),
    (TRANSMIT_PACKETS, |s| s.transmit_packets),
    (TRANSMIT_COMPRESSED, |s| s.transmit_compressed),
    (COLLISIONS, |s| s.collisions),
    (MULTICAST, |s| s.multicast),
    (RECEIVE_ERRORS, |s| s.receive_errors),
    (RECEIVE_DROPPED, |s| s.receive_dropped),
    (RECEIVE_MISSED_ERRORS, |s| s.receive_missed_errors),
    (RECEIVE_FIFO_ERRORS, |s| s.receive_fifo_errors),
    (RECEIVE_LENGTH_ERRORS, |s| s.receive_length_errors),
    (RECEIVE_OVER_ERRORS, |s| s.receive_over_errors),
    (RECEIVE_CRC_ERRORS, |s| s.receive_crc_errors),
    (RECEIVE_FRAME_ERRORS, |s| s.receive_frame_errors),
    (TRANSMIT_ERRORS, |s| s.transmit_errors),
    (TRANSMIT_DROPPED, |s| s.transmit_dropped),
    (TRANSMIT_FIFO_ERRORS, |s| s.transmit_fifo_errors),
    (TRANSMIT_ABORTED_ERRORS, |s| s.transmit_aborted_errors),
    (TRANSMIT_CARRIER_ERRORS, |s| s.transmit_carrier_errors),
    (TRANSMIT_HEARTBEAT_ERRORS, |s| s.transmit_heartbeat_errors),
    (TRANSMIT_WINDOW_ERRORS, |s| s.transmit_window_errors),
];

const RECEIVE_BYTES: Family<1> = counter(
    "node_network_receive_bytes_total",
    "Bytes that the network device received.",
);
const RECEIVE_PACKETS: Family<1> = counter(
    "node_network_receive_packets_total",
    "Packets that the network device received.",
);
const RECEIVE_ERRS: Family<1> = counter(
    "node_network_receive_errs_total",
    "Packets that the network device received with an error.",
);
const RECEIVE_DROP: Family<1> = counter(
    "node_network_receive_drop_total",
    "Received packets that were dropped, also by the network device itself.",
);
const RECEIVE_FIFO: Family<1> = counter(
    "node_network_receive_fifo_total",
    "Received packets that found a full buffer in the network device.",
);
const RECEIVE_FRAME: Family<1> = counter(
    "node_network_receive_frame_total",
    "Received packets of a wrong length, form or checksum.",
);
const RECEIVE_COMPRESSED: Family<1> = counter(
    "node_network_receive_compressed_total",
    "Compressed packets that the network device received.",
);
const RECEIVE_MULTICAST: Family<1> = counter(
    "node_network_receive_multicast_total",
    "Multicast packets that the network device received.",
);
const RECEIVE_NOHANDLER: Family<1> = counter(
    "node_network_receive_nohandler_total",
    "Received packets that nobody wanted.",
);
const TRANSMIT_BYTES: Family<1> = counter(
    "node_network_transmit_bytes_total",
    "Bytes that the network device sent.",
);
const TRANSMIT_PACKETS: Family<1> = counter(
    "node_network_transmit_packets_total",
    "Packets that the network device sent.",
);
const TRANSMIT_ERRS: Family<1> = counter(
    "node_network_transmit_errs_total",
    "Packets that the network device could not send.",
);
const TRANSMIT_DROP: Family<1> = counter(
    "node_network_transmit_drop_total",
    "Packets that were dropped before they were sent.",
);
const TRANSMIT_FIFO: Family<1> = counter(
    "node_network_transmit_fifo_total",
    "Packets that a buffer of the network device lost before they were sent.",
);
const TRANSMIT_COLLS: Family<1> = counter(
    "node_network_transmit_colls_total",
    "Collisions that the network device saw while it sent.",
);
const TRANSMIT_CARRIER: Family<1> = counter(
    "node_network_transmit_carrier_total",
    "Packets not sent because the carrier was lost, or the sending given up.",
);
const TRANSMIT_COMPRESSED: Family<1> = counter(
    "node_network_transmit_compressed_total",
    "Compressed packets that the network device sent.",
);
const COLLISIONS: Family<1> = counter(
    "node_network_collisions_total",
    "Collisions that the network device saw.",
);
const MULTICAST: Family<1> = counter(
    "node_network_multicast_total",
    "Multicast packets that the network device received.",
);
const RECEIVE_ERRORS: Family<1> = counter(
    "node_network_receive_errors_total",
    "Packets that the network device received with an error.",
);
const RECEIVE_DROPPED: Family<1> = counter(
    "node_network_receive_dropped_total",
    "Received packets that the system dropped.",
);
const RECEIVE_MISSED_ERRORS: Family<1> = counter(
    "node_network_receive_missed_errors_total",
    "Received packets that the network device dropped for want of room.",
);
const RECEIVE_FIFO_ERRORS: Family<1> = counter(
    "node_network_receive_fifo_errors_total",
    "Received packets that found a full buffer in the network device.",
);
const RECEIVE_LENGTH_ERRORS: Family<1> = counter(
    "node_network_receive_length_errors_total",
    "Received packets of a wrong length.",
);
const RECEIVE_OVER_ERRORS: Family<1> = counter(
    "node_network_receive_over_errors_total",
    "Received packets that were too long for their buffer.",
);
const RECEIVE_CRC_ERRORS: Family<1> = counter(
    "node_network_receive_crc_errors_total",
    "Received packets with a wrong checksum.",
);
const RECEIVE_FRAME_ERRORS: Family<1> = counter(
    "node_network_receive_frame_errors_total",
    "Received packets with a wrong alignment.",
);
const TRANSMIT_ERRORS: Family<1> = counter(
    "node_network_transmit_errors_total",
    "Packets that the network device could not send.",
);
const TRANSMIT_DROPPED: Family<1> = counter(
    "node_network_transmit_dropped_total",
    "Packets that were dropped before they were sent.",
);
const TRANSMIT_FIFO_ERRORS: Family<1> = counter(
    "node_network_transmit_fifo_errors_total",
    "Packets that a buffer of the network device lost before they were sent.",
);
const TRANSMIT_ABORTED_ERRORS: Family<1> = counter(
    "node_network_transmit_aborted_errors_total",
    "Packets whose sending was given up after collisions.",
);
const TRANSMIT_CARRIER_ERRORS: Family<1> = counter(
    "node_network_transmit_carrier_errors_total",
    "Packets not sent because the carrier was lost.",
);
const TRANSMIT_HEARTBEAT_ERRORS: Family<1> = counter(
    "node_network_transmit_heartbeat_errors_total",
    "Packets sent without the heartbeat of the transceiver.",
);
const TRANSMIT_WINDOW_ERRORS: Family<1> = counter(
    "node_network_transmit_window_errors_total",
    "Packets not sent because of a late collision.",
);

const fn counter(name: &'static str, help: &'static str) -> Family<1> {
    Family::counter(name, help, ["device"])
}

/// The sum; a counter that is full stays full.
fn add(counters: &[u64]) -> u64 {
    counters
        .iter()
        .fold(0, |sum, counter| u64::saturating_add(sum, *counter))
}
