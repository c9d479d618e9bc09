//! The open connection that a collector asks, and where its answers go.

use std::pin::Pin;

use futures_util::TryStreamExt as _;
use sqlx::SqlSafeStr;
use sqlx::mysql::{MySqlConnection, MySqlRow};

use crate::collectors::Settings;
use crate::row::Row as _;
use crate::rules::{Found, Table};
use crate::samples::Samples;
use crate::server::Server;
use crate::{Error, value};

/// What a collector returns.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

/// One scrape of one server.
pub struct Visit<'v> {
    /// The connection; statements go one after the other.
    pub connection: &'v mut MySqlConnection,
    /// Brand and version.
    pub server: &'v Server,
    /// What the flags say of each collector.
    pub settings: &'v Settings,
    /// Where samples go.
    pub samples: Samples<'v>,
}

impl Visit<'_> {
    /// Runs a statement and gives each row to `each` as it comes.
    pub async fn rows(
        &mut self,
        sql: impl SqlSafeStr,
        mut each: impl FnMut(&MySqlRow, &mut Samples<'_>),
    ) -> Result<(), Error> {
        let mut rows = sqlx::raw_sql(sql).fetch(&mut *self.connection);
        while let Some(row) = rows.try_next().await? {
            each(&row, &mut self.samples);
        }
        Ok(())
    }

    /// Runs a table's statement and writes its rows by its rules.
    pub async fn table(&mut self, table: &Table) -> Result<(), Error> {
        let mut found = None;
        self.rows(table.query, |row, samples| {
            found
                .get_or_insert_with(|| Found::new(table.rules, row))
                .write(row, samples);
        })
        .await
    }

    /// The first column of the first row, as text; nothing where there is no row.
    pub async fn scalar(&mut self, sql: impl SqlSafeStr) -> Result<Option<String>, Error> {
        let mut first = None;
        self.rows(sql, |row, _| {
            first.get_or_insert_with(|| row.text(0).into_owned());
        })
        .await?;
        Ok(first)
    }

    /// Whether the server counts by user, client and table (`userstat`).
    pub async fn has_userstat(&mut self) -> Result<bool, Error> {
        const QUERY: &str = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('userstat', 'userstat_running')";
        let mut on = false;
        self.rows(QUERY, |row, _| on |= value::status(&row.text(1)) == Some(1.0))
            .await?;
        Ok(on)
    }
}

/// A text as a literal of SQL, for the statements that cannot take parameters.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('\'');
    for character in text.chars() {
        match character {
            '\'' => literal.push_str("''"),
            // Doubled, which is right but where NO_BACKSLASH_ESCAPES is on, and then it is two of them, not an end.
            '\\' => literal.push_str("\\\\"),
            '\0' => {}
            other => literal.push(other),
        }
    }
    literal.push('\'');
    literal
}

/// A name as an identifier of SQL.
#[must_use]
pub fn identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``").replace('\0', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_cannot_be_left() {
        assert_eq!(quoted(r"a'b\"), r"'a''b\\'");
        assert_eq!(quoted("\\'; DROP"), "'\\\\''; DROP'");
        assert_eq!(identifier("a`b"), "`a``b`");
    }
}
