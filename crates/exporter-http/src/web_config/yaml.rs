//! The web configuration file as it is written. The only module that names the YAML library.
//!
//! Every scalar is read as a [`Word`] with its place and is checked by the caller, so that a wrong one is told
//! with line, column and field in our own words.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::{Options, Spanned};

use super::Error;

/// Bytes of the file; the largest sensible one, with inline certificates and a hundred users, has 30 kB.
pub(crate) const FILE_BYTES_MAX: usize = 256 * 1024;

/// Line and column, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub line: u64,
    pub column: u64,
}

/// A scalar and where it stands.
#[derive(Deserialize)]
#[serde(from = "Spanned<String>")]
pub(crate) struct Word {
    pub text: String,
    place: Place,
}

/// The whole file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Document {
    pub tls_server_config: Option<TlsServer>,
    pub http_server_config: Option<HttpServer>,
    pub basic_auth_users: Option<BTreeMap<String, Word>>,
    pub rate_limit: Option<RateLimit>,
}

/// `tls_server_config`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TlsServer {
    pub cert: Option<Word>,
    pub cert_file: Option<Word>,
    pub key: Option<Word>,
    pub key_file: Option<Word>,
    pub client_auth_type: Option<Word>,
    pub client_ca: Option<Word>,
    pub client_ca_file: Option<Word>,
    pub client_allowed_sans: Option<Vec<Word>>,
    pub min_version: Option<Word>,
    pub max_version: Option<Word>,
    pub cipher_suites: Option<Vec<Word>>,
    pub prefer_server_cipher_suites: Option<Word>,
    pub curve_preferences: Option<Vec<Word>>,
}

/// `http_server_config`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct HttpServer {
    pub http2: Option<Word>,
    pub headers: Option<BTreeMap<String, Word>>,
}

/// `rate_limit`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct RateLimit {
    pub interval: Option<Word>,
    pub burst: Option<Word>,
}

impl From<Spanned<String>> for Word {
    fn from(scalar: Spanned<String>) -> Self {
        Self {
            place: Place {
                line: scalar.referenced.line(),
                column: scalar.referenced.column(),
            },
            text: scalar.value,
        }
    }
}

impl Word {
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// `true` or `false`, in the spellings of YAML 1.1 that the toolkit takes.
    pub(crate) fn boolean(&self, field: &str) -> Result<bool, Error> {
        match self.text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Ok(true),
            "false" | "no" | "off" | "n" => Ok(false),
            _ => Err(Error::at(
                self,
                field,
                format!("{:?} is not true or false", self.text),
            )),
        }
    }

    /// A whole number from 0.
    pub(crate) fn count(&self, field: &str) -> Result<u32, Error> {
        self.text.parse().map_err(|_| {
            Error::at(
                self,
                field,
                format!("{:?} is not a whole number from 0", self.text),
            )
        })
    }
}

impl Document {
    /// Reads the text. Fails on what is not YAML, on an unknown or repeated field, and on a list where a word belongs.
    pub(crate) fn parse(text: &str) -> Result<Self, Error> {
        let whole = |message: &str| Error::section("", message);
        if text.len() > FILE_BYTES_MAX {
            return Err(whole("larger than 256 KiB"));
        }
        let mut options = Options::default();
        options.with_snippet = false;
        serde_saphyr::from_str_with_options(text, options).map_err(|error| explain(text, &error))
    }
}

/// The library's message with its place taken out and the field put in.
fn explain(text: &str, error: &serde_saphyr::Error) -> Error {
    let message = error.to_string();
    let message = message.lines().next().unwrap_or_default();
    let place = error.location().map(|location| Place {
        line: location.line(),
        column: location.column(),
    });
    let message = message.split(" at line ").next().unwrap_or(message);
    let message = message
        .split(", set DuplicateKeyPolicy")
        .next()
        .unwrap_or(message);
    let message = match message {
        "expected mapping start" => "expected a section of `field: value` lines",
        "expected sequence start" => "expected a list",
        "expected string scalar" => "expected a single value",
        other if other.starts_with("multiple YAML documents") => {
            "a second document starts here, expected one"
        }
        other => other,
    };
    let field = match place {
        // These messages name the field themselves.
        _ if message.contains("field") || message.contains("key") => String::new(),
        Some(place) => last_key_before(text, place),
        None => String::new(),
    };
    Error {
        place,
        field,
        message: message.to_owned(),
    }
}

/// The nearest `word:` at or before a place; empty where there is none.
fn last_key_before(text: &str, place: Place) -> String {
    let mut key = String::new();
    for (number, line) in (1..)
        .zip(text.lines())
        .take(usize::try_from(place.line).unwrap_or(usize::MAX))
    {
        let end = if number == place.line {
            usize::try_from(place.column).unwrap_or(usize::MAX)
        } else {
            usize::MAX
        };
        let line: String = line.chars().take(end).collect();
        for (colon, _) in line.match_indices(':') {
            let before = &line[..colon];
            let start = before
                .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
            if start < colon {
                key = before[start..].to_owned();
            }
        }
    }
    key
}
