//! Numbers as Go's `strconv.FormatFloat(v, 'g', -1, 64)` writes them, so that output compares byte for byte.
//!
//! Shortest digits that read back to the same number; an exponent where it is below -4 or at least 6,
//! always of two digits or more: `999999`, `1.07832e+06`, `1e-05`, `+Inf`, `NaN`.

/// Appends `value` to `out`. Negative zero is written `0`, as the reference does.
pub fn write(out: &mut String, value: f64) {
    if value == 0.0 {
        out.push('0');
    } else if value.is_nan() {
        out.push_str("NaN");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "+Inf" } else { "-Inf" });
    } else if value.trunc() == value && value.abs() < 1e6 {
        write_integer(out, value as i64);
    } else {
        write_shortest(out, value);
    }
}

/// Appends an integer in plain digits, however large. Samples do not go through here: theirs have an exponent from a million.
pub fn write_count(out: &mut String, mut value: u64) {
    let mut digits = [0_u8; 20];
    let mut start = digits.len();
    loop {
        start -= 1;
        digits[start] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    push_ascii(out, &digits[start..]);
}

fn write_integer(out: &mut String, value: i64) {
    if value < 0 {
        out.push('-');
    }
    write_count(out, value.unsigned_abs());
}

/// Respells the shortest digits that `ryu` finds (`1078320.0`, `1.5e-7`) the way Go does.
fn write_shortest(out: &mut String, value: f64) {
    let mut buffer = ryu::Buffer::new();
    let text = buffer.format_finite(value.abs()).as_bytes();
    if value < 0.0 {
        out.push('-');
    }

    // At most 17 significant digits; leading zeros of `0.001` are not among them.
    let mut digits = [0_u8; 24];
    let mut count = 0;
    // Position of the decimal point relative to the first digit kept.
    let mut point: i32 = 0;
    let mut seen_point = false;
    let mut exponent: i32 = 0;
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'.' => seen_point = true,
            b'e' => {
                exponent = parse_exponent(&text[at + 1..]);
                break;
            }
            digit => {
                if digit != b'0' || count > 0 {
                    digits[count] = digit;
                    count += 1;
                    point += i32::from(!seen_point);
                } else if seen_point {
                    point -= 1;
                }
            }
        }
        at += 1;
    }
    while count > 1 && digits[count - 1] == b'0' {
        count -= 1;
    }
    let digits = &digits[..count];
    let point = point + exponent;

    let scientific = point - 1;
    if (-4..6).contains(&scientific) {
        write_plain(out, digits, point);
    } else {
        push_ascii(out, &digits[..1]);
        if count > 1 {
            out.push('.');
            push_ascii(out, &digits[1..]);
        }
        out.push_str(if scientific < 0 { "e-" } else { "e+" });
        if scientific.unsigned_abs() < 10 {
            out.push('0');
        }
        write_count(out, u64::from(scientific.unsigned_abs()));
    }
}

/// Writes `digits` with the decimal point after the first `point` of them; `point` is in -3..=6.
fn write_plain(out: &mut String, digits: &[u8], point: i32) {
    if point <= 0 {
        out.push_str("0.");
        for _ in point..0 {
            out.push('0');
        }
        push_ascii(out, digits);
        return;
    }
    let whole = point as usize;
    if digits.len() <= whole {
        push_ascii(out, digits);
        for _ in digits.len()..whole {
            out.push('0');
        }
    } else {
        push_ascii(out, &digits[..whole]);
        out.push('.');
        push_ascii(out, &digits[whole..]);
    }
}

fn parse_exponent(text: &[u8]) -> i32 {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let value = digits
        .iter()
        .fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
    if negative { -value } else { value }
}

