//! Secrets of `k8s.io/api/core/v1`: name, labels and type, never what is secret.
//!
//! The server is asked for a table, whose rows have the columns name, type, number of entries and age, and the metadata.
//! A whole secret is understood too; its data is skipped.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::meta::{ObjectMeta, PartialObjectMetadata};

/// Position of the type among the columns.
const TYPE_COLUMN: usize = 1;

/// A secret, without its data.
#[derive(prost::Message, Deserialize)]
#[serde(from = "Row")]
pub struct Secret {
    #[prost(message, required, tag = 1)]
    pub metadata: ObjectMeta,
    #[prost(string, tag = 3)]
    pub kind: String,
}

/// A row of the table, or the secret itself.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Row {
    #[serde(deserialize_with = "crate::wire::or_default")]
    cells: Vec<Cell>,
    object: Option<PartialObjectMetadata>,
    metadata: Option<ObjectMeta>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Cell {
    Text(String),
    Other(IgnoredAny),
}

impl From<Row> for Secret {
    fn from(row: Row) -> Self {
        let cell = row.cells.into_iter().nth(TYPE_COLUMN);
        let column = match cell {
            Some(Cell::Text(text)) => Some(text),
            _ => None,
        };
        let metadata = row.object.map(|object| object.metadata).or(row.metadata);
        Self {
            metadata: metadata.unwrap_or_default(),
            kind: row.kind.or(column).unwrap_or_default(),
        }
    }
}

named!(Secret);
