//! Numbers as people read them: two or three digits and a unit.

use std::fmt::{self, Display, Formatter};

const BYTES: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const BYTES_PER_SECOND: [&str; 6] = ["B/s", "KiB/s", "MiB/s", "GiB/s", "TiB/s", "PiB/s"];

/// A number that was scaled for its unit; displayed as `1.6 GiB`, with a space that does not break.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// The number, in `unit`.
    pub number: f64,
    /// How many digits follow the point.
    pub decimals: usize,
    /// The unit's symbol.
    pub unit: &'static str,
}

/// A share in percent.
pub fn percent(percent: f64) -> Quantity {
    Quantity {
        number: percent,
        decimals: decimals(percent),
        unit: "%",
    }
}

/// A temperature; half a degree says nothing on a page.
pub fn celsius(celsius: f64) -> Quantity {
    Quantity {
        number: celsius.round() + 0.0,
        decimals: 0,
        unit: "°C",
    }
}

/// An amount of bytes, in powers of 1024.
pub fn bytes(bytes: f64) -> Quantity {
    binary(bytes, BYTES)
}

/// A throughput, in powers of 1024.
pub fn bytes_per_second(rate: f64) -> Quantity {
    binary(rate, BYTES_PER_SECOND)
}

/// A short time, such as a scrape takes.
pub fn seconds(seconds: f64) -> Quantity {
    match seconds < 0.9995 {
        true => Quantity {
            number: seconds * 1e3,
            decimals: decimals(seconds * 1e3),
            unit: "ms",
        },
        false => Quantity {
            number: seconds,
            decimals: decimals(seconds),
            unit: "s",
        },
    }
}

fn binary(mut number: f64, units: [&'static str; 6]) -> Quantity {
    let mut unit = 0;
    // A fourth digit would be shown from 999.5 on.
    while 999.5 <= number && unit + 1 < units.len() {
        number /= 1024.0;
        unit += 1;
    }
    let decimals = if unit == 0 { 0 } else { decimals(number) };
    Quantity {
        number,
        decimals,
        unit: units[unit],
    }
}

/// One digit after the point for numbers that would be shown with one before it; none for zero.
fn decimals(number: f64) -> usize {
    usize::from((0.05..9.95).contains(&number))
}

impl Quantity {
    /// The number without its unit.
    pub fn digits(&self) -> impl Display {
        let Self { number, decimals, .. } = *self;
        fmt::from_fn(move |f| write!(f, "{number:.decimals$}"))
    }
}

impl Display for Quantity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}\u{a0}{}", self.digits(), self.unit)
    }
}

/// `1.6 of 3.8 GiB`: a part and its whole, the unit once where it is the same.
pub fn part_of(part: Quantity, whole: Quantity) -> impl Display {
    fmt::from_fn(move |f| match part.unit == whole.unit {
        true => write!(f, "{}\u{a0}of\u{a0}{whole}", part.digits()),
        false => write!(f, "{part} of\u{a0}{whole}"),
    })
}

/// A time span in its two largest units, such as `12 d 4 h`; negative ones count as none.
pub fn span(seconds: f64) -> impl Display {
    // The conversion saturates, so neither a negative nor a huge number is trouble.
    let seconds = seconds.round() as u64;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    fmt::from_fn(move |f| match (days, hours, minutes) {
        (0, 0, 0) => write!(f, "{seconds}\u{a0}s"),
        (0, 0, _) => write!(f, "{minutes}\u{a0}min"),
        (0, _, _) => write!(f, "{hours}\u{a0}h {}\u{a0}min", minutes % 60),
        (_, _, _) => write!(f, "{days}\u{a0}d {}\u{a0}h", hours % 24),
    })
}

/// A whole number with its thousands apart.
pub fn count(number: usize) -> impl Display {
    fmt::from_fn(move |f| {
        let digits = number.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if 0 < at && (digits.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spaces that do not break are written as `_`.
    #[track_caller]
    fn check(shown: impl Display, expect: &str) {
        assert_eq!(shown.to_string().replace('\u{a0}', "_"), expect);
    }

    #[test]
    fn percentages() {
        check(percent(0.0), "0_%");
        check(percent(0.04), "0_%");
        check(percent(4.25), "4.2_%");
        check(percent(9.96), "10_%");
        check(percent(23.4), "23_%");
        check(percent(100.0), "100_%");
    }

    #[test]
    fn temperatures() {
        check(celsius(54.76), "55_°C");
        check(celsius(-0.2), "0_°C");
        check(celsius(-12.0), "-12_°C");
    }

    #[test]
    fn sizes_and_rates_have_at_most_three_digits() {
        check(bytes(0.0), "0_B");
        check(bytes(999.0), "999_B");
        check(bytes(1000.0), "1.0_KiB");
        check(bytes(10.0 * 1024.0), "10_KiB");
        check(bytes(3_978_297_344.0), "3.7_GiB");
        check(bytes(1e30), "888178419700125_PiB");
        check(bytes_per_second(1_258_291.0), "1.2_MiB/s");
        check(bytes_per_second(0.4), "0_B/s");
    }

    #[test]
    fn scrape_durations() {
        check(seconds(0.0004), "0.4_ms");
        check(seconds(0.0123), "12_ms");
        check(seconds(0.9996), "1.0_s");
        check(seconds(12.3), "12_s");
    }

    #[test]
    fn parts_share_their_unit() {
        check(part_of(bytes(1.6e9), bytes(3.9e9)), "1.5_of_3.6_GiB");
        check(part_of(bytes(5e8), bytes(3.9e9)), "477_MiB of_3.6_GiB");
    }

    #[test]
    fn spans() {
        check(span(-5.0), "0_s");
        check(span(42.4), "42_s");
        check(span(60.0), "1_min");
        check(span(3599.0), "59_min");
        check(span(15120.0), "4_h 12_min");
        check(span(1_051_200.0), "12_d 4_h");
        check(span(f64::NAN), "0_s");
    }

    #[test]
    fn counts() {
        check(count(0), "0");
        check(count(959), "959");
        check(count(1234), "1,234");
        check(count(1_000_000), "1,000,000");
    }
}
