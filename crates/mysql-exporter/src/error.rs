//! Why a collector has no numbers.

use sqlx::mysql::MySqlDatabaseError;

/// Error numbers of the server, the same in MariaDB and MySQL.
pub mod number {
    /// No right to the database.
    pub const DATABASE_DENIED: u16 = 1044;
    /// Wrong user or password.
    pub const LOGIN_DENIED: u16 = 1045;
    /// Not known to information_schema.
    pub const UNKNOWN_TABLE: u16 = 1109;
    /// No right to the table.
    pub const TABLE_DENIED: u16 = 1142;
    /// No such table.
    pub const NO_SUCH_TABLE: u16 = 1146;
    /// A system variable that this server does not have.
    pub const UNKNOWN_VARIABLE: u16 = 1193;
    /// A privilege is missing.
    pub const PRIVILEGE_MISSING: u16 = 1227;
    /// Ended by KILL, or because the server stops.
    pub const INTERRUPTED: u16 = 1317;
    /// Took longer than max_statement_time, of MariaDB.
    pub const STATEMENT_TIMEOUT: u16 = 1969;
    /// Took longer than max_execution_time, of MySQL.
    pub const EXECUTION_TIMEOUT: u16 = 3024;
    /// MySQL takes logins only over TLS or a socket.
    pub const SECURE_TRANSPORT_REQUIRED: u16 = 3159;
}

/// What a collector can fail with; its success is 0 then, and what was written before stays.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused a statement, or the connection broke.
    #[error("{}", text(.0))]
    Query(#[from] sqlx::Error),
}

impl Error {
    /// The server's own number of the error, where it is the server's.
    #[must_use]
    pub fn number(&self) -> Option<u16> {
        let Self::Query(error) = self;
        number_of(error)
    }

    /// Whether the user lacks a privilege.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(
            self.number(),
            Some(number::DATABASE_DENIED | number::TABLE_DENIED | number::PRIVILEGE_MISSING)
        )
    }

    /// Whether the server ended the statement because it took too long.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(
            self.number(),
            Some(number::INTERRUPTED | number::STATEMENT_TIMEOUT | number::EXECUTION_TIMEOUT)
        )
    }

    /// Whether the connection cannot be used any more.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        !matches!(self, Self::Query(sqlx::Error::Database(_)))
    }
}

/// The server's number of an error, where it is the server's.
#[must_use]
pub fn number_of(error: &sqlx::Error) -> Option<u16> {
    let error = error.as_database_error()?;
    Some(error.try_downcast_ref::<MySqlDatabaseError>()?.number())
}

/// One line: the server's number and text, or what broke.
#[must_use]
pub fn text(error: &sqlx::Error) -> String {
    let line = match error {
        sqlx::Error::Database(database) => match number_of(error) {
            Some(number) => format!("error {number}: {}", database.message()),
            None => database.message().to_owned(),
        },
        sqlx::Error::Io(error) => error.to_string(),
        sqlx::Error::Tls(error) => format!("TLS: {error}"),
        sqlx::Error::Protocol(text) => text.clone(),
        other => other.to_string(),
    };
    line.replace(['\n', '\r'], " ")
}
