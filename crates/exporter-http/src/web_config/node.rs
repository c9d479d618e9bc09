//! A YAML document as a tree whose every part knows its place. The only module that names the YAML library.
//!
//! The tree is made of the parser's events by hand: a derived deserializer and its error renderer would add 380 kB
//! to every binary (measured on 2026-11-22), and could not name the field of a wrong value.

use std::collections::HashMap;

use granit_parser::{Event, Options, Parser, ScalarStyle, Span};

use super::Error;

/// Bytes of the file; the largest sensible one, with inline certificates and a hundred users, has 30 kB.
pub(crate) const FILE_BYTES_MAX: usize = 256 * 1024;
/// Sections in sections; the deepest known field has three.
const DEPTH_MAX: usize = 16;
/// Parts of the tree, those that an alias repeats counted each time, so that aliases of aliases do not explode.
const NODES_MAX: usize = 20_000;

/// Line and column, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub line: usize,
    pub column: usize,
}

/// A scalar and where it stands.
#[derive(Clone)]
pub(crate) struct Word {
    pub text: String,
    pub place: Place,
}

/// A part of a document.
#[derive(Clone)]
pub(crate) struct Node {
    pub place: Place,
    pub value: Value,
    /// This part and all below it.
    count: usize,
}

#[derive(Clone)]
pub(crate) enum Value {
    Null,
    Scalar(String),
    List(Vec<Node>),
    /// In the order of the file; no key stands there twice.
    Map(Vec<(Word, Node)>),
}

/// Reads one document. An empty text is `Null`.
///
/// Fails on what is not YAML, on a key that is repeated or no scalar, on a second document, and beyond the limits.
pub(crate) fn parse(text: &str) -> Result<Node, Error> {
    if text.len() > FILE_BYTES_MAX {
        return Err(Error::section("", "larger than 256 KiB"));
    }
    let mut options = Options::default();
    options.emit_comments = false;
    options.block_nesting_limit = DEPTH_MAX;
    options.flow_nesting_limit = DEPTH_MAX;
    let mut reader = Reader {
        parser: Parser::new_from_str_with_options(text, options),
        anchors: HashMap::new(),
        count: 0,
    };
    let mut document = None;
    while let Some((event, place)) = reader.next()? {
        match event {
            Event::StreamStart | Event::StreamEnd | Event::DocumentStart(..) | Event::DocumentEnd => {}
            _ if document.is_some() => {
                return Err(at(place, "a second document starts here, expected one"));
            }
            event => document = Some(reader.node(event, place)?),
        }
    }
    Ok(document.unwrap_or(Node {
        place: Place { line: 1, column: 1 },
        value: Value::Null,
        count: 1,
    }))
}

fn at(place: Place, message: impl Into<String>) -> Error {
    Error {
        place: Some(place),
        field: String::new(),
        message: message.into(),
    }
}

struct Reader<'a> {
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    anchors: HashMap<usize, Node>,
    count: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Option<(Event<'a>, Place)>, Error> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((event, place_of(&span)))),
            Some(Err(error)) => {
                let marker = error.marker();
                let place = Place {
                    line: marker.line(),
                    column: marker.col() + 1,
                };
                Err(at(place, error.info()))
            }
        }
    }

    /// Reads the part that starts with `event`. `DEPTH_MAX` bounds the recursion.
    fn node(&mut self, event: Event<'a>, place: Place) -> Result<Node, Error> {
        let before = self.count;
        self.grow(1, place)?;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, _tag) => (scalar(text.into_owned(), style), anchor),
            Event::SequenceStart(_, anchor, _tag) => (self.list()?, anchor),
            Event::MappingStart(_, anchor, _tag) => (self.map()?, anchor),
            Event::Alias(anchor) => {
                let Some(node) = self.anchors.get(&anchor).cloned() else {
                    return Err(at(place, "an alias inside of what it repeats"));
                };
                self.grow(node.count, place)?;
                (node.value, 0)
            }
            _ => return Err(at(place, "expected a value")),
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

    fn list(&mut self) -> Result<Value, Error> {
        let mut nodes = Vec::new();
        while let Some((event, place)) = self.next()? {
            match event {
                Event::SequenceEnd => break,
                event => nodes.push(self.node(event, place)?),
            }
        }
        Ok(Value::List(nodes))
    }

    fn map(&mut self) -> Result<Value, Error> {
        let mut entries: Vec<(Word, Node)> = Vec::new();
        while let Some((event, place)) = self.next()? {
            let text = match event {
                Event::MappingEnd => break,
                Event::Scalar(text, ..) => text.into_owned(),
                _ => return Err(at(place, "expected the name of a field")),
            };
            if entries.iter().any(|(key, _)| key.text == text) {
                return Err(at(place, format!("field {text:?} stands there twice")));
            }
            let Some((event, value_place)) = self.next()? else {
                break;
            };
            let node = self.node(event, value_place)?;
            entries.push((Word { text, place }, node));
        }
        Ok(Value::Map(entries))
    }

    fn grow(&mut self, count: usize, place: Place) -> Result<(), Error> {
        self.count += count;
        if self.count > NODES_MAX {
            return Err(at(place, "more than 20,000 values"));
        }
        Ok(())
    }
}

fn place_of(span: &Span) -> Place {
    Place {
        line: span.start.line(),
        column: span.start.col() + 1,
    }
}

fn scalar(text: String, style: ScalarStyle) -> Value {
    match (style, text.as_str()) {
        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Value::Null,
        _ => Value::Scalar(text),
    }
}
