//! From the tree of a document to values of the types that its keys have.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::Secret;
use crate::document::{Node, Place, Refused, Value};

/// What a part of a document can be read as.
pub trait Read: Sized {
    /// Fails with the place and what is wrong there.
    fn read(node: Node) -> Result<Self, Refused>;
}

/// A value and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// Any value, which is not kept.
#[derive(Clone, Copy, Debug)]
pub struct Anything;

impl Read for Anything {
    fn read(_node: Node) -> Result<Self, Refused> {
        Ok(Self)
    }
}

impl<T: Read> Read for At<T> {
    fn read(node: Node) -> Result<Self, Refused> {
        Ok(Self {
            place: node.place,
            value: T::read(node)?,
        })
    }
}

impl Read for String {
    fn read(node: Node) -> Result<Self, Refused> {
        match node.value {
            Value::Scalar(text) => Ok(text),
            Value::Null => Ok(Self::new()),
            Value::List(_) | Value::Map(_) => Err((node.place, "expected a text".into())),
        }
    }
}

impl Read for PathBuf {
    fn read(node: Node) -> Result<Self, Refused> {
        String::read(node).map(Self::from)
    }
}

impl Read for Secret {
    fn read(node: Node) -> Result<Self, Refused> {
        String::read(node).map(Self::new)
    }
}

impl Read for bool {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        // The spellings of YAML 1.1, which Prometheus takes.
        match String::read(node)?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Ok(true),
            "false" | "no" | "off" | "n" => Ok(false),
            other => Err((place, format!("{other:?} is not true or false"))),
        }
    }
}

impl Read for f64 {
    fn read(node: Node) -> Result<Self, Refused> {
        parsed(node, "a number", |text| text.parse().ok())
    }
}

impl Read for u64 {
    fn read(node: Node) -> Result<Self, Refused> {
        parsed(node, "a whole number from 0", |text| text.parse().ok())
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(node: Node) -> Result<Self, Refused> {
        match node.value {
            Value::List(nodes) => nodes.into_iter().map(T::read).collect(),
            Value::Null => Ok(Self::new()),
            Value::Scalar(_) | Value::Map(_) => Err((
                node.place,
                "expected a list: `[…]`, or lines that begin with `- `".into(),
            )),
        }
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn read(node: Node) -> Result<Self, Refused> {
        let entries = section(node)?.into_iter();
        entries.map(|(key, _, node)| Ok((key, T::read(node)?))).collect()
    }
}

/// Reads a word with `parse`; `what` says what is expected: "a duration, as in 15s".
pub fn parsed<T>(node: Node, what: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, Refused> {
    let place = node.place;
    let text = String::read(node)?;
    parse(&text).ok_or_else(|| (place, format!("{text:?} is not {what}")))
}

/// The keys of a section in the order of the file; none where it is empty.
pub fn section(node: Node) -> Result<Vec<(String, Place, Node)>, Refused> {
    match node.value {
        Value::Map(entries) => Ok(entries),
        Value::Null => Ok(Vec::new()),
        Value::Scalar(_) | Value::List(_) => {
            Err((node.place, "expected a section of `key: value` lines".into()))
        }
    }
}

/// The keys of a section, taken out one by one.
#[derive(Debug)]
pub struct Keys(Vec<(String, Place, Node)>);

impl Keys {
    /// Fails on a key that is none of `known`.
    pub fn of(node: Node, known: &[&str]) -> Result<Self, Refused> {
        Self::refusing(node, known, &[], |_| String::new())
    }

    /// Fails on a key that is none of `known`. A key of `refused` may stand there without a value; with one, it is
    /// refused with the words of `why`.
    pub fn refusing(
        node: Node,
        known: &[&str],
        refused: &[&str],
        why: impl Fn(&str) -> String,
    ) -> Result<Self, Refused> {
        let entries = section(node)?;
        for (key, place, node) in &entries {
            let key = key.as_str();
            if refused.contains(&key) && !matches!(node.value, Value::Null) {
                return Err((*place, why(key)));
            }
            if !refused.contains(&key) && !known.iter().any(|known| spelling(known) == key) {
                return Err((*place, format!("unknown key {key:?}{}", nearest(key, known))));
            }
        }
        Ok(Self(entries))
    }

    /// The value of a key; `None` where it is not given, or given without a value.
    pub fn take<T: Read>(&mut self, key: &str) -> Result<Option<T>, Refused> {
        let at = self.0.iter().position(|(other, ..)| other == spelling(key));
        match at.map(|at| self.0.swap_remove(at).2) {
            None
            | Some(Node {
                value: Value::Null, ..
            }) => Ok(None),
            Some(node) => T::read(node).map(Some),
        }
    }
}

/// How a field is spelled in the file: `type` is a word of Rust too.
fn spelling(field: &str) -> &str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// Most differences to a key that is meant.
const DIFFERENCES_MAX: usize = 2;

/// Fewest characters of a key that is part of the one that is meant.
const PART_MIN: usize = 3;

/// Most keys of a section that are all told.
const TOLD_MAX: usize = 8;

/// `, did you mean …` where a known key is close; else all that are known, where they are few.
fn nearest(key: &str, known: &[&str]) -> String {
    let near = known
        .iter()
        .map(|known| (distance(key, spelling(known)), spelling(known)))
        .min()
        .filter(|(distance, _)| *distance <= DIFFERENCES_MAX)
        .map(|(_, known)| known);
    let is_part = |known: &&str| {
        let short = key.len().min(known.len());
        PART_MIN <= short && (known.contains(key) || key.contains(*known))
    };
    let spelled = || known.iter().map(|known| spelling(known));
    let near = near.or_else(|| spelled().filter(is_part).min_by_key(|known| known.len()));
    match near {
        Some(known) => format!(", did you mean {known:?}?"),
        None if known.len() <= TOLD_MAX => {
            format!("; known here: {}", spelled().collect::<Vec<_>>().join(", "))
        }
        None => String::new(),
    }
}

/// How many characters must be put in, taken out or changed to make one text of the other.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (at, a) in left.bytes().enumerate() {
        let mut diagonal = at;
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
        let mut before = at + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(right.bytes()) {
            let changed = diagonal + usize::from(a != b);
            diagonal = *cell;
            before = changed.min(diagonal + 1).min(before + 1);
            *cell = before;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_meant() {
        let known = ["r#type", "credentials", "credentials_file"];
        for (key, expect) in [
            ("typ", ", did you mean \"type\"?"),
            ("credential_file", ", did you mean \"credentials_file\"?"),
            ("cred", ", did you mean \"credentials\"?"),
            ("my_credentials", ", did you mean \"credentials\"?"),
            ("token", "; known here: type, credentials, credentials_file"),
        ] {
            assert_eq!(nearest(key, &known), expect, "{key}");
        }
        assert_eq!(nearest("token", &["aaaaaaaa"; 9]), "");
    }

    #[test]
    fn distances() {
        for (left, right, expect) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "ab", 2),
            ("job", "job_name", 5),
            ("globl", "global", 1),
            ("scrpae", "scrape", 2),
        ] {
            assert_eq!(distance(left, right), expect, "{left} {right}");
        }
    }
}
