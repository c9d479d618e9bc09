//! The names of bcrisp4/pi5_exporter, those of its collectors that are on by default.

use metrics_registry::{Exposition, Family};

use super::super::Known;
use super::super::pmic::Rail;

const BOARD: Family<5> = Family::gauge(
    "pi5_board_info",
    "Always 1; what the board is, and which firmware runs on it.",
    ["firmware_hash", "firmware_variant", "model", "serial", "soc"],
);
const THROTTLED: Family<1> = Family::gauge(
    "pi5_throttle_state",
    "1 where the firmware now sees too little voltage, or slows the processor down.",
    ["flag"],
);
const THROTTLED_SINCE_BOOT: Family<1> = Family::gauge(
    "pi5_throttle_state_since_boot",
    "1 where the flag has been set at any time since power came on.",
    ["flag"],
);
const THROTTLED_BITS: Family<0> = Family::gauge(
    "pi5_throttle_flags",
    "The flags of the firmware as one number.",
    [],
);
const RAIL_VOLTAGE: Family<1> = Family::gauge(
    "pi5_pmic_rail_volts",
    "Volts on a rail of the power chip.",
    ["rail"],
);
const RAIL_CURRENT: Family<1> = Family::gauge(
    "pi5_pmic_rail_amperes",
    "Amperes that a rail of the power chip gives.",
    ["rail"],
);
const RAIL_POWER: Family<1> = Family::gauge(
    "pi5_pmic_rail_watts",
    "Watts that a rail of the power chip gives.",
    ["rail"],
);
const POWER: Family<0> = Family::gauge(
    "pi5_pmic_measured_power_watts",
    "Watts of all rails whose current is measured.",
    [],
);
const VOLTAGE: Family<1> = Family::gauge(
    "pi5_voltage_volts",
    "Volts with which the firmware supplies the core and the memory.",
    ["domain"],
);
const CLOCK: Family<1> = Family::gauge("pi5_clock_hertz", "Hertz that the firmware measures.", ["domain"]);
const SOC_TEMPERATURE: Family<0> = Family::gauge(
    "pi5_soc_temperature_celsius",
    "Degrees Celsius of the processor.",
    [],
);
const PMIC_TEMPERATURE: Family<0> = Family::gauge(
    "pi5_pmic_temperature_celsius",
    "Degrees Celsius of the power chip.",
    [],
);
const BATTERY: Family<0> = Family::gauge("pi5_rtc_battery_volts", "Volts of the clock's battery.", []);
const CHARGING: Family<0> = Family::gauge(
    "pi5_rtc_charging_volts",
    "Volts to which the clock's battery is charged, or 0 where it is not.",
    [],
);
const CHARGING_MIN: Family<0> = Family::gauge(
    "pi5_rtc_charging_volts_min",
    "Least volts that can be set for charging the clock's battery.",
    [],
);
const CHARGING_MAX: Family<0> = Family::gauge(
    "pi5_rtc_charging_volts_max",
    "Most volts that can be set for charging the clock's battery.",
    [],
);

pub(super) fn write(known: Known<'_>, out: &mut Exposition) {
    let Known {
        board,
        firmware,
        reading,
        battery,
    } = known;
    let labels = [
        &firmware.commit,
        &firmware.variant,
        &board.model,
        &board.serial,
        &board.soc,
    ];
    out.sample(&BOARD, labels.map(String::as_str), 1.0);
    if let Some(throttled) = reading.throttled {
        out.sample(&THROTTLED_BITS, [], f64::from(throttled.0));
        for (flag, is_set, was_set) in throttled.flags() {
            out.sample(&THROTTLED, [flag], f64::from(u8::from(is_set)));
            out.sample(&THROTTLED_SINCE_BOOT, [flag], f64::from(u8::from(was_set)));
        }
    }
    for rail in &reading.rails {
        self::rail(rail, out);
    }
    for (family, values) in [(&VOLTAGE, &reading.volts), (&CLOCK, &reading.hertz)] {
        for (label, value) in values {
            out.sample(family, [label], *value);
        }
    }
    for (family, value) in [
        (&POWER, reading.watts()),
        (&SOC_TEMPERATURE, reading.celsius_of("soc")),
        (&PMIC_TEMPERATURE, reading.celsius_of("pmic")),
        (&BATTERY, battery.volts),
        (&CHARGING, battery.charging_volts),
        (&CHARGING_MIN, battery.charging_volts_min),
        (&CHARGING_MAX, battery.charging_volts_max),
    ] {
        if let Some(value) = value {
            out.sample(family, [], value);
        }
    }
}

fn rail(rail: &Rail, out: &mut Exposition) {
    for (family, value) in [
        (&RAIL_VOLTAGE, rail.volts),
        (&RAIL_CURRENT, rail.amperes),
        (&RAIL_POWER, rail.watts()),
    ] {
        if let Some(value) = value {
            out.sample(family, [&rail.name], value);
        }
    }
}
