//! Reading YAML: the only module that knows which library does it.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::{Deserialize, DeserializeOwned, Deserializer, IgnoredAny};

/// Largest file that is read, configuration or target list; a list of 10,000 targets has about 1 MB.
pub const FILE_BYTES_MAX: u64 = 8 << 20;

/// Where in the file something stands, both counted from 1; 0 is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Line.
    pub line: u64,
    /// Column, in characters.
    pub column: u64,
}

/// A file that cannot be used: one line that names the file, the place and the reason.
#[derive(Debug, thiserror::Error)]
#[error("{}{place}: {reason}", path.display())]
pub struct Error {
    /// The file.
    pub path: PathBuf,
    /// Where in it.
    pub place: Place,
    /// What is wrong there.
    pub reason: String,
}

/// A value and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// A key that is known but cannot be used here; remembers where its value stands.
pub type Unusable = Option<At<Anything>>;

/// Any value, which is not kept.
#[derive(Clone, Copy, Debug)]
pub struct Anything;

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => Ok(()),
            line => write!(f, ":{line}:{}", self.column),
        }
    }
}

impl From<serde_saphyr::Location> for Place {
    fn from(location: serde_saphyr::Location) -> Self {
        Self {
            line: location.line(),
            column: location.column(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<T>::deserialize(deserializer)?;
        Ok(Self {
            place: spanned.referenced.into(),
            value: spanned.value,
        })
    }
}

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

/// Reads a file of at most [`FILE_BYTES_MAX`].
pub fn read(path: &Path) -> Result<String, Error> {
    let refuse = |reason: String| Error {
        path: path.to_owned(),
        place: Place::default(),
        reason,
    };
    let size = std::fs::metadata(path).map_err(|error| refuse(error.to_string()))?;
    if !size.is_file() {
        return Err(refuse("not a regular file".into()));
    }
    if FILE_BYTES_MAX < size.len() {
        return Err(refuse(format!(
            "{} bytes, more than {FILE_BYTES_MAX}",
            size.len()
        )));
    }
    std::fs::read_to_string(path).map_err(|error| refuse(error.to_string()))
}

/// Parses `text`, which came from `path`. An empty document is the default value.
pub fn parse<T: DeserializeOwned + Default>(path: &Path, text: &str) -> Result<T, Error> {
    serde_saphyr::from_str::<Option<T>>(text)
        .map(Option::unwrap_or_default)
        .map_err(|error| {
            let error = error.without_snippet();
            Error {
                path: path.to_owned(),
                place: error.location().map(Place::from).unwrap_or_default(),
                reason: one_line(&error.to_string()),
            }
        })
}

/// Longest message about one mistake, in bytes; the list of all keys that a job may have is longer.
const REASON_BYTES_MAX: usize = 200;

/// The first line of a message, without the place that the library puts into it, nor a long list of what may stand there.
fn one_line(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let line = line.rsplit_once(" at line ").map_or(line, |(reason, _)| reason);
    match line.split_once(", expected one of ") {
        Some((reason, _)) if REASON_BYTES_MAX < line.len() => reason.to_owned(),
        _ => line.to_owned(),
    }
}
