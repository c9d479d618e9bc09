//! Why a target has no numbers.

use std::io;
use std::time::Duration;

use http_client::reason::chain;
use hyper::StatusCode;

/// One line for the log, without secrets.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing listens there, or the name has no address.
    #[error("connect to {address}: {source}")]
    Connect {
        /// `host:port` or the path of a socket.
        address: String,
        /// What the system says.
        source: io::Error,
    },
    /// The certificate is not trusted, or the other side does not speak TLS.
    #[error("TLS with {address}: {source}")]
    Handshake {
        /// `host:port`.
        address: String,
        /// What rustls says.
        source: io::Error,
    },
    /// A certificate or key of the flags cannot be used.
    #[error("{0}")]
    Certificate(String),
    /// The connection broke, or what came is not HTTP.
    #[error("{}", chain(.0))]
    Http(#[from] hyper::Error),
    /// The request cannot be written: a host or a path that no header takes.
    #[error("request: {0}")]
    Request(String),
    /// An answer other than 200.
    #[error("{path} answers HTTP status {status}{}", moved(.location))]
    Status {
        /// What was asked for.
        path: String,
        /// What came.
        status: StatusCode,
        /// Where the server sends us, which is not followed.
        location: Option<String>,
    },
    /// A body beyond its limit.
    #[error("{path} answers more than {bytes_max} bytes")]
    TooLarge {
        /// What was asked for.
        path: String,
        /// The limit.
        bytes_max: usize,
    },
    /// A body that is something else.
    #[error("{path}: {what}: {found:.80?}")]
    Unexpected {
        /// What was asked for.
        path: String,
        /// What was looked for.
        what: &'static str,
        /// How what was found begins.
        found: String,
    },
    /// No answer in time.
    #[error("no answer within {:.1} s", .0.as_secs_f64())]
    Late(Duration),
}

fn moved(location: &Option<String>) -> String {
    match location {
        Some(location) => format!("; it moved to {location:.200?}, which --nginx.scrape-uri can name"),
        None => String::new(),
    }
}
