//! The way from the bytes of a segment to frames, for who feeds it with anything.

use super::bytes::Bytes;
use super::decoder::Decoder;
use super::record::{HEADER_BYTES, Header, SEGMENT_HEADER_BYTES};

/// Reads a segment as far as it is right, as it stands in a file. Returns how many samples it has.
pub fn segment(bytes: &[u8]) -> usize {
    let mut left = Bytes::new(bytes);
    if left.take(SEGMENT_HEADER_BYTES as usize).is_none() {
        return 0;
    }
    let mut decoder = Decoder::default();
    let mut samples = 0;
    loop {
        let record = left
            .take(HEADER_BYTES)
            .and_then(|header| Header::parse(header).ok());
        let Some(header) = record else { return samples };
        let content = left
            .take(header.bytes as usize)
            .map(|content| header.content(content));
        let Some(Ok(content)) = content else {
            return samples;
        };
        let Some(frames) = decoder.record(&content) else {
            return samples;
        };
        samples += frames.iter().map(|frame| frame.samples().count()).sum::<usize>();
    }
}

/// Reads content as it is after decompression, without checksums in the way. Returns how many samples it has.
pub fn content(bytes: &[u8]) -> usize {
    let frames = Decoder::default().record(bytes).unwrap_or_default();
    frames.iter().map(|frame| frame.samples().count()).sum()
}
