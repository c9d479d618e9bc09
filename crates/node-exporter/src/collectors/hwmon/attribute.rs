//! What the name of an attribute means: `temp1_crit_alarm` is the property `crit_alarm` of sensor 1 for temperatures.

use metrics_registry::Kind;

/// Types of sensors that are reported.
const TYPES: [&str; 14] = [
    "beep_enable",
    "cpu",
    "curr",
    "energy",
    "fan",
    "freq",
    "humidity",
    "in",
    "intrusion",
    "power",
    "pwm",
    "temp",
    "update_interval",
    "vrm",
];

/// The name of an attribute, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileName<'a> {
    /// One of the types.
    pub sensor_type: &'static str,
    /// 0 where the name has no number.
    pub number: u32,
    /// `input`, `label`, `max_alarm`; empty where the name ends with the number.
    pub property: &'a str,
}

impl<'a> FileName<'a> {
    /// Takes a name apart; nothing where it is not that of a sensor.
    pub(super) fn parse(name: &'a str) -> Option<Self> {
        let type_end = name.find(|c: char| c.is_ascii_digit()).unwrap_or(name.len());
        let (sensor_type, rest) = name.split_at(type_end);
        let sensor_type = TYPES.into_iter().find(|known| *known == sensor_type)?;
        let digits_end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, property) = rest.split_at(digits_end);
        Some(Self {
            sensor_type,
            number: if digits.is_empty() {
                0
            } else {
                digits.parse().ok()?
            },
            property: match property.strip_prefix('_') {
                Some("") => return None,
                Some(property) => property,
                None if property.is_empty() => "",
                None => return None,
            },
        })
    }

    /// The label `sensor`: `temp1`.
    pub(super) fn sensor(&self) -> String {
        format!("{}{}", self.sensor_type, self.number)
    }
}

/// The family that an attribute belongs to, and how its number becomes a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Metric {
    /// `node_hwmon_temp_crit_celsius`.
    pub name: String,
    pub kind: Kind,
    pub scale: Scale,
}

/// How the number in the file becomes a number in the family's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// As it stands.
    One,
    /// From thousandths.
    Milli,
    /// From millionths.
    Micro,
    /// 1 for 1, else 0.
    IsOne,
}

impl Scale {
    pub(super) fn apply(self, number: f64) -> f64 {
        match self {
            Self::One => number,
            // The reference multiplies here and divides there; the last digits depend on it.
            Self::Milli => number * 0.001,
            Self::Micro => number / 1_000_000.0,
            Self::IsOne => f64::from(u8::from(number == 1.0)),
        }
    }
}

impl Metric {
    /// The family of a property; nothing for a label, and for a frequency that no label names.
    ///
    /// `has_bare` says that the sensor has an attribute without a property too, which then has the plain name.
    pub(super) fn of(file: FileName<'_>, has_bare: bool, is_labelled: bool) -> Option<Self> {
        let FileName {
            sensor_type,
            property,
            ..
        } = file;
        match sensor_type {
            "beep_enable" if property.is_empty() => return Some(Self::gauge("beep_enabled", Scale::IsOne)),
            "vrm" if property.is_empty() => {
                return Some(Self::gauge("voltage_regulator_version", Scale::One));
            }
            "update_interval" if property.is_empty() => {
                return Some(Self::gauge("update_interval_seconds", Scale::Milli));
            }
            "beep_enable" | "vrm" | "update_interval" => return None,
            _ => {}
        }
        let stem = match property {
            "label" => return None,
            "" => sensor_type.to_owned(),
            "input" if !has_bare => sensor_type.to_owned(),
            _ => format!("{sensor_type}_{}", clean(property)),
        };
        let (unit, scale) = match (sensor_type, property) {
            (_, "fault" | "alarm") => ("", Scale::One),
            (_, "beep") => ("_enabled", Scale::One),
            ("in" | "cpu", _) => ("_volts", Scale::Milli),
            ("temp", "type") => ("", Scale::One),
            ("temp", _) => ("_celsius", Scale::Milli),
            ("curr", _) => ("_amps", Scale::Milli),
            ("energy", _) => ("_joule_total", Scale::Micro),
            ("power", "accuracy") | ("humidity", _) => ("", Scale::Micro),
            ("power", "average_interval" | "average_interval_min" | "average_interval_max") => {
                ("_seconds", Scale::Milli)
            }
            ("power", _) => ("_watt", Scale::Micro),
            ("fan", "input" | "min" | "max" | "target") => ("_rpm", Scale::One),
            ("freq", "input") if is_labelled => ("_freq_mhz", Scale::Micro),
            ("freq", "input") => return None,
            _ => ("", Scale::One),
        };
        let mut metric = Self::gauge(&(stem + unit), scale);
        if unit.ends_with("_total") {
            metric.kind = Kind::Counter;
        }
        Some(metric)
    }

