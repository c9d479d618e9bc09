//! One row of a result, from the server or from a test.

use std::borrow::Cow;

use sqlx::mysql::MySqlRow;
use sqlx::{Column, Row as _};

use crate::value;

/// Columns by position, as the server's text protocol gives them.
pub trait Row {
    /// Number of columns.
    fn width(&self) -> usize;

    /// Name of a column as the server spells it; empty where there is no such column.
    fn name(&self, column: usize) -> &str;

    /// The bytes of a column; nothing for NULL and where there is no such column.
    fn bytes(&self, column: usize) -> Option<&[u8]>;

    /// The text of a column; empty for NULL, and what is not UTF-8 is replaced.
    fn text(&self, column: usize) -> Cow<'_, str> {
        let bytes = self.bytes(column).unwrap_or_default();
        // Nearly always it is UTF-8, and seeing that is quicker than looking for what is not.
        match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(bytes),
        }
    }

    /// The number in a column; nothing for NULL and text.
    fn number(&self, column: usize) -> Option<f64> {
        let bytes = self.bytes(column)?;
        value::digits_alone(bytes).or_else(|| value::number(std::str::from_utf8(bytes).ok()?))
    }

    /// The value in a column as [`value::status`] reads it, or the text where it is none.
    fn status(&self, column: usize) -> Result<f64, Cow<'_, str>> {
        if let Some(number) = self.bytes(column).and_then(value::digits_alone) {
            return Ok(number);
        }
        let text = self.text(column);
        value::status(&text).ok_or(text)
    }

    /// The position of a column by its name, whose case does not matter.
    fn position(&self, name: &str) -> Option<usize> {
        (0..self.width()).find(|column| self.name(*column).eq_ignore_ascii_case(name))
    }

    /// The text of a column by its name; empty where there is none.
    fn text_of(&self, name: &str) -> Cow<'_, str> {
        self.position(name)
            .map_or(Cow::Borrowed(""), |column| self.text(column))
    }
}

impl Row for MySqlRow {
    fn width(&self) -> usize {
        self.columns().len()
    }

    fn name(&self, column: usize) -> &str {
        self.columns().get(column).map_or("", |column| column.name())
    }

    fn bytes(&self, column: usize) -> Option<&[u8]> {
        self.try_get_unchecked::<Option<&[u8]>, _>(column).ok().flatten()
    }
}

#[cfg(test)]
pub(crate) mod made {
    //! Rows for tests.

    use super::Row;

    /// A row of a table in a test. It owns its texts, so that it can be given to any function of rows.
    pub(crate) struct Made {
        pub(crate) names: Vec<String>,
        pub(crate) cells: Vec<Option<String>>,
    }

    impl Row for Made {
        fn width(&self) -> usize {
            self.names.len()
        }

        fn name(&self, column: usize) -> &str {
            self.names.get(column).map_or("", String::as_str)
        }

        fn bytes(&self, column: usize) -> Option<&[u8]> {
            self.cells.get(column)?.as_deref().map(str::as_bytes)
        }
    }
}
