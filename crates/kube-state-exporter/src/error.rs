//! Why the API server's objects are not there.

use std::time::Duration;

use crate::read::{event, frames};

/// What reading can fail with. The store keeps what it knows, and the reader tries again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// How to reach the API server is not known.
    #[error("{0}")]
    Config(String),
    /// No connection, no handshake, no credentials.
    #[error("connect: {0}")]
    Connect(String),
    /// The server did not answer in time.
    #[error("no answer within {} s", .0.as_secs())]
    NoAnswer(Duration),
    /// The server refused.
    #[error("refused with status {code}: {message}")]
    Refused {
        /// HTTP status code, also where it came within a watch.
        code: u16,
        /// What the server said, one line.
        message: String,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The version to go on from is not known to the server any more.
    #[error("the version to go on from has expired")]
    Expired,
    /// Nothing came for too long.
    #[error("nothing arrived for {} s", .0.as_secs())]
    Stalled(Duration),
    /// Nothing came for too long before a streaming list was complete.
    #[error("the list stopped for {} s before it was complete", .0.as_secs())]
    ListStalled(Duration),
    /// The body ended before the list was complete.
    #[error("the watch ended before its list was complete")]
    Incomplete,
    /// The body broke.
    #[error(transparent)]
    Frames(#[from] frames::Error),
    /// The body is not what it should be.
    #[error(transparent)]
    Event(#[from] event::Error),
    /// The answer is too long to be read.
    #[error("an answer of more than {0} bytes")]
    TooLong(usize),
}

impl Error {
    /// The wait that the server asked for.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether a streaming list will never work: the server does not know a parameter, or not the format.
    pub fn is_unsupported(&self) -> bool {
        // A server that does not know streaming lists may send the objects and wait for changes without an end of the
        // list, until the watch has lasted as long as was asked.
        matches!(
            self,
            Self::Refused {
                code: 400 | 405 | 406 | 415 | 422 | 501,
                ..
            } | Self::ListStalled(_)
                | Self::Incomplete
        )
    }

    /// Whether the version to go on from is lost, or the connection: nothing is wrong unless the next list fails too.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Expired | Self::Frames(frames::Error::Read(_) | frames::Error::CutOff)
        )
    }

    /// Whether the server as a whole cannot be read: there is no connection, or we are not let in.
    pub fn concerns_all(&self) -> bool {
        matches!(
            self,
            Self::Connect(_) | Self::NoAnswer(_) | Self::Refused { code: 401, .. }
        )
    }

    /// Whether the server does not have the kind, or does not let us read it: asking again helps only when somebody has
    /// changed that.
    pub fn is_lasting(&self) -> bool {
        matches!(self, Self::Refused { code: 403 | 404, .. })
    }

    /// What is wrong with the kind of object as a whole, told with what to do.
    pub fn cure(&self) -> Option<&'static str> {
        match self {
            Self::Refused { code: 401, .. } => {
                Some("the credentials are not accepted; check the kubeconfig or the service account")
            }
            Self::Refused { code: 403, .. } => {
                Some("allow list and watch in the ClusterRole, or leave the kind out of --resources")
            }
            Self::Refused { code: 404, .. } => {
                Some("the server has no such kind; leave it out of --resources to stop asking")
            }
            _ => None,
        }
    }
}
