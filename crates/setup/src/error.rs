//! Why a change, or a look at the machine, did not succeed.

use std::path::PathBuf;

/// What went wrong, with where.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line is wrong.
    #[error("{0}")]
    Usage(String),
    /// A file could not be read.
    #[error("read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file could not be written or removed.
    #[error("write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A program could not be started.
    #[error("start {program}: {source}")]
    Start {
        /// The program.
        program: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A program did not succeed.
    #[error("{program}: {said}")]
    Failed {
        /// The program, with those of its arguments that are no secret.
        program: String,
        /// The last of what it wrote to its standard error.
        said: String,
    },
    /// The journal is not what this program writes.
    #[error("{}: not a journal of pi-setup: {reason}; move it away to begin anew", path.display())]
    Journal {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A daemon does not do what it should after all steps.
    #[error("{daemon}: {problem}")]
    Unwell {
        /// The daemon.
        daemon: &'static str,
        /// What it does instead.
        problem: String,
    },
}
