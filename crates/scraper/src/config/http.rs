//! How a target is spoken to: credentials, TLS, redirects.

use std::path::{Path, PathBuf};

use super::Secret;
use super::raw;
use settings::document::{Error, Place};

/// The client settings of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpSettings {
    /// What goes into the `Authorization` header.
    pub credentials: Credentials,
    /// How an https target is trusted.
    pub tls: TlsSettings,
    /// Whether redirects are followed, ten at most.
    pub follow_redirects: bool,
    /// Whether gzip is asked for.
    pub enable_compression: bool,
}

/// What goes into the `Authorization` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// No header.
    None,
    /// `Basic` with user name and password.
    Basic {
        /// The user name, or the file that holds it.
        username: SecretSource,
        /// The password, or the file that holds it.
        password: SecretSource,
    },
    /// Any other scheme.
    Scheme {
        /// `Bearer`, `Token`, …
        scheme: String,
        /// What follows the scheme.
        credentials: SecretSource,
    },
}

/// A secret, or the file that holds it and that is read again for every scrape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// In the configuration itself.
    Inline(Secret),
    /// In a file of its own; white space around it is cut off.
    File(PathBuf),
}

/// How an https target is trusted, and how this process shows who it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsSettings {
    /// Certificates that sign targets; without it those of the system.
    pub ca_file: Option<PathBuf>,
    /// This process's own certificate and key.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// The name that the target's certificate must have, where it is not the address.
    pub server_name: Option<String>,
    /// Whether any certificate will do.
    pub insecure_skip_verify: bool,
}

/// Largest secret that is read from a file; a token of 64 KiB would not pass as a header anyway.
const SECRET_BYTES_MAX: u64 = 64 << 10;

impl SecretSource {
    /// The secret as it is now. Fails with a reason that names the file and not what is in it.
    pub fn read(&self) -> Result<Secret, String> {
        match self {
            Self::Inline(secret) => Ok(secret.clone()),
            Self::File(path) => {
                let refuse = |reason: String| format!("read {}: {reason}", path.display());
                let size = std::fs::metadata(path).map_err(|error| refuse(error.to_string()))?;
                if SECRET_BYTES_MAX < size.len() || !size.is_file() {
                    return Err(refuse(format!("not a file of at most {SECRET_BYTES_MAX} bytes")));
                }
                let text = std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))?;
                Ok(Secret::new(text.trim().to_owned()))
            }
        }
    }
}

/// The keys of a section that are about HTTP.
pub(super) struct Parts {
    pub basic_auth: Option<raw::BasicAuth>,
    pub authorization: Option<raw::Authorization>,
    pub bearer_token: Option<Secret>,
    pub bearer_token_file: Option<PathBuf>,
    pub tls: Option<raw::TlsConfig>,
    pub follow_redirects: Option<bool>,
    pub enable_compression: Option<bool>,
}

impl Parts {
    /// Takes them out of a scrape config.
    pub(super) fn of(raw: &mut raw::ScrapeConfig) -> Self {
        Self {
            basic_auth: raw.basic_auth.take(),
            authorization: raw.authorization.take(),
            bearer_token: raw.bearer_token.take(),
            bearer_token_file: raw.bearer_token_file.take(),
            tls: raw.tls_config.take(),
            follow_redirects: raw.follow_redirects,
            enable_compression: raw.enable_compression,
        }
    }
}

impl HttpSettings {
    /// Checks what stands in one section. `place` is where messages point to.
    pub(super) fn check(mut raw: Parts, file: &Path, place: Place) -> Result<Self, Error> {
        let context = Context { file, place };
        Ok(Self {
            credentials: context.credentials(&mut raw)?,
            tls: context.tls(raw.tls.take().unwrap_or_default())?,
            follow_redirects: raw.follow_redirects.unwrap_or(true),
            enable_compression: raw.enable_compression.unwrap_or(true),
        })
    }
}

