//! From a data source to what sqlx connects with.

use std::time::Duration;

use settings::Secret;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::{CONNECT_TIMEOUT_MAX, Dsn, DsnError, SslMode, passfile};
use crate::Error;

/// Name under which the server lists this program's sessions.
const APPLICATION_NAME: &str = "pi-postgres-exporter";

/// Limits that the server keeps for every statement of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerLimits {
    /// `statement_timeout`.
    pub statement: Duration,
    /// `lock_timeout`: reading a catalogue needs no lock that anyone holds for long, but for ALTER TABLE and the like.
    pub lock: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            statement: Duration::from_secs(5),
            lock: Duration::from_millis(250),
        }
    }
}

impl ServerLimits {
    /// The settings that keep them, and those of the data source, which win because they come later.
    #[must_use]
    pub fn settings(&self, dsn: &Dsn) -> Vec<(String, String)> {
        let milliseconds = |duration: Duration| duration.as_millis().max(1).to_string();
        let own = [
            ("statement_timeout", milliseconds(self.statement)),
            ("lock_timeout", milliseconds(self.lock)),
            (
                "idle_in_transaction_session_timeout",
                milliseconds(self.statement * 2),
            ),
        ];
        own.into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .chain(dsn.session.iter().cloned())
            .collect()
    }
}

/// How a session's settings reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the connect.
    WithSettings,
    /// With every statement: pgbouncer refuses parameters that it does not know.
    Bare,
}

impl Dsn {
    /// How long opening a connection may take.
    #[must_use]
    pub fn connect_timeout(&self) -> Duration {
        self.connect_timeout
            .map_or(CONNECT_TIMEOUT_MAX, |timeout| timeout.min(CONNECT_TIMEOUT_MAX))
    }

    /// Everything sqlx needs to connect. Reads the files with the password, so that they may change.
    pub fn connect_options(&self, limits: &ServerLimits, start: Start) -> Result<PgConnectOptions, Error> {
        let mut options = PgConnectOptions::new_without_pgpass()
            .host(&self.host)
            .port(self.port)
            .ssl_mode(self.effective_sslmode())
            .application_name(self.application_name.as_deref().unwrap_or(APPLICATION_NAME))
            .disable_statement_logging();
        if let Some(user) = &self.user {
            options = options.username(user);
        }
        let user = options.get_username().to_owned();
        options = options.database(self.database.as_deref().unwrap_or(&user));
        if let Some(path) = &self.sslrootcert {
            options = options.ssl_root_cert(path);
        }
        if let (Some(cert), Some(key)) = (&self.sslcert, &self.sslkey) {
            options = options.ssl_client_cert(cert).ssl_client_key(key);
        }
        if let Some(password) = self.resolved_password(&user)? {
            options = options.password(password.expose());
        }
        Ok(match start {
            Start::WithSettings => options.options(limits.settings(self)),
            Start::Bare => options.extra_float_digits(None),
        })
    }

    /// TLS is not used on a socket, and `require` checks the certificate where an authority is given.
    fn effective_sslmode(&self) -> PgSslMode {
        match self.sslmode {
            _ if self.is_socket() => PgSslMode::Disable,
            SslMode::Disable | SslMode::Allow => PgSslMode::Disable,
            SslMode::Prefer => PgSslMode::Prefer,
            SslMode::Require if self.sslrootcert.is_some() => PgSslMode::VerifyCa,
            SslMode::Require => PgSslMode::Require,
            SslMode::VerifyCa => PgSslMode::VerifyCa,
            SslMode::VerifyFull => PgSslMode::VerifyFull,
        }
    }

    fn resolved_password(&self, user: &str) -> Result<Option<Secret>, Error> {
        if let Some(file) = &self.password_file {
            let password = file
                .password()
                .map_err(|error| Error::Connect(error.to_string()))?;
            return Ok(Some(password));
        }
        match &self.password {
            Some(password) => Ok(Some(password.clone())),
            None => Ok(passfile::find(self, user)),
        }
    }
}

/// Settings that `options` lists: `-c name=value`, `-cname=value`, `--name=value`; `\` keeps a space.
pub(super) fn settings(text: &str) -> Result<Vec<(String, String)>, DsnError> {
    let mut words = words(text).into_iter();
    let mut settings = Vec::new();
    while let Some(word) = words.next() {
        let setting = match (word.strip_prefix("--"), word.strip_prefix("-c")) {
            (Some(rest), _) => rest.to_owned(),
            (None, Some("")) => words.next().unwrap_or_default(),
            (None, Some(rest)) => rest.to_owned(),
            (None, None) => return Err(DsnError("options: expected -c name=value".into())),
        };
        match setting.split_once('=') {
            // The server takes - for _ in the long form.
            Some((name, value)) if super::is_setting(&name.replace('-', "_")) => {
                settings.push((name.replace('-', "_"), value.to_owned()));
            }
            _ => return Err(DsnError("options: expected -c name=value".into())),
        }
    }
    Ok(settings)
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => word
                .get_or_insert_default()
                .push(characters.next().unwrap_or('\\')),
            _ if character.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}
