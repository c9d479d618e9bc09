//! Asking one target: one connection, kept between scrapes, redirects, credentials.

pub mod body;
pub(crate) mod connection;
pub mod oauth2;
mod proxy;
pub mod request;
mod tls;

use std::rc::Rc;

use http_client::reason::chain;
use hyper::body::Incoming;
use hyper::header::{HeaderMap, LOCATION};
use hyper::{Response, StatusCode};

use self::connection::Connection;
pub use self::tls::Trust;
use crate::config::http::HttpSettings;
use crate::target::Url;

/// Most redirects of one scrape, as in Go's client.
const REDIRECTS_MAX: usize = 10;

/// Why no body came. The text is the reason that the API and the page show.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The name has no address, or nothing listens there.
    #[error("connect to {address}: {source}")]
    Connect {
        /// `host:port`.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The certificate is not trusted, or the other side does not speak TLS.
    #[error("TLS with {address}: {source}")]
    Handshake {
        /// `host:port`.
        address: String,
        /// What rustls says.
        source: std::io::Error,
    },
    /// Certificates or keys of the configuration cannot be used, or a secret's file cannot be read.
    #[error("{0}")]
    Settings(String),
    /// The proxy does not let through to where it was asked for.
    #[error("proxy {address}: {reason}")]
    Proxy {
        /// `host:port` of the proxy.
        address: String,
        /// What it answered.
        reason: String,
    },
    /// Whoever gives tokens gives none.
    #[error("no token from {url}: {reason}")]
    Token {
        /// Where it was asked for.
        url: String,
        /// What was answered.
        reason: String,
    },
    /// The connection broke, or what came is not HTTP.
    #[error("{}", chain(.0))]
    Http(#[from] hyper::Error),
    /// A redirect that leads nowhere.
    #[error("redirect: {0}")]
    Redirect(String),
    /// An answer that is not 200.
    #[error("server returned HTTP status {0}")]
    Status(StatusCode),
    /// A body that is not what its `Content-Encoding` says.
    #[error("decode {0}")]
    Decode(String),
}

/// The client of one target.
#[derive(Debug)]
pub struct Client {
    trust: Rc<Trust>,
    headers: HeaderMap,
    /// The connection of the last scrape, where its answer was read to the end.
    idle: Option<Connection>,
}

/// An answer whose body is still to be read.
#[derive(Debug)]
pub struct Answer {
    /// Status, headers and the body to come.
    pub response: Response<Incoming>,
    connection: Connection,
}

impl Client {
    /// A client without a connection. `headers` go with every request.
    pub fn new(trust: Rc<Trust>, headers: HeaderMap) -> Self {
        Self {
            trust,
            headers,
            idle: None,
        }
    }

    /// Sends the request and follows redirects. An answer other than 200 is an error.
    ///
    /// Dropping the future closes the connection.
    pub async fn get(&mut self, url: &Url, settings: &HttpSettings) -> Result<Answer, Error> {
        let mut at = url.clone();
        for _ in 0..=REDIRECTS_MAX {
            // Credentials are for the configured address and never for where it may redirect to.
            let credentials = url.same_origin(&at).then_some(&settings.credentials);
            if let Some(credentials) = credentials {
                oauth2::ready(credentials).await?;
            }
            let answer = self.send(&at, settings, credentials).await?;
            let status = answer.response.status();
            if status == StatusCode::UNAUTHORIZED
                && let Some(credentials) = credentials
            {
                oauth2::refused(credentials);
            }
            if status == StatusCode::OK {
                return Ok(answer);
            }
            let location = answer.response.headers().get(LOCATION);
            let redirected =
                matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) && settings.follow_redirects;
            let (Some(location), true) = (location, redirected) else {
                return Err(Error::Status(status));
            };
            let location = location
                .to_str()
                .map_err(|_| Error::Redirect("its Location is not text".into()))?;
            at = at.redirect(location).map_err(Error::Redirect)?;
        }
        Err(Error::Redirect(format!(
            "stopped after {REDIRECTS_MAX} redirects"
        )))
    }

    /// Keeps the connection of an answer whose body was read to its end.
    pub fn keep(&mut self, answer: Answer) {
        self.idle = Some(answer.connection);
    }

    async fn send(
        &mut self,
        url: &Url,
        settings: &HttpSettings,
        credentials: Option<&crate::config::http::Credentials>,
    ) -> Result<Answer, Error> {
        let build = || request::build(url, settings, credentials, &self.headers);
        if let Some(mut connection) = self.idle.take().filter(|idle| idle.serves(url)) {
            match connection.send(build()?).await {
                Ok(response) => return Ok(Answer { response, connection }),
                // The target closed it between two scrapes; whether it is down shows on a new one.
                Err(error) => log::debug!(target:% = url, error:%; "connection not reused"),
            }
        }
        let mut connection = Connection::open(url, &self.trust, settings.proxy.as_ref()).await?;
        let response = connection.send(build()?).await?;
        Ok(Answer { response, connection })
    }
}
