//! Where a server is and how to log in: data source names, with the meaning that lib/pq gives them.
//!
//! sqlx's own parser rejects the key=value form and drops `connect_timeout`, `statement_timeout` and `search_path`,
//! so both forms are parsed here and handed to sqlx field by field.

pub mod keywords;
pub mod options;
pub mod passfile;
pub mod password_file;
pub mod sources;
pub mod uri;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use settings::Secret;

use self::password_file::PasswordFile;

/// Port of PostgreSQL where none is given.
const PORT_DEFAULT: u16 = 5432;
/// The longest connect timeout that is used; a scrape is not kept longer, whatever `connect_timeout` says.
pub const CONNECT_TIMEOUT_MAX: Duration = Duration::from_secs(3);
/// Bytes of one data source name; a path, a password and ten options have about 500.
pub const DSN_BYTES_MAX: usize = 64 << 10;

/// Keys of libpq and of lib/pq that say something to the client and that mean nothing here.
const WITHOUT_MEANING: [&str; 26] = [
    "binary_parameters",
    "channel_binding",
    "client_encoding",
    "datestyle",
    "disable_prepared_binary_result",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbspn",
    "krbsrvname",
    "load_balance_hosts",
    "require_auth",
    "requirepeer",
    "sslcompression",
    "sslcrl",
    "sslinline",
    "sslsni",
    "target_session_attrs",
    "tcp_user_timeout",
    "timezone",
];

/// One data source, complete but for its password file.
#[derive(Clone, Debug, Default)]
pub struct Dsn {
    /// Host name, address, or with a leading `/` the directory of the socket.
    pub host: String,
    /// Port, also part of the socket's name.
    pub port: u16,
    /// Login; the operating system's user where it is `None`.
    pub user: Option<String>,
    /// Password, where one is given.
    pub password: Option<Secret>,
    /// A file that holds the password; looked at for every connect, so that it may change.
    pub password_file: Option<PasswordFile>,
    /// Where `.pgpass` is, if not at `~/.pgpass`.
    pub passfile: Option<PathBuf>,
    /// Database; that of the user's name where it is `None`.
    pub database: Option<String>,
    /// Whether and how TLS is used; without meaning on a socket.
    pub sslmode: SslMode,
    /// Certificates of authorities, in PEM.
    pub sslrootcert: Option<PathBuf>,
    /// Our certificate, in PEM.
    pub sslcert: Option<PathBuf>,
    /// Its key, in PEM.
    pub sslkey: Option<PathBuf>,
    /// How long opening a connection may take.
    pub connect_timeout: Option<Duration>,
    /// What `pg_stat_activity` shows.
    pub application_name: Option<String>,
    /// Settings of the session, in the order given: unknown keys and what `options` lists.
    pub session: Vec<(String, String)>,
    /// `host:port` as the data source itself says, the value of the label `server`.
    pub label: String,
}

/// `sslmode`, as lib/pq understands it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SslMode {
    /// Never TLS.
    Disable,
    /// TLS where the server wants it; here the same as never.
    Allow,
    /// TLS where the server has it.
    Prefer,
    /// TLS always; the certificate is checked where `sslrootcert` is given.
    #[default]
    Require,
    /// TLS with a certificate of a known authority.
    VerifyCa,
    /// TLS with a certificate of a known authority for this host name.
    VerifyFull,
}

/// Why a data source name cannot be used. The name itself is never quoted: it holds a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DsnError(pub String);

impl Dsn {
    /// Reads a URI or a key=value list. `environment` holds pairs that the text overrides.
    ///
    /// Fails with one line that names the key and never the value of a secret.
    pub fn parse(text: &str, environment: &[(String, String)]) -> Result<Self, DsnError> {
        Self::from_pairs(environment, pairs(text)?)
    }

    /// Reads the `target` of `/probe`: a URI, a key=value list, or `host:port/database?key=value`.
    pub fn target(text: &str, environment: &[(String, String)]) -> Result<Self, DsnError> {
        let is_list = || text.contains('=') && !text.contains(['/', '?']);
        if uri::has_scheme(text) || is_list() {
            Self::parse(text, environment)
        } else {
            Self::parse(&format!("postgresql://{text}"), environment)
        }
    }

    /// Takes pairs of keys and values, the later one wins.
    pub fn from_pairs(
        environment: &[(String, String)],
        pairs: Vec<(String, String)>,
    ) -> Result<Self, DsnError> {
        let mut dsn = Self {
            host: "localhost".into(),
            port: PORT_DEFAULT,
            ..Self::default()
        };
        dsn.label = label(&pairs);
        for (key, value) in environment.iter().cloned().chain(pairs) {
            dsn.set(&key, value)?;
        }
        if dsn.sslcert.is_some() != dsn.sslkey.is_some() {
            return Err(DsnError("sslcert and sslkey belong together".into()));
        }
        Ok(dsn)
    }

