//! The body of an answer, whose memory goes back to where it came from when the last byte is sent.

use std::cell::RefCell;
use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use hyper::body::{Body, Frame, SizeHint};
use metrics_registry::{Exposition, Format};

use crate::Pieces;
use crate::gzip::Gzip;
use crate::pace::Pace;

/// Buffers kept for the next answers; a fleet has one or two scrapers.
const KEPT_BUFFERS_MAX: usize = 2;
/// A buffer larger than this is given back to the system; four times a large node exporter's answer.
const KEPT_BUFFER_BYTES_MAX: usize = 256 * 1024;
/// Text below this gains nothing from compression; it fits one packet.
const COMPRESS_FROM_BYTES: usize = 1024;

/// Turns text into bodies, with buffers that are used again.
#[derive(Default)]
pub(crate) struct Encoder {
    buffers: Rc<Buffers>,
    gzip: RefCell<Option<Gzip>>,
}

/// Memory for the next answers.
#[derive(Default)]
pub(crate) struct Buffers(RefCell<Vec<Vec<u8>>>);

/// A body.
pub(crate) enum Payload {
    /// All of it, as one piece.
    Whole(Option<Chunk>),
    /// Made while the client takes it.
    Stream(Streaming),
}

/// A body on its way; the connection is not idle before it ends.
pub(crate) struct Streaming {
    pieces: Box<dyn Pieces>,
    pool: Rc<Buffers>,
    pace: Rc<Pace>,
}

/// Bytes on their way to the client.
pub(crate) enum Chunk {
    /// Goes back to its pool when dropped.
    Pooled {
        bytes: Vec<u8>,
        sent: usize,
        pool: Rc<Buffers>,
    },
    Shared(Bytes),
}

impl Payload {
    pub(crate) fn empty() -> Self {
        Self::Whole(None)
    }
}

impl Streaming {
    fn next(&mut self) -> Option<Chunk> {
        let mut bytes = self.pool.take();
        self.pieces.next(&mut bytes);
        if bytes.is_empty() {
            self.pool.give_back(bytes);
            self.pace.set_unfinished(false);
            return None;
        }
        Some(Chunk::Pooled {
            bytes,
            sent: 0,
            pool: Rc::clone(&self.pool),
        })
    }
}

impl Drop for Streaming {
    fn drop(&mut self) {
        self.pace.set_unfinished(false);
    }
}

impl Encoder {
    /// The samples in one format, compressed on the way where `gzip` says so.
    pub(crate) fn exposition(
        &self,
        exposition: &Exposition,
        format: Format,
        gzip: bool,
    ) -> io::Result<Payload> {
        let mut bytes = self.buffers.take();
        if gzip {
            self.gzip
                .borrow_mut()
                .get_or_insert_with(Gzip::new)
                .compress(&mut bytes, |stream| exposition.write_to(format, stream))?;
        } else {
            exposition.write_to(format, &mut bytes)?;
        }
        Ok(self.pooled(bytes))
    }

    /// A body that is made while the client takes it.
    pub(crate) fn stream(&self, pieces: Box<dyn Pieces>, pace: Rc<Pace>) -> Payload {
        pace.set_unfinished(true);
        Payload::Stream(Streaming {
            pieces,
            pool: Rc::clone(&self.buffers),
            pace,
        })
    }

    /// A finished text, and whether it was compressed: only where `gzip` allows it and it is worth it.
    pub(crate) fn text(&self, text: Bytes, gzip: bool) -> io::Result<(Payload, bool)> {
        if !gzip || text.len() < COMPRESS_FROM_BYTES {
            return Ok((Payload::Whole(Some(Chunk::Shared(text))), false));
        }
        let mut bytes = self.buffers.take();
        self.gzip
            .borrow_mut()
            .get_or_insert_with(Gzip::new)
            .compress(&mut bytes, |stream| io::Write::write_all(stream, &text))?;
        Ok((self.pooled(bytes), true))
    }

    fn pooled(&self, bytes: Vec<u8>) -> Payload {
        Payload::Whole(Some(Chunk::Pooled {
            bytes,
            sent: 0,
            pool: Rc::clone(&self.buffers),
        }))
    }
}

impl Buffers {
    fn take(&self) -> Vec<u8> {
        self.0.borrow_mut().pop().unwrap_or_default()
    }

    fn give_back(&self, mut buffer: Vec<u8>) {
        let mut kept = self.0.borrow_mut();
        if kept.len() < KEPT_BUFFERS_MAX && buffer.capacity() <= KEPT_BUFFER_BYTES_MAX {
            buffer.clear();
            kept.push(buffer);
        }
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        if let Self::Pooled { bytes, pool, .. } = self {
            pool.give_back(std::mem::take(bytes));
        }
    }
}

impl Buf for Chunk {
    fn remaining(&self) -> usize {
        match self {
            Self::Pooled { bytes, sent, .. } => bytes.len() - sent,
            Self::Shared(bytes) => bytes.remaining(),
        }
    }

    fn chunk(&self) -> &[u8] {
        match self {
            Self::Pooled { bytes, sent, .. } => &bytes[*sent..],
            Self::Shared(bytes) => bytes.chunk(),
        }
    }

    fn advance(&mut self, count: usize) {
        match self {
            Self::Pooled { bytes, sent, .. } => *sent = (*sent + count).min(bytes.len()),
            Self::Shared(bytes) => bytes.advance(count),
        }
    }
}

impl Body for Payload {
    type Data = Chunk;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Chunk>, Infallible>>> {
        let chunk = match &mut *self {
            Self::Whole(chunk) => chunk.take(),
            Self::Stream(streaming) => streaming.next(),
        };
        Poll::Ready(chunk.map(|chunk| Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(chunk) => chunk.as_ref().is_none_or(|chunk| !chunk.has_remaining()),
            Self::Stream(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(chunk) => {
                SizeHint::with_exact(chunk.as_ref().map_or(0, |chunk| chunk.remaining() as u64))
            }
            Self::Stream(_) => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_come_back_and_do_not_add_up() {
        let encoder = Encoder::default();
        let exposition = Exposition::default();
        let many: Vec<_> = (0..10)
            .map(|_| {
                encoder
                    .exposition(&exposition, Format::OpenMetrics1, true)
                    .unwrap()
            })
            .collect();
        assert!(many.iter().all(|payload| payload.size_hint().exact() > Some(20)));
        drop(many);
        assert_eq!(encoder.buffers.0.borrow().len(), KEPT_BUFFERS_MAX);
        let reused = encoder.buffers.take();
        assert!(reused.is_empty() && reused.capacity() > 0);
        encoder
            .buffers
            .give_back(Vec::with_capacity(KEPT_BUFFER_BYTES_MAX + 1));
        assert_eq!(encoder.buffers.0.borrow().len(), 1);
    }

    #[test]
    fn short_text_is_sent_as_it_is() {
        let encoder = Encoder::default();
        let (_, compressed) = encoder.text(Bytes::from_static(b"ok"), true).unwrap();
        assert!(!compressed);
        let (payload, compressed) = encoder.text(Bytes::from(vec![b'x'; 4096]), true).unwrap();
        assert!(compressed && payload.size_hint().exact() < Some(100));
    }
}
