//! Line protocol of InfluxDB: `up,instance=pi:9100,job=node value=1 1700000000000`.
//!
//! A metric is a measurement with the field `value`, its labels are tags. The protocol has no stale marker, no NaN and
//! no infinity: such samples are not written. What it cannot spell in names becomes what is nearest.

use std::io::Write as _;

use crate::label_set::{Iter, METRIC_NAME};

/// Names that InfluxDB has for itself; a tag of that name would lose the point.
const RESERVED_TAGS: [&str; 3] = ["_field", "_measurement", "time"];

/// Appends one sample with a time in milliseconds. Returns whether the protocol can say it.
pub fn push(body: &mut Vec<u8>, labels: Iter<'_>, at_ms: i64, value: f64) -> bool {
    let metric = labels.clone().find(|(name, _)| *name == METRIC_NAME);
    let measurement = metric.map_or("", |(_, value)| value);
    if !value.is_finite() || measurement.is_empty() {
        return false;
    }
    // A line that begins with `#` is a comment.
    if measurement.starts_with('#') {
        body.push(b'_');
    }
    escape(body, measurement, b", ");
    for (name, value) in labels.filter(|(name, _)| *name != METRIC_NAME) {
        // A backslash at the end would make the comma after it part of the value, and cannot be escaped itself.
        let value = value.trim_end_matches('\\');
        if value.is_empty() {
            continue;
        }
        body.push(b',');
        if RESERVED_TAGS.contains(&name) {
            body.extend_from_slice(b"label_");
        }
        escape(body, name.trim_end_matches('\\'), b",= ");
        body.push(b'=');
        escape(body, value, b",= ");
    }
    // Writing into memory does not fail.
    let _ = writeln!(body, " value={value} {at_ms}");
    true
}

/// Appends a text with a backslash before each of `special`; a line break, which nothing can escape, becomes a space.
fn escape(body: &mut Vec<u8>, text: &str, special: &[u8]) {
    for byte in text.bytes() {
        let byte = if matches!(byte, b'\n' | b'\r') { b' ' } else { byte };
        if special.contains(&byte) {
            body.push(b'\\');
        }
        body.push(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::label_set::LabelSet;

    #[track_caller]
    fn check(metric: &str, labels: &[(&str, &str)], value: f64, expect: &str) {
        let set = LabelSet::of_metric(metric, labels.iter().copied());
        let mut body = Vec::new();
        let pushed = push(&mut body, set.iter(), 1_700_000_000_123, value);
        assert_eq!(String::from_utf8(body).unwrap(), expect);
        assert_eq!(pushed, !expect.is_empty());
    }

    #[test]
    fn samples() {
        check(
            "up",
            &[("instance", "pi:9100"), ("job", "node")],
            1.0,
            "up,instance=pi:9100,job=node value=1 1700000000123\n",
        );
        check(
            "a",
            &[],
            1e300,
            &format!("a value=1{} 1700000000123\n", "0".repeat(300)),
        );
        check("a", &[], -0.000_001, "a value=-0.000001 1700000000123\n");
    }

    #[test]
    fn names_that_must_be_escaped() {
        check(
            "my metric,a=b",
            &[
                ("a b", "c,d=e f"),
                ("path", "C:\\x\\"),
                ("text", "two\nlines"),
                ("time", "now"),
            ],
            2.5,
            "my\\ metric\\,a=b,a\\ b=c\\,d\\=e\\ f,path=C:\\x,text=two\\ lines,label_time=now value=2.5 1700000000123\n",
        );
        check("#a", &[("b", "\\")], 1.0, "_#a value=1 1700000000123\n");
    }

    #[test]
    fn what_the_protocol_does_not_know() {
        check("a", &[], f64::NAN, "");
        check("a", &[], f64::INFINITY, "");
        check("a", &[], f64::from_bits(crate::store::STALE_BITS), "");
    }
}
