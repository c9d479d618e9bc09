//! Reads a segment.

use std::fs::File;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use super::decoder::Decoder;
use super::record::{Damage, Header, SEGMENT_HEADER_BYTES};
use super::segment::Segment;
use crate::forward::frame::Frame;

/// A segment that is read.
#[derive(Debug)]
pub struct Reader {
    /// Number of the segment's first frame.
    pub segment: u64,
    /// Its file.
    pub file: Arc<File>,
    /// Where the next record begins.
    pub offset: u64,
    /// The next frame has this number or a higher one.
    next: u64,
    decoder: Decoder,
}

impl Reader {
    /// Opens it, to be read from its beginning.
    pub fn open(segment: &Segment) -> io::Result<Self> {
        Ok(Self {
            segment: segment.first,
            file: Arc::new(File::open(&segment.path)?),
            offset: SEGMENT_HEADER_BYTES,
            next: segment.first,
            decoder: Decoder::default(),
        })
    }

    /// The frames of the record at the offset, with their numbers.
    pub fn take(&mut self, header: &Header, content: &[u8]) -> Result<Vec<(u64, Rc<Frame>)>, Damage> {
        let frames = self.decoder.record(content).ok_or(Damage::Content)?;
        let samples: usize = frames.iter().map(Frame::len).sum();
        if header.first < self.next
            || frames.len() != header.frames as usize
            || samples != header.samples as usize
        {
            return Err(Damage::Content);
        }
        self.offset += header.whole_bytes();
        self.next = header.end();
        let frames = frames.into_iter().map(Rc::new);
        Ok((header.first..).zip(frames).collect())
    }
}
