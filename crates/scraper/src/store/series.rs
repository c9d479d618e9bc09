//! A series as its target spells it: `name{label="value"}`.

use std::borrow::Cow;

use metrics_registry::Format;
use metrics_registry::parse::{Entry, Labels, Parser};

/// The metric's name where it stands before the braces, without parsing; empty where it is quoted inside them.
pub fn bare_name(text: &str) -> &str {
    let end = memchr::memchr3(b'{', b' ', b'\t', text.as_bytes()).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// The line that [`split`] reads: a series and any value.
pub fn line(text: &str) -> String {
    let mut line = String::with_capacity(text.len() + 2);
    line.push_str(text);
    line.push_str(" 0");
    line
}

/// Name and labels of a series, from what [`line`] made of it.
///
/// `None` cannot happen for a text that a scrape brought: it has been parsed before.
pub fn split(line: &str) -> Option<(Cow<'_, str>, Labels<'_>)> {
    // The text grammar reads what either format let pass.
    match Parser::new(Format::Text004).line(line.as_bytes()) {
        Ok(Entry::Sample(sample)) => Some((sample.name, sample.labels)),
        _ => None,
    }
}

/// Hash of a label set whose labels are sorted by name; the same in every process and version.
pub fn identity<'a>(name: &str, labels: impl Iterator<Item = (&'a str, &'a str)>) -> u64 {
    let mut hash = super::super::fnv::Fnv::new();
    hash.write(name.as_bytes());
    for (label, value) in labels {
        // No UTF-8 text holds these bytes, so that the parts cannot run into one another.
        hash.write(&[0xfe]);
        hash.write(label.as_bytes());
        hash.write(&[0xff]);
        hash.write(value.as_bytes());
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_parsing() {
        assert_eq!(bare_name("up"), "up");
        assert_eq!(bare_name("up{a=\"b\"}"), "up");
        assert_eq!(bare_name("up {a=\"b\"}"), "up");
        assert_eq!(bare_name("{\"my.name\"}"), "");
    }

    #[test]
    fn split_in_either_spelling() {
        for text in ["a{b=\"c\"}", "{\"a\",b=\"c\"}", "a { b = \"c\" , }"] {
            let line = line(text);
            let (name, labels) = split(&line).unwrap();
            let labels: Vec<_> = labels.iter().collect();
            assert_eq!((name.as_ref(), labels), ("a", vec![("b".into(), "c".into())]));
        }
    }

    #[test]
    fn identity_tells_parts_apart() {
        let one = identity("a", [("b", "c")].into_iter());
        assert_ne!(one, identity("a", [("bc", "")].into_iter()));
        assert_ne!(one, identity("ab", [("", "c")].into_iter()));
        assert_eq!(one, identity("a", [("b", "c")].into_iter()));
    }
}