/// Where the settings stand, for messages and for relative paths.
struct Context<'a> {
    file: &'a Path,
    place: Place,
}

impl Context<'_> {
    fn refuse(&self, reason: &str) -> Error {
        Error {
            path: self.file.to_owned(),
            place: self.place,
            reason: reason.to_owned(),
        }
    }

    /// Relative paths start at the configuration's folder.
    fn path(&self, path: PathBuf) -> PathBuf {
        match self.file.parent() {
            Some(folder) => folder.join(path),
            None => path,
        }
    }

    /// One of two ways to give a secret; both together are refused.
    fn one_of(
        &self,
        names: &str,
        inline: Option<Secret>,
        file: Option<PathBuf>,
    ) -> Result<Option<SecretSource>, Error> {
        match (inline, file) {
            (Some(_), Some(_)) => Err(self.refuse(&format!("at most one of {names} must be given"))),
            (Some(secret), None) => Ok(Some(SecretSource::Inline(secret))),
            (None, Some(file)) => Ok(Some(SecretSource::File(self.path(file)))),
            (None, None) => Ok(None),
        }
    }

    fn credentials(&self, raw: &mut Parts) -> Result<Credentials, Error> {
        let bearer = self.one_of(
            "bearer_token and bearer_token_file",
            raw.bearer_token.take(),
            raw.bearer_token_file.take(),
        )?;
        match (raw.basic_auth.take(), raw.authorization.take(), bearer) {
            (None, None, None) => Ok(Credentials::None),
            (Some(basic), None, None) => self.basic(basic),
            (None, Some(authorization), None) => self.authorization(authorization),
            (None, None, Some(credentials)) => Ok(Credentials::Scheme {
                scheme: "Bearer".into(),
                credentials,
            }),
            _ => Err(self.refuse("at most one of basic_auth, authorization and bearer_token must be given")),
        }
    }

    fn basic(&self, basic: raw::BasicAuth) -> Result<Credentials, Error> {
        let empty = || SecretSource::Inline(Secret::new(String::new()));
        let username = basic.username.map(Secret::new);
        Ok(Credentials::Basic {
            username: self
                .one_of(
                    "basic_auth username and username_file",
                    username,
                    basic.username_file,
                )?
                .unwrap_or_else(empty),
            password: self
                .one_of(
                    "basic_auth password and password_file",
                    basic.password,
                    basic.password_file,
                )?
                .unwrap_or_else(empty),
        })
    }

    fn authorization(&self, authorization: raw::Authorization) -> Result<Credentials, Error> {
        let scheme = authorization.r#type.unwrap_or_default();
        let scheme = match scheme.trim() {
            "" => "Bearer",
            scheme => scheme,
        };
        if scheme.eq_ignore_ascii_case("basic") {
            return Err(self.refuse("authorization type cannot be \"basic\", use basic_auth instead"));
        }
        let credentials = self.one_of(
            "authorization credentials and credentials_file",
            authorization.credentials,
            authorization.credentials_file,
        )?;
        Ok(Credentials::Scheme {
            scheme: scheme.to_owned(),
            credentials: credentials.unwrap_or(SecretSource::Inline(Secret::new(String::new()))),
        })
    }

    fn tls(&self, tls: raw::TlsConfig) -> Result<TlsSettings, Error> {
        let identity = match (tls.cert_file, tls.key_file) {
            (Some(certificate), Some(key)) => Some((self.path(certificate), self.path(key))),
            (None, None) => None,
            (Some(_), None) => return Err(self.refuse("tls_config has cert_file but no key_file")),
            (None, Some(_)) => return Err(self.refuse("tls_config has key_file but no cert_file")),
        };
        Ok(TlsSettings {
            ca_file: tls.ca_file.map(|path| self.path(path)),
            identity,
            server_name: tls.server_name.filter(|name| !name.is_empty()),
            insecure_skip_verify: tls.insecure_skip_verify.unwrap_or(false),
        })
    }
}
