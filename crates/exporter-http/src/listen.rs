//! Where to listen: `--web.listen-address`, or what systemd opened.

mod bind;
pub(crate) mod systemd;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

pub use self::bind::{Listener, SocketFile};

/// Bytes of a Unix socket's path, less the terminating zero (`sun_path` in unix(7)).
const UNIX_PATH_BYTES_MAX: usize = 107;

/// A place to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListenAddress {
    /// `:9100`: every address of this machine, IPv6 and IPv4.
    Any {
        /// 0 lets the system choose.
        port: u16,
    },
    /// `localhost:9100`, `10.0.0.1:9100` or `[::1]:9100`.
    Host {
        /// A name or an address, without brackets.
        host: String,
        /// 0 lets the system choose.
        port: u16,
    },
    /// `unix:/run/exporter.sock`.
    Unix(PathBuf),
}

/// Why a text is no place to listen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// None of the known forms.
    #[error("expected host:port, :port, [v6]:port or unix:/path")]
    Form,
    /// The port is missing or not a number from 0 to 65535.
    #[error("the port is not a number from 0 to 65535")]
    Port,
    /// More bytes than a socket's path can have.
    #[error("a socket's path has 1 to 107 bytes")]
    UnixPath,
    /// The reference listens on virtual machine sockets; this does not.
    #[error("vsock is not supported")]
    Vsock,
}

impl FromStr for ListenAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if let Some(path) = text.strip_prefix("unix:") {
            return if (1..=UNIX_PATH_BYTES_MAX).contains(&path.len()) && !path.contains('\0') {
                Ok(Self::Unix(PathBuf::from(path)))
            } else {
                Err(AddressError::UnixPath)
            };
        }
        if text.starts_with("vsock:") {
            return Err(AddressError::Vsock);
        }
        let (host, port) = text.rsplit_once(':').ok_or(AddressError::Form)?;
        let port_number = || match port.bytes().all(|byte| byte.is_ascii_digit()) {
            true => port.parse().map_err(|_| AddressError::Port),
            false => Err(AddressError::Port),
        };
        if host.is_empty() {
            return Ok(Self::Any { port: port_number()? });
        }
        let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match inner {
            Some(inner) if inner.contains(':') => inner,
            None if !host.contains([':', '[', ']', '/', ' ']) && !host.contains(char::is_control) => host,
            _ => return Err(AddressError::Form),
        };
        Ok(Self::Host {
            host: host.to_owned(),
            port: port_number()?,
        })
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any { port } => write!(out, ":{port}"),
            Self::Host { host, port } if host.contains(':') => write!(out, "[{host}]:{port}"),
            Self::Host { host, port } => write!(out, "{host}:{port}"),
            Self::Unix(path) => write!(out, "unix:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Result<ListenAddress, AddressError>) {
        let parsed = text.parse::<ListenAddress>();
        if let Ok(address) = &parsed {
            assert_eq!(address.to_string().parse().as_ref(), Ok(address));
        }
        assert_eq!(parsed, expect, "{text}");
    }

    fn host(host: &str, port: u16) -> ListenAddress {
        ListenAddress::Host {
            host: host.to_owned(),
            port,
        }
    }

    #[test]
    fn forms() {
        check(":9100", Ok(ListenAddress::Any { port: 9100 }));
        check("localhost:0", Ok(host("localhost", 0)));
        check("0.0.0.0:9100", Ok(host("0.0.0.0", 9100)));
        check("[::1]:9100", Ok(host("::1", 9100)));
        check("[fe80::1%eth0]:9100", Ok(host("fe80::1%eth0", 9100)));
        check("unix:/run/x.sock", Ok(ListenAddress::Unix("/run/x.sock".into())));
    }

    #[test]
    fn nonsense() {
        check("", Err(AddressError::Form));
        check("9100", Err(AddressError::Form));
        check("::1:9100", Err(AddressError::Form));
        check("[::1]9100", Err(AddressError::Form));
        check("[]:1", Err(AddressError::Form));
        check(":", Err(AddressError::Port));
        check(":http", Err(AddressError::Port));
        check(":65536", Err(AddressError::Port));
        check(":+1", Err(AddressError::Port));
        check("unix:", Err(AddressError::UnixPath));
        check(&format!("unix:/{}", "x".repeat(107)), Err(AddressError::UnixPath));
        check("vsock://:9100", Err(AddressError::Vsock));
    }
}
