//! Numbers, switches and dates as the server spells them.
//!
//! The order is that of the reference: switches, dates, numbers. What is none of these has no value.

/// Words that stand for 1 and 0, in any case.
const WORDS: [(&str, f64); 9] = [
    ("yes", 1.0),
    ("on", 1.0),
    ("primary", 1.0),
    ("no", 0.0),
    ("off", 0.0),
    ("disabled", 0.0),
    ("connecting", 0.0),
    ("non-primary", 0.0),
    ("disconnected", 0.0),
];

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The value of a status variable that is plain digits, as most are. Nothing else is looked at.
#[must_use]
pub fn digits_alone(bytes: &[u8]) -> Option<f64> {
    /// All numbers of so many digits are exact in a double.
    const EXACT_DIGITS_MAX: usize = 15;
    if bytes.is_empty() || EXACT_DIGITS_MAX < bytes.len() {
        return None;
    }
    let number = bytes.iter().try_fold(0_u64, |number, byte| match byte {
        b'0'..=b'9' => Some(number * 10 + u64::from(byte - b'0')),
        _ => None,
    });
    number.map(|number| number as f64)
}

/// The value of a status variable or a column, if it has one.
#[must_use]
pub fn status(text: &str) -> Option<f64> {
    // Most are plain digits; words and dates begin otherwise or hold a blank.
    let first = text.as_bytes().first()?;
    if first.is_ascii_alphabetic() {
        let word = WORDS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
        if let Some((_, value)) = word {
            return Some(*value);
        }
    }
    if text.contains(' ') {
        return certificate_date(text).or_else(|| timestamp(text));
    }
    number(text)
}

/// A number as Go's `ParseFloat` takes it: `inf` and `nan` are numbers, one that is too large is none.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    let overflown = value.is_infinite() && text.bytes().any(|byte| byte.is_ascii_digit());
    (!overflown).then_some(value)
}

/// 1 for `Y`, 0 for `N`, as in the columns of `mysql.user`.
#[must_use]
pub fn privilege(text: &str) -> Option<f64> {
    match text {
        "Y" => Some(1.0),
        "N" => Some(0.0),
        _ => None,
    }
}

/// Unix time of `2026-11-21 10:00:00`, with or without a fraction; the server's clock counts as UTC.
#[must_use]
pub fn timestamp(text: &str) -> Option<f64> {
    let (date, time) = text.split_once(' ')?;
    let mut parts = date.split('-');
    let (year, month, day) = (
        digits(parts.next()?, 4)?,
        digits(parts.next()?, 2)?,
        digits(parts.next()?, 2)?,
    );
    if parts.next().is_some() {
        return None;
    }
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let seconds = since_epoch(year, month, day)? + clock(time)?;
    if fraction.is_empty() {
        return Some(seconds as f64);
    }
    // Nanoseconds first, then one division, as the reference does: the last digit counts.
    let width = u32::try_from(fraction.len()).ok().filter(|width| *width <= 9)?;
    let fraction = digits(fraction, fraction.len())? * 10_i64.pow(9 - width);
    Some((i128::from(seconds) * 1_000_000_000 + i128::from(fraction)) as f64 / 1e9)
}

/// Unix time of `Jan  9 08:30:00 2030 GMT`, the spelling of certificates.
fn certificate_date(text: &str) -> Option<f64> {
    let mut parts = text.split_ascii_whitespace();
    let name = parts.next()?;
    let month = MONTHS.iter().position(|month| name.eq_ignore_ascii_case(month))? as i64 + 1;
    let day = parts.next()?;
    let (day, time) = (digits(day, day.len().min(2))?, clock(parts.next()?)?);
    let (year, zone) = (digits(parts.next()?, 4)?, parts.next()?);
    let named = zone.len() >= 3 && zone.bytes().all(|byte| byte.is_ascii_uppercase());
    if !named || parts.next().is_some() {
        return None;
    }
    Some((since_epoch(year, month, day)? + time) as f64)
}

/// Seconds of `08:30:00`.
fn clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hour, minute, second) = (
        digits(parts.next()?, 2)?,
        digits(parts.next()?, 2)?,
        digits(parts.next()?, 2)?,
    );
    let valid = hour < 24 && minute < 60 && second < 60 && parts.next().is_none();
    valid.then_some(hour * 3600 + minute * 60 + second)
}

/// Exactly `width` digits, at least one.
fn digits(text: &str, width: usize) -> Option<i64> {
    let valid = text.len() == width && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    valid.then(|| text.parse().ok()).flatten()
}

/// Seconds between 1970 and the start of a day, by the count of days that the proleptic calendar gives.
fn since_epoch(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    };
    if day < 1 || length < day {
        return None;
    }
    // Years that begin in March, so that the leap day is the last one.
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(values: &[(&str, Option<f64>)]) {
        for (text, value) in values {
            assert_eq!(status(text), *value, "{text:?}");
        }
    }

    #[test]
    fn words_in_any_case() {
        check(&[
            ("ON", Some(1.0)),
            ("Yes", Some(1.0)),
            ("Primary", Some(1.0)),
            ("OFF", Some(0.0)),
            ("No", Some(0.0)),
            ("DISABLED", Some(0.0)),
            ("Connecting", Some(0.0)),
            ("non-Primary", Some(0.0)),
            ("Disconnected", Some(0.0)),
            ("Preparing", None),
            ("", None),
        ]);
    }

    #[test]
    fn digits_and_nothing_else() {
        for text in ["0", "007", "999999999999999"] {
            assert_eq!(digits_alone(text.as_bytes()), status(text), "{text}");
        }
        for text in ["", "-1", "1.5", " 1", "1 ", "9999999999999999", "ON"] {
            assert_eq!(digits_alone(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn numbers_as_the_reference_reads_them() {
        check(&[
            ("42", Some(42.0)),
            ("-1", Some(-1.0)),
            ("18446744073709551615", Some(18_446_744_073_709_551_615.0)),
            ("0.000", Some(0.0)),
            ("1e5", Some(1e5)),
            ("inf", Some(f64::INFINITY)),
            ("1e999", None),
            ("0x10", None),
            ("mysql-bin.000123", None),
            ("0-1-100", None),
            ("1 2", None),
        ]);
        assert!(status("nan").is_some_and(f64::is_nan));
    }

    #[test]
    fn dates_are_unix_time() {
        check(&[
            ("Jan  9 08:30:00 2030 GMT", Some(1_894_177_800.0)),
            ("Dec 31 23:59:59 1999 GMT", Some(946_684_799.0)),
            ("2026-11-21 23:15:57", Some(1_795_302_957.0)),
            ("2024-02-29 00:00:00", Some(1_709_164_800.0)),
            ("2023-02-29 00:00:00", None),
            ("0000-00-00 00:00:00", None),
            ("2026-11-21 24:00:00", None),
            ("Foo  9 08:30:00 2030 GMT", None),
        ]);
        assert_eq!(
            timestamp("2019-03-14 00:00:00.123456"),
            Some(1_552_521_600.123_456)
        );
    }

    #[test]
    fn privileges() {
        assert_eq!(
            [privilege("Y"), privilege("N"), privilege("")],
            [Some(1.0), Some(0.0), None]
        );
    }
}
