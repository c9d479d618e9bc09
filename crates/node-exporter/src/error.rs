//! Why a collector has no numbers.

use std::io;
use std::path::{Path, PathBuf};

/// Bytes of a strange line that are quoted in a message.
const QUOTED_BYTES_MAX: usize = 80;

/// What a collector can fail with; `node_scrape_collector_success` is 0 then, and what was written before stays.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The source does not exist on this machine; logged at debug.
    #[error("no data")]
    NoData,
    /// A file could not be read.
    #[error("read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A device is there, and this process may not open it.
    #[error("open {}: permission denied; {cure}", path.display())]
    Permission {
        /// The device.
        path: PathBuf,
        /// What the user can do.
        cure: &'static str,
    },
    /// A file has a line that this collector does not understand.
    #[error("parse {file} line {line}: {found:?}")]
    Parse {
        /// The file, below its root.
        file: &'static str,
        /// Counted from 1.
        line: usize,
        /// The line or field, cut to 80 bytes.
        found: String,
    },
    /// A program on this machine did not answer, or not as it should.
    #[error("{service}: {reason}")]
    Service {
        /// The program, or how it is reached.
        service: &'static str,
        /// What went wrong.
        reason: String,
    },
    /// A system call failed.
    #[error("{call}: {source}")]
    System {
        /// Name of the call.
        call: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// [`Error::NoData`] where the file does not exist, else [`Error::Read`].
    #[must_use]
    pub fn read(path: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::NotFound => Self::NoData,
            _ => Self::Read {
                path: path.to_owned(),
                source,
            },
        }
    }

    /// A line (counted from 1) of `file` that cannot be understood.
    #[must_use]
    pub fn parse(file: &'static str, line: usize, found: &str) -> Self {
        let end = found.floor_char_boundary(QUOTED_BYTES_MAX);
        Self::Parse {
            file,
            line,
            found: found[..end].to_owned(),
        }
    }
}
