//! How the kernel disciplines its clock, from `adjtimex(2)`.
//!
//! The call only asks (`modes` 0), which every user may; a container's seccomp profile may forbid it, and then there
//! is no data. Its numbers are `long`: 32 bits on 32-bit machines, where all of them fit.

use std::io;

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const ESTIMATED_ERROR: Family<0> = Family::gauge(
    "node_timex_estimated_error_seconds",
    "Estimated error of the clock in seconds.",
    [],
);
const FREQUENCY: Family<0> = Family::gauge(
    "node_timex_frequency_adjustment_ratio",
    "How fast the clock is made to run, where 1 is its own speed.",
    [],
);
const TIME_CONSTANT: Family<0> = Family::gauge(
    "node_timex_loop_time_constant",
    "Time constant of the loop that follows the reference clock.",
    [],
);
const MAXIMUM_ERROR: Family<0> = Family::gauge(
    "node_timex_maxerror_seconds",
    "Largest possible error of the clock in seconds.",
    [],
);
const OFFSET: Family<0> = Family::gauge(
    "node_timex_offset_seconds",
    "Seconds between the clock and its reference that are still to be corrected.",
    [],
);
const PPS_CALIBRATIONS: Family<0> = Family::counter(
    "node_timex_pps_calibration_total",
    "Intervals over which the pulse per second was measured.",
    [],
);
const PPS_ERRORS: Family<0> = Family::counter(
    "node_timex_pps_error_total",
    "Intervals over which the measurement of the pulse per second went wrong.",
    [],
);
const PPS_FREQUENCY: Family<0> = Family::gauge(
    "node_timex_pps_frequency_hertz",
    "Frequency offset of the pulse per second in hertz.",
    [],
);
const PPS_JITTER: Family<0> = Family::gauge(
    "node_timex_pps_jitter_seconds",
    "Jitter of the pulse per second in seconds.",
    [],
);
const PPS_JITTER_EXCEEDED: Family<0> = Family::counter(
    "node_timex_pps_jitter_total",
    "Pulses that came further off than the limit of the jitter.",
    [],
);
const PPS_SHIFT: Family<0> = Family::gauge(
    "node_timex_pps_shift_seconds",
    "Length of an interval of measurement, as a power of two in seconds.",
    [],
);
const PPS_STABILITY_EXCEEDED: Family<0> = Family::counter(
    "node_timex_pps_stability_exceeded_total",
    "Intervals over which the frequency changed more than its limit.",
    [],
);
const PPS_STABILITY: Family<0> = Family::gauge(
    "node_timex_pps_stability_hertz",
    "Average change of the frequency of the pulse per second in hertz.",
    [],
);
const STATUS: Family<0> = Family::gauge(
    "node_timex_status",
    "Bits of the clock's state, STA_* of the kernel.",
    [],
);
const SYNC_STATUS: Family<0> = Family::gauge(
    "node_timex_sync_status",
    "1 where the clock follows a reference, 0 where it does not.",
    [],
);
const TAI_OFFSET: Family<0> = Family::gauge(
    "node_timex_tai_offset_seconds",
    "Seconds by which International Atomic Time is ahead, where somebody told the kernel.",
    [],
);
const TICK: Family<0> = Family::gauge(
    "node_timex_tick_seconds",
    "Seconds between two ticks of the clock.",
    [],
);

const NANOSECONDS: f64 = 1e9;
const MICROSECONDS: f64 = 1e6;
/// The kernel's frequencies are parts per million with 16 bits behind the point.
const SCALED_PARTS_PER_MILLION: f64 = 1e6 * 65536.0;

pub(super) fn collect(_: &Node, out: &mut Exposition) -> Result<(), Error> {
    let (state, timex) = ask()?;
    write(state, &timex, out);
    Ok(())
}

/// The state of the clock (`TIME_OK`…) and all its numbers. Fails with `NoData` where the call is forbidden.
fn ask() -> Result<(libc::c_int, libc::timex), Error> {
    // SAFETY: `timex` is made of integers only, for which zero is a value.
    let mut timex: libc::timex = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel reads and writes one `timex`, which lives until the call is over.
    let state = unsafe { libc::adjtimex(&raw mut timex) };
    if 0 <= state {
        return Ok((state, timex));
    }
    match io::Error::last_os_error() {
        source if source.kind() == io::ErrorKind::PermissionDenied => Err(Error::NoData),
        source => Err(Error::System {
            call: "adjtimex",
            source,
        }),
    }
}

