//! User, password, address and encryption of one login.

use std::fmt;
use std::path::PathBuf;

use settings::Secret;

const PORT_DEFAULT: u16 = 3306;

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// Over the network.
    Tcp {
        /// Name or address, without brackets.
        host: String,
        /// Port.
        port: u16,
    },
    /// Over a Unix socket of this machine.
    Unix(PathBuf),
}

/// An address that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no address such as db.example:3306, [::1]:3306 or unix:///run/mysqld/mysqld.sock")]
pub struct AddressError(String);

impl Address {
    /// Reads `host:port`, `[v6]:port` or `unix:///path`; the port must be there.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let wrong = || AddressError(text.to_owned());
        if let Some(path) = text.strip_prefix("unix://") {
            return match path {
                "" => Err(wrong()),
                path => Ok(Self::Unix(PathBuf::from(path))),
            };
        }
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let port = port.parse().map_err(|_| wrong())?;
        let is_name = |host: &str| {
            !host.contains(['[', ']', '/']) && !host.contains(|c: char| c.is_whitespace() || c.is_control())
        };
        match host.strip_prefix('[') {
            Some(rest) => match rest.strip_suffix(']') {
                Some(host) if is_name(host) => Ok(Self::tcp(host, port)),
                _ => Err(wrong()),
            },
            None if is_name(host) && !host.contains(':') => Ok(Self::tcp(host, port)),
            None => Err(wrong()),
        }
    }

    /// A network address; an empty host is this machine.
    #[must_use]
    pub fn tcp(host: &str, port: u16) -> Self {
        let host = if host.is_empty() { "127.0.0.1" } else { host };
        Self::Tcp {
            host: host.to_owned(),
            port,
        }
    }
}

impl Default for Address {
    fn default() -> Self {
        Self::tcp("127.0.0.1", PORT_DEFAULT)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
        }
    }
}

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Encryption {
    /// Plain, and encrypted where the server takes the login only so.
    #[default]
    WhereNeeded,
    /// Never.
    Off,
    /// Where the server offers it; its certificate is not checked.
    Preferred,
    /// Always; the certificate is not checked.
    Unchecked,
    /// Always; certificate and name are checked.
    Checked,
}

/// Files for the encryption.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Certificates {
    /// Authorities that sign the server's certificate; without it those of the system.
    pub authority: Option<PathBuf>,
    /// This client's certificate and key.
    pub client: Option<(PathBuf, PathBuf)>,
}

/// One login. `{:?}` does not show the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// User.
    pub user: String,
    /// Password; nothing where none is sent.
    pub password: Option<Secret>,
    /// Server, where a request names none.
    pub address: Address,
    /// Encryption.
    pub encryption: Encryption,
    /// Its files.
    pub certificates: Certificates,
    /// Whether the server may ask for the password as it is, for PAM and LDAP.
    pub cleartext: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (text, shown) in [
            ("db:3306", Some("db:3306")),
            (":3307", Some("127.0.0.1:3307")),
            ("[::1]:3306", Some("[::1]:3306")),
            ("unix:///run/mysqld.sock", Some("unix:///run/mysqld.sock")),
            ("unix://", None),
            ("db", None),
            ("db:port", None),
            ("db:70000", None),
            ("::1:3306", None),
            ("http://db:80", None),
            ("[::1:3306", None),
            ("", None),
        ] {
            let address = Address::parse(text).ok().map(|address| address.to_string());
            assert_eq!(address.as_deref(), shown, "{text}");
        }
    }
}
