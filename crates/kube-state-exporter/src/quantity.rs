//! Kubernetes' quantities: `100m` of a core, `2Gi` of memory, `1e3`.
//!
//! A number, perhaps with a fraction, and a suffix: decimal (`n` `u` `m`, none, `k` `M` `G` `T` `P` `E`), binary (`Ki` to `Ei`) or
//! an exponent (`e3`, `E3`). Amounts are kept in billionths, the finest step that Kubernetes knows; finer ones are
//! rounded away from zero, as are amounts that are asked for in a coarser unit.

/// Digits that are read; 10^20 times 2^60 times 10^9 still fits into `Amount`'s 128 bits. What is larger is held at the limit.
const DIGITS_MAX: u32 = 20;
/// Largest amount: 2^63 - 1, in billionths.
const BILLIONTHS_MAX: i128 = i64::MAX as i128 * BILLION;
const BILLION: i128 = 1_000_000_000;

/// An amount in billionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(i128);

impl Amount {
    /// Whole units, a part of one counted as one.
    pub fn whole(self) -> f64 {
        self.in_units_of(BILLION) as f64
    }

    /// Units, in steps of a thousandth; a part of one counted as one.
    pub fn milli(self) -> f64 {
        self.in_units_of(BILLION / 1000) as f64 / 1000.0
    }

    /// Units, in steps of a thousandth while thousandths fit into 63 bits, and whole above.
    pub fn fine(self) -> f64 {
        if self.in_units_of(BILLION) > i64::MAX / 1000 {
            self.whole()
        } else {
            self.milli()
        }
    }

    /// Rounded away from zero, held within 64 bits.
    fn in_units_of(self, unit: i128) -> i64 {
        let up = if self.0 < 0 {
            unit - 1 - 2 * (unit - 1)
        } else {
            unit - 1
        };
        let units = (self.0 + up) / unit;
        units.clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }
}

