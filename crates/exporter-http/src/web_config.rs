//! `--web.config.file`: TLS, users, headers and rate limit, in the YAML of the reference exporters' toolkit.
//!
//! | module       | holds                                                                     |
//! |--------------|---------------------------------------------------------------------------|
//! | [`node`]     | YAML as a tree with places; the only module that names the YAML library    |
//! | [`document`] | the fields of the file, as they are written                                |
//! | [`tls_plan`] | `tls_server_config`, checked word by word                                  |
//! | [`watch`]    | the file in force, read again when it or a file that it names has changed  |

pub(crate) mod document;
pub(crate) mod tls_plan;
pub(crate) mod watch;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use hyper::header::{HeaderName, HeaderValue};

use settings::Place;

use self::document::{Document, RateLimit, Word};
use self::tls_plan::TlsPlan;

/// Headers that the file may set, with the values that each may have; none means any.
const HEADERS: [(&str, &[&str]); 5] = [
    ("Content-Security-Policy", &[]),
    ("Strict-Transport-Security", &[]),
    ("X-Content-Type-Options", &["nosniff"]),
    ("X-Frame-Options", &["deny", "sameorigin"]),
    ("X-XSS-Protection", &[]),
];

/// Longest interval that makes sense between two requests; it also keeps sums from overflowing.
const INTERVAL_MAX: Duration = Duration::from_secs(86_400 * 366);

/// The cost of a bcrypt hash up to which a Pi checks a password in some seconds; each one more doubles the time.
const COST_USUAL_MAX: u32 = 14;

/// What a web configuration file asks for, every word of it checked. The files that it names are not read yet.
#[derive(Debug, Default)]
pub(crate) struct WebConfig {
    /// TLS, where the file has it.
    pub tls: Option<TlsPlan>,
    /// Whether the file asks for HTTP/2, as it does by default. HTTP/1.1 is served all the same.
    pub http2: bool,
    /// Headers of every answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// bcrypt hash of each user; empty is no authentication.
    pub users: BTreeMap<String, String>,
    /// How often requests may come; `None` is no limit.
    pub rate: Option<Rate>,
}

/// One request every `interval`, and `burst` of them at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub interval: Duration,
    pub burst: u32,
}

/// What is wrong with a web configuration file, and where; shown in one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) struct Error {
    /// Line and column, counted from 1; absent where a whole section is wrong.
    pub place: Option<Place>,
    /// `tls_server_config.min_version`; empty where the file as a whole is wrong.
    pub field: String,
    pub message: String,
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.place {
            write!(out, "line {}, column {}: ", place.line, place.column)?;
        }
        if !self.field.is_empty() {
            write!(out, "{}: ", self.field)?;
        }
        // A message may repeat words of the file; a control character in them must not start a line.
        out.write_str(&self.message.replace(char::is_control, "?"))
    }
}

impl Error {
    /// A wrong word.
    pub(crate) fn at(word: &Word, field: &str, message: impl Into<String>) -> Self {
        Self {
            place: Some(word.place),
            field: field.to_owned(),
            message: message.into(),
        }
    }

    /// Something missing, or words that do not go together.
    pub(crate) fn section(field: &str, message: impl Into<String>) -> Self {
        Self {
            place: None,
            field: field.to_owned(),
            message: message.into(),
        }
    }
}

/// Reads and checks the text of a file. Relative paths in it are relative to `directory`.
pub(crate) fn parse(text: &str, directory: &Path) -> Result<WebConfig, Error> {
    let document = Document::parse(text)?;
    let http = document.http_server_config;
    let http2 = http
        .http2
        .map_or(Ok(true), |word| word.boolean("http_server_config.http2"))?;
    let headers = http
        .headers
        .into_iter()
        .map(|(name, value)| header(&name, &value))
        .collect::<Result<_, _>>()?;
    let users = document
        .basic_auth_users
        .into_iter()
        .map(|(user, hash)| {
            check_hash(&user, &hash)?;
            Ok((user, hash.text))
        })
        .collect::<Result<_, _>>()?;
    let rate = rate(document.rate_limit)?;
    let tls = TlsPlan::new(document.tls_server_config, directory)?;
    Ok(WebConfig {
        tls,
        http2,
        headers,
        users,
        rate,
    })
}

fn header(name: &str, value: &Word) -> Result<(HeaderName, HeaderValue), Error> {
    let field = "http_server_config.headers";
    let Some((_, allowed)) = HEADERS.iter().find(|(known, _)| *known == name) else {
        let known: Vec<_> = HEADERS.iter().map(|(known, _)| *known).collect();
        return Err(Error::at(
            value,
            field,
            format!("{name:?} cannot be set; expected one of {}", known.join(", ")),
        ));
    };
    if !allowed.is_empty() && !allowed.contains(&value.text.as_str()) {
        return Err(Error::at(
            value,
            &format!("{field}.{name}"),
            format!("{:?} is not one of {}", value.text, allowed.join(", ")),
        ));
    }
    let parsed = (name.parse(), HeaderValue::from_str(&value.text));
    match parsed {
        (Ok(name), Ok(value)) => Ok((name, value)),
        _ => Err(Error::at(
            value,
            &format!("{field}.{name}"),
            "has characters that a header cannot carry",
        )),
    }
}

/// The message never repeats the hash: it is a secret that somebody could search a password for.
fn check_hash(user: &str, hash: &Word) -> Result<(), Error> {
    match hash.text.parse::<bcrypt::HashParts>() {
        // The library takes $2x$ too, which marks hashes of a broken implementation.
        Ok(parts) if (4..=31).contains(&parts.get_cost()) && !hash.text.starts_with("$2x") => {
            if parts.get_cost() > COST_USUAL_MAX {
                log::warn!(user, cost = parts.get_cost(); "a password of this cost takes seconds to check");
            }
            Ok(())
        }
        _ => Err(Error::at(
            hash,
            &format!("basic_auth_users.{user}"),
            "not a bcrypt hash ($2a$, $2b$ or $2y$, cost 4 to 31, 60 characters)",
        )),
    }
}

fn rate(rate: RateLimit) -> Result<Option<Rate>, Error> {
    let field = "rate_limit.interval";
    let interval = rate.interval.map_or(Ok(Duration::ZERO), |word| {
        let wrong = match settings::duration::parse(&word.text) {
            Some(interval) if interval <= INTERVAL_MAX => return Ok(interval),
            Some(_) => "longer than a year",
            None => "not a duration such as 500ms, 1s or 1m30s",
        };
        Err(Error::at(&word, field, format!("{:?} is {wrong}", word.text)))
    })?;
    let burst = rate.burst.map_or(Ok(0), |word| word.count("rate_limit.burst"))?;
    if interval.is_zero() {
        return Ok(None);
    }
    Ok(Some(Rate { interval, burst }))
}

#[cfg(test)]
mod tests;
