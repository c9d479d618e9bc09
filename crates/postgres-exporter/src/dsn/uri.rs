//! The URI form: `postgresql://user:password@host:port/database?key=value`.
//!
//! `postgresql://user@/db?host=/run/postgresql` and `postgresql://%2Frun%2Fpostgresql/db` name a socket's directory.

use percent_encoding::percent_decode_str;

use super::DsnError;

const SCHEMES: [&str; 2] = ["postgresql://", "postgres://"];

/// Whether a text is meant as a URI.
#[must_use]
pub fn has_scheme(text: &str) -> bool {
    SCHEMES.iter().any(|scheme| text.starts_with(scheme))
}

/// The parts of a URI under the names of their keys, those of the query last.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, DsnError> {
    let rest = SCHEMES
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .ok_or_else(|| DsnError("expected postgresql://".into()))?;
    let rest = rest.split('#').next().unwrap_or_default();
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut pairs = Vec::new();
    let mut add = |key: &str, value: &str| -> Result<(), DsnError> {
        if !value.is_empty() {
            pairs.push((key.to_owned(), decoded(key, value)?));
        }
        Ok(())
    };
    // An @ in a password is often left as it is; the last one ends the login.
    let (login, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    add("user", user)?;
    add("password", password)?;
    let (host, port) = host_and_port(place)?;
    add("host", host)?;
    add("port", port)?;
    add("dbname", path)?;
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part
            .split_once('=')
            .ok_or_else(|| DsnError("a query parameter without a value".into()))?;
        let key = decoded("query", key)?;
        let value = decoded(&key, &value.replace('+', " "))?;
        pairs.push((key, value));
    }
    Ok(pairs)
}

/// `host:port`, `[v6]:port`, either part empty.
fn host_and_port(text: &str) -> Result<(&str, &str), DsnError> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest
            .split_once(']')
            .ok_or_else(|| DsnError("host: expected ] after the IPv6 address".into()))?;
        return match after.strip_prefix(':') {
            Some(port) => Ok((host, port)),
            None if after.is_empty() => Ok((host, "")),
            None => Err(DsnError("host: expected : after ]".into())),
        };
    }
    match text.split_once(':') {
        Some((_, port)) if port.contains(':') => Err(DsnError(
            "host: an IPv6 address stands in brackets; : and / in a password are written %3A and %2F".into(),
        )),
        Some(parts) => Ok(parts),
        None => Ok((text, "")),
    }
}

fn decoded(key: &str, value: &str) -> Result<String, DsnError> {
    percent_decode_str(value)
        .decode_utf8()
        .map(|text| text.into_owned())
        .map_err(|_| DsnError(format!("{}: not UTF-8", key.escape_debug())))
}
