//! How bcachefs writes numbers for people: `720`, `28.2k`, `2.05G`, in powers of 1024.

/// The number, cut to an integer. Nothing where it is not of this form.
pub(super) fn parse(text: &str) -> Option<f64> {
    let text = text.trim_ascii();
    if !text.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let exponent = match text.bytes().last()?.to_ascii_lowercase() {
        b'k' => 1,
        b'm' => 2,
        b'g' => 3,
        b't' => 4,
        b'p' => 5,
        b'e' => 6,
        _ => 0,
    };
    let digits = match exponent {
        0 => text,
        _ => text.get(..text.len() - 1)?,
    };
    let number: f64 = digits.trim_ascii_end().parse().ok()?;
    Some((number * 1024_f64.powi(exponent)).trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, number) in [
            ("720", Some(720.0)),
            ("  4719910958\n", Some(4_719_910_958.0)),
            ("28.2k", Some(28_876.0)),
            ("2.05G", Some(2_201_170_739.0)),
            ("91.2T", Some(100_275_460_453_171.0)),
            ("1 M", Some(1_048_576.0)),
            ("", None),
            ("k", None),
            ("-1k", None),
            ("infinite", None),
            ("1.1.1k", None),
        ] {
            assert_eq!(parse(text), number, "{text:?}");
        }
    }
}
