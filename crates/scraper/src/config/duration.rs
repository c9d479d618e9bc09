//! Durations as Prometheus writes them: `1m30s`, `500ms`, `0`.

use settings::document::{Node, Refused};
use settings::read::{Read, parsed};
use std::fmt;
use std::time::Duration;

/// Units from the largest to the smallest, as they must follow one another, in milliseconds.
const UNITS: [(&str, u64); 7] = [
    ("y", 365 * 24 * 3600 * 1000),
    ("w", 7 * 24 * 3600 * 1000),
    ("d", 24 * 3600 * 1000),
    ("h", 3600 * 1000),
    ("m", 60 * 1000),
    ("s", 1000),
    ("ms", 1),
];

/// A span of time as the configuration spells it; shown in the same spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PromDuration(pub Duration);

impl Read for PromDuration {
    fn read(node: Node) -> Result<Self, Refused> {
        parsed(node, "a duration, as in 15s or 1m30s", Self::parse)
    }
}

impl PromDuration {
    /// Reads `1h30m`: whole numbers with units, each unit once, larger ones first; `0` needs none.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "0" {
            return Some(Self(Duration::ZERO));
        }
        if text.is_empty() {
            return None;
        }
        let mut rest = text;
        let mut units = UNITS.iter();
        let mut total_ms: u64 = 0;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit())?;
            let (number, tail) = rest.split_at(digits);
            let length = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(length);
            let (_, unit_ms) = units.find(|(name, _)| *name == unit)?;
            let number: u64 = number.parse().ok()?;
            total_ms = total_ms.checked_add(number.checked_mul(*unit_ms)?)?;
            rest = tail;
        }
        // Go holds nanoseconds in 63 bits; what does not fit there is not a duration that Prometheus takes.
        (total_ms <= i64::MAX as u64 / 1_000_000).then_some(Self(Duration::from_millis(total_ms)))
    }

    /// Seconds, with their fraction.
    pub fn as_secs_f64(self) -> f64 {
        self.0.as_secs_f64()
    }
}

impl fmt::Display for PromDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest_ms = self.0.as_millis() as u64;
        if rest_ms == 0 {
            return f.write_str("0s");
        }
        for (unit, unit_ms) in UNITS {
            // Years, weeks and days are written only where nothing is left over, as Prometheus does.
            let whole_only = unit_ms >= 24 * 3600 * 1000;
            if rest_ms < unit_ms || whole_only && !rest_ms.is_multiple_of(unit_ms) {
                continue;
            }
            write!(f, "{}{unit}", rest_ms / unit_ms)?;
            rest_ms %= unit_ms;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, milliseconds: Option<u64>) {
        assert_eq!(
            PromDuration::parse(text).map(|d| d.0),
            milliseconds.map(Duration::from_millis)
        );
    }

    #[test]
    fn accepted() {
        check("0", Some(0));
        check("0s", Some(0));
        check("15s", Some(15_000));
        check("1m30s", Some(90_000));
        check("500ms", Some(500));
        check("1h1ms", Some(3_600_001));
        check("1y2w3d", Some((365 + 14 + 3) * 86_400_000));
    }

    #[test]
    fn refused() {
        for text in [
            "",
            "1",
            "s",
            "1.5s",
            "-1s",
            "1s1m",
            "1s1s",
            "1 s",
            "1sec",
            "99999999999999999999y",
            "300y",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn shown_as_prometheus_does() {
        for (text, shown) in [
            ("90s", "1m30s"),
            ("24h", "1d"),
            ("36h", "36h"),
            ("0", "0s"),
            ("1500ms", "1s500ms"),
        ] {
            assert_eq!(PromDuration::parse(text).unwrap().to_string(), shown);
        }
    }
}
