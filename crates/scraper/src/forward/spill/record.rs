//! Records: what one write adds to a segment, with length and checksum.
//!
//! ```text
//! segment  "PISPILL1"  u64 number of the first frame  u32 checksum of both
//! record   u32 bytes  u32 bytes before compression  u64 number of the first frame  u32 frames  u32 samples
//!          u32 checksum of the bytes  u32 checksum of the seven fields  bytes, compressed as snappy block
//! ```
//!
//! All numbers lowest byte first. Header and content have checksums of their own, so that the length of a segment is
//! known from its headers, without its content.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use super::bytes::Bytes;
use super::checksum;
use super::decoder::RECORD_SAMPLES_MAX;

/// Bytes before the first record of a segment.
pub const SEGMENT_HEADER_BYTES: u64 = 20;
/// Bytes before the content of a record.
pub const HEADER_BYTES: usize = 32;

const MAGIC: &[u8; 8] = b"PISPILL1";

/// A record's bytes before compression: a frame of seven million samples, nine bytes each.
const RAW_BYTES_MAX: u32 = 64 << 20;

/// Why a record cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// The disk.
    #[error("{0}")]
    Read(#[from] io::Error),
    /// The file ends in the middle.
    #[error("it ends in the middle of a record")]
    Torn,
    /// The beginning of the segment or of a record.
    #[error("a header does not match its checksum")]
    Header,
    /// The content of a record.
    #[error("content does not match its checksum")]
    Checksum,
    /// Content whose checksum is right, but that says nothing.
    #[error("content makes no sense")]
    Content,
}

/// What a record says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Bytes of the content in the file.
    pub bytes: u32,
    raw_bytes: u32,
    /// Number of its first frame.
    pub first: u64,
    /// How many frames it has.
    pub frames: u32,
    /// How many samples they have.
    pub samples: u32,
    checksum: u32,
}

/// The beginning of a segment.
pub fn segment_header(first: u64) -> [u8; SEGMENT_HEADER_BYTES as usize] {
    let mut header = [0; SEGMENT_HEADER_BYTES as usize];
    let (content, sum) = header.split_at_mut(16);
    content[..8].copy_from_slice(MAGIC);
    content[8..].copy_from_slice(&first.to_le_bytes());
    sum.copy_from_slice(&checksum::of(content).to_le_bytes());
    header
}

/// Checks the beginning of a segment whose first frame should have this number.
pub fn check_segment_header(bytes: &[u8], first: u64) -> Result<(), Damage> {
    match bytes == segment_header(first) {
        true => Ok(()),
        false => Err(Damage::Header),
    }
}

/// Appends a record.
pub fn push(
    out: &mut Vec<u8>,
    snappy: &mut snap::raw::Encoder,
    raw: &[u8],
    first: u64,
    frames: u32,
    samples: u32,
) {
    // Only content of 4 GB cannot be compressed.
    let content = snappy.compress_vec(raw).unwrap_or_default();
    let mut header = Vec::with_capacity(HEADER_BYTES);
    header.extend_from_slice(&(content.len() as u32).to_le_bytes());
    header.extend_from_slice(&(raw.len() as u32).to_le_bytes());
    header.extend_from_slice(&first.to_le_bytes());
    header.extend_from_slice(&frames.to_le_bytes());
    header.extend_from_slice(&samples.to_le_bytes());
    header.extend_from_slice(&checksum::of(&content).to_le_bytes());
    header.extend_from_slice(&checksum::of(&header).to_le_bytes());
    out.extend_from_slice(&header);
    out.extend_from_slice(&content);
}

impl Header {
    /// Reads the first [`HEADER_BYTES`] of `bytes`.
    pub fn parse(bytes: &[u8]) -> Result<Self, Damage> {
        Self::fields(bytes).ok_or(Damage::Torn)?.ok_or(Damage::Header)
    }

    fn fields(bytes: &[u8]) -> Option<Option<Self>> {
        let mut left = Bytes::new(bytes.get(..HEADER_BYTES)?);
        let header = Self {
            bytes: left.u32()?,
            raw_bytes: left.u32()?,
            first: left.u64()?,
            frames: left.u32()?,
            samples: left.u32()?,
            checksum: left.u32()?,
        };
        let is_right = left.u32()? == checksum::of(bytes.get(..HEADER_BYTES - 4)?)
            && header.raw_bytes <= RAW_BYTES_MAX
            && header.samples as usize <= RECORD_SAMPLES_MAX
            && header.first.checked_add(u64::from(header.frames)).is_some();
        Some(is_right.then_some(header))
    }

    /// Number of the frame after its last one.
    pub fn end(&self) -> u64 {
        self.first + u64::from(self.frames)
    }

    /// Bytes in the file, with this header.
    pub fn whole_bytes(&self) -> u64 {
        HEADER_BYTES as u64 + u64::from(self.bytes)
    }

    /// Checks and decompresses the content.
    pub fn content(&self, bytes: &[u8]) -> Result<Vec<u8>, Damage> {
        if checksum::of(bytes) != self.checksum {
            return Err(Damage::Checksum);
        }
        match snap::raw::decompress_len(bytes) {
            Ok(length) if length == self.raw_bytes as usize => {}
            _ => return Err(Damage::Content),
        }
        snap::raw::Decoder::new()
            .decompress_vec(bytes)
            .map_err(|_| Damage::Content)
    }
}

/// Reads the header at `offset` of a file that has `end` bytes.
pub fn read_header(file: &File, offset: u64, end: u64) -> Result<Header, Damage> {
    let mut bytes = [0; HEADER_BYTES];
    if end.saturating_sub(offset) < HEADER_BYTES as u64 {
        return Err(Damage::Torn);
    }
    read(file, &mut bytes, offset)?;
    let header = Header::parse(&bytes)?;
    match end - offset < header.whole_bytes() {
        true => Err(Damage::Torn),
        false => Ok(header),
    }
}

/// Reads the record at `offset` of a file that has `end` bytes: its header and its content, decompressed.
pub fn read_record(file: &File, offset: u64, end: u64) -> Result<(Header, Vec<u8>), Damage> {
    let header = read_header(file, offset, end)?;
    let mut content = vec![0; header.bytes as usize];
    read(file, &mut content, offset + HEADER_BYTES as u64)?;
    let content = header.content(&content)?;
    Ok((header, content))
}

/// Fills `bytes` from the file; a file that is shorter than it was is torn.
pub fn read(file: &File, bytes: &mut [u8], offset: u64) -> Result<(), Damage> {
    file.read_exact_at(bytes, offset)
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => Damage::Torn,
            _ => Damage::Read(error),
        })
}
