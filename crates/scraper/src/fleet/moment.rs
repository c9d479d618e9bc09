//! A point in time, in UTC; the page's script shows it in the time of the phone.

use std::fmt::{self, Display};

/// The last millisecond of the year 9999, after which ISO 8601 has no common spelling.
const LAST_MS: i64 = 253_402_300_799_999;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `2026-03-12T14:03:20Z`, as the `datetime` attribute wants it.
pub fn iso(ms: i64) -> impl Display {
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = civil(ms);
    fmt::from_fn(move |f| {
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"
        )
    })
}

/// `14:03:20 UTC` for a time within a day of `now_ms`, otherwise `12 Mar 14:03 UTC`.
pub fn short(ms: i64, now_ms: i64) -> impl Display {
    let Civil {
        month,
        day,
        hour,
        minute,
        second,
        ..
    } = civil(ms);
    let same_day = now_ms.abs_diff(ms) < 86_400_000;
    fmt::from_fn(move |f| match same_day {
        true => write!(f, "{hour:02}:{minute:02}:{second:02}\u{a0}UTC"),
        false => write!(
            f,
            "{day}\u{a0}{}\u{a0}{hour:02}:{minute:02}\u{a0}UTC",
            MONTHS[month - 1]
        ),
    })
}

struct Civil {
    year: i64,
    /// 1 to 12.
    month: usize,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

/// The proleptic Gregorian date of a time since 1970, by counting days from 1 March of the year 0 in eras of 400 years.
fn civil(ms: i64) -> Civil {
    let seconds = ms.clamp(0, LAST_MS) / 1000;
    let days = seconds / 86400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months_since_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * months_since_march + 2) / 5 + 1;
    let month = (months_since_march + 2) % 12 + 1;
    Civil {
        year: 400 * era + year_of_era + i64::from(month <= 2),
        month: month as usize,
        day,
        hour: seconds / 3600 % 24,
        minute: seconds / 60 % 60,
        second: seconds % 60,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(ms: i64, expect: &str) {
        assert_eq!(iso(ms).to_string(), expect);
    }

    #[test]
    fn dates() {
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_399_000, "2000-02-28T23:59:59Z");
        check(951_782_400_000, "2000-02-29T00:00:00Z");
        check(1_709_251_199_999, "2024-02-29T23:59:59Z");
        check(1_798_761_599_000, "2026-12-31T23:59:59Z");
        check(1_798_761_600_000, "2027-01-01T00:00:00Z");
    }

    #[test]
    fn absurd_times() {
        check(i64::MIN, "1970-01-01T00:00:00Z");
        check(i64::MAX, "9999-12-31T23:59:59Z");
    }

    #[test]
    fn the_day_is_said_when_it_is_another() {
        let ms = 1_773_324_200_000;
        assert_eq!(short(ms, ms + 3_600_000).to_string(), "14:03:20\u{a0}UTC");
        assert_eq!(
            short(ms, ms + 86_400_000).to_string(),
            "12\u{a0}Mar\u{a0}14:03\u{a0}UTC"
        );
    }
}
