//! How a target or a receiver is spoken to: credentials, headers, TLS, proxy, redirects.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use http_client::TlsSettings;
use settings::document::{Error, Place};
use settings::read::At;

use super::Secret;
use super::oauth2;
use super::raw;
use super::tls;
use crate::client::oauth2::Tokens;
use crate::target::Url;

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
    /// More headers, by name.
    pub headers: BTreeMap<String, Vec<SecretSource>>,
    /// What stands between.
    pub proxy: Option<Proxy>,
}

/// A proxy: what it is asked for with `CONNECT`, or by absolute address where no TLS is spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// Where it is, without credentials.
    pub url: Url,
    /// `user:password`, as its address had it.
    pub credentials: Option<Secret>,
}

/// Headers that are made from other settings, or by the connection.
const RESERVED_HEADERS: [&str; 12] = [
    "authorization",
    "host",
    "accept",
    "accept-encoding",
    "content-encoding",
    "content-length",
    "content-type",
    "user-agent",
    "connection",
    "transfer-encoding",
    "x-prometheus-remote-write-version",
    "x-prometheus-scrape-timeout-seconds",
];

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
    /// A token that another server gives.
    Oauth2(Tokens),
}

/// A secret, or the file that holds it and that is read again for every scrape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// In the configuration itself.
    Inline(Secret),
    /// In a file of its own; white space around it is cut off.
    File(PathBuf),
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
#[derive(Default)]
pub(super) struct Parts {
    pub basic_auth: Option<raw::BasicAuth>,
    pub authorization: Option<raw::Authorization>,
    pub bearer_token: Option<Secret>,
    pub bearer_token_file: Option<PathBuf>,
    pub oauth2: Option<raw::Oauth2>,
    pub tls: Option<raw::TlsConfig>,
    pub follow_redirects: Option<bool>,
    pub enable_compression: Option<bool>,
    pub proxy_url: Option<At<String>>,
    pub headers: Option<BTreeMap<String, raw::HttpHeader>>,
}

/// Takes the keys about HTTP out of a section that has all of them.
macro_rules! parts {
    ($section:expr) => {
        $crate::config::http::Parts {
            basic_auth: $section.basic_auth.take(),
            authorization: $section.authorization.take(),
            bearer_token: $section.bearer_token.take(),
            bearer_token_file: $section.bearer_token_file.take(),
            oauth2: $section.oauth2.take(),
            tls: $section.tls_config.take(),
            follow_redirects: $section.follow_redirects,
            enable_compression: None,
            proxy_url: $section.proxy_url.take(),
            headers: $section.http_headers.take(),
        }
    };
}
pub(super) use parts;

impl HttpSettings {
    /// Checks what stands in one section. `place` is where messages point to.
    pub(super) fn check(mut raw: Parts, file: &Path, place: Place) -> Result<Self, Error> {
        let context = Context { file, place };
        Ok(Self {
            credentials: context.credentials(&mut raw)?,
            tls: tls::check(raw.tls.take().unwrap_or_default(), &context)?,
            follow_redirects: raw.follow_redirects.unwrap_or(true),
            enable_compression: raw.enable_compression.unwrap_or(true),
            headers: context.headers(raw.headers.take().unwrap_or_default())?,
            proxy: raw.proxy_url.take().map(|at| context.proxy(&at)).transpose()?,
        })
    }

    /// Without credentials, for a server on a socket of this machine.
    pub fn plain() -> Self {
        Self {
            credentials: Credentials::None,
            tls: TlsSettings::default(),
            follow_redirects: false,
            enable_compression: false,
            headers: BTreeMap::new(),
            proxy: None,
        }
    }
}

/// Where the settings stand, for messages and for relative paths.
pub(super) struct Context<'a> {
    pub file: &'a Path,
    pub place: Place,
}

impl Context<'_> {
    pub(super) fn refuse(&self, reason: &str) -> Error {
        Error::of(self.file, (self.place, reason.to_owned()))
    }

    /// Relative paths start at the configuration's folder.
    pub(super) fn path(&self, path: PathBuf) -> PathBuf {
        match self.file.parent() {
            Some(folder) => folder.join(path),
            None => path,
        }
    }

    /// One of two ways to give a secret; both together are refused.
    pub(super) fn one_of(
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
        let (basic, authorization) = (raw.basic_auth.take(), raw.authorization.take());
        match (basic, authorization, raw.oauth2.take(), bearer) {
            (None, None, None, None) => Ok(Credentials::None),
            (Some(basic), None, None, None) => self.basic(basic),
            (None, Some(authorization), None, None) => self.authorization(authorization),
            (None, None, Some(oauth2), None) => {
                Ok(Credentials::Oauth2(Tokens::new(oauth2::check(oauth2, self)?)))
            }
            (None, None, None, Some(credentials)) => Ok(Credentials::Scheme {
                scheme: "Bearer".into(),
                credentials,
            }),
            _ => Err(self
                .refuse("at most one of basic_auth, authorization, oauth2 and bearer_token must be given")),
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

    fn headers(
        &self,
        raw: BTreeMap<String, raw::HttpHeader>,
    ) -> Result<BTreeMap<String, Vec<SecretSource>>, Error> {
        let mut headers = BTreeMap::new();
        for (name, raw) in raw {
            if RESERVED_HEADERS
                .iter()
                .any(|reserved| reserved.eq_ignore_ascii_case(&name))
            {
                return Err(self.refuse(&format!("http_headers: {name:?} is set by other settings")));
            }
            if hyper::header::HeaderName::try_from(name.as_str()).is_err() {
                return Err(self.refuse(&format!("http_headers: {name:?} is no name of a header")));
            }
            let values = raw.values.unwrap_or_default().into_iter().map(Secret::new);
            let values = values
                .chain(raw.secrets.unwrap_or_default())
                .map(SecretSource::Inline);
            let files = raw.files.unwrap_or_default().into_iter();
            let files = files.map(|file| SecretSource::File(self.path(file)));
            headers.insert(name, values.chain(files).collect());
        }
        Ok(headers)
    }

    pub(super) fn proxy(&self, at: &At<String>) -> Result<Proxy, Error> {
        let refuse = |reason: String| Error::of(self.file, (at.place, reason));
        let (scheme, rest) = at.value.split_once("://").unwrap_or(("", at.value.as_str()));
        if scheme != "http" {
            return Err(refuse(
                "proxy_url must begin with http://: other proxies are not supported by this version".into(),
            ));
        }
        let (credentials, address) = match rest.rsplit_once('@') {
            Some((credentials, address)) => (Some(credentials), address),
            None => (None, rest),
        };
        let decoded = |text: &str| {
            let text = percent_encoding::percent_decode_str(text);
            Secret::new(text.decode_utf8_lossy().into_owned())
        };
        Ok(Proxy {
            url: Url::parse(&format!("http://{address}")).map_err(refuse)?,
            credentials: credentials.map(decoded),
        })
    }
}

#[cfg(test)]
mod tests;
