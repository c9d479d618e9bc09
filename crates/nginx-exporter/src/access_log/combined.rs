//! Lines of nginx's predefined format `combined`, and of formats that begin as it does.
//!
//! ```text
//! 10.0.0.7 - - [21/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/8.5.0"
//! ```
//!
//! What follows is read over, but for a request time that says so: a format that ends with `rt=$request_time`
//! or `request_time=$request_time` has histograms of time. Quotes inside of fields come as `\x22`.

use memchr::memchr;
use memchr::memmem::find;

use super::Entry;

/// What stands before the request time.
const TIME_MARKS: [&[u8]; 2] = [b" rt=", b" request_time="];

/// Reads a line; `None` where it is of another format.
#[must_use]
pub fn parse(line: &[u8]) -> Option<Entry> {
    // A user's name may have blanks and brackets, but a quote only as `\x22`.
    let quote = memchr(b'"', line)?;
    let (before, rest) = (line.get(..quote)?, line.get(quote + 1..)?);
    if !before.ends_with(b"] ") {
        return None;
    }
    let end = memchr(b'"', rest)?;
    let (request, after) = (rest.get(..end)?, rest.get(end + 1..)?);
    let mut fields = after.strip_prefix(b" ")?.split(|byte| *byte == b' ');
    let status = fields.next()?;
    let size = fields.next()?;
    let time = TIME_MARKS.iter().find_map(|mark| {
        let from = find(after, mark)? + mark.len();
        after
            .get(from..)?
            .split(|byte| matches!(byte, b' ' | b'"' | b',' | b';'))
            .next()
    });
    let method = request.split(|byte| *byte == b' ').next().unwrap_or_default();
    Entry::new(method, status, size, time.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(line: &str, expect: Expect) {
        expect.assert_eq(&format!("{:?}", parse(line.as_bytes())));
    }

    #[test]
    fn combined() {
        check(
            r#"10.0.0.7 - - [21/Nov/2026:10:00:00 +0000] "GET /x?y HTTP/1.1" 200 612 "-" "curl/8.5.0""#,
            expect!["Some(Entry { method: 0, status: 200, size_bytes: Some(612), time_seconds: None })"],
        );
        check(
            r#"::1 - a b] c [21/Nov/2026:10:00:00 +0000] "PROPFIND / HTTP/1.1" 405 150 "http://\x22/" "-" "10.1.1.1""#,
            expect!["Some(Entry { method: 9, status: 405, size_bytes: Some(150), time_seconds: None })"],
        );
    }

    #[test]
    fn with_a_time() {
        check(
            r#"1.1.1.1 - - [21/Nov/2026:10:00:00 +0000] "POST /a HTTP/2.0" 204 0 "-" "-" rt=0.125 uct=0.001"#,
            expect!["Some(Entry { method: 2, status: 204, size_bytes: Some(0), time_seconds: Some(0.125) })"],
        );
        check(
            r#"1.1.1.1 - - [21/Nov/2026:10:00:00 +0000] "POST /a HTTP/2.0" 204 0 "-" "-" "request_time=-""#,
            expect!["Some(Entry { method: 2, status: 204, size_bytes: Some(0), time_seconds: None })"],
        );
    }

    #[test]
    fn no_request() {
        check(
            r#"1.1.1.1 - - [21/Nov/2026:10:00:00 +0000] "" 400 0 "-" "-""#,
            expect!["Some(Entry { method: 9, status: 400, size_bytes: Some(0), time_seconds: None })"],
        );
        check(
            r#"1.1.1.1 - - [21/Nov/2026:10:00:00 +0000] "\x16\x03\x01" 400 157 "-" "-""#,
            expect!["Some(Entry { method: 9, status: 400, size_bytes: Some(157), time_seconds: None })"],
        );
        check(
            r#"1.1.1.1 - - [21/Nov/2026:10:00:00 +0000] "-" 000 0 "-" "-""#,
            expect!["Some(Entry { method: 9, status: 0, size_bytes: Some(0), time_seconds: None })"],
        );
    }

    #[test]
    fn other_lines() {
        for line in [
            "",
            "\"",
            "x] \"",
            "x] \"GET",
            "x] \"GET /\"",
            "x] \"GET /\" 200",
            "x \"GET /\" 200 1",
            "x] \"GET /\" abc 1",
            "{}",
        ] {
            assert_eq!(parse(line.as_bytes()), None, "{line:?}");
        }
    }
}
