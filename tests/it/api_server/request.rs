//! One request: what is asked for, and in which form and format it is answered.

use std::io::Read;
use std::time::Instant;

use super::kinds::{self, Place};
use super::protobuf;
use super::world::Stored;

/// Bytes of a request's head.
const HEAD_BYTES_MAX: usize = 16 << 10;

/// What of an object is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Whole,
    Metadata,
    Table,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    Protobuf,
}

/// What kind of question it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// A watch that begins with all objects.
    Streaming,
    /// A watch from a version.
    Watch,
    /// A page of a list.
    List,
    /// One object, or a page that says how the server is.
    Other,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// When it came.
    pub at: Instant,
    pub path: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    /// `None` where the server has nothing there.
    pub place: Option<Place>,
    /// Whether the client showed a certificate that the server trusts.
    pub has_certificate: bool,
    /// What it is answered in; `None` where nothing that is accepted can be given.
    pub answered: Option<(Form, Format)>,
}

impl Request {
    /// Reads the next head; `None` where the client has closed.
    pub fn read(stream: &mut impl Read) -> Option<Self> {
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).ok()?;
            head.push(byte[0]);
            assert!(head.len() < HEAD_BYTES_MAX, "a head without an end");
        }
        let head = String::from_utf8(head).ok()?;
        let mut lines = head.lines();
        let target = lines.next()?.split(' ').nth(1)?;
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parameters = query.split('&').filter_map(|pair| pair.split_once('='));
        let headers = lines.filter_map(|line| line.split_once(": "));
        Some(Self {
            at: Instant::now(),
            path: path.to_owned(),
            query: parameters
                .map(|(name, value)| (name.to_owned(), decoded(value)))
                .collect(),
            headers: headers
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect(),
            place: kinds::place(path),
            has_certificate: false,
            answered: None,
        })
    }

    /// A header, or empty.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// A parameter, or empty.
    pub fn parameter(&self, name: &str) -> &str {
        let found = self.query.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The kind that is asked for, or empty.
    pub fn plural(&self) -> &'static str {
        self.place.as_ref().map_or("", |place| place.kind.plural)
    }

    /// What kind of question it is.
    pub fn asked(&self) -> Asked {
        let is_collection = self.place.as_ref().is_some_and(|place| place.name.is_empty());
        let streams = self.parameter("sendInitialEvents") == "true";
        match (is_collection, self.parameter("watch") == "true", streams) {
            (true, true, true) => Asked::Streaming,
            (true, true, false) => Asked::Watch,
            (true, false, _) => Asked::List,
            (false, ..) => Asked::Other,
        }
    }

    /// Chooses the first form and format that are accepted and can be given.
    pub fn negotiate(&mut self, speaks_protobuf: bool) {
        let Some(place) = &self.place else {
            return;
        };
        let choices = self.header("accept").split(',').map(str::trim);
        let choice = |choice: &str| {
            let (media_type, parameters) = choice.split_once(';').unwrap_or((choice, ""));
            let form = match parameters.split(';').find_map(|word| word.strip_prefix("as=")) {
                None => Form::Whole,
                Some("Table") => Form::Table,
                Some("PartialObjectMetadata" | "PartialObjectMetadataList") => Form::Metadata,
                Some(_) => return None,
            };
            let has_message = form == Form::Metadata || protobuf::has(place.kind.name);
            match media_type {
                "application/vnd.kubernetes.protobuf" if speaks_protobuf && has_message => {
                    Some((form, Format::Protobuf))
                }
                "application/json" | "*/*" => Some((form, Format::Json)),
                _ => None,
            }
        };
        self.answered = choices.filter_map(choice).next();
    }

    /// Whether the object is among those that are asked for.
    pub fn selects(&self, object: &Stored) -> bool {
        let namespace = self.place.as_ref().map_or("", |place| &place.namespace);
        let selectors = self.parameter("fieldSelector").split(',');
        let holds = |selector: &str| match selector.split_once("!=") {
            Some(("metadata.namespace", not)) => object.namespace != not,
            Some(_) => panic!("field selector {selector:?}"),
            None => match selector.split_once('=') {
                Some(("spec.nodeName", node)) => object.node == node,
                Some(_) => panic!("field selector {selector:?}"),
                None => true,
            },
        };
        (namespace.is_empty() || namespace == object.namespace) && selectors.into_iter().all(holds)
    }
}

fn decoded(text: &str) -> String {
    let mut out = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((byte, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *byte == b'%');
        let escaped =
            digits.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        out.push(escaped.unwrap_or(*byte));
        rest = if escaped.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8(out).unwrap()
}
