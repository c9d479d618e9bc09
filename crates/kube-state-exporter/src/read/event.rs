//! One event of a watch: what happened, and the object in it.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::frames::Format;
use super::proto::{self, Fields, Malformed, Value};
use super::status::Status;
use crate::resource::{Object, Wire};

/// Marks the event behind which a streaming list is complete.
const LIST_END: &str = "k8s.io/initial-events-end";

/// `metav1.WatchEvent`
const EVENT_TYPE: u32 = 1;
const EVENT_OBJECT: u32 = 2;
/// `runtime.RawExtension.raw`
const EXTENSION_RAW: u32 = 1;
/// The first field of every object and every list.
const METADATA: u32 = 1;
/// `metav1.ObjectMeta`
const META_RESOURCE_VERSION: u32 = 6;
const META_ANNOTATIONS: u32 = 12;

/// What happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// An object is new or has changed.
    Put(Objects<'a>),
    /// An object is gone.
    Gone(Objects<'a>),
    /// All that happened up to this version was sent.
    Bookmark {
        /// The version.
        resource_version: String,
        /// Whether a streaming list is complete.
        list_end: bool,
    },
    /// The watch ends for this reason.
    Refused(Status),
    /// Of a kind that came after this program.
    Unknown,
}

/// The objects of an event: one, but a table may have several rows or none.
#[derive(Debug)]
pub enum Objects<'a> {
    /// One object.
    One(Object<'a>),
    /// Rows of a table.
    Rows(Vec<&'a RawValue>),
}

impl<'a> Objects<'a> {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = Object<'a>> {
        let (one, rows) = match self {
            Self::One(object) => (Some(*object), &[][..]),
            Self::Rows(rows) => (None, rows.as_slice()),
        };
        one.into_iter()
            .chain(rows.iter().map(|row| Object::Json(row.get().as_bytes())))
    }
}

/// Not an event.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the message that it should be.
    #[error("event: {0}")]
    Protobuf(#[from] Malformed),
    /// Not the JSON that it should be.
    #[error("event: {0}")]
    Json(#[from] serde_json::Error),
}

impl<'a> Event<'a> {
    /// Reads an event.
    pub fn parse(format: Format, wire: Wire, bytes: &'a [u8]) -> Result<Self, Error> {
        match format {
            Format::Protobuf => Ok(Self::from_protobuf(bytes)?),
            Format::Json => Ok(Self::from_json(wire, bytes)?),
        }
    }

    fn from_protobuf(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let event = Fields::new(bytes);
        let extension = event.bytes(EVENT_OBJECT)?.unwrap_or_default();
        let object = proto::unwrap(Fields::new(extension).bytes(EXTENSION_RAW)?.unwrap_or_default())?;
        Ok(match event.text(EVENT_TYPE)? {
            "ADDED" | "MODIFIED" => Self::Put(Objects::One(Object::Protobuf(object))),
            "DELETED" => Self::Gone(Objects::One(Object::Protobuf(object))),
            "BOOKMARK" => bookmark(object)?,
            "ERROR" => Self::Refused(Status::from_protobuf(object)?),
            _ => Self::Unknown,
        })
    }

    fn from_json(wire: Wire, bytes: &'a [u8]) -> Result<Self, serde_json::Error> {
        let event: JsonEvent<'_> = serde_json::from_slice(bytes)?;
        let objects = || -> Result<_, serde_json::Error> {
            Ok(match wire {
                Wire::Table => Objects::Rows(serde_json::from_str::<Rows<'_>>(event.object.get())?.rows),
                Wire::Object | Wire::Metadata | Wire::Json => {
                    Objects::One(Object::Json(event.object.get().as_bytes()))
                }
            })
        };
        Ok(match event.kind {
            "ADDED" | "MODIFIED" => Self::Put(objects()?),
            "DELETED" => Self::Gone(objects()?),
            "BOOKMARK" => serde_json::from_str::<JsonBookmark>(event.object.get())?.into(),
            "ERROR" => Self::Refused(Status::from_json(event.object.get().as_bytes())),
            _ => Self::Unknown,
        })
    }
}

fn bookmark(object: &[u8]) -> Result<Event<'static>, Malformed> {
    let metadata = Fields::new(Fields::new(object).bytes(METADATA)?.unwrap_or_default());
    let mut list_end = false;
    for field in metadata {
        if let (META_ANNOTATIONS, Value::Bytes(annotation)) = field? {
            let annotation = Fields::new(annotation);
            list_end |= annotation.text(1)? == LIST_END && annotation.text(2)? == "true";
        }
    }
    Ok(Event::Bookmark {
        resource_version: metadata.text(META_RESOURCE_VERSION)?.to_owned(),
        list_end,
    })
}

#[derive(Deserialize)]
struct JsonEvent<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    object: &'a RawValue,
}

#[derive(Deserialize)]
struct Rows<'a> {
    #[serde(borrow, default)]
    rows: Vec<&'a RawValue>,
}

