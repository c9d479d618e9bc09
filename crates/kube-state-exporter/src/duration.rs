//! Durations as Go writes them: `1h2m3.5s`, `250ms`.

/// Seconds; nothing where the text is no duration.
pub fn seconds(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| c != '.' && !c.is_ascii_digit())?;
        let (number, behind) = rest.split_at_checked(digits)?;
        let unit_end = behind
            .find(|c: char| c == '.' || c.is_ascii_digit())
            .unwrap_or(behind.len());
        let (unit, behind) = behind.split_at_checked(unit_end)?;
        seconds += number.parse::<f64>().ok()? * unit_seconds(unit)?;
        rest = behind;
    }
    // Go's durations are nanoseconds in 63 bits.
    (seconds <= i64::MAX as f64 / 1e9).then_some(sign * seconds)
}

fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1e-9,
        "us" | "µs" | "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    })
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
