//! The bytes of one connection: TCP or Unix, plain or TLS, one type for all so that hyper is compiled once.

mod rewind;
mod watched;

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

pub(crate) use self::rewind::Rewind;
use self::watched::Watched;
use crate::pace::{Pace, Phase};

/// What a client gets that speaks HTTP to a TLS port, in the reference's words.
const PLAIN_HTTP_ANSWER: &[u8] =
    b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
/// Bytes read at a time while a request's head is not complete.
const HEAD_STEP_BYTES: usize = 2048;

/// A connected socket.
#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// A connection, after its TLS handshake where it has one.
pub(crate) enum Stream {
    Plain(Rewind<Watched>),
    Tls(Box<TlsStream<Rewind<Watched>>>),
}

/// Makes a stream of a socket: does the TLS handshake where there is a configuration for it.
///
/// A client that speaks plain HTTP to TLS is answered here, and gets `None` for it.
pub(crate) async fn open(
    socket: Socket,
    tls: Option<Arc<ServerConfig>>,
    pace: &Rc<Pace>,
) -> io::Result<Option<Stream>> {
    let watched = Watched::new(socket, Rc::clone(pace));
    let Some(config) = tls else {
        return Ok(Some(Stream::Plain(Rewind::new(Vec::new(), watched))));
    };
    pace.enter(Phase::Handshake);
    let mut watched = watched;
    let mut first = [0; 1];
    watched.read_exact(&mut first).await?;
    // A TLS record starts with its type, 22; a request with a method.
    if first[0].is_ascii_uppercase() {
        watched.write_all(PLAIN_HTTP_ANSWER).await?;
        pace.leave_unread();
        watched.shutdown().await?;
        return Ok(None);
    }
    let stream = TlsAcceptor::from(config)
        .accept(Rewind::new(first.to_vec(), watched))
        .await?;
    pace.enter(Phase::Head);
    Ok(Some(Stream::Tls(Box::new(stream))))
}

/// Reads a request's head without a parser and its buffers, so that a thousand clients that never finish theirs cost little.
///
/// Ends with the empty line, or beyond `bytes_max`, where the parser will refuse it. Empty where the client left.
pub(crate) async fn read_head(stream: &mut Stream, bytes_max: usize) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    loop {
        let seen = head.len();
        let count = std::future::poll_fn(|context| {
            let mut step = [0; HEAD_STEP_BYTES];
            let mut buffer = ReadBuf::new(&mut step);
            Pin::new(&mut *stream)
                .poll_read(context, &mut buffer)
                .map_ok(|()| {
                    // Most heads come in one piece: no more room than they need.
                    head.reserve_exact(buffer.filled().len());
                    head.extend_from_slice(buffer.filled());
                    buffer.filled().len()
                })
        })
        .await?;
        if count == 0 || head.len() > bytes_max || ends_head(&head, seen) {
            return Ok(head);
        }
    }
}

/// Whether an empty line ends in the bytes from `seen` on.
fn ends_head(head: &[u8], seen: usize) -> bool {
    let from = seen.saturating_sub(3);
    memchr::memmem::find(&head[from..], b"\n\r\n").is_some()
        || memchr::memmem::find(&head[from..], b"\n\n").is_some()
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Self::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(context, slices),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(context),
            Self::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_line_is_found_across_pieces() {
        let head = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        for seen in 0..head.len() {
            assert!(ends_head(head, seen), "{seen}");
        }
        assert!(ends_head(b"GET / HTTP/1.0\n\n", 15));
        assert!(!ends_head(&head[..head.len() - 1], 0));
    }
}
