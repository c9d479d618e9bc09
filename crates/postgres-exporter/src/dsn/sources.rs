//! The data sources of the environment: `DATA_SOURCE_NAME`, or `DATA_SOURCE_URI`, `_USER` and `_PASS`.
//!
//! Each may also be a file (`DATA_SOURCE_PASS_FILE`) or a credential of systemd (`LoadCredential=data_source_pass:…`).
//! `DATA_SOURCE_NAME` wins over the others, a file over the variable.

use std::path::{Path, PathBuf};

use settings::Secret;
use settings::secret::credential;

use super::password_file::PasswordFile;
use super::{Dsn, DsnError, uri};

/// Most data sources of one process; each is a connection.
const SOURCES_MAX: usize = 64;

/// libpq's variables and the keys that they stand for.
const VARIABLES: [(&str, &str); 14] = [
    ("PGHOST", "host"),
    ("PGPORT", "port"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGPASSFILE", "passfile"),
    ("PGDATABASE", "dbname"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGAPPNAME", "application_name"),
    ("PGGEQO", "geqo"),
    ("PGTZ", "timezone"),
];

/// Why the data sources of the environment cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// One of them, counted from 1, is not a data source name.
    #[error("{variable} (data source {number}): {reason}")]
    Name {
        /// The variable.
        variable: &'static str,
        /// Which of several.
        number: usize,
        /// What is wrong.
        reason: DsnError,
    },
    /// A file cannot be read.
    #[error("{variable}: {reason}")]
    File {
        /// The variable that names the file.
        variable: String,
        /// What is wrong.
        reason: settings::secret::Unreadable,
    },
    /// More than can be asked.
    #[error("DATA_SOURCE_NAME: more than {SOURCES_MAX} data sources")]
    TooMany,
}

/// Looks up a variable; empty counts as not set.
pub trait Variables: Fn(&str) -> Option<String> {}
impl<F: Fn(&str) -> Option<String>> Variables for F {}

/// The variables of this process.
pub fn of_process(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// What libpq's variables say, as pairs that a data source name overrides.
pub fn environment(variables: &impl Variables) -> Vec<(String, String)> {
    VARIABLES
        .iter()
        .filter_map(|(variable, key)| Some(((*key).to_owned(), variables(variable)?)))
        .collect()
}

/// All data sources that the environment names, in their order; none is no error.
pub fn sources(variables: &impl Variables) -> Result<Vec<Dsn>, SourceError> {
    let environment = environment(variables);
    let name = "DATA_SOURCE_NAME";
    if let Some(text) = value(variables, name)? {
        return split(text.expose())
            .iter()
            .enumerate()
            .map(|(index, text)| {
                Dsn::parse(text, &environment).map_err(|reason| SourceError::Name {
                    variable: name,
                    number: index + 1,
                    reason,
                })
            })
            .collect::<Result<Vec<_>, _>>()
            .and_then(|sources| match sources.len() {
                0..=SOURCES_MAX => Ok(sources),
                _ => Err(SourceError::TooMany),
            });
    }
    if let Some(uri) = value(variables, "DATA_SOURCE_URI")? {
        return Ok(vec![from_parts(variables, uri.expose(), &environment)?]);
    }
    // The reference needs a data source; libpq's own variables are enough for its programs.
    if variables("PGHOST").is_some() {
        let dsn = Dsn::from_pairs(&[], environment).map_err(|reason| SourceError::Name {
            variable: "PG*",
            number: 1,
            reason,
        })?;
        return Ok(vec![dsn]);
    }
    Ok(Vec::new())
}

/// `DATA_SOURCE_URI` is a URI without its scheme and login.
fn from_parts(
    variables: &impl Variables,
    uri: &str,
    environment: &[(String, String)],
) -> Result<Dsn, SourceError> {
    let refuse = |reason| SourceError::Name {
        variable: "DATA_SOURCE_URI",
        number: 1,
        reason,
    };
    let uri = uri.trim();
    let parsed = if uri::has_scheme(uri) {
        Dsn::parse(uri, environment)
    } else {
        Dsn::parse(&format!("postgresql://{uri}"), environment)
    };
    let mut dsn = parsed.map_err(refuse)?;
    if let Some(user) = value(variables, "DATA_SOURCE_USER")? {
        dsn.user = Some(user.expose().trim().to_owned());
    }
    match file_of(variables, "DATA_SOURCE_PASS") {
        Some((variable, path)) => {
            let file = PasswordFile::new(&path).map_err(|reason| SourceError::File { variable, reason })?;
            dsn.password_file = Some(file);
        }
        None => {
            if let Some(password) = variables("DATA_SOURCE_PASS") {
                dsn.password = Some(Secret::new(password));
            }
        }
    }
    Ok(dsn)
}

/// A variable, or what stands in its file or credential.
fn value(variables: &impl Variables, name: &str) -> Result<Option<Secret>, SourceError> {
    match file_of(variables, name) {
        Some((variable, path)) => Secret::from_file(&path)
            .map(|secret| Some(secret).filter(|secret| !secret.expose().trim().is_empty()))
            .map_err(|reason| SourceError::File { variable, reason }),
        None => Ok(variables(name).map(Secret::new)),
    }
}

/// The file that stands for a variable: `<name>_FILE`, or the credential of that name in lower case.
fn file_of(variables: &impl Variables, name: &str) -> Option<(String, PathBuf)> {
    let variable = format!("{name}_FILE");
    if let Some(path) = variables(&variable) {
        return Some((variable, Path::new(&path).to_owned()));
    }
    let credential_name = name.to_ascii_lowercase();
    credential(&credential_name).map(|path| (format!("credential {credential_name}"), path))
}

/// Several data sources are separated by commas; a comma in a value separates only where a data source can begin.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(',') {
        let rest = &text[at + 1..];
        if begins(rest) {
            parts.push(&text[start..at]);
            start = at + 1;
        }
    }
    parts.push(&text[start..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn begins(text: &str) -> bool {
    let text = text.trim_start();
    if text.is_empty() || uri::has_scheme(text) {
        return true;
    }
    let word = text
        .find(|next: char| !next.is_ascii_alphanumeric() && next != '_')
        .unwrap_or(text.len());
    0 < word && text[word..].trim_start().starts_with('=')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(variables: &[(&str, &str)], expect: &[&str]) {
        let look_up = |name: &str| {
            let found = variables.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let shown: Vec<String> = match sources(&look_up) {
            Ok(sources) => sources
                .iter()
                .map(|dsn| {
                    let password = dsn.password.as_ref().map_or("-", Secret::expose);
                    format!("{dsn} {password} {}", dsn.label)
                })
                .collect(),
            Err(error) => vec![error.to_string()],
        };
        assert_eq!(shown, expect);
    }

    #[test]
    fn one_and_several() {
        check(&[], &[]);
        check(
            &[(
                "DATA_SOURCE_NAME",
                "postgresql://a:b,c@one:1/x,host=two user=d password=e,f,postgres://g@three",
            )],
            &[
                "a@one:1/x b,c one:1",
                "d@two:5432 e,f two:5432",
                "g@three:5432 - three:5432",
            ],
        );
        check(
            &[("DATA_SOURCE_NAME", "host=a,port=7")],
            &["a:5432 - a:5432", "localhost:7 - localhost:7"],
        );
    }

    #[test]
    fn parts() {
        check(
            &[
                ("DATA_SOURCE_URI", "db:6432/app?sslmode=disable"),
                ("DATA_SOURCE_USER", "me"),
                ("DATA_SOURCE_PASS", "p@ss/w:rd%41"),
            ],
            &["me@db:6432/app p@ss/w:rd%41 db:6432"],
        );
        check(
            &[("DATA_SOURCE_URI", "h"), ("DATA_SOURCE_NAME", "host=wins")],
            &["wins:5432 - wins:5432"],
        );
    }

    #[test]
    fn variables_of_libpq() {
        check(
            &[("PGHOST", "h"), ("PGPASSWORD", "p"), ("PGDATABASE", "d")],
            &["h:5432/d p h:5432"],
        );
        check(
            &[("PGUSER", "u"), ("PGPORT", "7"), ("DATA_SOURCE_NAME", "host=x")],
            &["u@x:7 - x:5432"],
        );
    }

    #[test]
    fn files() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("user");
        std::fs::write(&path, "from file\n").expect("written");
        let path = path.to_str().expect("UTF-8");
        check(
            &[
                ("DATA_SOURCE_URI", "h"),
                ("DATA_SOURCE_USER_FILE", path),
                ("DATA_SOURCE_USER", "x"),
            ],
            &["from file@h:5432 - h:5432"],
        );
        check(
            &[("DATA_SOURCE_URI", "h"), ("DATA_SOURCE_PASS_FILE", "/absent")],
            &["DATA_SOURCE_PASS_FILE: read the secret in /absent: No such file or directory (os error 2)"],
        );
    }

    #[test]
    fn refused() {
        check(
            &[("DATA_SOURCE_NAME", "host=a port=1,host=b port=x")],
            &["DATA_SOURCE_NAME (data source 2): port: the value is not a port from 1 to 65535"],
        );
    }
}
