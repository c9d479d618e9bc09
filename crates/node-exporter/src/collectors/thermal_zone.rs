//! Temperatures and cooling devices, from `/sys/class/thermal`.
//!
//! A zone whose sensor gives no temperature at the moment is left out; the others stay.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const TEMPERATURE: Family<2> = Family::gauge(
    "node_thermal_zone_temp",
    "Temperature of the zone in degrees Celsius.",
    ["type", "zone"],
);
const STATE: Family<2> = Family::gauge(
    "node_cooling_device_cur_state",
    "How hard the cooling device works now, 0 for not at all.",
    ["name", "type"],
);
const STATE_MAX: Family<2> = Family::gauge(
    "node_cooling_device_max_state",
    "How hard the cooling device can work.",
    ["name", "type"],
);
/// Zones and cooling devices together at most; big servers have one per CPU.
const DEVICES_MAX: usize = 4096;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let names = node.paths.list_sys("class/thermal")?;
    for name in names.iter().take(DEVICES_MAX) {
        let read = |attribute: &str| {
            let text = node.paths.read_sys(&format!("class/thermal/{name}/{attribute}"));
            text.ok().map(|text| text.to_owned())
        };
        write(name, read, out);
    }
    Ok(())
}

/// Writes one directory, of which `read` gives the attributes.
fn write(directory: &str, read: impl Fn(&str) -> Option<String>, out: &mut Exposition) {
    let number = |attribute| read(attribute)?.parse::<i64>().ok();
    if let Some(zone) = directory.strip_prefix("thermal_zone") {
        if let (Some(kind), Some(millidegrees)) = (read("type"), number("temp")) {
            out.sample(&TEMPERATURE, [&kind, zone], millidegrees as f64 / 1000.0);
        }
    } else if let Some(name) = directory.strip_prefix("cooling_device")
        && let (Some(kind), Some(now), Some(most)) = (read("type"), number("cur_state"), number("max_state"))
    {
        out.sample(&STATE, [name, &kind], now as f64);
        out.sample(&STATE_MAX, [name, &kind], most as f64);
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(directory: &str, files: &[(&str, &str)], expect: Expect) {
        let mut out = Exposition::default();
        let read = |attribute: &str| {
            let file = files.iter().find(|(name, _)| *name == attribute);
            file.map(|(_, text)| (*text).to_owned())
        };
        write(directory, read, &mut out);
        expect.assert_eq(&out.to_text());
    }

    #[test]
    fn zone() {
        let files = [("type", "cpu-thermal"), ("temp", "48686")];
        check(
            "thermal_zone0",
            &files,
            expect![[r##"
            # HELP node_thermal_zone_temp Temperature of the zone in degrees Celsius.
            # TYPE node_thermal_zone_temp gauge
            node_thermal_zone_temp{type="cpu-thermal",zone="0"} 48.686
        "##]],
        );
        let files = [("type", "cold"), ("temp", "-2500")];
        check(
            "thermal_zone12",
            &files,
            expect![[r##"
            # HELP node_thermal_zone_temp Temperature of the zone in degrees Celsius.
            # TYPE node_thermal_zone_temp gauge
            node_thermal_zone_temp{type="cold",zone="12"} -2.5
        "##]],
        );
    }

    #[test]
    fn fan() {
        let files = [("type", "pwm-fan"), ("cur_state", "1"), ("max_state", "4")];
        check(
            "cooling_device0",
            &files,
            expect![[r##"
            # HELP node_cooling_device_cur_state How hard the cooling device works now, 0 for not at all.
            # TYPE node_cooling_device_cur_state gauge
            node_cooling_device_cur_state{name="0",type="pwm-fan"} 1
            # HELP node_cooling_device_max_state How hard the cooling device can work.
            # TYPE node_cooling_device_max_state gauge
            node_cooling_device_max_state{name="0",type="pwm-fan"} 4
        "##]],
        );
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        check("thermal_zone0", &[("type", "wifi")], expect![[r#""#]]);
        check(
            "thermal_zone0",
            &[("type", "x"), ("temp", "hot")],
            expect![[r#""#]],
        );
        check(
            "cooling_device0",
            &[("type", "x"), ("cur_state", "1")],
            expect![[r#""#]],
        );
        check("power_allocator", &[], expect![[r#""#]]);
    }
}
