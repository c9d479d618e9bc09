//! One log line: `time=… level=… source=… msg="…" key=value`, or the same as JSON.

use std::fmt::Write;
use std::time::SystemTime;

use log::kv::{Error, Key, Value, VisitSource};

use super::{Format, time};

/// Bytes of one value; what a peer sent must not fill the disk.
const VALUE_BYTES_MAX: usize = 2048;

/// Appends one line and its newline. Nothing in `record` can start a second line or another key.
pub(super) fn write(out: &mut String, format: Format, now: SystemTime, record: &log::Record<'_>) {
    let mut stamp = String::with_capacity(24);
    time::write(&mut stamp, now);
    let file = record.file().unwrap_or("unknown");
    let file = file.rsplit('/').next().unwrap_or(file);
    let source = format!("{file}:{}", record.line().unwrap_or(0));
    let message = record.args().to_string();
    let mut pairs = Pairs { out, format };
    match format {
        Format::Logfmt => {
            // Writing to a string does not fail.
            let _ = write!(
                pairs.out,
                "time={stamp} level={} source={source} msg=",
                record.level()
            );
            quote(pairs.out, cut(&message));
        }
        Format::Json => {
            let _ = write!(
                pairs.out,
                "{{\"time\":\"{stamp}\",\"level\":\"{}\",\"source\":",
                record.level()
            );
            quote(pairs.out, &source);
            pairs.out.push_str(",\"msg\":");
            quote(pairs.out, cut(&message));
        }
    }
    // The visitor below never fails.
    let _ = record.key_values().visit(&mut pairs);
    if format == Format::Json {
        out.push('}');
    }
    out.push('\n');
}

struct Pairs<'a> {
    out: &'a mut String,
    format: Format,
}

impl<'kvs> VisitSource<'kvs> for Pairs<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        let text = value.to_string();
        let text = cut(&text);
        match self.format {
            Format::Logfmt => {
                self.out.push(' ');
                self.out.push_str(key.as_str());
                self.out.push('=');
                if needs_quotes(text) {
                    quote(self.out, text);
                } else {
                    self.out.push_str(text);
                }
            }
            Format::Json => {
                self.out.push(',');
                quote(self.out, key.as_str());
                self.out.push(':');
                let bare = value.to_i64().is_some() || value.to_bool().is_some();
                if bare {
                    self.out.push_str(text);
                } else {
                    quote(self.out, text);
                }
            }
        }
        Ok(())
    }
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(VALUE_BYTES_MAX)]
}

fn needs_quotes(text: &str) -> bool {
    text.is_empty()
        || text
            .chars()
            .any(|c| matches!(c, ' ' | '"' | '=' | '\\') || is_unsafe(c))
}

/// Characters that act on a terminal or on the order of text, or that a reader cannot see.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Appends the text in quotes, escaped in the way that is right in JSON too.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_unsafe(c) => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(message: &str, value: &str, expect: Expect) {
        let mut out = String::new();
        for format in [Format::Logfmt, Format::Json] {
            let pairs: [(&str, Value<'_>); 3] = [
                ("peer", Value::from(value)),
                ("count", Value::from(3)),
                ("on", Value::from(true)),
            ];
            write(
                &mut out,
                format,
                UNIX_EPOCH,
                &log::Record::builder()
                    .args(format_args!("{message}"))
                    .level(log::Level::Warn)
                    .file(Some("crates/exporter-http/src/serve.rs"))
                    .line(Some(41))
                    .key_values(&pairs)
                    .build(),
            );
        }
        expect.assert_eq(&out);
    }

    #[test]
    fn plain_values_are_bare() {
        check(
            "listening",
            "[::]:9100",
            expect![[r#"
            time=1970-01-01T00:00:00.000Z level=WARN source=serve.rs:41 msg="listening" peer=[::]:9100 count=3 on=true
            {"time":"1970-01-01T00:00:00.000Z","level":"WARN","source":"serve.rs:41","msg":"listening","peer":"[::]:9100","count":3,"on":true}
        "#]],
        );
    }

    #[test]
    fn a_value_cannot_forge_a_line_or_a_key() {
        check(
            "request \"refused\"",
            "x\nlevel=ERROR msg=\"forged\"\u{1b}[31m\u{202e}",
            expect![[r#"
                time=1970-01-01T00:00:00.000Z level=WARN source=serve.rs:41 msg="request \"refused\"" peer="x\nlevel=ERROR msg=\"forged\"\u001b[31m\u202e" count=3 on=true
                {"time":"1970-01-01T00:00:00.000Z","level":"WARN","source":"serve.rs:41","msg":"request \"refused\"","peer":"x\nlevel=ERROR msg=\"forged\"\u001b[31m\u202e","count":3,"on":true}
            "#]],
        );
        check(
            "",
            "",
            expect![[r#"
            time=1970-01-01T00:00:00.000Z level=WARN source=serve.rs:41 msg="" peer="" count=3 on=true
            {"time":"1970-01-01T00:00:00.000Z","level":"WARN","source":"serve.rs:41","msg":"","peer":"","count":3,"on":true}
        "#]],
        );
    }

    #[test]
    fn a_long_value_is_cut() {
        let mut out = String::new();
        let long = "ü".repeat(VALUE_BYTES_MAX);
        quote(&mut out, cut(&long));
        assert!(out.len() <= VALUE_BYTES_MAX + 2);
    }
}
