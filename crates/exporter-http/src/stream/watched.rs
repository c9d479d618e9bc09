//! A socket that tells its connection's [`Pace`] what goes through it, and closes so that the last answer arrives.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Socket;
use crate::pace::{Pace, Phase};

/// Bytes that are read and thrown away after the last answer; a client that sends more than this is cut off.
const LINGER_BYTES_MAX: usize = 8 * 1024 * 1024;

pub(crate) struct Watched {
    socket: Socket,
    pace: Rc<Pace>,
    lingered_bytes: usize,
}

impl Watched {
    pub(super) fn new(socket: Socket, pace: Rc<Pace>) -> Self {
        Self {
            socket,
            pace,
            lingered_bytes: 0,
        }
    }

    /// Reads until the client closes. The system answers unread bytes with a reset, which would overtake the last answer.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let mut thrown_away = [0; 4096];
            let mut buffer = ReadBuf::new(&mut thrown_away);
            let result = ready!(Pin::new(&mut self.socket).poll_read(context, &mut buffer));
            let count = buffer.filled().len();
            self.lingered_bytes += count;
            if result.is_err() || count == 0 || self.lingered_bytes > LINGER_BYTES_MAX {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = ready!(Pin::new(&mut self.socket).poll_read(context, buffer));
        if buffer.filled().len() > before {
            self.pace.received();
        }
        Poll::Ready(result)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.socket {
            Socket::Tcp(socket) => Pin::new(socket).poll_write(context, bytes),
            Socket::Unix(socket) => Pin::new(socket).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match &mut self.socket {
            Socket::Tcp(socket) => Pin::new(socket).poll_write_vectored(context, slices),
            Socket::Unix(socket) => Pin::new(socket).poll_write_vectored(context, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = match &mut self.socket {
            Socket::Tcp(socket) => Pin::new(socket).poll_flush(context),
            Socket::Unix(socket) => Pin::new(socket).poll_flush(context),
        };
        if let Poll::Ready(Ok(())) = result {
            self.pace.flushed();
        }
        result
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.pace.phase() != Phase::Lingering {
            ready!(match &mut this.socket {
                Socket::Tcp(socket) => Pin::new(socket).poll_shutdown(context),
                Socket::Unix(socket) => Pin::new(socket).poll_shutdown(context),
            })?;
            if !this.pace.must_linger() {
                return Poll::Ready(Ok(()));
            }
            this.pace.enter(Phase::Lingering);
        }
        this.poll_linger(context)
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(socket) => Pin::new(socket).poll_read(context, buffer),
            Self::Unix(socket) => Pin::new(socket).poll_read(context, buffer),
        }
    }
}
