//! One connection to one database.
//!
//! Statements go through the simple query protocol: one message, text back, no statement cache, and it works through
//! pgbouncer. The server itself ends a statement that takes too long, because a client that only stops waiting leaves
//! it running.

use std::borrow::Cow;
use std::future::poll_fn;
use std::ops::Range;
use std::pin::Pin;
use std::time::{Duration, Instant};

use futures_core::Stream;
use sqlx::postgres::{PgQueryResult, PgRow};
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Connection, Either, PgConnection, Row, TypeInfo};

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

/// Commands that stand before the statements of a message.
struct Preamble {
    sql: String,
    /// How many they are; each has a result of its own.
    commands: usize,
}

/// An open connection.
pub struct Session {
    connection: PgConnection,
    opened: Instant,
    /// Sent before every statement, where the connect could not carry the settings.
    preamble: Option<Preamble>,
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
        let mut rows = Table::default();
        let result = self
            .batch(std::slice::from_ref(&sql), table, |_, found| {
                std::mem::swap(found, &mut rows)
            })
            .await;
        std::mem::swap(table, &mut rows);
        result
    }

    /// Sends statements in one message, and gives the rows of each to `each` with its position. They end with the
    /// first that fails; what was read before was given.
    ///
    /// One message is one way to the server and back, and most of what a scrape costs is waking up for an answer.
    /// `table` is where rows are read into. The session must be dropped as after [`query`](Self::query).
    pub async fn batch(
        &mut self,
        statements: &[Cow<'static, str>],
        table: &mut Table,
        each: impl FnMut(usize, &mut Table),
    ) -> Result<(), Error> {
        let sql = statements.join(";");
        let Some(preamble) = &self.preamble else {
            return self.run(sql, 0..statements.len(), table, each).await;
        };
        // A bare SET would stay with a server connection that pgbouncer gives to others.
        let wrapped = format!("{}{sql};COMMIT", preamble.sql);
        let own = preamble.commands..preamble.commands + statements.len();
        let result = self.run(wrapped, own, table, each).await;
        if matches!(&result, Err(error) if error.keeps_connection()) {
            self.run("ROLLBACK".to_owned(), 0..0, table, |_, _| {}).await?;
        }
        result
    }

    /// Sends one message, and gives the results of the commands in `wanted` to `each`, counted from the first of them.
    async fn run(
        &mut self,
        sql: String,
        wanted: Range<usize>,
        table: &mut Table,
        mut each: impl FnMut(usize, &mut Table),
    ) -> Result<(), Error> {
        table.clear();
        let mut done = 0;
        let mut results = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_many(&mut self.connection);
        while let Some(result) = next(results.as_mut()).await {
            match result.map_err(from_sqlx)? {
                Either::Right(row) => read(&row, table)?,
                Either::Left(_) => {
                    if wanted.contains(&done) {
                        each(done - wanted.start, table);
                    }
                    table.clear();
                    done += 1;
                }
            }
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
fn preamble(settings: &[(String, String)]) -> Preamble {
    let mut sql = "BEGIN READ ONLY;".to_owned();
    for (name, value) in settings {
        sql.push_str(&format!("SET LOCAL {name}={};", quoted(value)));
    }
    Preamble {
        sql,
        commands: 1 + settings.len(),
    }
}

/// A text as a literal of SQL, whatever `standard_conforming_strings` says.
#[must_use]
pub fn quoted(text: &str) -> String {
    let escape = if text.contains('\\') { "E" } else { "" };
    format!("{escape}'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

/// A row, or the end of a command.
type Found = Either<PgQueryResult, PgRow>;

async fn next(
    mut results: Pin<&mut (dyn Stream<Item = sqlx::Result<Found>> + Send + '_)>,
) -> Option<sqlx::Result<Found>> {
    poll_fn(|context| results.as_mut().poll_next(context)).await
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
            preamble(&settings).sql,
            "BEGIN READ ONLY;SET LOCAL statement_timeout='5000';SET LOCAL lock_timeout='250';\
             SET LOCAL idle_in_transaction_session_timeout='10000';SET LOCAL search_path='a,b';"
        );
    }
}
