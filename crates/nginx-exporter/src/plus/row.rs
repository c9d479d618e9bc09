//! A family and where its number stands in an object of the API.

use metrics_registry::Family;
use serde_json::Value;

use crate::sink::Sink;

/// One number of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<const N: usize> {
    pub family: Family<N>,
    /// JSON pointer: `/ssl/handshakes`.
    pub field: &'static str,
}

/// Writes every row of one object.
pub(super) fn write<const N: usize>(sink: &mut Sink<'_>, rows: &[Row<N>], labels: [&str; N], object: &Value) {
    for row in rows {
        sink.sample(&row.family, labels, number(object, row.field));
    }
}

/// A number, or true as 1. What an older version of the API does not have is 0, as in the reference.
pub(super) fn number(object: &Value, field: &str) -> f64 {
    match object.pointer(field) {
        Some(Value::Number(number)) => number.as_f64().unwrap_or(0.0),
        Some(Value::Bool(true)) => 1.0,
        _ => 0.0,
    }
}
