//! The rows of one result, as text.
//!
//! The simple query protocol gives every value as text, so nothing has to be known about types.
//! One buffer holds all values and is used again for the next result.

use crate::Error;

/// Text of one result. The largest statement, settings, has 60 kB; 20,000 tables have about 6 MB.
pub const RESULT_BYTES_MAX: usize = 64 << 20;

/// Rows and columns of one result.
#[derive(Clone, Debug, Default)]
pub struct Table {
    columns: Vec<String>,
    /// Of each column; only custom queries, whose columns nobody knows, look at it.
    kinds: Vec<Type>,
    text: String,
    /// Row by row; `None` is NULL.
    cells: Vec<Option<(u32, u32)>>,
}

/// What a column holds, as far as it matters for its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Type {
    /// `t` and `f`.
    Bool,
    /// A date or a time with a date.
    Time,
    /// Anything else.
    #[default]
    Other,
}

/// One row of a [`Table`].
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    table: &'a Table,
    start: usize,
}

impl Table {
    /// Forgets the rows and keeps the buffers.
    pub fn clear(&mut self) {
        self.columns.clear();
        self.kinds.clear();
        self.cells.clear();
        self.text.clear();
    }

    /// Gives back what a rare large result took.
    pub fn shrink(&mut self, bytes: usize) {
        self.clear();
        if bytes < self.text.capacity() {
            self.text.shrink_to(bytes);
            self.cells.shrink_to(bytes / 16);
        }
    }

    /// Sets the names and types of the columns; values follow in this order.
    pub fn set_columns<'n>(&mut self, columns: impl IntoIterator<Item = (&'n str, Type)>) {
        self.columns.clear();
        self.kinds.clear();
        for (name, kind) in columns {
            self.columns.push(name.to_owned());
            self.kinds.push(kind);
        }
    }

    /// Whether columns are known, which they are once a row was read.
    #[must_use]
    pub fn has_columns(&self) -> bool {
        !self.columns.is_empty()
    }

    /// Adds the next value. Bytes that are not UTF-8 (a database in SQL_ASCII) become U+FFFD.
    ///
    /// Fails with [`Error::TooLarge`] beyond [`RESULT_BYTES_MAX`].
    pub fn push(&mut self, value: Option<&[u8]>) -> Result<(), Error> {
        let Some(value) = value else {
            self.cells.push(None);
            return Ok(());
        };
        if RESULT_BYTES_MAX - self.text.len() < value.len() {
            return Err(Error::TooLarge(RESULT_BYTES_MAX));
        }
        let start = self.text.len() as u32;
        match std::str::from_utf8(value) {
            Ok(text) => self.text.push_str(text),
            Err(_) => self.text.push_str(&String::from_utf8_lossy(value)),
        }
        self.cells.push(Some((start, self.text.len() as u32)));
        Ok(())
    }

    /// Names of the columns; empty where there are no rows.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(String::as_str)
    }

    /// Where a column stands.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// What a column holds.
    #[must_use]
    pub fn kind(&self, column: usize) -> Type {
        self.kinds.get(column).copied().unwrap_or_default()
    }

    /// The rows in the server's order.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        (0..self.cells.len())
            .step_by(self.columns.len().max(1))
            .map(|start| Row { table: self, start })
    }

    /// A table from text, for tests: the first line names the columns, `|` separates values, `NULL` is NULL,
    /// `\n` and `\t` in a value are what they are in Rust.
    #[cfg(test)]
    pub(crate) fn made(text: &str) -> Self {
        let mut table = Self::default();
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let names = lines.next().unwrap_or_default().split('|');
        table.set_columns(names.map(|name| (name.trim(), Type::Other)));
        for value in lines.flat_map(|line| line.split('|')) {
            let value = value.trim().replace("\\n", "\n").replace("\\t", "\t");
            table
                .push((value != "NULL").then_some(value.as_bytes()))
                .expect("a small table");
        }
        table
    }

    /// Sets what a column of a made table holds.
    #[cfg(test)]
    pub(crate) fn set_kind(&mut self, column: usize, kind: Type) {
        self.kinds[column] = kind;
    }
}

impl<'a> Row<'a> {
    /// The text of a column by its position; `None` for NULL and for a column that is not there.
    #[must_use]
    pub fn text(&self, column: usize) -> Option<&'a str> {
        if self.table.columns.len() <= column {
            return None;
        }
        let (start, end) = (*self.table.cells.get(self.start + column)?)?;
        self.table.text.get(start as usize..end as usize)
    }

    /// The text of a column; empty for NULL.
    #[must_use]
    pub fn label(&self, column: usize) -> &'a str {
        self.text(column).unwrap_or_default()
    }

    /// The number in a column, truth as 1 and 0; `None` for NULL and for what is no number.
    #[must_use]
    pub fn number(&self, column: usize) -> Option<f64> {
        number(self.text(column)?)
    }
}

/// A number as PostgreSQL writes it: integers, `1.5`, `NaN`, `Infinity`, `t` and `f`.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    match text {
        "t" => Some(1.0),
        "f" => Some(0.0),
        _ => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_nulls() {
        let table = Table::made("a | b\n 1 | NULL\n | t");
        let rows: Vec<_> = table
            .rows()
            .map(|row| (row.text(0), row.number(1), row.text(2)))
            .collect();
        assert_eq!(rows, [(Some("1"), None, None), (Some(""), Some(1.0), None)]);
        assert_eq!(table.column("b"), Some(1));
        assert_eq!(Table::default().rows().count(), 0);
    }

    #[test]
    fn numbers() {
        for (text, expect) in [
            ("9223372036854775807", Some(9.223_372_036_854_776e18)),
            ("-1", Some(-1.0)),
            ("1795303001.798625", Some(1_795_303_001.798_625)),
            ("1e-05", Some(1e-5)),
            ("Infinity", Some(f64::INFINITY)),
            ("-Infinity", Some(f64::NEG_INFINITY)),
            ("f", Some(0.0)),
            ("on", None),
            ("", None),
        ] {
            assert_eq!(number(text), expect, "{text}");
        }
        assert!(number("NaN").is_some_and(f64::is_nan));
    }

    #[test]
    fn bytes_that_are_no_text() {
        let mut table = Table::default();
        table.set_columns([("a", Type::Other)]);
        table.push(Some(b"caf\xe9")).expect("small");
        let first: Vec<_> = table.rows().map(|row| row.label(0)).collect();
        assert_eq!(first, ["caf\u{fffd}"]);
    }
}
