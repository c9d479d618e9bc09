//! A length of time as Go's `time.ParseDuration` reads it: `300ms`, `1.5s`, `1m30s`.

use std::time::Duration;

/// Longest interval that makes sense between two requests; it also keeps the sum from overflowing.
const SECONDS_MAX: f64 = 86_400.0 * 366.0;

const UNITS: [(&str, f64); 8] = [
    ("ns", 1e-9),
    ("us", 1e-6),
    ("µs", 1e-6),
    ("μs", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("m", 60.0),
    ("h", 3600.0),
];

/// Reads one or more numbers, each with its unit; `0` needs none.
///
/// Fails on a negative, empty or overlong time.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let wrong = || format!("{text:?} is not a duration such as 500ms, 1s or 1m30s");
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut seconds = 0.0;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .ok_or_else(wrong)?;
        let (number, after) = rest.split_at(digits);
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let letters = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
        seconds += number * factor;
        rest = after;
    }
    if seconds > SECONDS_MAX {
        return Err(format!("{text:?} is longer than a year"));
    }
    Ok(Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, milliseconds: Option<u64>) {
        assert_eq!(
            parse(text).ok(),
            milliseconds.map(Duration::from_millis),
            "{text}"
        );
    }

    #[test]
    fn spellings() {
        check("0", Some(0));
        check("0s", Some(0));
        check("300ms", Some(300));
        check("1.5s", Some(1500));
        check("1m30s", Some(90_000));
        check("+1h", Some(3_600_000));
        check("2000us", Some(2));
    }

    #[test]
    fn nonsense() {
        for text in [
            "",
            "1",
            "s",
            "-1s",
            "1 s",
            "1d",
            ".s",
            "1.2.3s",
            "1e3s",
            "99999999h",
            "1sx",
            "ünf",
        ] {
            check(text, None);
        }
    }
}
