//! Host adapters for Fibre Channel, from `/sys/class/fc_host`.

use metrics_registry::{Exposition, Family};

use crate::source::Paths;
use crate::{Error, Node, number};

const INFO: Family<11> = Family::gauge(
    "node_fibrechannel_info",
    "State and identity of the adapter, as labels; always 1.",
    [
        "dev_loss_tmo",
        "fabric_name",
        "fc_host",
        "port_id",
        "port_name",
        "port_state",
        "port_type",
        "speed",
        "supported_classes",
        "supported_speeds",
        "symbolic_name",
    ],
);

/// Files below `statistics` and the families that they are written to.
const COUNTERS: [(&str, Family<1>); 14] = [
    (
        "dumped_frames",
        Family::counter(
            "node_fibrechannel_dumped_frames_total",
            "Frames thrown away.",
            ["fc_host"],
        ),
    ),
    (
        "error_frames",
        Family::counter(
            "node_fibrechannel_error_frames_total",
            "Frames received with an error.",
            ["fc_host"],
        ),
    ),
    (
        "fcp_packet_aborts",
        Family::counter(
            "node_fibrechannel_fcp_packet_aborts_total",
            "SCSI packets aborted.",
            ["fc_host"],
        ),
    ),
    (
        "invalid_crc_count",
        Family::counter(
            "node_fibrechannel_invalid_crc_total",
            "Frames received with a wrong checksum.",
            ["fc_host"],
        ),
    ),
    (
        "invalid_tx_word_count",
        Family::counter(
            "node_fibrechannel_invalid_tx_words_total",
            "Transmission words that were not valid.",
            ["fc_host"],
        ),
    ),
    (
        "link_failure_count",
        Family::counter(
            "node_fibrechannel_link_failure_total",
            "Times that the link failed.",
            ["fc_host"],
        ),
    ),
    (
        "loss_of_signal_count",
        Family::counter(
            "node_fibrechannel_loss_of_signal_total",
            "Times that the signal was lost.",
            ["fc_host"],
        ),
    ),
    (
        "loss_of_sync_count",
        Family::counter(
            "node_fibrechannel_loss_of_sync_total",
            "Times that the adapter fell out of step with the bits or words of the link.",
            ["fc_host"],
        ),
    ),
    (
        "nos_count",
        Family::counter(
            "node_fibrechannel_nos_total",
            "Times that the other end said that it is not operational.",
            ["fc_host"],
        ),
    ),
    (
        "rx_frames",
        Family::counter(
            "node_fibrechannel_rx_frames_total",
            "Frames received.",
            ["fc_host"],
        ),
    ),
    (
        "rx_words",
        Family::counter(
            "node_fibrechannel_rx_words_total",
            "Words of 4 bytes received.",
            ["fc_host"],
        ),
    ),
    (
        "seconds_since_last_reset",
        Family::counter(
            "node_fibrechannel_seconds_since_last_reset_total",
            "Seconds since the statistics were reset.",
            ["fc_host"],
        ),
    ),
    (
        "tx_frames",
        Family::counter("node_fibrechannel_tx_frames_total", "Frames sent.", ["fc_host"]),
    ),
    (
        "tx_words",
        Family::counter(
            "node_fibrechannel_tx_words_total",
            "Words of 4 bytes sent.",
            ["fc_host"],
        ),
    ),
];

/// What the firmware gives for a counter that it does not have.
const NOT_COUNTED: u64 = u64::MAX;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    for host in node.paths.list_sys("class/fc_host")? {
        write(&node.paths, &host, out);
    }
    Ok(())
}

fn write(paths: &Paths, host: &str, out: &mut Exposition) {
    // Drivers need not have every attribute; one that is missing is an empty label.
    let text = |file: &str| match paths.read_sys(&format!("class/fc_host/{host}/{file}")) {
        Ok(text) => text.to_owned(),
        Err(_) => String::new(),
    };
    let name = |file: &str| {
        let text = text(file);
        text.strip_prefix("0x").map(str::to_owned).unwrap_or(text)
    };
    let values = [
        &text("dev_loss_tmo"),
        &name("fabric_name"),
        host,
        &name("port_id"),
        &name("port_name"),
        &text("port_state"),
        &text("port_type"),
        &text("speed"),
        &text("supported_classes"),
        &text("supported_speeds"),
        &text("symbolic_name"),
    ];
    out.sample(&INFO, values, 1.0);
    for (file, family) in &COUNTERS {
        match number::sys(paths, &format!("class/fc_host/{host}/statistics/{file}")) {
            None | Some(NOT_COUNTED) => {}
            Some(count) => out.sample(family, [host], count as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::collected;

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        expect.assert_eq(&collected(collect, &[], files));
    }

    #[test]
    fn adapter_that_does_not_count_dumped_frames() {
        let files = [
            ("sys/class/fc_host/host0/dev_loss_tmo", "30\n"),
            ("sys/class/fc_host/host0/fabric_name", "0x0\n"),
            ("sys/class/fc_host/host0/port_name", "0x1000e0071bce95f2\n"),
            ("sys/class/fc_host/host0/port_state", "Online\n"),
            ("sys/class/fc_host/host0/speed", "16 Gbit\n"),
            (
                "sys/class/fc_host/host0/statistics/dumped_frames",
                "0xffffffffffffffff\n",
            ),
            ("sys/class/fc_host/host0/statistics/rx_frames", "0x30\n"),
            ("sys/class/fc_host/host0/statistics/nos_count", "12\n"),
            ("sys/class/fc_host/host0/statistics/tx_words", "none\n"),
        ];
        check(
            &files,
            expect![[r##"
            # HELP node_fibrechannel_info State and identity of the adapter, as labels; always 1.
            # TYPE node_fibrechannel_info gauge
            node_fibrechannel_info{dev_loss_tmo="30",fabric_name="0",fc_host="host0",port_id="",port_name="1000e0071bce95f2",port_state="Online",port_type="",speed="16 Gbit",supported_classes="",supported_speeds="",symbolic_name=""} 1
            # HELP node_fibrechannel_nos_total Times that the other end said that it is not operational.
            # TYPE node_fibrechannel_nos_total counter
            node_fibrechannel_nos_total{fc_host="host0"} 12
            # HELP node_fibrechannel_rx_frames_total Frames received.
            # TYPE node_fibrechannel_rx_frames_total counter
            node_fibrechannel_rx_frames_total{fc_host="host0"} 48
        "##]],
        );
    }

    #[test]
    fn adapter_without_attributes_and_no_adapter() {
        check(
            &[("sys/class/fc_host/host1/", "")],
            expect![[r##"
            # HELP node_fibrechannel_info State and identity of the adapter, as labels; always 1.
            # TYPE node_fibrechannel_info gauge
            node_fibrechannel_info{dev_loss_tmo="",fabric_name="",fc_host="host1",port_id="",port_name="",port_state="",port_type="",speed="",supported_classes="",supported_speeds="",symbolic_name=""} 1
        "##]],
        );
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }
}
