//! What a network device can do and offers to the other end.
//!
//! The bits are those of `ethtool_link_mode_bit_indices`. The old question knows only the first 32 of them, as the
//! reference does: nothing above 56 Gb/s, and neither 2.5 nor 5 Gb/s over copper.

use metrics_registry::{Exposition, Family};

use super::ask::Link;

const fn gauge(name: &'static str, help: &'static str) -> Family<1> {
    Family::gauge(name, help, ["device"])
}

const AUTONEGOTIATE: Family<1> = gauge(
    "node_network_autonegotiate",
    "1 where the network device negotiates its speed.",
);
const PORT: Family<2> = Family::gauge(
    "node_network_supported_port_info",
    "A kind of cable that the network device supports; always 1.",
    ["device", "type"],
);
const SUPPORTED_SPEED: Family<3> = Family::gauge(
    "node_network_supported_speed_bytes",
    "Bytes per second of a mode that the network device supports.",
    ["device", "duplex", "mode"],
);
const ADVERTISED_SPEED: Family<3> = Family::gauge(
    "node_network_advertised_speed_bytes",
    "Bytes per second of a mode that the network device offers.",
    ["device", "duplex", "mode"],
);

/// Bit, and what it means where the device supports it and where it offers it.
const CAPABILITIES: [(u32, Family<1>, Family<1>); 3] = [
    (
        6,
        gauge(
            "node_network_autonegotiate_supported",
            "1 where the network device can negotiate its speed.",
        ),
        gauge(
            "node_network_autonegotiate_advertised",
            "1 where the network device offers to negotiate its speed.",
        ),
    ),
    (
        13,
        gauge(
            "node_network_pause_supported",
            "1 where the network device can ask the other end to pause.",
        ),
        gauge(
            "node_network_pause_advertised",
            "1 where the network device offers pauses.",
        ),
    ),
    (
        14,
        gauge(
            "node_network_asymmetricpause_supported",
            "1 where the network device can have pauses in one direction.",
        ),
        gauge(
            "node_network_asymmetricpause_advertised",
            "1 where the network device offers pauses in one direction.",
        ),
    ),
];

const PORTS: [(u32, &str); 6] = [
    (7, "TP"),
    (8, "AUI"),
    (9, "MII"),
    (10, "FIBRE"),
    (11, "BNC"),
    (16, "Backplane"),
];

/// Bit, megabits per second, duplex and what follows `base` in the name of the mode.
const SPEEDS: [(u32, u32, &str, &str); 22] = [
    (0, 10, "half", "T"),
    (1, 10, "full", "T"),
    (2, 100, "half", "T"),
    (3, 100, "full", "T"),
    (4, 1000, "half", "T"),
    (5, 1000, "full", "T"),
    (12, 10_000, "full", "T"),
    (17, 1000, "full", "KX"),
    (18, 10_000, "full", "KX4"),
    (19, 10_000, "full", "KR"),
    (20, 10_000, "full", "R_FEC"),
    (21, 20_000, "full", "MLD2"),
    (22, 20_000, "full", "KR2"),
    (23, 40_000, "full", "KR4"),
    (24, 40_000, "full", "CR4"),
    (25, 40_000, "full", "SR4"),
    (26, 40_000, "full", "LR4"),
    (27, 56_000, "full", "KR4"),
    (28, 56_000, "full", "CR4"),
    (29, 56_000, "full", "SR4"),
    (30, 56_000, "full", "LR4"),
    (31, 25_000, "full", "CR"),
];
/// Bytes of a megabit.
const MEGABIT: f64 = 1e6 / 8.0;

pub(super) fn write(device: &str, link: &Link, out: &mut Exposition) {
    let has = |modes: u32, bit: u32| modes >> bit & 1 == 1;
    for (family, modes) in [
        (&SUPPORTED_SPEED, link.supported),
        (&ADVERTISED_SPEED, link.advertised),
    ] {
        for (_, megabits, duplex, medium) in SPEEDS.iter().filter(|speed| has(modes, speed.0)) {
            let mode = format!("{megabits}base{medium}");
            out.sample(family, [device, duplex, &mode], f64::from(*megabits) * MEGABIT);
        }
    }
    for (_, port) in PORTS.iter().filter(|port| has(link.supported, port.0)) {
        out.sample(&PORT, [device, port], 1.0);
    }
    for (bit, supported, advertised) in &CAPABILITIES {
        out.sample(
            supported,
            [device],
            f64::from(u8::from(has(link.supported, *bit))),
        );
        out.sample(
            advertised,
            [device],
            f64::from(u8::from(has(link.advertised, *bit))),
        );
    }
    out.sample(&AUTONEGOTIATE, [device], f64::from(link.negotiates));
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(link: Link, expect: Expect) {
        let mut out = Exposition::default();
        write("eth0", &link, &mut out);
        let text = out.to_text();
        let lines = text.split_inclusive('\n');
        expect.assert_eq(&lines.filter(|line| !line.starts_with('#')).collect::<String>());
    }

    #[test]
    fn gigabit_and_nothing() {
        let gigabit = Link {
            supported: 0x62ef,
            advertised: 0x2068,
            negotiates: 1,
        };
        check(
            gigabit,
            expect![[r#"
            node_network_advertised_speed_bytes{device="eth0",duplex="full",mode="100baseT"} 1.25e+07
            node_network_advertised_speed_bytes{device="eth0",duplex="full",mode="1000baseT"} 1.25e+08
            node_network_asymmetricpause_advertised{device="eth0"} 0
            node_network_asymmetricpause_supported{device="eth0"} 1
            node_network_autonegotiate{device="eth0"} 1
            node_network_autonegotiate_advertised{device="eth0"} 1
            node_network_autonegotiate_supported{device="eth0"} 1
            node_network_pause_advertised{device="eth0"} 1
            node_network_pause_supported{device="eth0"} 1
            node_network_supported_port_info{device="eth0",type="TP"} 1
            node_network_supported_port_info{device="eth0",type="MII"} 1
            node_network_supported_speed_bytes{device="eth0",duplex="half",mode="10baseT"} 1.25e+06
            node_network_supported_speed_bytes{device="eth0",duplex="full",mode="10baseT"} 1.25e+06
            node_network_supported_speed_bytes{device="eth0",duplex="half",mode="100baseT"} 1.25e+07
            node_network_supported_speed_bytes{device="eth0",duplex="full",mode="100baseT"} 1.25e+07
            node_network_supported_speed_bytes{device="eth0",duplex="full",mode="1000baseT"} 1.25e+08
        "#]],
        );
        check(
            Link::default(),
            expect![[r#"
            node_network_asymmetricpause_advertised{device="eth0"} 0
            node_network_asymmetricpause_supported{device="eth0"} 0
            node_network_autonegotiate{device="eth0"} 0
            node_network_autonegotiate_advertised{device="eth0"} 0
            node_network_autonegotiate_supported{device="eth0"} 0
            node_network_pause_advertised{device="eth0"} 0
            node_network_pause_supported{device="eth0"} 0
        "#]],
        );
    }

    #[test]
    fn every_bit() {
        let link = Link {
            supported: u32::MAX,
            ..Link::default()
        };
        let mut out = Exposition::default();
        write("eth0", &link, &mut out);
        assert_eq!(
            out.sample_count(),
            SPEEDS.len() + PORTS.len() + 2 * CAPABILITIES.len() + 1
        );
    }
}