/// Reads a quantity; nothing where the text is none.
pub fn parse(text: &str) -> Option<Amount> {
    let (negative, rest) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let number_end = rest
        .bytes()
        .position(|byte| !byte.is_ascii_digit() && byte != b'.')
        .unwrap_or(rest.len());
    let (number, suffix) = rest.split_at(number_end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let scale = Scale::parse(suffix)?;
    let billionths = scale.billionths(whole, fraction);
    Some(Amount(if negative { -billionths } else { billionths }))
}

/// The nearest number to a quantity, parts of its unit too; nothing where the text is none.
pub fn approximate(text: &str) -> Option<f64> {
    let amount = parse(text)?;
    let suffix = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    let scale = Scale::parse(suffix)?;
    let number = text.get(..text.len() - suffix.len())?;
    let digits: String = number.chars().filter(|c| *c != '.').collect();
    let fraction = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let power = i64::from(scale.decimal) - fraction as i64;
    // Multiplied as the reference does it, so that 35m gives the same last digit.
    match digits.parse::<i64>() {
        Ok(digits) if scale.binary == 0 && -9 <= power => {
            let power: f64 = format!("1e{power}").parse().ok()?;
            Some(digits as f64 * power)
        }
        _ => Some(amount.0 as f64 / BILLION as f64),
    }
}

/// What a number is multiplied by: 2^`binary` times 10^`decimal`.
struct Scale {
    binary: u32,
    decimal: i32,
}

impl Scale {
    fn parse(suffix: &str) -> Option<Self> {
        let (binary, decimal) = match suffix {
            "" => (0, 0),
            "n" => (0, -9),
            "u" => (0, -6),
            "m" => (0, -3),
            "k" => (0, 3),
            "M" => (0, 6),
            "G" => (0, 9),
            "T" => (0, 12),
            "P" => (0, 15),
            "E" => (0, 18),
            "Ki" => (10, 0),
            "Mi" => (20, 0),
            "Gi" => (30, 0),
            "Ti" => (40, 0),
            "Pi" => (50, 0),
            "Ei" => (60, 0),
            _ => (0, suffix.strip_prefix(['e', 'E'])?.parse().ok()?),
        };
        Some(Self { binary, decimal })
    }

    /// The number with these digits, scaled, in billionths; rounded up, and held at the largest amount.
    fn billionths(&self, whole: &str, fraction: &str) -> i128 {
        let mut digits: i128 = 0;
        let mut count = 0;
        // The power of ten by which `digits` is too small, or, below zero, too large.
        let mut power: i64 = 9 + i64::from(self.decimal);
        let mut lost = false;
        for (at, byte) in whole.bytes().chain(fraction.bytes()).enumerate() {
            let in_fraction = at >= whole.len();
            if count < DIGITS_MAX {
                digits = digits * 10 + i128::from(byte - b'0');
                count += u32::from(digits > 0);
                power -= i64::from(in_fraction);
            } else {
                lost |= byte != b'0';
                power += i64::from(!in_fraction);
            }
        }
        if digits == 0 {
            return 0;
        }
        digits <<= self.binary;
        while power > 0 && digits < BILLIONTHS_MAX {
            digits *= 10;
            power -= 1;
        }
        while power < 0 && digits > 0 {
            lost |= digits % 10 != 0;
            digits /= 10;
            power += 1;
        }
        (digits + i128::from(lost)).min(BILLIONTHS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, milli: f64, whole: f64) {
        let amount = parse(text).unwrap();
        assert_eq!((amount.milli(), amount.whole()), (milli, whole), "{text}");
    }

    #[test]
    fn suffixes() {
        check("0", 0.0, 0.0);
        check("3", 3.0, 3.0);
        check("+3", 3.0, 3.0);
        check("4300m", 4.3, 5.0);
        check("100n", 0.001, 1.0);
        check("1500u", 0.002, 1.0);
        check("1k", 1000.0, 1000.0);
        check("2M", 2e6, 2e6);
        check("1G", 1e9, 1e9);
        check("1T", 1e12, 1e12);
        check("1P", 1e15, 1e15);
        check("1Ki", 1024.0, 1024.0);
        check("1.5Gi", 1_610_612_736.0, 1_610_612_736.0);
        check("1Pi", 1_125_899_906_842_624.0, 1_125_899_906_842_624.0);
    }

    #[test]
    fn exponents() {
        check("1e3", 1000.0, 1000.0);
        check("1E3", 1000.0, 1000.0);
        check("1e+3", 1000.0, 1000.0);
        check("15e-1", 1.5, 2.0);
        check("1e-12", 0.001, 1.0);
        check("0e99999", 0.0, 0.0);
    }

    #[test]
    fn fractions() {
        check(".5", 0.5, 1.0);
        check("5.", 5.0, 5.0);
        check("0.1234567891", 0.124, 1.0);
        check("0.0005", 0.001, 1.0);
        check("00000000000000000000000000000001.5", 1.5, 2.0);
    }

    #[test]
    fn rounded_away_from_zero() {
        check("-500m", -0.5, -1.0);
        check("-1", -1.0, -1.0);
        check("-1n", -0.001, -1.0);
    }

    #[test]
    fn held_at_the_limit() {
        let max = 9_223_372_036_854_775_807_i64 as f64;
        check("9223372036854775807", max / 1000.0, max);
        check("1e99", max / 1000.0, max);
        check("1E", max / 1000.0, 1e18);
        check(
            "99999999999999999999999999999999999999999999999999",
            max / 1000.0,
            max,
        );
        check("99999999999999999999Ei", max / 1000.0, max);
        check("1e2147483647", max / 1000.0, max);
        check("1e-2147483647", 0.001, 1.0);
    }

    #[test]
    fn not_quantities() {
        for text in [
            "",
            "-",
            ".",
            "m",
            "1.2.3",
            "1 ",
            "1K",
            "1mi",
            "1e",
            "1e1.5",
            "e3",
            "1e99999999999",
            "0x10",
            "--1",
            "é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
