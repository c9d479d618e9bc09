//! What a program implements to be served.

use std::time::{Duration, Instant};

use bytes::Bytes;
use metrics_registry::{Exposition, Format};

use crate::flags::Settings;
use crate::limits::Limits;

/// A source of samples. One value lives for the whole process, on one thread.
pub trait Exporter: 'static {
    /// Collects one scrape into `out`, which is empty.
    ///
    /// A source that fails is told in the samples (`…_collector_success 0`); only a request that makes no sense is refused.
    /// What stands in `out` at [`Scrape::deadline`] is what the client gets: the future is dropped there.
    fn scrape(&self, scrape: &Scrape, out: &mut Exposition) -> impl Future<Output = Result<(), Refused>>;

    /// Whether the client may have samples; asked before anything is collected.
    ///
    /// For exporters that know more of their clients than the web configuration does. Everybody, by default.
    fn admit(&self, _caller: &Caller<'_>) -> impl Future<Output = Admission> {
        async { Admission::Allowed }
    }

    /// Answers a request for samples with a body that is made while the client takes it; asked before [`scrape`](Self::scrape).
    ///
    /// For exporters whose sample lines stand ready and are too many for one buffer. `gzip` tells whether the client
    /// takes it. `None`, the default, is the usual way; what is returned gets no numbers of this process.
    fn stream(&self, _scrape: &Scrape, _format: Format, _gzip: bool) -> Option<Stream> {
        None
    }

    /// Changes what the shared flags say, before anything listens. For exporters that have flags of their own for it.
    fn adjust(&self, _settings: &mut Settings, _limits: &mut Limits) {}

    /// Whether two requests for the same path and query at once are answered by one run.
    ///
    /// For a source that should not be asked twice at a time, as a database. The deadline of the request that began the
    /// run ends it. A later request with an earlier deadline gets at that what the process tells about itself, with 200.
    fn shares_scrapes(&self) -> bool {
        false
    }

    /// Whether `/probe` is served too, by the same `scrape`.
    fn has_probe(&self) -> bool {
        false
    }

    /// Answers a path that the shared routes do not have; `None` is a 404.
    ///
    /// `/` is asked here first too: the landing page stands there only where this has nothing.
    fn route(&self, _request: &Request) -> impl Future<Output = Option<Response>> {
        async { None }
    }

    /// Whether `/-/ready` answers 200.
    fn is_ready(&self) -> bool {
        true
    }

    /// Re-reads what can be re-read, on SIGHUP. Problems are logged, the old state stays.
    fn reload(&self) {}

    /// Puts away what must not be lost, once the process was told to end. Requests under way are still answered.
    ///
    /// It is dropped after `time`, and then the process ends.
    fn stop(&self, _time: Duration) -> impl Future<Output = ()> {
        async {}
    }

    /// Links on the landing page beyond `/metrics`: path and what stands there.
    fn links(&self) -> &[(&'static str, &'static str)] {
        &[]
    }
}

/// One request for samples.
#[derive(Clone, Debug)]
pub struct Scrape {
    /// `/metrics`, or `/probe` where the exporter has it.
    pub path: String,
    /// Decoded query parameters in the order given: `("collect[]", "cpu")`.
    pub query: Vec<(String, String)>,
    /// When the client stops waiting, less a margin to send the answer.
    pub deadline: Instant,
}

impl Scrape {
    /// All values of one query parameter.
    pub fn query_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.query
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// Who asks for samples.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// `GET`, `HEAD` or `POST`.
    pub method: &'a str,
    /// `/metrics`, or `/probe` where the exporter has it.
    pub path: &'a str,
    /// Value of the `Authorization` header.
    pub authorization: Option<&'a [u8]>,
}

/// Whether a client may have samples; a text is the body of the refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Yes.
    Allowed,
    /// Nobody says who they are: 401.
    Unknown,
    /// They may not: 403.
    Forbidden(String),
    /// It cannot be told now: 503.
    Unavailable(String),
}

/// A body that is made piece by piece.
pub struct Stream {
    /// What makes it.
    pub pieces: Box<dyn Pieces>,
    /// Whether the pieces are a gzip member.
    pub gzip: bool,
}

/// Makes a body while the client takes it.
pub trait Pieces {
    /// Appends the next piece to `out`, which is empty: some ten kilobytes, so that a slow client holds no more.
    /// Appends nothing at the end.
    fn next(&mut self, out: &mut Vec<u8>);
}

/// A request that makes no sense; the message is the body of a 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// A request to a path of the exporter's own. The body has been read, up to its limit.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `HEAD` or `POST`; other methods are answered 405 before.
    pub method: String,
    /// Path without query, as sent.
    pub path: String,
    /// Decoded query parameters in the order given.
    pub query: Vec<(String, String)>,
    /// Value of the `Accept` header, or empty.
    pub accept: String,
}

/// The answer to a [`Request`]. Compression, security headers and HEAD are the server's business.
#[derive(Clone, Debug)]
pub struct Response {
    /// HTTP status code.
    pub status: u16,
    /// Value of the `Content-Type` header.
    pub content_type: &'static str,
    /// The whole body.
    pub body: Bytes,
}

/// Why the program cannot start: one line that says what and where.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(pub String);
