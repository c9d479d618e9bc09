//! InfiniBand and RoCE adapters, from `/sys/class/infiniband`.

mod counter;

use metrics_registry::{Exposition, Family};

use self::counter::COUNTERS;
use crate::source::Paths;
use crate::{Error, Node, number};

const INFO: Family<4> = Family::gauge(
    "node_infiniband_info",
    "Identity of the adapter, as labels; always 1.",
    ["board_id", "device", "firmware_version", "hca_type"],
);
const STATE: Family<2> = Family::gauge(
    "node_infiniband_state_id",
    "State of the port: 0 no change, 1 down, 2 initialising, 3 armed, 4 active, 5 active and deferred.",
    ["device", "port"],
);
const PHYSICAL_STATE: Family<2> = Family::gauge(
    "node_infiniband_physical_state_id",
    "State of the port's link: 0 no change, 1 sleep, 2 polling, 3 disabled, 4 training, 5 up, 6 recovering from an error, 7 test.",
    ["device", "port"],
);
const RATE: Family<2> = Family::gauge(
    "node_infiniband_rate_bytes_per_second",
    "Highest rate of the link, in bytes per second.",
    ["device", "port"],
);

const ADAPTERS: &str = "class/infiniband";
const BYTES_PER_GIGABIT: f64 = 125_000_000.0;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    for device in node.paths.list_sys(ADAPTERS)? {
        write_adapter(&node.paths, &device, out)?;
    }
    Ok(())
}

fn write_adapter(paths: &Paths, device: &str, out: &mut Exposition) -> Result<(), Error> {
    // Drivers need not have every attribute; one that is missing is an empty label.
    let text = |file| match paths.read_sys(&format!("{ADAPTERS}/{device}/{file}")) {
        Ok(text) => text.to_owned(),
        Err(_) => String::new(),
    };
    let values = [&text("board_id"), device, &text("fw_ver"), &text("hca_type")];
    out.sample(&INFO, values, 1.0);
    for port in paths.list_sys(&format!("{ADAPTERS}/{device}/ports"))? {
        write_port(paths, [device, &port], out);
    }
    Ok(())
}

fn write_port(paths: &Paths, labels: [&str; 2], out: &mut Exposition) {
    let [device, port] = labels;
    let directory = format!("{ADAPTERS}/{device}/ports/{port}");
    for (file, family, parse) in [
        ("state", &STATE, parse_state as fn(&str) -> Option<f64>),
        ("phys_state", &PHYSICAL_STATE, parse_state),
        ("rate", &RATE, parse_rate),
    ] {
        let text = paths.read_sys(&format!("{directory}/{file}"));
        if let Some(value) = text.ok().and_then(|text| parse(&text)) {
            out.sample(family, labels, value);
        }
    }
    for counter in COUNTERS {
        // A file of a driver without management agent says `N/A (no PMA)`.
        if let Some(count) = number::sys(paths, &format!("{directory}/{}", counter.file)) {
            let value = count.wrapping_mul(counter.unit) as f64;
            out.sample(&counter.family, labels, value);
        }
    }
}

/// Reads `4: ACTIVE`.
fn parse_state(text: &str) -> Option<f64> {
    let (number, _name) = text.split_once(':')?;
    number::parse(number).map(|number| number as f64)
}

