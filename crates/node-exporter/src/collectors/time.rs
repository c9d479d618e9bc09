//! The clock: seconds since 1970, the time zone, and which hardware counts, from sysfs.

use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::ops::Deref;
use std::time::{SystemTime, UNIX_EPOCH};

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const SECONDS: Family<0> = Family::gauge(
    "node_time_seconds",
    "Time of the machine, in seconds since 1970.",
    [],
);
const ZONE_OFFSET: Family<1> = Family::gauge(
    "node_time_zone_offset_seconds",
    "Seconds that local time is ahead of UTC.",
    ["time_zone"],
);
const AVAILABLE: Family<2> = Family::gauge(
    "node_time_clocksource_available_info",
    "Hardware that could count time, as a label; always 1.",
    ["clocksource", "device"],
);
const CURRENT: Family<2> = Family::gauge(
    "node_time_clocksource_current_info",
    "Hardware that counts time, as a label; always 1.",
    ["clocksource", "device"],
);

/// The kernel has one device for clock sources, number 0.
const DEVICE: &str = "0";
const AVAILABLE_FILE: &str = "devices/system/clocksource/clocksource0/available_clocksource";
const CURRENT_FILE: &str = "devices/system/clocksource/clocksource0/current_clocksource";

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    // A clock before 1970, as on a board without a battery, counts as 1970.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    out.sample(&SECONDS, [], now.as_nanos() as f64 / 1e9);
    if let Some(zone) = Zone::at(now.as_secs()) {
        out.sample(&ZONE_OFFSET, [&zone.name], f64::from(zone.offset_seconds));
    }
    write_names(&AVAILABLE, node.paths.read_sys(AVAILABLE_FILE), out)?;
    write_names(&CURRENT, node.paths.read_sys(CURRENT_FILE), out)
}

fn write_names(
    family: &Family<2>,
    names: Result<impl Deref<Target = str>, Error>,
    out: &mut Exposition,
) -> Result<(), Error> {
    match names {
        Ok(names) => {
            for name in names.split_ascii_whitespace() {
                out.sample(family, [name, DEVICE], 1.0);
            }
            Ok(())
        }
        // Containers may hide the directory.
        Err(Error::NoData) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Local time at one instant.
#[derive(Debug)]
struct Zone {
    /// `CET`, `UTC`.
    name: String,
    /// Ahead of UTC.
    offset_seconds: i32,
}

impl Zone {
    /// By `/etc/localtime` or `TZ`, as they were when this was first called.
    fn at(seconds: u64) -> Option<Self> {
        let seconds = libc::time_t::try_from(seconds).ok()?;
        let mut local = MaybeUninit::<libc::tm>::zeroed();
        // SAFETY: both pointers are valid for the call, and `tm` is plain data for which zeroes are a valid value.
        let local = unsafe {
            if libc::localtime_r(&seconds, local.as_mut_ptr()).is_null() {
                return None;
            }
            local.assume_init()
        };
        if local.tm_zone.is_null() {
            return None;
        }
        // SAFETY: libc points `tm_zone` at a string that lives until the next change of the zone, on this thread.
        let name = unsafe { CStr::from_ptr(local.tm_zone) };
        Some(Self {
            name: name.to_string_lossy().into_owned(),
            offset_seconds: i32::try_from(local.tm_gmtoff).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(names: Result<&str, Error>, expect: Expect) {
        let mut out = Exposition::default();
        let result = write_names(&AVAILABLE, names, &mut out).map_err(|error| error.to_string());
        expect.assert_eq(&format!("{}{result:?}", out.to_text()));
    }

    #[test]
    fn clock_sources() {
        check(
            Ok("tsc hpet"),
            expect![[r#"
                # HELP node_time_clocksource_available_info Hardware that could count time, as a label; always 1.
                # TYPE node_time_clocksource_available_info gauge
                node_time_clocksource_available_info{clocksource="tsc",device="0"} 1
                node_time_clocksource_available_info{clocksource="hpet",device="0"} 1
                Ok(())"#]],
        );
    }

    #[test]
    fn no_clock_sources() {
        check(Err(Error::NoData), expect!["Ok(())"]);
    }

    #[test]
    fn zone_of_this_machine() {
        let zone = Zone::at(1_700_000_000).unwrap();
        assert!(!zone.name.is_empty() && zone.offset_seconds.abs() <= 14 * 3600);
    }
}
