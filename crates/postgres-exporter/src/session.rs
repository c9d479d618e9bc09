//! One connection to one database.
//!
//! Statements go through the simple query protocol: one message, text back, no statement cache, and it works through
//! pgbouncer. The server itself ends a statement that takes too long, because a client that only stops waiting leaves
//! it running.

use std::borrow::Cow;
use std::future::poll_fn;
use std::pin::Pin;
use std::time::{Duration, Instant};

use futures_core::Stream;
use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Connection, PgConnection, Row, TypeInfo};

use crate::dsn::Dsn;
use crate::dsn::options::{ServerLimits, Start};
use crate::table::{Table, Type};
use crate::{Error, Version};

/// Age at which a connection is replaced. A backend that has seen many tables keeps their descriptions and grows;
/// and a new login proves that logins still work.
pub const AGE_MAX: Duration = Duration::from_secs(600);

/// What a server says of itself at the start of every scrape.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// `server_version_num`.
    pub version: Version,
    /// The sentence of `version()`.
    pub text: String,
    /// Whether the server follows another one.
    pub is_standby: bool,
    /// The database of this connection.
    pub database: String,
    /// The user of this connection.
    pub user: String,
}

const IDENTITY: &str = "SELECT current_setting('server_version_num'), version(), pg_is_in_recovery(), \
    current_database(), current_user";

/// An open connection.
pub struct Session {
    connection: PgConnection,
    opened: Instant,
    /// Sent before every statement, where the connect could not carry the settings.
    preamble: Option<String>,
}

impl Session {
    /// Opens a connection. `start` is what worked last; it is changed where the server needs the other way.
    pub async fn open(dsn: &Dsn, limits: &ServerLimits, start: &mut Start) -> Result<Self, Error> {
        let timeout = dsn.connect_timeout();
        let connect = async {
            let first = connect(dsn, limits, *start).await;
            match (&first, *start) {
                (Err(Error::Connect(message)), Start::WithSettings) if is_unsupported_parameter(message) => {
                    *start = Start::Bare;
                    connect(dsn, limits, Start::Bare).await
                }
                _ => first,
            }
        };
        let connection = match tokio::time::timeout(timeout, connect).await {
            Ok(connected) => connected?,
            Err(_) => return Err(Error::Connect(format!("no answer within {timeout:?}"))),
        };
        Ok(Self {
            connection,
            opened: Instant::now(),
            preamble: (*start == Start::Bare).then(|| preamble(&limits.settings(dsn))),
        })
    }

    /// Whether it should be replaced by a new one.
    #[must_use]
    pub fn is_old(&self) -> bool {
        AGE_MAX <= self.opened.elapsed()
    }

    /// Says goodbye to the server; a server that does not listen is left.
    pub async fn close(self) {
        /// A goodbye is one packet.
        const GOODBYE: Duration = Duration::from_millis(200);
        let _ = tokio::time::timeout(GOODBYE, self.connection.close()).await;
    }

    /// Runs one statement and reads all its rows into `table`.
    ///
    /// After an error that [`Error::keeps_connection`] denies, or when the future is dropped, the session must be dropped.
    pub async fn query(&mut self, sql: Cow<'static, str>, table: &mut Table) -> Result<(), Error> {
        table.clear();
        let Some(preamble) = &self.preamble else {
            return self.run(sql, table).await;
        };
        // A bare SET would stay with a server connection that pgbouncer gives to others.
        let wrapped = format!("{preamble}{sql};COMMIT");
        let result = self.run(wrapped.into(), table).await;
        if matches!(&result, Err(error) if error.keeps_connection()) {
            self.run(Cow::Borrowed("ROLLBACK"), &mut Table::default()).await?;
        }
        result
    }

    async fn run(&mut self, sql: Cow<'static, str>, table: &mut Table) -> Result<(), Error> {
        let mut rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch(&mut self.connection);
        while let Some(row) = next(rows.as_mut()).await {
            read(&row.map_err(from_sqlx)?, table)?;
        }
        Ok(())
    }

