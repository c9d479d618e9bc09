//! One connection of HTTP/1.1 over a stream that is already open: plain, TLS or a Unix socket.

use std::error::Error;

use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinHandle;

/// An open connection that sends bodies of type `B`. Dropping it closes it.
#[derive(Debug)]
pub struct Connection<B> {
    sender: SendRequest<B>,
    driver: JoinHandle<()>,
}

impl<B> Drop for Connection<B> {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl<B> Connection<B>
where
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + 'static,
{
    /// Speaks HTTP over `stream`. Must run in a `LocalSet`.
    ///
    /// `buffer_bytes` is the size of its read buffer, and so the most that status line and headers may have.
    pub async fn start(
        stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
        buffer_bytes: usize,
    ) -> Result<Self, hyper::Error> {
        let (sender, connection) = Builder::new()
            .read_buf_exact_size(Some(buffer_bytes))
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
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Sends a request and waits for the head of its answer.
    pub async fn send(&mut self, request: Request<B>) -> Result<Response<Incoming>, hyper::Error> {
        self.sender.ready().await?;
        self.sender.send_request(request).await
    }
}
