//! Why a collector has no numbers.

use std::path::PathBuf;

/// What a collector can fail with; `node_scrape_collector_success` is 0 then, and what was written before stays.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The source does not exist on this machine; logged at debug.
    #[error("no data")]
    NoData,
    /// A file could not be read.
    #[error("read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file has a line that this collector does not understand.
    #[error("parse {} line {line}: {found:?}", path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// The line or field, cut to 80 bytes.
        found: String,
    },
}