fn write(state: libc::c_int, timex: &libc::timex, out: &mut Exposition) {
    let has_nanoseconds = timex.status & libc::STA_NANO != 0;
    let divisor = if has_nanoseconds {
        NANOSECONDS
    } else {
        MICROSECONDS
    };
    let is_synchronized = state != libc::TIME_ERROR;
    out.sample(&SYNC_STATUS, [], f64::from(u8::from(is_synchronized)));
    out.sample(&OFFSET, [], timex.offset as f64 / divisor);
    out.sample(&FREQUENCY, [], 1.0 + timex.freq as f64 / SCALED_PARTS_PER_MILLION);
    out.sample(&MAXIMUM_ERROR, [], timex.maxerror as f64 / MICROSECONDS);
    out.sample(&ESTIMATED_ERROR, [], timex.esterror as f64 / MICROSECONDS);
    out.sample(&STATUS, [], f64::from(timex.status));
    out.sample(&TIME_CONSTANT, [], timex.constant as f64);
    out.sample(&TICK, [], timex.tick as f64 / MICROSECONDS);
    out.sample(
        &PPS_FREQUENCY,
        [],
        timex.ppsfreq as f64 / SCALED_PARTS_PER_MILLION,
    );
    out.sample(&PPS_JITTER, [], timex.jitter as f64 / divisor);
    out.sample(&PPS_SHIFT, [], f64::from(timex.shift));
    out.sample(&PPS_STABILITY, [], timex.stabil as f64 / SCALED_PARTS_PER_MILLION);
    out.sample(&PPS_JITTER_EXCEEDED, [], timex.jitcnt as f64);
    out.sample(&PPS_CALIBRATIONS, [], timex.calcnt as f64);
    out.sample(&PPS_ERRORS, [], timex.errcnt as f64);
    out.sample(&PPS_STABILITY_EXCEEDED, [], timex.stbcnt as f64);
    out.sample(&TAI_OFFSET, [], f64::from(timex.tai));
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// A clock that chrony keeps, but for what `change` does to it.
    #[track_caller]
    fn check(state: libc::c_int, change: fn(&mut libc::timex), expect: Expect) {
        // SAFETY: see `ask`.
        let mut timex: libc::timex = unsafe { std::mem::zeroed() };
        timex.offset = -1_234_567;
        timex.freq = 655_360;
        timex.maxerror = 16_500;
        timex.esterror = 250;
        timex.status = 0x2001;
        timex.constant = 7;
        timex.tick = 10_000;
        timex.tai = 37;
        timex.jitter = 2_000;
        change(&mut timex);
        let mut out = Exposition::default();
        write(state, &timex, &mut out);
        let text = out.to_text();
        let lines: String = text
            .split_inclusive('\n')
            .filter(|line| !line.starts_with('#'))
            .collect();
        expect.assert_eq(&lines);
    }

    #[test]
    fn nanoseconds_of_a_kept_clock() {
        check(
            libc::TIME_OK,
            |_| {},
            expect![[r#"
            node_timex_estimated_error_seconds 0.00025
            node_timex_frequency_adjustment_ratio 1.00001
            node_timex_loop_time_constant 7
            node_timex_maxerror_seconds 0.0165
            node_timex_offset_seconds -0.001234567
            node_timex_pps_calibration_total 0
            node_timex_pps_error_total 0
            node_timex_pps_frequency_hertz 0
            node_timex_pps_jitter_seconds 2e-06
            node_timex_pps_jitter_total 0
            node_timex_pps_shift_seconds 0
            node_timex_pps_stability_exceeded_total 0
            node_timex_pps_stability_hertz 0
            node_timex_status 8193
            node_timex_sync_status 1
            node_timex_tai_offset_seconds 37
            node_timex_tick_seconds 0.01
        "#]],
        );
    }

    #[test]
    fn microseconds_of_a_clock_that_nobody_keeps() {
        let change = |timex: &mut libc::timex| timex.status = 0x40;
        check(
            libc::TIME_ERROR,
            change,
            expect![[r#"
            node_timex_estimated_error_seconds 0.00025
            node_timex_frequency_adjustment_ratio 1.00001
            node_timex_loop_time_constant 7
            node_timex_maxerror_seconds 0.0165
            node_timex_offset_seconds -1.234567
            node_timex_pps_calibration_total 0
            node_timex_pps_error_total 0
            node_timex_pps_frequency_hertz 0
            node_timex_pps_jitter_seconds 0.002
            node_timex_pps_jitter_total 0
            node_timex_pps_shift_seconds 0
            node_timex_pps_stability_exceeded_total 0
            node_timex_pps_stability_hertz 0
            node_timex_status 64
            node_timex_sync_status 0
            node_timex_tai_offset_seconds 37
            node_timex_tick_seconds 0.01
        "#]],
        );
    }

    #[test]
    fn this_machine_answers() {
        let (state, timex) = ask().unwrap();
        assert!((0..=libc::TIME_ERROR).contains(&state));
        assert!(0 < timex.tick);
    }
}
