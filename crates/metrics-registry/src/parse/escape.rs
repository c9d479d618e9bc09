//! Escapes in names, label values and help texts.

use std::borrow::Cow;
use std::fmt;

/// A text as its sender escaped it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escaped<'a> {
    raw: &'a str,
    /// Whether `\"` stands for `"`; in a help text of 0.0.4 it stands for itself.
    quotes: bool,
}

impl<'a> Escaped<'a> {
    /// The text of a label value, a quoted name, or a help text of OpenMetrics.
    pub(super) const fn quoted(raw: &'a str) -> Self {
        Self { raw, quotes: true }
    }

    /// A help text of 0.0.4.
    pub(super) const fn unquoted(raw: &'a str) -> Self {
        Self { raw, quotes: false }
    }

    /// The text as it was sent.
    #[must_use]
    pub const fn raw(self) -> &'a str {
        self.raw
    }

    /// The text itself; borrowed where nothing was escaped. A backslash before any other character stands for itself.
    #[must_use]
    pub fn unescape(self) -> Cow<'a, str> {
        let Some(first) = memchr::memchr(b'\\', self.raw.as_bytes()) else {
            return Cow::Borrowed(self.raw);
        };
        let (plain, mut rest) = self.raw.split_at(first);
        let mut out = String::with_capacity(self.raw.len());
        out.push_str(plain);
        while let Some(after) = rest.strip_prefix('\\') {
            let (meant, escaped) = match after.as_bytes().first() {
                Some(b'n') => ("\n", 1),
                Some(b'\\') => ("\\", 1),
                Some(b'"') if self.quotes => ("\"", 1),
                _ => ("\\", 0),
            };
            out.push_str(meant);
            let after = &after[escaped..];
            let plain = memchr::memchr(b'\\', after.as_bytes()).unwrap_or(after.len());
            out.push_str(&after[..plain]);
            rest = &after[plain..];
        }
        Cow::Owned(out)
    }
}

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.unescape())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, quoted: &str, unquoted: &str) {
        assert_eq!(Escaped::quoted(raw).unescape(), quoted);
        assert_eq!(Escaped::unquoted(raw).unescape(), unquoted);
    }

    #[test]
    fn escapes() {
        check("plain", "plain", "plain");
        check(r"a\\b\nc", "a\\b\nc", "a\\b\nc");
        check(r#"\"q\""#, "\"q\"", r#"\"q\""#);
        check(r"\\n", r"\n", r"\n");
        check(r"\\\n", "\\\n", "\\\n");
    }

    #[test]
    fn other_backslashes_stand_for_themselves() {
        check(r"C:\temp\", r"C:\temp\", r"C:\temp\");
        check(r"\ü\x", r"\ü\x", r"\ü\x");
    }

    #[test]
    fn nothing_escaped_is_borrowed() {
        assert!(matches!(Escaped::quoted("ü").unescape(), Cow::Borrowed("ü")));
    }
}