    /// Sets what one key says.
    pub fn set(&mut self, key: &str, value: String) -> Result<(), DsnError> {
        let path = |value: String| Some(PathBuf::from(value)).filter(|path| !path.as_os_str().is_empty());
        let text = |value: String| Some(value).filter(|text| !text.is_empty());
        match key {
            "host" if value.contains(',') => {
                return Err(DsnError(
                    "host: several hosts in one data source are not supported".into(),
                ));
            }
            "host" if !value.is_empty() => self.host = value,
            "host" => {}
            "port" if value.is_empty() => {}
            "port" => {
                self.port = value
                    .parse()
                    .ok()
                    .filter(|port| *port != 0)
                    .ok_or_else(|| wrong(key, &value))?;
            }
            "user" => self.user = text(value),
            "password" => self.password = text(value).map(Secret::new),
            "passfile" => self.passfile = path(value),
            "dbname" | "database" => self.database = text(value),
            "sslmode" => self.sslmode = SslMode::parse(&value).ok_or_else(|| wrong(key, &value))?,
            "sslrootcert" => self.sslrootcert = path(value),
            "sslcert" => self.sslcert = path(value),
            "sslkey" => self.sslkey = path(value),
            "connect_timeout" => self.connect_timeout = seconds(key, &value)?,
            "application_name" => self.application_name = text(value),
            "options" => self.session.extend(options::settings(&value)?),
            "service" | "servicefile" => {
                return Err(DsnError(format!("{key}: service files are not supported")));
            }
            "sslpassword" => {
                return Err(DsnError(
                    "sslpassword: keys with a passphrase are not supported".into(),
                ));
            }
            _ if WITHOUT_MEANING.contains(&key) => {}
            _ if is_setting(key) => self.session.push((key.to_owned(), value)),
            _ => return Err(DsnError("a key that is no name of a setting".into())),
        }
        Ok(())
    }

    /// The same server and login, another database.
    #[must_use]
    pub fn with_database(&self, name: &str) -> Self {
        Self {
            database: Some(name.to_owned()),
            ..self.clone()
        }
    }

    /// Whether the server is reached through a socket of this machine.
    #[must_use]
    pub fn is_socket(&self) -> bool {
        self.host.starts_with('/')
    }
}

impl fmt::Display for Dsn {
    /// `user@host:port/database`, for the log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(user) = &self.user {
            write!(f, "{user}@")?;
        }
        write!(f, "{}:{}", self.host, self.port)?;
        match &self.database {
            Some(database) => write!(f, "/{database}"),
            None => Ok(()),
        }
    }
}

impl SslMode {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "disable" => Self::Disable,
            "allow" => Self::Allow,
            "prefer" => Self::Prefer,
            "" | "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => return None,
        })
    }
}

/// The keys and values of a data source name in either form.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, DsnError> {
    let text = text.trim();
    if DSN_BYTES_MAX < text.len() {
        return Err(DsnError(format!("longer than {DSN_BYTES_MAX} bytes")));
    }
    if text.contains('\0') {
        return Err(DsnError("contains a zero byte".into()));
    }
    match text {
        "" => Err(DsnError("empty".into())),
        _ if uri::has_scheme(text) => uri::pairs(text),
        _ => keywords::pairs(text),
    }
}

/// `host:port` as the reference's label `server` has it: what the text says, without the environment.
fn label(pairs: &[(String, String)]) -> String {
    let last = |name: &str| {
        let mut found = pairs
            .iter()
            .rev()
            .filter(|(key, value)| key == name && !value.is_empty());
        found.next().map(|(_, value)| value.as_str())
    };
    let host = last("host").unwrap_or("localhost");
    match last("port") {
        Some(port) => format!("{host}:{port}"),
        None => format!("{host}:{PORT_DEFAULT}"),
    }
}

/// Whether a key can be the name of a setting of the server: letters, digits, `_` and for extensions `.`.
fn is_setting(key: &str) -> bool {
    key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$'))
}

/// Whole seconds; 0 and less are no limit of its own.
fn seconds(key: &str, value: &str) -> Result<Option<Duration>, DsnError> {
    match value.parse::<i64>() {
        Ok(seconds) => Ok(u64::try_from(seconds)
            .ok()
            .filter(|seconds| *seconds != 0)
            .map(Duration::from_secs)),
        Err(_) => Err(wrong(key, value)),
    }
}

fn wrong(key: &str, value: &str) -> DsnError {
    let expected = match key {
        "port" => "a port from 1 to 65535",
        "sslmode" => "one of disable, allow, prefer, require, verify-ca, verify-full",
        _ => "a whole number of seconds",
    };
    // Where a password holds : or /, its parts end up as other values, so only a mode is quoted.
    let is_word = value
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let shown = match key {
        "sslmode" if is_word && value.len() <= 16 => format!("{value:?}"),
        _ => "the value".to_owned(),
    };
    DsnError(format!("{key}: {shown} is not {expected}"))
}

#[cfg(test)]
mod tests;
