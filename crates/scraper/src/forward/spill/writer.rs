//! Writes a segment.

use std::fs::{File, OpenOptions};
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use super::encoder::Encoder;
use super::job::Write;
use super::record;
use super::segment::Segment;
use crate::forward::frame::Frame;

/// Content of a record before compression; what snappy looks back over.
const RECORD_BYTES: usize = 64 << 10;
/// Samples of a record, 8 bytes each where they are read.
const RECORD_SAMPLES: usize = 64 << 10;
/// Samples of one write.
const WRITE_SAMPLES: usize = 2 * RECORD_SAMPLES;

/// A segment that is written.
#[derive(Debug)]
pub struct Writer {
    /// How much of it is on the disk.
    pub segment: Segment,
    /// Its file.
    pub file: Arc<File>,
    /// What it knows already.
    pub encoder: Encoder,
    snappy: snap::raw::Encoder,
}

impl Writer {
    /// Creates the file.
    pub fn create(segment: Segment) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        Ok(Self {
            file: Arc::new(options.open(&segment.path)?),
            segment,
            encoder: Encoder::default(),
            snappy: snap::raw::Encoder::new(),
        })
    }

    /// Appends frames to a write, as many as one may have. The first one has the number `first`.
    pub fn encode(&mut self, first: u64, frames: impl Iterator<Item = Rc<Frame>>, write: &mut Write) {
        let mut raw = Vec::new();
        let (mut begun, mut next) = (first, first);
        let (mut samples, mut all_samples) = (0, 0);
        let mut frames = frames.peekable();
        while let Some(frame) = frames.next() {
            self.encoder.push(&mut raw, &frame);
            write.frames.push((next, frame.len()));
            next += 1;
            samples += frame.len();
            all_samples += frame.len();
            let ends = WRITE_SAMPLES <= all_samples || self.encoder.is_full() || frames.peek().is_none();
            if ends || RECORD_BYTES <= raw.len() || RECORD_SAMPLES <= samples {
                let frames = (next - begun) as u32;
                record::push(
                    &mut write.bytes,
                    &mut self.snappy,
                    &raw,
                    begun,
                    frames,
                    samples as u32,
                );
                raw.clear();
                begun = next;
                samples = 0;
            }
            if ends {
                return;
            }
        }
    }
}