/// An object of which only the version is filled in, or a table with one row around it.
#[derive(Deserialize)]
struct JsonBookmark {
    metadata: JsonMetadata,
    rows: Option<Vec<JsonRow>>,
}

#[derive(Deserialize)]
struct JsonRow {
    object: Option<JsonObject>,
}

#[derive(Deserialize)]
struct JsonObject {
    metadata: JsonMetadata,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct JsonMetadata {
    resource_version: Option<String>,
    annotations: Option<std::collections::BTreeMap<String, String>>,
}

impl From<JsonBookmark> for Event<'_> {
    fn from(bookmark: JsonBookmark) -> Self {
        let rows = bookmark.rows.unwrap_or_default();
        let objects = rows.into_iter().filter_map(|row| row.object);
        let mut all = vec![bookmark.metadata];
        all.extend(objects.map(|object| object.metadata));
        let marks_end = |metadata: &JsonMetadata| {
            let mut annotations = metadata.annotations.iter().flatten();
            annotations.any(|(key, value)| key == LIST_END && value == "true")
        };
        let list_end = all.iter().any(marks_end);
        let mut versions = all.into_iter().filter_map(|metadata| metadata.resource_version);
        Self::Bookmark {
            resource_version: versions.next_back().unwrap_or_default(),
            list_end,
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(wire: Wire, event: &str, expect: Expect) {
        let text = match Event::parse(Format::Json, wire, event.as_bytes()) {
            Ok(Event::Put(objects)) => format!("put {:?}", texts(&objects)),
            Ok(Event::Gone(objects)) => format!("gone {:?}", texts(&objects)),
            Ok(other) => format!("{other:?}"),
            Err(error) => error.to_string(),
        };
        expect.assert_eq(&text);
    }

    fn texts(objects: &Objects<'_>) -> Vec<String> {
        let text = |object| match object {
            Object::Json(bytes) | Object::Protobuf(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        };
        objects.iter().map(text).collect()
    }

    #[test]
    fn json() {
        check(
            Wire::Object,
            r#"{"type":"ADDED","object":{"a": 1}}"#,
            expect![[r#"put ["{\"a\": 1}"]"#]],
        );
        check(
            Wire::Table,
            r#"{"type":"DELETED","object":{"kind":"Table","rows":[{"cells":[1]},{"cells":[2]}]}}"#,
            expect![[r#"gone ["{\"cells\":[1]}", "{\"cells\":[2]}"]"#]],
        );
        check(
            Wire::Object,
            r#"{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old","reason":"Expired"}}"#,
            expect![[r#"Refused(Status { code: 410, reason: "Expired", message: "too old" })"#]],
        );
        check(Wire::Object, r#"{"type":"SOON","object":{}}"#, expect!["Unknown"]);
        check(
            Wire::Object,
            r#"{"type":"ADDED"}"#,
            expect!["event: missing field `object` at line 1 column 16"],
        );
    }

    #[test]
    fn bookmarks() {
        check(
            Wire::Object,
            r#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7","creationTimestamp":null}}}"#,
            expect![[r#"Bookmark { resource_version: "7", list_end: false }"#]],
        );
        check(
            Wire::Table,
            r#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"},"rows":[{"cells":[""],"object":{"metadata":{"resourceVersion":"8","annotations":{"k8s.io/initial-events-end":"true"}}}}]}}"#,
            expect![[r#"Bookmark { resource_version: "8", list_end: true }"#]],
        );
    }

    #[test]
    fn protobuf() {
        let mark = b"\n\x19k8s.io/initial-events-end\x12\x04true";
        let mut metadata = b"\x32\x029\x30b".to_vec();
        metadata.truncate(2);
        metadata.extend_from_slice(b"90b");
        metadata[1] = 2;
        metadata.truncate(4);
        metadata.extend([0x62, mark.len() as u8]);
        metadata.extend_from_slice(mark);
        let wrap = |number: u8, bytes: &[u8]| [&[number << 3 | 2, bytes.len() as u8], bytes].concat();
        let object = wrap(1, &metadata);
        let envelope = [&b"k8s\0"[..], &wrap(2, &object)].concat();
        let event = |kind: &[u8]| [wrap(1, kind), wrap(2, &wrap(1, &envelope))].concat();
        let bytes = event(b"BOOKMARK");
        match Event::parse(Format::Protobuf, Wire::Object, &bytes) {
            Ok(Event::Bookmark {
                resource_version,
                list_end: true,
            }) => assert_eq!(resource_version, "90"),
            other => panic!("{other:?}"),
        }
        let bytes = event(b"MODIFIED");
        match Event::parse(Format::Protobuf, Wire::Object, &bytes) {
            Ok(Event::Put(Objects::One(Object::Protobuf(bytes)))) => assert_eq!(bytes, object),
            other => panic!("{other:?}"),
        }
    }
}
