//! One page of a list.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::event::Error;
use super::frames::Format;
use super::proto::{self, Fields, Malformed, Value};
use crate::resource::Object;

/// The first two fields of every list; `metav1.ListMeta`.
const METADATA: u32 = 1;
const ITEMS: u32 = 2;
const META_RESOURCE_VERSION: u32 = 2;
const META_CONTINUE: u32 = 3;

/// Objects, and where the list goes on.
#[derive(Debug)]
pub struct Page<'a> {
    /// The version of the whole list.
    pub resource_version: String,
    /// What to ask for the next page with; empty on the last one.
    pub next: String,
    items: Items<'a>,
}

#[derive(Debug)]
enum Items<'a> {
    Protobuf(&'a [u8]),
    Json(Vec<&'a RawValue>),
}

impl<'a> Page<'a> {
    /// Reads the body of a list, of a table too.
    pub fn parse(format: Format, body: &'a [u8]) -> Result<Self, Error> {
        match format {
            Format::Protobuf => Ok(Self::from_protobuf(body)?),
            Format::Json => Ok(Self::from_json(body)?),
        }
    }

    /// Its objects, in the order of the server.
    pub fn objects(&self) -> impl Iterator<Item = Object<'a>> {
        let (message, rows) = match &self.items {
            Items::Protobuf(message) => (*message, &[][..]),
            Items::Json(rows) => (&[][..], rows.as_slice()),
        };
        let items = Fields::new(message).filter_map(|field| match field {
            Ok((ITEMS, Value::Bytes(item))) => Some(Object::Protobuf(item)),
            _ => None,
        });
        items.chain(rows.iter().map(|row| Object::Json(row.get().as_bytes())))
    }

    fn from_protobuf(body: &'a [u8]) -> Result<Self, Malformed> {
        let message = proto::unwrap(body)?;
        let metadata = Fields::new(Fields::new(message).bytes(METADATA)?.unwrap_or_default());
        Ok(Self {
            resource_version: metadata.text(META_RESOURCE_VERSION)?.to_owned(),
            next: metadata.text(META_CONTINUE)?.to_owned(),
            items: Items::Protobuf(message),
        })
    }

    fn from_json(body: &'a [u8]) -> Result<Self, serde_json::Error> {
        let list: JsonList<'_> = serde_json::from_slice(body)?;
        Ok(Self {
            resource_version: list.metadata.resource_version.unwrap_or_default(),
            next: list.metadata.next.unwrap_or_default(),
            items: Items::Json(list.items.or(list.rows).unwrap_or_default()),
        })
    }
}

#[derive(Deserialize)]
struct JsonList<'a> {
    metadata: JsonMetadata,
    #[serde(borrow)]
    items: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    rows: Option<Vec<&'a RawValue>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct JsonMetadata {
    resource_version: Option<String>,
    #[serde(rename = "continue")]
    next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(format: Format, body: &[u8], version: &str, next: &str, objects: &[&[u8]]) {
        let page = Page::parse(format, body).unwrap();
        assert_eq!(
            (page.resource_version.as_str(), page.next.as_str()),
            (version, next)
        );
        let found: Vec<_> = page
            .objects()
            .map(|object| match object {
                Object::Json(bytes) | Object::Protobuf(bytes) => bytes,
            })
            .collect();
        assert_eq!(found, objects);
    }

    #[test]
    fn json() {
        let list = br#"{"metadata":{"resourceVersion":"5","continue":"abc","remainingItemCount":9},"items":[{"a":1},{}]}"#;
        check(Format::Json, list, "5", "abc", &[br#"{"a":1}"#, b"{}"]);
        check(
            Format::Json,
            br#"{"metadata":{},"rows":[{"cells":[]}]}"#,
            "",
            "",
            &[br#"{"cells":[]}"#],
        );
        check(
            Format::Json,
            br#"{"metadata":{"resourceVersion":"1"},"items":null}"#,
            "1",
            "",
            &[],
        );
    }

    #[test]
    fn protobuf() {
        let list = b"k8s\0\x12\x0d\x0a\x05\x12\x015\x1a\x00\x12\x01x\x12\x01y";
        check(Format::Protobuf, list, "5", "", &[b"x", b"y"]);
    }

    #[test]
    fn what_is_no_list() {
        assert!(Page::parse(Format::Json, b"<html>").is_err());
        assert!(Page::parse(Format::Protobuf, b"{}").is_err());
    }
}
