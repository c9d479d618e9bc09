//! How bcache writes numbers: `512`, `1.1M`, `-321.5k`.
//!
//! The kernel's `bch_hprint` divides by 1024 and writes the remainder, of 1024 parts, divided by 100 after the point:
//! `.10` is more than `.9`. The reference undoes this with a division by 10.24, and so does this.

/// The number, cut to an integer. Nothing where it is not of this form; a fraction is left out where there is no unit.
pub(super) fn parse(text: &str) -> Option<f64> {
    match text.strip_prefix('-') {
        Some(text) => Some(-magnitude(text)?),
        None => magnitude(text),
    }
}

fn magnitude(text: &str) -> Option<f64> {
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let exponent = match text.bytes().last()? {
        b'k' => 1,
        b'M' => 2,
        b'G' => 3,
        b'T' => 4,
        b'P' => 5,
        b'E' => 6,
        b'Z' => 7,
        b'Y' => 8,
        _ => return text.parse().ok().map(f64::trunc),
    };
    let digits = text.get(..text.len() - 1)?;
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = whole.parse::<f64>().ok()? + f64::from(fraction.parse::<u32>().ok()?) / 10.24;
    Some((number * 1024_f64.powi(exponent)).trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, number) in [
            ("0", Some(0.0)),
            ("512", Some(512.0)),
            ("10473.9", Some(10473.0)),
            ("1.1M", Some(1_150_976.0)),
            ("20.4G", Some(21_894_266_880.0)),
            ("4k", Some(4096.0)),
            ("1.10k", Some(2024.0)),
            ("-1.1k", Some(-1124.0)),
            ("1Y", Some(1_208_925_819_614_629_174_706_176.0)),
            ("", None),
            ("-", None),
            ("k", None),
            (".5k", None),
            ("1.k", None),
            ("1.1.1k", None),
            ("1.1\u{fffd}", None),
            ("nan", None),
            ("--1", None),
        ] {
            assert_eq!(parse(text), number, "{text:?}");
        }
    }
}
