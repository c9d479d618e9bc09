//! A YAML document as a tree whose every part knows its place. The only module that names the YAML library.
//!
//! The tree is made of the parser's events by hand: deserializers that are derived for it took 900 kB of the binary
//! (measured on 2026-11-21).

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use granit_parser::{Event, Options, Parser, ScalarStyle, StrInput};

use crate::read::Read;

/// What a document may take, so that none can take all.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Sections in sections.
    pub depth: usize,
    /// Parts of a document, those that an alias repeats counted each time, so that aliases of aliases do not explode.
    pub parts: usize,
}

/// Where in the file something stands, both counted from 1; 0 is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column, in characters.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => Ok(()),
            line => write!(f, ":{line}:{}", self.column),
        }
    }
}

/// A file that cannot be used: one line that names the file, the place and the reason.
#[derive(Debug, thiserror::Error)]
#[error("{}{place}: {reason}", path.display())]
pub struct Error {
    /// The file.
    pub path: PathBuf,
    /// Where in it.
    pub place: Place,
    /// What is wrong there.
    pub reason: String,
}

impl Error {
    /// What was refused, in the file that it stands in.
    pub fn of(path: &Path, (place, reason): Refused) -> Self {
        Self {
            path: path.to_owned(),
            place,
            reason,
        }
    }
}

/// A place and what is wrong there, in a file that the caller knows.
pub type Refused = (Place, String);

/// A part of a document.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it begins.
    pub place: Place,
    /// What it is.
    pub value: Value,
    /// This part and all below it.
    count: usize,
}

/// What a part of a document is.
#[derive(Clone, Debug)]
pub enum Value {
    /// Nothing after the colon, or `null`.
    Null,
    /// A text, a number or a truth value, as it is spelled.
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// Keys with their places, in the order of the file; none stands there twice.
    Map(Vec<(String, Place, Node)>),
}

/// Reads a file of at most [`Limits::bytes`].
pub fn load(path: &Path, limits: &Limits) -> Result<String, Error> {
    let refuse = |reason: String| Error::of(path, (Place::default(), reason));
    let size = std::fs::metadata(path).map_err(|error| refuse(error.to_string()))?;
    if !size.is_file() {
        return Err(refuse("not a regular file".into()));
    }
    if limits.bytes < size.len() {
        return Err(refuse(format!(
            "{} bytes, more than {}",
            size.len(),
            limits.bytes
        )));
    }
    std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))
}

/// Parses `text`, which came from `path`. An empty document is the default value.
pub fn parse<T: Read + Default>(path: &Path, text: &str, limits: &Limits) -> Result<T, Error> {
    let value = match tree(text, limits) {
        Ok(Node {
            value: Value::Null, ..
        }) => Ok(T::default()),
        Ok(node) => T::read(node),
        Err(refused) => Err(refused),
    };
    value.map_err(|refused| Error::of(path, refused))
}

/// Reads one document. Fails on what is not YAML, on a repeated key, on a second document, and beyond the limits.
pub fn tree(text: &str, limits: &Limits) -> Result<Node, Refused> {
    if limits.bytes < text.len() as u64 {
        return Err((Place::default(), format!("more than {} bytes", limits.bytes)));
    }
    let mut options = Options::default();
    options.emit_comments = false;
    options.block_nesting_limit = limits.depth;
    options.flow_nesting_limit = limits.depth;
    let mut reader = Reader {
        parser: Parser::new_from_str_with_options(text, options),
        anchors: HashMap::new(),
        count: 0,
        parts_max: limits.parts,
    };
    let mut document = None;
    while let Some((event, place)) = reader.next()? {
        match event {
            Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd => {}
            _ if document.is_some() => return Err((place, "a second document starts here".into())),
            event => document = Some(reader.node(event, place)?),
        }
    }
    Ok(document.unwrap_or(Node {
        place: Place::default(),
        value: Value::Null,
        count: 1,
    }))
}

struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Node>,
    count: usize,
    parts_max: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Option<(Event<'a>, Place)>, Refused> {
        let place = |line, column| Place {
            line,
            column: column + 1,
        };
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((event, place(span.start.line(), span.start.col())))),
            Some(Err(error)) => {
                let marker = error.marker();
                Err((place(marker.line(), marker.col()), error.info().to_owned()))
            }
        }
    }

    /// Reads the part that starts with `event`. [`Limits::depth`] bounds the recursion.
    fn node(&mut self, event: Event<'a>, place: Place) -> Result<Node, Refused> {
        let before = self.count;
        self.grow(1, place)?;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, _tag) => (scalar(text.into_owned(), style), anchor),
            Event::SequenceStart(_, anchor, _tag) => (self.list()?, anchor),
            Event::MappingStart(_, anchor, _tag) => (self.map()?, anchor),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err((place, "an alias inside of what it repeats".into()));
                };
                self.grow(node.count, place)?;
                (node.value, 0)
            }
            _ => return Err((place, "expected a value".into())),
        };
        let node = Node {
            place,
            value,
            count: self.count - before,
        };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self) -> Result<Value, Refused> {
        let mut nodes = Vec::new();
        while let Some((event, place)) = self.next()? {
            match event {
                Event::SequenceEnd => break,
                event => nodes.push(self.node(event, place)?),
            }
        }
        Ok(Value::List(nodes))
    }

    fn map(&mut self) -> Result<Value, Refused> {
        let mut entries: Vec<(String, Place, Node)> = Vec::new();
        let mut merged = Vec::new();
        while let Some((event, place)) = self.next()? {
            let key = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err((place, "expected a key".into())),
            };
            if entries.iter().any(|(other, ..)| *other == key) {
                return Err((place, format!("key {key:?} stands there twice")));
            }
            let Some((event, value_place)) = self.next()? else {
                break;
            };
            let node = self.node(event, value_place)?;
            match key.as_str() {
                "<<" => merged.push(node),
                _ => entries.push((key, place, node)),
            }
        }
        for node in merged {
            merge(&mut entries, node)?;
        }
        Ok(Value::Map(entries))
    }

    fn grow(&mut self, count: usize, place: Place) -> Result<(), Refused> {
        self.count += count;
        if self.count > self.parts_max {
            return Err((place, format!("more than {} values", self.parts_max)));
        }
        Ok(())
    }
}

/// Adds the keys of `<<: *anchor` that are not given themselves.
fn merge(entries: &mut Vec<(String, Place, Node)>, node: Node) -> Result<(), Refused> {
    match node.value {
        Value::Map(more) => {
            for entry in more {
                if !entries.iter().any(|(key, ..)| *key == entry.0) {
                    entries.push(entry);
                }
            }
            Ok(())
        }
        Value::List(nodes) => nodes.into_iter().try_for_each(|node| match node.value {
            Value::Map(_) => merge(entries, node),
            _ => Err((node.place, "<< takes sections".into())),
        }),
        Value::Null | Value::Scalar(_) => Err((node.place, "<< takes a section".into())),
    }
}

fn scalar(text: String, style: ScalarStyle) -> Value {
    match (style, text.as_str()) {
        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Value::Null,
        _ => Value::Scalar(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        bytes: 1 << 20,
        depth: 32,
        parts: 200_000,
    };

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let shown = match tree(text, &LIMITS) {
            Ok(node) => show(&node),
            Err((place, reason)) => format!("{place} {reason}"),
        };
        assert_eq!(shown, expect);
    }

    fn show(node: &Node) -> String {
        match &node.value {
            Value::Null => "null".into(),
            Value::Scalar(text) => format!("{text:?}"),
            Value::List(nodes) => format!("{:?}", nodes.iter().map(show).collect::<Vec<_>>())
                .replace("\\", "")
                .replace("\"\"", "'"),
            Value::Map(entries) => entries
                .iter()
                .map(|(key, _, node)| format!("{key}={} ", show(node)))
                .collect(),
        }
    }

    #[test]
    fn scalars() {
        check(
            "a: 1\nb: 'null'\nc:\nd: ~\ne: yes",
            "a=\"1\" b=\"null\" c=null d=null e=\"yes\" ",
        );
        check("", "null");
    }

    #[test]
    fn anchors_and_merges() {
        check(
            "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}",
            "a=b=\"1\" c=\"2\"  d=c=\"3\" b=\"1\"  ",
        );
        check(
            "a: &x {b: 1}\nd: {<<: [*x, {b: 2, e: 3}]}",
            "a=b=\"1\"  d=b=\"1\" e=\"3\"  ",
        );
        check("a: {<<: 1}", ":1:9 << takes a section");
    }

    #[test]
    fn refused() {
        check("a: 1\na: 2", ":2:1 key \"a\" stands there twice");
        check("a: 1\n---\nb: 2", ":3:1 a second document starts here");
        check("a: &x [*x]", ":1:8 an alias inside of what it repeats");
        let nested = "[".repeat(1000);
        assert!(tree(&nested, &LIMITS).is_err());
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
        }
        assert!(
            tree(&bomb, &LIMITS)
                .unwrap_err()
                .1
                .starts_with("more than 200000 values")
        );
    }
}