/// Reads `2.5 Gb/sec (1X SDR)`, in bytes per second and whole.
fn parse_rate(text: &str) -> Option<f64> {
    let (number, _unit) = text.split_once(' ')?;
    // The reference reads it with this precision.
    let gigabits = f64::from(number.parse::<f32>().ok()?);
    (gigabits.is_finite() && gigabits >= 0.0).then(|| (gigabits * BYTES_PER_GIGABIT).trunc())
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
    fn adapter_with_and_without_management_agent() {
        let files = [
            ("sys/class/infiniband/i40iw0/fw_ver", "0.2\n"),
            ("sys/class/infiniband/i40iw0/hca_type", "I40IW\n"),
            ("sys/class/infiniband/i40iw0/ports/1/state", "4: ACTIVE\n"),
            ("sys/class/infiniband/i40iw0/ports/1/phys_state", "5: LinkUp\n"),
            ("sys/class/infiniband/i40iw0/ports/1/rate", "2.5 Gb/sec (1X)\n"),
            (
                "sys/class/infiniband/i40iw0/ports/1/counters/link_downed",
                "N/A (no PMA)\n",
            ),
            ("sys/class/infiniband/mlx4_0/board_id", "SM_1141000001000\n"),
            (
                "sys/class/infiniband/mlx4_0/ports/2/counters/port_rcv_data",
                "4631917\n",
            ),
            (
                "sys/class/infiniband/mlx4_0/ports/2/counters/port_xmit_wait",
                "4294967295\n",
            ),
            (
                "sys/class/infiniband/mlx4_0/ports/2/counters_ext/port_rcv_data_64",
                "4631917\n",
            ),
        ];
        check(
            &files,
            expect![[r##"
            # HELP node_infiniband_info Identity of the adapter, as labels; always 1.
            # TYPE node_infiniband_info gauge
            node_infiniband_info{board_id="",device="i40iw0",firmware_version="0.2",hca_type="I40IW"} 1
            node_infiniband_info{board_id="SM_1141000001000",device="mlx4_0",firmware_version="",hca_type=""} 1
            # HELP node_infiniband_legacy_data_received_bytes_total Bytes received on all lanes, as kernels before 4.5 count them.
            # TYPE node_infiniband_legacy_data_received_bytes_total counter
            node_infiniband_legacy_data_received_bytes_total{device="mlx4_0",port="2"} 1.8527668e+07
            # HELP node_infiniband_physical_state_id State of the port's link: 0 no change, 1 sleep, 2 polling, 3 disabled, 4 training, 5 up, 6 recovering from an error, 7 test.
            # TYPE node_infiniband_physical_state_id gauge
            node_infiniband_physical_state_id{device="i40iw0",port="1"} 5
            # HELP node_infiniband_port_data_received_bytes_total Bytes received on all lanes.
            # TYPE node_infiniband_port_data_received_bytes_total counter
            node_infiniband_port_data_received_bytes_total{device="mlx4_0",port="2"} 1.8527668e+07
            # HELP node_infiniband_port_transmit_wait_total Ticks during which the port had data to send and could not.
            # TYPE node_infiniband_port_transmit_wait_total counter
            node_infiniband_port_transmit_wait_total{device="mlx4_0",port="2"} 4.294967295e+09
            # HELP node_infiniband_rate_bytes_per_second Highest rate of the link, in bytes per second.
            # TYPE node_infiniband_rate_bytes_per_second gauge
            node_infiniband_rate_bytes_per_second{device="i40iw0",port="1"} 3.125e+08
            # HELP node_infiniband_state_id State of the port: 0 no change, 1 down, 2 initialising, 3 armed, 4 active, 5 active and deferred.
            # TYPE node_infiniband_state_id gauge
            node_infiniband_state_id{device="i40iw0",port="1"} 4
        "##]],
        );
    }

    #[test]
    fn truncated_huge_and_garbage() {
        let files = [
            ("sys/class/infiniband/a/ports/1/state", "ACTIVE\n"),
            ("sys/class/infiniband/a/ports/1/phys_state", ":\n"),
            ("sys/class/infiniband/a/ports/1/rate", "1e99 Gb/sec\n"),
            (
                "sys/class/infiniband/a/ports/1/counters/link_downed",
                "99999999999999999999\n",
            ),
            ("sys/class/infiniband/b/ports/1/rate", "-1 Gb/sec\n"),
        ];
        check(
            &files,
            expect![[r##"
            # HELP node_infiniband_info Identity of the adapter, as labels; always 1.
            # TYPE node_infiniband_info gauge
            node_infiniband_info{board_id="",device="a",firmware_version="",hca_type=""} 1
            node_infiniband_info{board_id="",device="b",firmware_version="",hca_type=""} 1
        "##]],
        );
    }

    #[test]
    fn no_adapter() {
        check(
            &[],
            expect![[r#"
            no data
        "#]],
        );
    }
}
