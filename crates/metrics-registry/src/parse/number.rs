//! Values and timestamps, in the spellings that Go's `strconv.ParseFloat` takes and Prometheus lets it see.

use super::Problem;

/// The bits that Prometheus gives every NaN of a scrape, so that none is taken for a mark of staleness.
const NORMAL_NAN: f64 = f64::from_bits(0x7FF8_0000_0000_0001);
/// Digits of an integer that a 64-bit float holds exactly, whatever they are.
const EXACT_DIGITS: usize = 15;
/// By how much the digits are divided, by how many stand behind the point; all of them are exact.
const POWERS_OF_TEN: [f64; EXACT_DIGITS] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14,
];

/// Reads a value. Fails with `NotANumber` or `OutOfRange`.
///
/// Rust reads what Go reads (`1.`, `.5`, `+1e3`, `inf`, `-Infinity`, `nan`), but for a signed NaN, which Go refuses, and a
/// number too large, which Go refuses and Rust calls infinite. Hexadecimal and `_` are refused by Prometheus itself.
pub(super) fn parse(text: &str) -> Result<f64, Problem> {
    if let Some(value) = short(text.as_bytes()) {
        return Ok(value);
    }
    let value: f64 = text.parse().map_err(|_| Problem::NotANumber)?;
    if value.is_nan() {
        return match text.as_bytes() {
            [b'+' | b'-', ..] => Err(Problem::NotANumber),
            _ => Ok(NORMAL_NAN),
        };
    }
    if value.is_infinite() && text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Err(Problem::OutOfRange);
    }
    Ok(value)
}

/// Most values of most scrapes: a few digits, perhaps with a point between them.
///
/// Digits and power of ten are exact as floats, so that the one division rounds as it should.
pub(super) fn short(text: &[u8]) -> Option<f64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || EXACT_DIGITS < digits.len() {
        return None;
    }
    let mut value: u64 = 0;
    let mut point = None;
    for (at, byte) in digits.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            value = value * 10 + u64::from(digit);
        } else if *byte == b'.' && point.is_none() && digits.len() != 1 {
            point = Some(at);
        } else {
            return None;
        }
    }
    let value = match point {
        None => value as f64,
        Some(at) => value as f64 / POWERS_OF_TEN.get(digits.len() - at - 1)?,
    };
    Some(if negative { -value } else { value })
}

/// Reads a timestamp of OpenMetrics, in seconds, as milliseconds. Fails with `NotATimestamp`.
///
/// What is finer than a millisecond is cut off, and what no 64-bit integer holds becomes the nearest that does.
pub(super) fn parse_seconds(text: &str) -> Result<i64, Problem> {
    match parse(text) {
        Ok(seconds) if seconds.is_finite() => Ok((seconds * 1000.0) as i64),
        _ => Err(Problem::NotATimestamp),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Result<f64, Problem>) {
        assert_eq!(parse(text).map(f64::to_bits), expect.map(f64::to_bits), "{text}");
    }

    #[test]
    fn numbers() {
        check("0", Ok(0.0));
        check("-0", Ok(-0.0));
        check("007", Ok(7.0));
        check("-42", Ok(-42.0));
        check("+42", Ok(42.0));
        check("999999999999999", Ok(999_999_999_999_999.0));
        check("9007199254740993", Ok(9_007_199_254_740_992.0));
        check("18446744073709551615", Ok(18_446_744_073_709_551_615.0));
        check("1.", Ok(1.0));
        check(".5", Ok(0.5));
        check("1.07832e+06", Ok(1_078_320.0));
        check("1E-5", Ok(1e-5));
        check("5e-324", Ok(5e-324));
        check("1e-400", Ok(0.0));
        check("0e999999999999999999999", Ok(0.0));
        check("1.7976931348623157e308", Ok(f64::MAX));
    }

    #[test]
    fn points_are_read_as_the_standard_library_reads_them() {
        let mut digits = 88_172_645_463_325_252_u64;
        for round in 0..20_000 {
            // Xorshift: any numbers will do, the same ones every time.
            digits ^= digits << 13;
            digits ^= digits >> 7;
            digits ^= digits << 17;
            let mut text = (digits % 10_u64.pow(round % 16 + 1)).to_string();
            text.insert(digits as usize % (text.len() + 1), '.');
            check(&text, Ok(text.parse().unwrap()));
            text.insert(0, '-');
            check(&text, Ok(text.parse().unwrap()));
        }
    }

    #[test]
    fn not_finite() {
        for text in ["Inf", "+Inf", "inf", "+inf", "INF", "Infinity", "+infinity"] {
            check(text, Ok(f64::INFINITY));
        }
        for text in ["-Inf", "-inf", "-INFINITY"] {
            check(text, Ok(f64::NEG_INFINITY));
        }
        for text in ["NaN", "nan", "NAN", "nAn"] {
            check(text, Ok(NORMAL_NAN));
        }
    }

    #[test]
    fn refused_as_prometheus_does() {
        for text in [
            "",
            "+",
            "-",
            ".",
            "-.",
            "1.2.3",
            "..1",
            "e5",
            "1e",
            "1e+",
            "--1",
            "1-",
            "true",
            "0x1",
            "0x1p-3",
            "0X1P-3",
            "1_000",
            "0b1",
            "0o1",
            "1,5",
            "+NaN",
            "-nan",
            "Infinit",
            "infinityy",
            "nano",
            "١",
            "1\0",
        ] {
            check(text, Err(Problem::NotANumber));
        }
        check("1e309", Err(Problem::OutOfRange));
        check("-1e999999999", Err(Problem::OutOfRange));
    }

    #[test]
    fn seconds() {
        assert_eq!(parse_seconds("1520879607.789"), Ok(1_520_879_607_789));
        assert_eq!(parse_seconds("-1.0005"), Ok(-1000));
        assert_eq!(parse_seconds("12345678901234567890.5"), Ok(i64::MAX));
        assert_eq!(parse_seconds("NaN"), Err(Problem::NotATimestamp));
        assert_eq!(parse_seconds("-Inf"), Err(Problem::NotATimestamp));
    }
}
