//! A field's value as a number, and as text.

use jiff::Timestamp;
use metrics_registry::exposition::number;
use serde_json::Value;

use crate::{duration, quantity};

/// How texts become numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ValueType {
    /// By what they look like.
    #[default]
    Any,
    /// `1h30m`, in seconds.
    Duration,
    /// `250m`, `5Gi`
    Quantity,
}

impl ValueType {
    /// The number of a value. Fails with what was found instead of one.
    pub fn number(self, value: &Value) -> Result<f64, String> {
        let wanted = |what, parse: fn(&str) -> Option<f64>| {
            value
                .as_str()
                .and_then(parse)
                .ok_or_else(|| format!("expected {what}, found {}", shown(value)))
        };
        match self {
            Self::Any => of(value),
            Self::Duration => wanted("a duration", duration::seconds),
            Self::Quantity => wanted("a quantity", quantity::approximate),
        }
    }
}

/// The number of any value. Fails with what was found instead of one.
pub fn of(value: &Value) -> Result<f64, String> {
    let number = match value {
        Value::Bool(is) => Some(f64::from(u8::from(*is))),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => of_text(text),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    number.ok_or_else(|| format!("expected a number, found {}", shown(value)))
}

/// Truth, a time in seconds since 1970, a quantity, a part of a hundred, or any other number; what fits first.
pub fn of_text(text: &str) -> Option<f64> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" => return Some(1.0),
        "false" | "no" | "unknown" => return Some(0.0),
        _ => {}
    }
    time(text)
        .or_else(|| quantity::approximate(text))
        .or_else(|| percent(text))
        .or_else(|| text.parse().ok())
}

/// RFC 3339 alone; the library takes more.
fn time(text: &str) -> Option<f64> {
    if text.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    let time: Timestamp = text.parse().ok()?;
    Some(time.as_second() as f64)
}

fn percent(text: &str) -> Option<f64> {
    let digits = text.strip_suffix('%')?;
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number: f64 = digits.parse().ok().filter(|_| all_digits)?;
    Some(number / 100.0)
}

/// Text as Go prints a value, which labels of the reference show.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(is) => is.to_string(),
        Value::String(text) => text.clone(),
        Value::Number(count) if !count.is_f64() => count.to_string(),
        Value::Number(count) => {
            let mut out = String::new();
            number::write(&mut out, count.as_f64().unwrap_or(f64::NAN));
            out
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(text).collect();
            format!("[{}]", items.join(" "))
        }
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(key, value)| format!("{key}:{}", text(value)))
                .collect();
            format!("map[{}]", fields.join(" "))
        }
    }
}

/// Characters of a value that a fault shows.
const SHOWN_BYTES_MAX: usize = 60;

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.get(..text.floor_char_boundary(SHOWN_BYTES_MAX)) {
        Some(start) if start.len() < text.len() => format!("{start}…"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(value: Value, expect: Result<f64, &str>) {
        assert_eq!(of(&value), expect.map_err(str::to_owned), "{value}");
    }

    #[test]
    fn numbers() {
        check(json!(7), Ok(7.0));
        check(json!(-43.21), Ok(-43.21));
        check(json!(true), Ok(1.0));
        for (text, expect) in [
            ("True", 1.0),
            ("yes", 1.0),
            ("FALSE", 0.0),
            ("no", 0.0),
            ("Unknown", 0.0),
            ("2022-06-28T00:00:00Z", 1_656_374_400.0),
            ("2022-06-28T02:00:00.5+02:00", 1_656_374_400.0),
            ("250m", 0.25),
            ("35m", 35.0 * 0.001),
            ("5Gi", 5_368_709_120.0),
            ("1.5Gi", 1_610_612_736.0),
            ("28%", 0.28),
            ("12", 12.0),
            ("-1.5e3", -1500.0),
            ("1e-20", 1e-9),
            ("+Inf", f64::INFINITY),
        ] {
            check(json!(text), Ok(expect));
        }
    }

    #[test]
    fn what_is_no_number_is_shown() {
        check(Value::Null, Err("expected a number, found null"));
        check(json!("foo"), Err("expected a number, found \"foo\""));
        check(
            json!("2022-06-28"),
            Err("expected a number, found \"2022-06-28\""),
        );
        check(json!("1.5%"), Err("expected a number, found \"1.5%\""));
        check(json!([1]), Err("expected a number, found [1]"));
        let long = of(&json!("é".repeat(100))).unwrap_err();
        assert!(long.ends_with('…') && long.len() < 100, "{long}");
    }

    #[test]
    fn types() {
        let number = |kind: ValueType, value: Value| kind.number(&value);
        assert_eq!(number(ValueType::Duration, json!("1h30m")), Ok(5400.0));
        assert_eq!(number(ValueType::Duration, json!("-250us")), Ok(-0.00025));
        assert_eq!(number(ValueType::Quantity, json!("2Ki")), Ok(2048.0));
        assert_eq!(
            number(ValueType::Duration, json!(5)),
            Err("expected a duration, found 5".to_owned())
        );
        assert_eq!(
            number(ValueType::Quantity, json!("true")),
            Err("expected a quantity, found \"true\"".to_owned())
        );
    }

    #[test]
    fn texts() {
        for (value, expect) in [
            (json!(false), "false"),
            (json!(1), "1"),
            (json!(12_345_678), "12345678"),
            (json!(1.5), "1.5"),
            (json!(1e6), "1e+06"),
            (json!("a"), "a"),
            (json!([1, "b"]), "[1 b]"),
            (json!({"b": null, "a": {"c": 1}}), "map[a:map[c:1] b:<nil>]"),
        ] {
            assert_eq!(text(&value), expect);
        }
    }
}
