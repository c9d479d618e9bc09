//! One sample line, the same in every format: `name{label="value"} number`.

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

/// Writes lines of a histogram or summary with `le="1"` and `quantile="1"` respelled `"1.0"`, as OpenMetrics wants.
pub(super) fn write_with_decimal_bounds(out: &mut impl io::Write, lines: &str) -> io::Result<()> {
    for line in lines.split_inclusive('\n') {
        match whole_number_bound_end(line) {
            Some(end) => {
                out.write_all(&line.as_bytes()[..end])?;
                out.write_all(b".0")?;
                out.write_all(&line.as_bytes()[end..])?;
            }
            None => out.write_all(line.as_bytes())?,
        }
    }
    Ok(())
}

/// Where the digits of a bound without a decimal point end.
fn whole_number_bound_end(line: &str) -> Option<usize> {
    ["le=\"", "quantile=\""].iter().find_map(|label| {
        let start = line
            .match_indices(label)
            .map(|(at, _)| at)
            .find(|at| matches!(line.as_bytes().get(at.wrapping_sub(1)), Some(b'{' | b',')))?
            + label.len();
        let digits = line[start..]
            .trim_start_matches('-')
            .find(|c: char| !c.is_ascii_digit())?;
        let end = start + digits + usize::from(line[start..].starts_with('-'));
        (digits > 0 && line.as_bytes()[end] == b'"').then_some(end)
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
}
