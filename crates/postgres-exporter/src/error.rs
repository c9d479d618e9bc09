//! Why a server or a collector has no numbers.

use std::time::Duration;

/// What asking a server can fail with. No variant carries a password.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection could be opened.
    #[error("connect: {0}")]
    Connect(String),
    /// The server refused a statement; the connection stays usable.
    #[error("{message} (SQLSTATE {code})")]
    Refused {
        /// Five characters, as the server's manual lists them.
        code: String,
        /// The server's own words.
        message: String,
    },
    /// The connection broke while a statement ran.
    #[error("connection lost: {0}")]
    Lost(String),
    /// The statement was still running when the answer had to be sent.
    #[error("no answer before the scrape's deadline")]
    Deadline,
    /// An earlier statement of this scrape took the connection with it.
    #[error("not asked, the connection was given up in this scrape")]
    NotAsked,
    /// A connection to open or a lock to get took longer than it may.
    #[error("no answer within {0:?}")]
    Slow(Duration),
    /// A result that is larger than any that this program asks for.
    #[error("result has more than {0} bytes")]
    TooLarge(usize),
    /// A result without a column that the statement asked for.
    #[error("result has no column {0:?}")]
    NoColumn(&'static str),
    /// A column holds something else than its view documents.
    #[error("column {column:?}: {found:?} is not {expected}")]
    Value {
        /// Name of the column.
        column: String,
        /// What stands there, cut to 80 bytes.
        found: String,
        /// What should stand there.
        expected: &'static str,
    },
}

/// Bytes of a strange value that are quoted in a message.
const QUOTED_BYTES_MAX: usize = 80;

impl Error {
    /// A value that is not what its column documents.
    #[must_use]
    pub fn value(column: &str, found: &str, expected: &'static str) -> Self {
        let end = found.floor_char_boundary(QUOTED_BYTES_MAX);
        Self::Value {
            column: column.to_owned(),
            found: found[..end].to_owned(),
            expected,
        }
    }

    /// Whether the connection can still be used.
    #[must_use]
    pub fn keeps_connection(&self) -> bool {
        match self {
            // Class 57P: the server ends this connection. Class 08: it says that it is broken.
            Self::Refused { code, .. } => !code.starts_with("57P") && !code.starts_with("08"),
            Self::NoColumn(_) | Self::Value { .. } => true,
            Self::Connect(_)
            | Self::Lost(_)
            | Self::Deadline
            | Self::NotAsked
            | Self::Slow(_)
            | Self::TooLarge(_) => false,
        }
    }

    /// Whether the user lacks a right.
    #[must_use]
    pub fn is_permission(&self) -> bool {
        matches!(self, Self::Refused { code, .. } if code == "42501")
    }

    /// What the user can do about it, where that is known.
    #[must_use]
    pub fn cure(&self) -> Option<&'static str> {
        match self {
            Self::Refused { code, .. } => match code.as_str() {
                "42501" => Some("--print-grants writes the SQL that gives the rights"),
                "57014" => Some("a table is locked, or --query-timeout is too short"),
                "55P03" => Some("a table is locked; its numbers come back with the next scrape"),
                "42P01" | "42883" => Some("create the extension in this database, or turn the collector off"),
                _ => None,
            },
            Self::Connect(message) if message.contains("does not support TLS") => {
                Some("sslmode is `require` unless the data source says otherwise; add sslmode=disable")
            }
            Self::Deadline => Some("raise scrape_timeout, or turn slow collectors off"),
            _ => None,
        }
    }
}
