//! Why the server refused: `metav1.Status`.

use serde::Deserialize;

use super::frames::Format;
use super::proto::{self, Fields, Malformed, Value};

/// Bytes of a message that are told; the server's can name every field of an object.
const MESSAGE_BYTES_MAX: usize = 300;

const MESSAGE: u32 = 3;
const REASON: u32 = 4;
const CODE: u32 = 6;

/// What the server said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Status {
    /// HTTP status code, also where it comes in the middle of a watch; 0 where it is not told.
    pub code: u16,
    /// One word: `Expired`.
    pub reason: String,
    /// For people.
    pub message: String,
}

impl Status {
    /// Reads the body of a refusal; what is no status counts as its message.
    pub fn from_body(format: Format, body: &[u8]) -> Self {
        match format {
            Format::Protobuf => proto::unwrap(body)
                .and_then(Self::from_protobuf)
                .unwrap_or_default(),
            Format::Json => Self::from_json(body),
        }
    }

    pub(super) fn from_protobuf(message: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(message);
        let mut code = 0;
        for field in fields {
            if let (CODE, Value::Varint(value)) = field? {
                code = u16::try_from(value).unwrap_or(0);
            }
        }
        Ok(Self {
            code,
            reason: fields.text(REASON)?.to_owned(),
            message: cut(fields.text(MESSAGE)?),
        })
    }

    pub(super) fn from_json(body: &[u8]) -> Self {
        let mut status = serde_json::from_slice(body).unwrap_or_else(|_| Self {
            message: String::from_utf8_lossy(body).into_owned(),
            ..Self::default()
        });
        status.message = cut(&status.message);
        status
    }
}

/// The first line, as far as it is told.
fn cut(message: &str) -> String {
    let line = message.trim().lines().next().unwrap_or_default();
    let end = line.floor_char_boundary(MESSAGE_BYTES_MAX);
    line.get(..end).unwrap_or_default().to_owned()
}
