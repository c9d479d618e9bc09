//! The names of cavaliercoder/rpi_export, which asks for properties instead of running commands.
//!
//! Only `/dev/vcio` passes those. Kernels of 2026 may keep it for root.

use metrics_registry::{Exposition, Family};

use crate::Error;

use super::super::mailbox::{Device, Transport, number};

const FIRMWARE: (u32, Family<0>) = (
    0x0000_0001,
    Family::gauge("rpi_vc_revision", "Revision of the firmware, as a number.", []),
);
const MODEL: (u32, Family<0>) = (
    0x0001_0001,
    Family::gauge("rpi_board_model", "Model of the board, as a number.", []),
);
const REVISION: (u32, Family<0>) = (
    0x0001_0002,
    Family::gauge("rpi_board_revision", "Revision of the board, as a number.", []),
);
const TURBO: (u32, Family<0>) = (
    0x0003_0009,
    Family::gauge("rpi_turbo", "1 where the processor runs in turbo mode.", []),
);

/// The state: 0 off, 1 on, 2 no such device.
const POWER: (u32, Family<1>) = (
    0x0002_0001,
    Family::gauge(
        "rpi_power_state",
        "Whether a component is off (0), on (1) or missing (2).",
        ["id"],
    ),
);
const POWER_BITS: u32 = 3;
const CLOCK_RATE: (u32, Family<1>) = (
    0x0003_0002,
    Family::gauge("rpi_clock_rate_hz", "Hertz that a clock is set to.", ["id"]),
);
const CLOCK_RATE_MEASURED: (u32, Family<1>) = (
    0x0003_0047,
    Family::gauge(
        "rpi_clock_rate_measured_hz",
        "Hertz of a clock, measured.",
        ["id"],
    ),
);
const VOLTAGE: (u32, Family<1>) = (
    0x0003_0003,
    Family::gauge("rpi_voltage", "Volts of a component.", ["id"]),
);
const VOLTAGE_MAX: (u32, Family<1>) = (
    0x0003_0005,
    Family::gauge("rpi_voltage_max", "Most volts that a component may have.", ["id"]),
);
const VOLTAGE_MIN: (u32, Family<1>) = (
    0x0003_0008,
    Family::gauge(
        "rpi_voltage_min",
        "Least volts that a component may have.",
        ["id"],
    ),
);
/// The tag, and the families in degrees Celsius and Fahrenheit.
const TEMPERATURES: [(u32, Family<1>, Family<1>); 2] = [
    (
        0x0003_0006,
        Family::gauge("rpi_temperature_c", "Degrees Celsius of the processor.", ["id"]),
        Family::gauge(
            "rpi_temperature_f",
            "Degrees Fahrenheit of the processor.",
            ["id"],
        ),
    ),
    (
        0x0003_000a,
        Family::gauge(
            "rpi_max_temperature_c",
            "Degrees Celsius above which the processor is slowed down.",
            ["id"],
        ),
        Family::gauge(
            "rpi_max_temperature_f",
            "Degrees Fahrenheit above which the processor is slowed down.",
            ["id"],
        ),
    ),
];

const DEVICES: [(u32, &str); 9] = [
    (8, "ccp2tx"),
    (4, "i2c0"),
    (5, "i2c1"),
    (6, "i2c2"),
    (0, "sd_card"),
    (7, "spi"),
    (1, "uart0"),
    (2, "uart1"),
    (3, "usb_hcd"),
];
const CLOCKS: [(u32, &str); 14] = [
    (3, "arm"),
    (4, "core"),
    (1, "emmc"),
    (12, "emmc2"),
    (6, "h264"),
    (11, "hevc"),
    (7, "isp"),
    (13, "m2mc"),
    (9, "pixel"),
    (14, "pixel_bvb"),
    (10, "pwm"),
    (8, "sdram"),
    (2, "uart"),
    (5, "v3d"),
];
const VOLTAGES: [(u32, &str); 4] = [(1, "core"), (2, "sdram_c"), (4, "sdram_i"), (3, "sdram_p")];

/// Asks and writes. Fails where the device cannot be opened, or does not answer.
pub(super) fn write(out: &mut Exposition) -> Result<(), Error> {
    ask(&Device::open_for_all_tags()?, out)
}

fn ask(transport: &dyn Transport, out: &mut Exposition) -> Result<(), Error> {
    for (tag, family) in [FIRMWARE, MODEL, REVISION, TURBO] {
        if let Some(value) = number(transport, tag, 0)? {
            out.sample(&family, [], f64::from(value));
        }
    }
    let scaled =
        |out: &mut Exposition, (tag, family): &(u32, Family<1>), ids: &[(u32, &str)], divisor: f64| {
            for (id, name) in ids {
                if let Some(value) = number(transport, *tag, *id)? {
                    out.sample(family, [name], f64::from(value) / divisor);
                }
            }
            Ok::<_, Error>(())
        };
    for (id, name) in DEVICES {
        if let Some(value) = number(transport, POWER.0, id)? {
            out.sample(&POWER.1, [name], f64::from(value & POWER_BITS));
        }
    }
    for question in [CLOCK_RATE, CLOCK_RATE_MEASURED] {
        scaled(out, &question, &CLOCKS, 1.0)?;
    }
    for question in [VOLTAGE, VOLTAGE_MIN, VOLTAGE_MAX] {
        scaled(out, &question, &VOLTAGES, 1e6)?;
    }
    for (tag, celsius, fahrenheit) in TEMPERATURES {
        if let Some(millidegrees) = number(transport, tag, 0)? {
            let degrees = f64::from(millidegrees) / 1000.0;
            out.sample(&celsius, ["soc"], degrees);
            out.sample(&fahrenheit, ["soc"], degrees * 9.0 / 5.0 + 32.0);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    /// Knows the core's voltage, the temperature, the model and the power of the card reader.
    struct Firmware;

    impl Transport for Firmware {
        fn exchange(&self, message: &mut [u32]) -> Result<(), Error> {
            message[1] = 0x8000_0000;
            let value = match (message[2], message[5]) {
                (0x0001_0001, _) => 23,
                (0x0002_0001, 0) => 0x11,
                (0x0003_0003, 1) => 876_000,
                (0x0003_0006, 0) => 48_300,
                _ => return Ok(()),
            };
            message[4] = 0x8000_0008;
            message[6] = value;
            Ok(())
        }
    }

    #[test]
    fn what_is_answered_is_written() {
        let mut out = Exposition::default();
        ask(&Firmware, &mut out).unwrap();
        let text = out.to_text();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        expect![[r#"
            rpi_board_model 23
            rpi_power_state{id="sd_card"} 1
            rpi_temperature_c{id="soc"} 48.3
            rpi_temperature_f{id="soc"} 118.94
            rpi_voltage{id="core"} 0.876"#]]
        .assert_eq(&samples.collect::<Vec<_>>().join("\n"));
    }
}
