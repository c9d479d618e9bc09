//! One connection of HTTP/1.1, plain or with TLS.

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Request, Response};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};

use super::{Error, Trust};
use crate::config::http::Proxy;
use crate::target::Url;

/// Read buffer of a connection in bytes, and so the most that status line and headers may have. Every target
/// has it, between scrapes too, so it is no larger than that.
const BUFFER_BYTES: usize = 8 << 10;

/// An open connection. Dropping it closes it.
#[derive(Debug)]
pub struct Connection {
    origin: Url,
    http: http_client::Connection<Full<Bytes>>,
}

impl Connection {
    /// Connects to where `url` leads, by its unix socket or through a proxy where there is one.
    pub async fn open(url: &Url, trust: &Trust, proxy: Option<&Proxy>) -> Result<Self, Error> {
        if let Some(path) = url.socket() {
            let connected = UnixStream::connect(path).await;
            let stream = connected.map_err(|source| Error::Connect {
                address: path.display().to_string(),
                source,
            })?;
            return Self::secured(url, trust, stream).await;
        }
        let first = proxy.map_or(url, |proxy| &proxy.url);
        let connected = TcpStream::connect((first.host(), first.port())).await;
        let mut stream = connected.map_err(|source| Error::Connect {
            address: address(first),
            source,
        })?;
        // A request is one small write; without this it could wait for the acknowledgement of the one before.
        if let Err(error) = stream.set_nodelay(true) {
            log::debug!(target:% = url, error:%; "TCP_NODELAY not set");
        }
        if let Some(proxy) = proxy.filter(|_| url.is_https()) {
            super::proxy::tunnel(&mut stream, proxy, url).await?;
        }
        Self::secured(url, trust, stream).await
    }

    /// With TLS where the address says so.
    async fn secured(
        url: &Url,
        trust: &Trust,
        stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
    ) -> Result<Self, Error> {
        if !url.is_https() {
            return Self::start(url, stream).await;
        }
        let (connector, name) = trust.connector(url).map_err(Error::Settings)?;
        let shaken = connector.connect(name, stream).await;
        let stream = shaken.map_err(|source| Error::Handshake {
            address: address(url),
            source,
        })?;
        Self::start(url, stream).await
    }

    async fn start(url: &Url, stream: impl AsyncRead + AsyncWrite + Unpin + 'static) -> Result<Self, Error> {
        Ok(Self {
            origin: url.clone(),
            http: http_client::Connection::start(stream, BUFFER_BYTES).await?,
        })
    }

    /// Whether a request to `url` can go through this connection.
    pub fn serves(&self, url: &Url) -> bool {
        self.origin.same_origin(url) && self.http.is_open()
    }

    /// Sends a request and waits for the head of its answer.
    pub async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, hyper::Error> {
        self.http.send(request).await
    }
}

fn address(url: &Url) -> String {
    format!("{}:{}", url.host(), url.port())
}