fn push_ascii(out: &mut String, bytes: &[u8]) {
    out.push_str(std::str::from_utf8(bytes).expect("digits are ASCII"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, expect: &str) {
        let mut out = String::new();
        write(&mut out, value);
        assert_eq!(out, expect);
        let back: f64 = out.parse().unwrap();
        assert!(back == value || value.is_nan(), "{value} came back as {back}");
    }

    #[test]
    fn special_values() {
        check(0.0, "0");
        check(-0.0, "0");
        check(f64::NAN, "NaN");
        check(f64::INFINITY, "+Inf");
        check(f64::NEG_INFINITY, "-Inf");
    }

    #[test]
    fn plain_up_to_a_million() {
        check(1.0, "1");
        check(-1.0, "-1");
        check(10.0, "10");
        check(999_999.0, "999999");
        check(100_000.0, "100000");
        check(0.21, "0.21");
        check(123_456.789, "123456.789");
        check(0.000_1, "0.0001");
        check(0.118_000_000_000_000_01, "0.11800000000000001");
        check(-12.5, "-12.5");
    }

    #[test]
    fn exponent_from_a_million_and_below_a_ten_thousandth() {
        check(1e6, "1e+06");
        check(1_078_320.0, "1.07832e+06");
        check(-1_078_320.5, "-1.0783205e+06");
        check(123_456_789_012.0, "1.23456789012e+11");
        check(1e-5, "1e-05");
        check(0.000_012_3, "1.23e-05");
        check(1e21, "1e+21");
        check(1.5e300, "1.5e+300");
        check(5e-324, "5e-324");
        check(f64::MAX, "1.7976931348623157e+308");
        check(18_446_744_073_709_551_615.0, "1.8446744073709552e+19");
    }

    #[test]
    fn counts_are_plain() {
        let mut out = String::new();
        write_count(&mut out, u64::MAX);
        write_count(&mut out, 0);
        assert_eq!(out, "184467440737095516150");
    }

    /// The entries for `'g', -1` in the table that Go tests itself with, `strconv/ftoa_test.go`.
    #[test]
    #[expect(
        clippy::excessive_precision,
        reason = "the table has numbers that no float holds, and ties"
    )]
    fn as_go_writes_them() {
        check(1.0, "1");
        check(20.0, "20");
        check(1_234_567.8, "1.2345678e+06");
        check(200_000.0, "200000");
        check(2_000_000.0, "2e+06");
        check(12.0, "12");
        check(123_456_700.0, "1.234567e+08");
        check(1e23, "1e+23");
        check(1e23_f64.next_down(), "9.999999999999997e+22");
        check(1e23_f64.next_up(), "1.0000000000000001e+23");
        // Halfway between two numbers of as many digits, Go takes the even one.
        check(108_678_236_358_137.625, "1.0867823635813762e+14");
        check(5e-304 / 1e20, "5e-324");
        check(-5e-304 / 1e20, "-5e-324");
        check(32.0, "32");
        check(2.225_073_858_507_201_2e-308, "2.2250738585072014e-308");
        check(2.225_073_858_507_201_1e-308, "2.225073858507201e-308");
        check(383_260_575_764_816_448.0, "3.8326057576481645e+17");
        check(-5.833_955_379_380_223_7e23, "-5.8339553793802237e+23");
        check(1.801_439_850_948_199e16, "1.801439850948199e+16");
        check(5.960_464_477_539_063e-8, "5.960464477539063e-08");
        check(1.012e-320, "1.012e-320");
    }

    /// Against the digits that the standard library finds, respelled the slow way. It rounds up where Go takes the even one.
    #[test]
    fn a_million_random_numbers() {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut out = String::new();
        for round in 0..1_000_000 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let value = match round % 4 {
                // Any bits, then what exporters serve: ticks, fractions, byte counts.
                0 => f64::from_bits(state),
                1 => (state % 100_000_000) as f64 * 0.01,
                2 => (state >> 11) as f64 / (1_u64 << 53) as f64,
                _ => (state >> (state % 64)) as f64,
            };
            out.clear();
            write(&mut out, value);
            if value.is_finite() && value != 0.0 {
                let slow = slowly(value);
                let digits = out.split('e').next().unwrap();
                let even = out.len() == slow.len() && digits.ends_with(['0', '2', '4', '6', '8']);
                assert!(out == slow || even, "{out} and {slow}");
                assert_eq!(out.parse(), Ok(value));
            }
        }
    }

    fn slowly(value: f64) -> String {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap();
        let exponent: i32 = exponent.parse().unwrap();
        if (-4..6).contains(&exponent) {
            return value.to_string();
        }
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{digits}e{sign}{:02}", exponent.abs())
    }
}
