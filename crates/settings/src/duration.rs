//! Durations as Go's `time.ParseDuration` reads them, which is how the references read their flags: `300ms`, `1.5s`,
//! `1m30s`. Those of `prometheus.yml` are others: whole numbers, larger units first, up to years.

use std::time::Duration;

/// Go holds nanoseconds in 63 bits: 292 years.
const SECONDS_MAX: f64 = i64::MAX as f64 / 1e9;

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

/// Reads one or more numbers, each with its unit; `0` needs none. `None` where it is something else, or negative.
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        seconds += number.parse::<f64>().ok()? * factor;
        rest = after;
    }
    let is_possible = seconds <= SECONDS_MAX;
    is_possible.then(|| Duration::from_secs_f64(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, milliseconds: Option<u64>) {
        assert_eq!(parse(text), milliseconds.map(Duration::from_millis), "{text}");
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
        check("2000µs", Some(2));
        check("1h2m3.5s", Some(3_723_500));
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
            "1e999s",
            "99999999999999999999999h",
            "..s",
            "1sx",
            "ünf",
        ] {
            check(text, None);
        }
    }
}
