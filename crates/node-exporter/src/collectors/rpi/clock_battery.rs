//! The battery of a Raspberry Pi 5's clock, from `/sys/class/rtc/rtc0`, in microvolts there. No permission is needed.

use crate::number;
use crate::source::Paths;

/// Volts; nothing where the clock has no such attribute.
#[derive(Debug, Default)]
pub(super) struct ClockBattery {
    pub(super) volts: Option<f64>,
    /// To which it is charged; 0 where it is not.
    pub(super) charging_volts: Option<f64>,
    pub(super) charging_volts_min: Option<f64>,
    pub(super) charging_volts_max: Option<f64>,
}

impl ClockBattery {
    pub(super) fn read(paths: &Paths) -> Self {
        let volts = |file: &str| {
            let microvolts = number::sys(paths, &format!("class/rtc/rtc0/{file}"))?;
            Some(microvolts as f64 / 1e6)
        };
        let Some(battery) = volts("battery_voltage") else {
            return Self::default();
        };
        Self {
            volts: Some(battery),
            charging_volts: volts("charging_voltage"),
            charging_volts_min: volts("charging_voltage_min"),
            charging_volts_max: volts("charging_voltage_max"),
        }
    }
}
