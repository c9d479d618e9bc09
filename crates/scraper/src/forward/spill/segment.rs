//! The files of a receiver's folder.
//!
//! | name                            | what                                                               |
//! |---------------------------------|--------------------------------------------------------------------|
//! | `<first>.open`                  | the segment that is written                                        |
//! | `<first>-<end>-<samples>.seg`   | a whole one: numbers of its first frame and of the one after it    |
//! | `offset`                        | how far the receiver is                                            |
//!
//! All numbers hexadecimal. What a whole segment holds stands in its name, so that the start reads one segment at most.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::record::{self, Damage, SEGMENT_HEADER_BYTES};

/// One segment and how much of it the receiver has.
#[derive(Clone, Debug)]
pub struct Segment {
    /// Its file.
    pub path: PathBuf,
    /// Number of its first frame.
    pub first: u64,
    /// Number of the frame after its last one.
    pub end: u64,
    /// How many samples it has.
    pub samples: u64,
    /// How many of them are done with.
    pub taken: u64,
    /// Length of the file that may be read.
    pub bytes: u64,
}

impl Segment {
    /// One that will be written.
    pub fn new(folder: &Path, first: u64) -> Self {
        Self {
            path: folder.join(format!("{first:016x}.open")),
            first,
            end: first,
            samples: 0,
            taken: 0,
            bytes: SEGMENT_HEADER_BYTES,
        }
    }

    /// How many samples wait in it.
    pub fn left(&self) -> u64 {
        self.samples.saturating_sub(self.taken)
    }

    /// Whether it may have the frame of this number.
    pub fn holds(&self, frame: u64) -> bool {
        self.first <= frame && frame < self.end
    }

    /// Writes into its name that it is whole.
    pub fn close(&mut self) -> io::Result<()> {
        let name = format!("{:016x}-{:016x}-{:x}.seg", self.first, self.end, self.samples);
        let path = self.path.with_file_name(name);
        std::fs::rename(&self.path, &path)?;
        self.path = path;
        Ok(())
    }

    /// The segment that a file is, and why it ends before the file does. `Ok(None)` for a file of another name.
    pub fn find(path: &Path) -> io::Result<Option<(Self, Option<Damage>)>> {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if let Some(first) = name.strip_suffix(".open").and_then(number) {
            return Self::scan(path, first).map(Some);
        }
        let Some(mut numbers) = name.strip_suffix(".seg").map(|name| name.split('-').map(number)) else {
            return Ok(None);
        };
        let (Some(Some(first)), Some(Some(end)), Some(Some(samples)), None) =
            (numbers.next(), numbers.next(), numbers.next(), numbers.next())
        else {
            return Ok(None);
        };
        let segment = Self {
            path: path.to_owned(),
            first,
            end,
            samples,
            taken: 0,
            bytes: path.metadata()?.len(),
        };
        Ok((first < end).then_some((segment, None)))
    }

    /// Reads the headers of a segment that was not closed.
    fn scan(path: &Path, first: u64) -> io::Result<(Self, Option<Damage>)> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let mut segment = Self {
            path: path.to_owned(),
            ..Self::new(Path::new(""), first)
        };
        let mut header = [0; SEGMENT_HEADER_BYTES as usize];
        let begun =
            record::read(&file, &mut header, 0).and_then(|()| record::check_segment_header(&header, first));
        if let Err(damage) = begun {
            return Ok((segment, Some(damage)));
        }
        while segment.bytes < length {
            match record::read_header(&file, segment.bytes, length) {
                Ok(header) if header.first < segment.end => return Ok((segment, Some(Damage::Content))),
                Ok(header) => {
                    segment.bytes += header.whole_bytes();
                    segment.end = header.end();
                    segment.samples += u64::from(header.samples);
                }
                Err(damage) => return Ok((segment, Some(damage))),
            }
        }
        Ok((segment, None))
    }
}

fn number(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}