    /// Asks the server who it is.
    pub async fn identify(&mut self, table: &mut Table) -> Result<Identity, Error> {
        self.query(Cow::Borrowed(IDENTITY), table).await?;
        let row = table.rows().next().ok_or(Error::NoColumn("server_version_num"))?;
        let number = row.label(0);
        let version = number
            .parse()
            .map_err(|_| Error::value("server_version_num", number, "a number"))?;
        Ok(Identity {
            version: Version(version),
            text: row.label(1).to_owned(),
            is_standby: row.text(2) == Some("t"),
            database: row.label(3).to_owned(),
            user: row.label(4).to_owned(),
        })
    }
}

async fn connect(dsn: &Dsn, limits: &ServerLimits, start: Start) -> Result<PgConnection, Error> {
    let options = dsn.connect_options(limits, start)?;
    options
        .connect()
        .await
        .map_err(|error| Error::Connect(words(&error)))
}

/// pgbouncer's and other poolers' words for a parameter at the connect that they do not pass on.
fn is_unsupported_parameter(message: &str) -> bool {
    message.contains("unsupported startup parameter")
}

/// Starts a transaction that reads only, with the settings for it alone.
fn preamble(settings: &[(String, String)]) -> String {
    let mut sql = "BEGIN READ ONLY;".to_owned();
    for (name, value) in settings {
        sql.push_str(&format!("SET LOCAL {name}={};", quoted(value)));
    }
    sql
}

/// A text as a literal of SQL, whatever `standard_conforming_strings` says.
#[must_use]
pub fn quoted(text: &str) -> String {
    let escape = if text.contains('\\') { "E" } else { "" };
    format!("{escape}'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

async fn next(
    mut rows: Pin<&mut (dyn Stream<Item = sqlx::Result<PgRow>> + Send + '_)>,
) -> Option<sqlx::Result<PgRow>> {
    poll_fn(|context| rows.as_mut().poll_next(context)).await
}

fn read(row: &PgRow, table: &mut Table) -> Result<(), Error> {
    if !table.has_columns() {
        let columns = row.columns().iter();
        table.set_columns(columns.map(|column| (column.name(), kind(column.type_info().name()))));
    }
    for column in 0..row.len() {
        let value = row.try_get_raw(column).map_err(from_sqlx)?;
        // NULL has no bytes.
        table.push(value.as_bytes().ok())?;
    }
    Ok(())
}

fn kind(name: &str) -> Type {
    match name {
        "BOOL" => Type::Bool,
        "TIMESTAMPTZ" | "TIMESTAMP" | "DATE" => Type::Time,
        _ => Type::Other,
    }
}

fn from_sqlx(error: sqlx::Error) -> Error {
    match &error {
        sqlx::Error::Database(refused) => Error::Refused {
            code: refused.code().unwrap_or_default().into_owned(),
            message: refused.message().to_owned(),
        },
        _ => Error::Lost(words(&error)),
    }
}

/// What happened, without sqlx's preface.
fn words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(refused) => match refused.code() {
            Some(code) => format!("{} (SQLSTATE {code})", refused.message()),
            None => refused.message().to_owned(),
        },
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Tls(error) => format!("TLS: {error}"),
        sqlx::Error::Configuration(error) => error.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals() {
        for (text, expect) in [
            ("a", "'a'"),
            ("it's", "'it''s'"),
            (r"a\'b", r"E'a\\''b'"),
            ("", "''"),
        ] {
            assert_eq!(quoted(text), expect);
        }
    }

    #[test]
    fn settings_of_a_pooled_statement() {
        let dsn = Dsn::parse("host=h search_path=a,b", &[]).expect("a data source");
        let settings = ServerLimits::default().settings(&dsn);
        assert_eq!(
            preamble(&settings),
            "BEGIN READ ONLY;SET LOCAL statement_timeout='5000';SET LOCAL lock_timeout='250';\
             SET LOCAL idle_in_transaction_session_timeout='10000';SET LOCAL search_path='a,b';"
        );
    }
}
