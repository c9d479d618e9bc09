//! Durations as Go writes them: `1h2m3.5s`, `250ms`.

/// Seconds, which may be negative; nothing where the text is no duration.
pub fn seconds(text: &str) -> Option<f64> {
    let (sign, length) = match text.strip_prefix('-') {
        Some(length) if length.starts_with('+') => return None,
        Some(length) => (-1.0, length),
        None => (1.0, text),
    };
    Some(sign * settings::duration::parse(length)?.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(seconds("1h2m3.5s"), Some(3723.5));
        assert_eq!(seconds("250ms"), Some(0.25));
        assert_eq!(seconds("-1.5h"), Some(-5400.0));
        assert_eq!(seconds("0"), Some(0.0));
        for wrong in ["", "-", "5", "s", "1d", "1.2.3s", "1sm", "99999999h"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }
}
