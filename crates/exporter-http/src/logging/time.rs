//! The time of a log line: `2026-11-21T20:10:00.000Z`.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::calendar::Moment;

/// Appends the time in UTC with milliseconds. A clock before 1970 is written as 1970.
pub(super) fn write(out: &mut String, time: SystemTime) {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let moment = Moment::from_seconds(since_epoch.as_secs());
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        moment.year,
        moment.month,
        moment.day,
        moment.hour,
        moment.minute,
        moment.second,
        since_epoch.subsec_millis(),
    );
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn check(milliseconds: u64, expect: &str) {
        let mut out = String::new();
        write(&mut out, UNIX_EPOCH + Duration::from_millis(milliseconds));
        assert_eq!(out, expect);
    }

    #[test]
    fn days_around_leap_years() {
        check(0, "1970-01-01T00:00:00.000Z");
        check(951_782_400_000, "2000-02-29T00:00:00.000Z");
        check(951_868_799_999, "2000-02-29T23:59:59.999Z");
        check(1_795_291_800_000, "2026-11-21T20:10:00.000Z");
        check(4_107_542_399_000, "2100-02-28T23:59:59.000Z");
        check(4_107_542_400_000, "2100-03-01T00:00:00.000Z");
    }
}
