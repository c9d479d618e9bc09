//! JSON files that stand in for the kernel, for `--collector.qdisc.fixtures` and `--collector.wifi.fixtures`.
//!
//! Names of fields are found whatever their case is, because the reference reads them so.

use std::path::Path;

use serde_json::Value;

use crate::Error;
use crate::source::Paths;

/// The value in a file.
///
/// Fails with [`Error::NoData`] where the file does not exist, and with [`Error::Parse`] where it is not JSON.
pub fn read(paths: &Paths, path: &Path) -> Result<Value, Error> {
    let text = paths.read_once(path)?;
    serde_json::from_str(&text).map_err(|error| {
        Error::parse(
            "fixture",
            error.line(),
            text.lines().nth(error.line()).unwrap_or(&text),
        )
    })
}

/// The rows of a list; none where it is something else.
pub fn rows(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A number of an object, 0 where it has none of that name.
#[must_use]
pub fn number(object: &Value, name: &str) -> f64 {
    field(object, name).and_then(Value::as_f64).unwrap_or_default()
}

/// A text of an object, empty where it has none of that name.
#[must_use]
pub fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    field(object, name).and_then(Value::as_str).unwrap_or_default()
}

fn field<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    let mut fields = object.as_object()?.iter();
    fields
        .find(|(field, _)| field.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}
