//! One sample line, the same in every format: `name{label="value"} number`.

use std::borrow::Cow;
use std::io;

use super::number;

/// Appends `name{labels} value` and a newline.
pub fn write<'a>(
    out: &mut String,
    name: &str,
    labels: impl IntoIterator<Item = (&'a str, &'a str)>,
    value: f64,
) {
    write_series(out, name, labels);
    out.push(' ');
    number::write(out, value);
    out.push('\n');
}

/// Appends `name{labels}`; no braces where there are no labels.
pub fn write_series<'a>(out: &mut String, name: &str, labels: impl IntoIterator<Item = (&'a str, &'a str)>) {
    out.push_str(name);
    let mut open = '{';
    for (label, value) in labels {
        out.push(open);
        open = ',';
        out.push_str(label);
        out.push_str("=\"");
        write_escaped(out, value);
        out.push('"');
    }
    if open == ',' {
        out.push('}');
    }
}

/// The name of a metric with `_` in place of every character that it cannot have.
pub fn legal_name(name: &str) -> Cow<'_, str> {
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':';
    let begins_legally = name.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    // Without a way out of the loop, many bytes are looked at at once.
    if begins_legally && name.bytes().fold(true, |legal, byte| legal & is_legal(byte)) {
        return Cow::Borrowed(name);
    }
    let mut legal = String::with_capacity(name.len() + 1);
    if !begins_legally {
        legal.push('_');
    }
    legal.extend(name.chars().map(|character| match u8::try_from(character) {
        Ok(byte) if is_legal(byte) => character,
        _ => '_',
    }));
    Cow::Owned(legal)
}

/// Appends a label value with `\`, `"` and newline escaped.
pub fn write_escaped(out: &mut String, value: &str) {
    let mut rest = value;
    while let Some(at) = memchr::memchr3(b'\\', b'"', b'\n', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'\n' => "\\n",
            b'"' => "\\\"",
            _ => "\\\\",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

/// Writes lines with the values of the label `bound` respelled as OpenMetrics wants them: `le="1"` becomes `le="1.0"`.
pub(super) fn write_with_decimal_bounds(
    out: &mut impl io::Write,
    lines: &str,
    bound: &str,
) -> io::Result<()> {
    for line in lines.split_inclusive('\n') {
        match whole_number_end(line, bound) {
            Some(end) => {
                let (before, after) = line.split_at(end);
                out.write_all(before.as_bytes())?;
                out.write_all(b".0")?;
                out.write_all(after.as_bytes())?;
            }
            None => out.write_all(line.as_bytes())?,
        }
    }
    Ok(())
}

/// Where the value of the label `bound` ends, if it is digits alone, perhaps behind a minus.
///
/// Goes from label to label, because a value may hold anything, `,le=` too.
fn whole_number_end(line: &str, bound: &str) -> Option<usize> {
    let mut at = line.find('{')? + 1;
    loop {
        let rest = line.get(at..)?;
        let (name, value) = rest.split_once("=\"")?;
        let value_at = at + name.len() + 2;
        let length = closing_quote(value)?;
        if name == bound {
            let digits = value.get(..length)?;
            let digits = digits.strip_prefix('-').unwrap_or(digits);
            let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            return whole.then_some(value_at + length);
        }
        at = value_at + length + "\",".len();
    }
}

/// Length of an escaped value up to the quote that ends it.
fn closing_quote(value: &str) -> Option<usize> {
    let mut escaped = false;
    value.bytes().position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_escapes() {
        let mut out = String::new();
        write(&mut out, "up", [], 1.0);
        write(&mut out, "x", [("a", "C:\\dir\n\"q\""), ("b", "ü{},=")], 2e6);
        assert_eq!(out, "up 1\nx{a=\"C:\\\\dir\\n\\\"q\\\"\",b=\"ü{},=\"} 2e+06\n");
    }

    #[test]
    fn names_of_any_text() {
        for (text, name) in [
            ("node_vmstat_pgfault", "node_vmstat_pgfault"),
            ("job:up:sum", "job:up:sum"),
            ("node_vmstat_-9nr {x} 1\n#é", "node_vmstat__9nr__x__1___"),
            ("9lives", "_9lives"),
            ("", "_"),
        ] {
            assert_eq!(legal_name(text), name);
        }
    }

    #[track_caller]
    fn check_bound(line: &str, expect: &str) {
        let mut out = Vec::new();
        write_with_decimal_bounds(&mut out, line, "le").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), expect);
    }

    #[test]
    fn whole_bounds_get_a_decimal_point() {
        check_bound("x_bucket{le=\"1\"} 1\n", "x_bucket{le=\"1.0\"} 1\n");
        check_bound("x{a=\"b\",le=\"-10\"} 1\n", "x{a=\"b\",le=\"-10.0\"} 1\n");
        check_bound(
            "x{le=\"1\",z=\"2\"} 1\nx{le=\"2\"} 1\n",
            "x{le=\"1.0\",z=\"2\"} 1\nx{le=\"2.0\"} 1\n",
        );
        check_bound("x{a=\",le=\",le=\"1\"} 1\n", "x{a=\",le=\",le=\"1.0\"} 1\n");
        check_bound(
            "x{a=\"\\\",le=\\\"1\",le=\"2\"} 1\n",
            "x{a=\"\\\",le=\\\"1\",le=\"2.0\"} 1\n",
        );
        check_bound("x{a=\"\\\\\",le=\"2\"} 1\n", "x{a=\"\\\\\",le=\"2.0\"} 1\n");
    }

    #[test]
    fn other_bounds_stay() {
        for line in [
            "x_sum 1\n",
            "x_sum{a=\"1\"} 1\n",
            "x{le=\"0.5\"} 1\n",
            "x{le=\"1e+06\"} 1\n",
            "x{le=\"+Inf\"} 1\n",
            "x{le=\"\"} 1\n",
            "x{le=\"-\"} 1\n",
            "x{ale=\"1\"} 1\n",
            "x{le=\"1\n",
            "x{le\n",
            "x{",
        ] {
            check_bound(line, line);
        }
    }
}
