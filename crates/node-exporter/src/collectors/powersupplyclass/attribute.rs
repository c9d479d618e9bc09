//! The attributes of power supplies that are numbers, and what each of them is called.

use metrics_registry::Family;

/// What the kernel's number is divided by.
const PLAIN: f64 = 1.0;
const MICRO: f64 = 1e6;
const TENTHS: f64 = 10.0;

/// One attribute that is a number.
pub(super) struct Attribute {
    pub(super) file: &'static str,
    pub(super) divisor: f64,
    pub(super) family: Family<1>,
}

const fn attribute(file: &'static str, divisor: f64, name: &'static str, help: &'static str) -> Attribute {
    Attribute {
        file,
        divisor,
        family: Family::gauge(name, help, ["power_supply"]),
    }
}

/// Attributes that are numbers, by file name.
pub(super) const NUMBERS: [Attribute; 49] = [
    attribute(
        "authentic",
        PLAIN,
        "node_power_supply_authentic",
        "1 where the supply has shown that it is genuine.",
    ),
    attribute(
        "calibrate",
        PLAIN,
        "node_power_supply_calibrate",
        "1 while the supply is being calibrated.",
    ),
    attribute(
        "capacity",
        PLAIN,
        "node_power_supply_capacity",
        "Charge in percent of full.",
    ),
    attribute(
        "capacity_alert_max",
        PLAIN,
        "node_power_supply_capacity_alert_max",
        "Charge in percent above which the supply raises an alert.",
    ),
    attribute(
        "capacity_alert_min",
        PLAIN,
        "node_power_supply_capacity_alert_min",
        "Charge in percent below which the supply raises an alert.",
    ),
    attribute(
        "charge_control_limit",
        MICRO,
        "node_power_supply_charge_control_limit",
        "Largest charging current that is set, as the driver gives it, divided by a million.",
    ),
    attribute(
        "charge_control_limit_max",
        MICRO,
        "node_power_supply_charge_control_limit_max",
        "Largest charging current that can be set, as the driver gives it, divided by a million.",
    ),
    attribute(
        "charge_counter",
        MICRO,
        "node_power_supply_charge_counter",
        "Charge in ampere hours that went in and out since it was last reset.",
    ),
    attribute(
        "charge_empty",
        MICRO,
        "node_power_supply_charge_empty",
        "Charge in ampere hours at which the battery counts as empty.",
    ),
    attribute(
        "charge_empty_design",
        MICRO,
        "node_power_supply_charge_empty_design",
        "Charge in ampere hours at which the battery was made to be empty.",
    ),
    attribute(
        "charge_full",
        MICRO,
        "node_power_supply_charge_full",
        "Charge in ampere hours at which the battery counts as full.",
    ),
    attribute(
        "charge_full_design",
        MICRO,
        "node_power_supply_charge_full_design",
        "Charge in ampere hours at which the battery was made to be full.",
    ),
    attribute(
        "charge_now",
        MICRO,
        "node_power_supply_charge_ampere",
        "Charge of the battery in ampere hours.",
    ),
    attribute(
        "charge_term_current",
        MICRO,
        "node_power_supply_charge_term_current",
        "Current in amperes at which charging ends.",
    ),
    attribute(
        "constant_charge_current",
        MICRO,
        "node_power_supply_constant_charge_current",
        "Current in amperes while charging at constant current.",
    ),
    attribute(
        "constant_charge_current_max",
        MICRO,
        "node_power_supply_constant_charge_current_max",
        "Largest current in amperes while charging at constant current.",
    ),
    attribute(
        "constant_charge_voltage",
        MICRO,
        "node_power_supply_constant_charge_voltage",
        "Volts while charging at constant voltage.",
    ),
    attribute(
        "constant_charge_voltage_max",
        MICRO,
        "node_power_supply_constant_charge_voltage_max",
        "Most volts while charging at constant voltage.",
    ),
    attribute(
        "current_boot",
        MICRO,
        "node_power_supply_current_boot",
        "Current in amperes at the start of the machine.",
    ),
    attribute(
        "current_max",
        MICRO,
        "node_power_supply_current_max",
        "Largest current in amperes that the supply can give or take.",
    ),
    attribute(
        "current_now",
        MICRO,
        "node_power_supply_current_ampere",
        "Current in amperes.",
    ),
    attribute(
        "cycle_count",
        PLAIN,
        "node_power_supply_cyclecount",
        "Charging cycles of the battery.",
    ),
    attribute(
        "energy_empty",
        MICRO,
        "node_power_supply_energy_empty",
        "Energy in watt hours at which the battery counts as empty.",
    ),
    attribute(
        "energy_empty_design",
        MICRO,
        "node_power_supply_energy_empty_design",
        "Energy in watt hours at which the battery was made to be empty.",
    ),
    attribute(
        "energy_full",
        MICRO,
        "node_power_supply_energy_full",
        "Energy in watt hours at which the battery counts as full.",
    ),
    attribute(
        "energy_full_design",
        MICRO,
        "node_power_supply_energy_full_design",
        "Energy in watt hours at which the battery was made to be full.",
    ),
    attribute(
        "energy_now",
        MICRO,
        "node_power_supply_energy_watthour",
        "Energy in the battery in watt hours.",
    ),
    attribute(
        "input_current_limit",
        MICRO,
        "node_power_supply_input_current_limit",
        "Largest current in amperes that is drawn from the charger.",
    ),
    attribute(
        "online",
        PLAIN,
        "node_power_supply_online",
        "Whether the charger is plugged in: 0 for no, 1 for fixed, 2 for programmable voltage.",
    ),
    attribute(
        "power_now",
        MICRO,
        "node_power_supply_power_watt",
        "Power in watts that flows in or out.",
    ),
    attribute(
        "precharge_current",
        MICRO,
        "node_power_supply_precharge_current",
        "Current in amperes while an empty battery is charged carefully.",
    ),
    attribute(
        "present",
        PLAIN,
        "node_power_supply_present",
        "1 where the battery is in its place.",
    ),
    attribute(
        "temp",
        TENTHS,
        "node_power_supply_temp_celsius",
        "Temperature of the supply in degrees Celsius.",
    ),
    attribute(
        "temp_alert_max",
        TENTHS,
        "node_power_supply_temp_alert_max_celsius",
        "Degrees Celsius above which the supply raises an alert.",
    ),
    attribute(
        "temp_alert_min",
        TENTHS,
        "node_power_supply_temp_alert_min_celsius",
        "Degrees Celsius below which the supply raises an alert.",
    ),
    attribute(
        "temp_ambient",
        TENTHS,
        "node_power_supply_temp_ambient_celsius",
        "Temperature around the supply in degrees Celsius.",
    ),
    attribute(
        "temp_ambient_max",
        TENTHS,
        "node_power_supply_temp_ambient_max_celsius",
        "Highest degrees Celsius around the supply that it is made for.",
    ),
    attribute(
        "temp_ambient_min",
        TENTHS,
        "node_power_supply_temp_ambient_min_celsius",
        "Lowest degrees Celsius around the supply that it is made for.",
    ),
    attribute(
        "temp_max",
        TENTHS,
        "node_power_supply_temp_max_celsius",
        "Highest degrees Celsius that the supply is made for.",
    ),
    attribute(
        "temp_min",
        TENTHS,
        "node_power_supply_temp_min_celsius",
        "Lowest degrees Celsius that the supply is made for.",
    ),
    attribute(
        "time_to_empty_now",
        PLAIN,
        "node_power_supply_time_to_empty_seconds",
        "Seconds until the battery is empty at the present current.",
    ),
    attribute(
        "time_to_full_now",
        PLAIN,
        "node_power_supply_time_to_full_seconds",
        "Seconds until the battery is full at the present current.",
    ),
    attribute(
        "voltage_boot",
        MICRO,
        "node_power_supply_voltage_boot",
        "Volts at the start of the machine.",
    ),
    attribute(
        "voltage_max",
        MICRO,
        "node_power_supply_voltage_max",
        "Most volts that were measured or are allowed.",
    ),
    attribute(
        "voltage_max_design",
        MICRO,
        "node_power_supply_voltage_max_design",
        "Most volts that the supply is made for.",
    ),
    attribute(
        "voltage_min",
        MICRO,
        "node_power_supply_voltage_min",
        "Fewest volts that were measured or are allowed.",
    ),
    attribute(
        "voltage_min_design",
        MICRO,
        "node_power_supply_voltage_min_design",
        "Fewest volts that the supply is made for.",
    ),
    attribute("voltage_now", MICRO, "node_power_supply_voltage_volt", "Volts."),
    attribute(
        "voltage_ocv",
        MICRO,
        "node_power_supply_voltage_ocv",
        "Volts of the battery when no current flows.",
    ),
];
