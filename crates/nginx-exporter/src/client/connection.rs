//! One connection of HTTP/1.1: TCP, TLS or a Unix socket.

use std::io;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinHandle;

use super::{ClientSettings, proxy_protocol, tls};
use crate::Error;
use crate::target::Place;

/// Read buffer of a connection in bytes, and so the most that status line and headers may have.
const BUFFER_BYTES: usize = 8 << 10;

/// An open connection. Dropping it closes it.
#[derive(Debug)]
pub struct Connection {
    sender: SendRequest<Empty<Bytes>>,
    driver: JoinHandle<()>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Connection {
    /// Connects, and does what comes before the first request.
    pub async fn open(place: &Place, settings: &ClientSettings) -> Result<Self, Error> {
        let refuse = |source: io::Error| Error::Connect {
            address: place.to_string(),
            source,
        };
        let (host, port, tls) = match place {
            Place::Unix(path) => {
                let mut stream = UnixStream::connect(path).await.map_err(refuse)?;
                if settings.proxy_protocol {
                    stream.write_all(&proxy_protocol::local()).await.map_err(refuse)?;
                }
                return Self::start(stream).await;
            }
            Place::Tcp { host, port, tls } => (host, *port, *tls),
        };
        let mut stream = TcpStream::connect((host.as_str(), port)).await.map_err(refuse)?;
        // A request is one small write; without this it could wait for the acknowledgement of the one before.
        if let Err(error) = stream.set_nodelay(true) {
            log::debug!(address:% = place, error:%; "TCP_NODELAY not set");
        }
        if settings.proxy_protocol {
            let ends = stream
                .local_addr()
                .and_then(|local| Ok((local, stream.peer_addr()?)));
            let (local, peer) = ends.map_err(refuse)?;
            stream
                .write_all(&proxy_protocol::proxied(local, peer))
                .await
                .map_err(refuse)?;
        }
        if !tls {
            return Self::start(stream).await;
        }
        // Boxed so that a plain connection does not hold room for a handshake.
        let stream = Box::pin(tls::connect(&settings.tls, host, stream));
        let stream = stream.await.map_err(|failure| match failure {
            tls::Failure::Settings(reason) => Error::Certificate(reason),
            tls::Failure::Handshake(source) => Error::Handshake {
                address: place.to_string(),
                source,
            },
        })?;
        Self::start(stream).await
    }

    async fn start(stream: impl AsyncRead + AsyncWrite + Unpin + 'static) -> Result<Self, Error> {
        let (sender, connection) = Builder::new()
            .read_buf_exact_size(Some(BUFFER_BYTES))
            .handshake(TokioIo::new(stream))
            .await?;
        let driver = tokio::task::spawn_local(async move {
            if let Err(error) = connection.await {
                log::debug!(error:%; "connection ended");
            }
        });
        Ok(Self { sender, driver })
    }

    /// Whether another request can be sent.
    pub fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Sends a request and waits for the head of its answer.
    pub async fn send(&mut self, request: Request<Empty<Bytes>>) -> Result<Response<Incoming>, hyper::Error> {
        self.sender.ready().await?;
        self.sender.send_request(request).await
    }
}