    /// The name without its prefix: `temp_crit_celsius`.
    pub(super) fn words(&self) -> &str {
        self.name.trim_start_matches("node_hwmon_")
    }

    fn gauge(name: &str, scale: Scale) -> Self {
        Self {
            name: format!("node_hwmon_{name}"),
            kind: Kind::Gauge,
            scale,
        }
    }
}

/// A text as part of a name: lower case, and `_` for what is not a letter, digit, colon or `_`.
pub(super) fn clean(text: &str) -> String {
    let text = text.trim_end_matches('\n').to_lowercase();
    let is_kept = |c: char| matches!(c, 'a'..='z' | '0'..='9' | ':' | '_');
    let text: String = text.chars().map(|c| if is_kept(c) { c } else { '_' }).collect();
    text.trim_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, expect: Option<(&str, u32, &str)>) {
        let file = FileName::parse(name);
        assert_eq!(
            file.map(|file| (file.sensor_type, file.number, file.property)),
            expect
        );
    }

    #[test]
    fn names_of_attributes() {
        check("temp1_crit_alarm", Some(("temp", 1, "crit_alarm")));
        check("pwm1_auto_point10_temp", Some(("pwm", 1, "auto_point10_temp")));
        check("temp", Some(("temp", 0, "")));
        check("pwm2", Some(("pwm", 2, "")));
        check("beep_enable", Some(("beep_enable", 0, "")));
        check("update_interval", Some(("update_interval", 0, "")));
    }

    #[test]
    fn other_names() {
        for name in [
            "",
            "1",
            "name",
            "uevent",
            "trip_point_0_temp",
            "temp1foo",
            "temp1_",
            "temp_input",
            "temp99999999999_input",
            "température1_input",
        ] {
            check(name, None);
        }
    }

    #[track_caller]
    fn metric(name: &str, value: f64) -> String {
        let file = FileName::parse(name).unwrap();
        match Metric::of(file, name.starts_with("temp9"), name.starts_with("freq1")) {
            Some(metric) => format!("{} {}", &metric.name[11..], metric.scale.apply(value)),
            None => String::new(),
        }
    }

    #[test]
    fn units() {
        assert_eq!(metric("in0_input", 792.0), "in_volts 0.792");
        assert_eq!(metric("in0_lcrit_alarm", 0.0), "in_lcrit_alarm_volts 0");
        assert_eq!(metric("temp1_input", 48686.0), "temp_celsius 48.686");
        assert_eq!(metric("temp9_input", 48686.0), "temp_input_celsius 48.686");
        assert_eq!(metric("temp1", 48000.0), "temp_celsius 48");
        assert_eq!(metric("temp1_type", 4.0), "temp_type 4");
        assert_eq!(metric("temp1_crit_alarm", 1000.0), "temp_crit_alarm_celsius 1");
        assert_eq!(metric("temp1_alarm", 1.0), "temp_alarm 1");
        assert_eq!(metric("fan1_input", 1998.0), "fan_rpm 1998");
        assert_eq!(metric("fan1_min", 2000.0), "fan_min_rpm 2000");
        assert_eq!(metric("fan1_pulses", 2.0), "fan_pulses 2");
        assert_eq!(metric("fan1_beep", 1.0), "fan_beep_enabled 1");
        assert_eq!(metric("curr1_input", 1500.0), "curr_amps 1.5");
        assert_eq!(metric("energy1_input", 2e6), "energy_joule_total 2");
        assert_eq!(metric("power1_average", 5e6), "power_average_watt 5");
        assert_eq!(
            metric("power1_average_interval", 1000.0),
            "power_average_interval_seconds 1"
        );
        assert_eq!(metric("power1_accuracy", 5e5), "power_accuracy 0.5");
        assert_eq!(metric("humidity1_input", 5e5), "humidity 0.5");
        assert_eq!(metric("pwm1", 128.0), "pwm 128");
        assert_eq!(metric("pwm1_enable", 2.0), "pwm_enable 2");
        assert_eq!(metric("freq1_input", 3e8), "freq_freq_mhz 300");
        assert_eq!(metric("freq2_input", 3e8), "");
        assert_eq!(metric("temp1_label", 0.0), "");
        assert_eq!(metric("beep_enable", 7.0), "beep_enabled 0");
        assert_eq!(metric("vrm", 90.0), "voltage_regulator_version 90");
        assert_eq!(metric("update_interval", 2000.0), "update_interval_seconds 2");
    }

    #[test]
    fn texts_as_names() {
        assert_eq!(
            clean("Soc:Firmware Raspberrypi-hwmon\n"),
            "soc:firmware_raspberrypi_hwmon"
        );
        assert_eq!(clean("..µ.."), "");
    }
}
