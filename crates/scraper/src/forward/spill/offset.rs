//! The file that says how far the receiver is.
//!
//! It has two places of one sector each, written in turns with a sequence number and a checksum: a write that the power
//! cut leaves the place of before. A file that is renamed over the last one would do the same, but ext4 then writes
//! it out at once, each time, and this happens for every request.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Position;
use super::bytes::Bytes;
use super::checksum;

const PLACE_BYTES: u64 = 512;
const RECORD_BYTES: usize = 44;

/// How far a receiver is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offset {
    /// What it does not have yet begins here.
    pub position: Position,
    /// Number of the first frame of the segment in which that is,
    pub segment: u64,
    /// and how many samples of that segment are done with.
    pub taken: u64,
}

/// The file.
#[derive(Debug)]
pub struct OffsetFile {
    path: PathBuf,
    file: Option<Arc<File>>,
    sequence: u64,
}

impl OffsetFile {
    /// Reads the file of a folder. `None` where there is none, or nothing right in it.
    pub fn open(folder: &Path) -> (Self, Option<Offset>) {
        let mut opened = Self {
            path: folder.join("offset"),
            file: None,
            sequence: 0,
        };
        let Ok(file) = OpenOptions::new().read(true).write(true).open(&opened.path) else {
            return (opened, None);
        };
        let newest = [0, PLACE_BYTES]
            .into_iter()
            .filter_map(|at| {
                let mut bytes = [0; RECORD_BYTES];
                file.read_exact_at(&mut bytes, at).ok()?;
                parse(&bytes)
            })
            .max_by_key(|(sequence, _)| *sequence);
        opened.file = Some(Arc::new(file));
        opened.sequence = newest.map_or(0, |(sequence, _)| sequence);
        (opened, newest.map(|(_, offset)| offset))
    }

    /// Writes it; a power cut within the next seconds may still bring the one before back.
    pub fn save(&mut self, offset: &Offset) -> io::Result<()> {
        let file = match &self.file {
            Some(file) => Arc::clone(file),
            None => {
                let mut options = OpenOptions::new();
                options.read(true).write(true).create(true).truncate(true);
                Arc::new(options.open(&self.path)?)
            }
        };
        self.file = Some(Arc::clone(&file));
        let sequence = self.sequence + 1;
        file.write_all_at(&format(sequence, offset), sequence % 2 * PLACE_BYTES)?;
        self.sequence = sequence;
        Ok(())
    }

    /// The file, to be synchronised with the disk.
    pub fn file(&self) -> Option<Arc<File>> {
        self.file.clone()
    }

    /// Removes it, because nothing is stored any more.
    pub fn remove(&mut self) {
        if self.file.take().is_some() {
            // One that stays is right until something is stored again, and that writes a new one.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

fn format(sequence: u64, offset: &Offset) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(RECORD_BYTES);
    let position = &offset.position;
    for number in [
        sequence,
        position.frame,
        position.taken as u64,
        offset.segment,
        offset.taken,
    ] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    bytes.extend_from_slice(&checksum::of(&bytes).to_le_bytes());
    bytes
}

fn parse(bytes: &[u8; RECORD_BYTES]) -> Option<(u64, Offset)> {
    let mut left = Bytes::new(bytes);
    let sequence = left.u64()?;
    let position = Position {
        frame: left.u64()?,
        taken: usize::try_from(left.u64()?).ok()?,
    };
    let offset = Offset {
        position,
        segment: left.u64()?,
        taken: left.u64()?,
    };
    let is_right = left.u32()? == checksum::of(bytes.get(..RECORD_BYTES - 4)?);
    is_right.then_some((sequence, offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offset(frame: u64) -> Offset {
        Offset {
            position: Position {
                frame,
                taken: frame as usize * 3,
            },
            segment: 7,
            taken: frame * 100,
        }
    }

    #[test]
    fn what_was_saved_last_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let (mut file, read) = OffsetFile::open(folder.path());
        assert_eq!(read, None);
        for frame in 0..5 {
            file.save(&offset(frame)).unwrap();
            assert_eq!(OffsetFile::open(folder.path()).1, Some(offset(frame)));
        }
        file.remove();
        assert_eq!(OffsetFile::open(folder.path()).1, None);
    }

    #[test]
    fn a_write_that_was_cut_leaves_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let (mut file, _) = OffsetFile::open(folder.path());
        file.save(&offset(1)).unwrap();
        file.save(&offset(2)).unwrap();
        let path = folder.path().join("offset");
        let whole = std::fs::read(&path).unwrap();
        // The second one stands in the first place.
        for at in 0..RECORD_BYTES {
            let mut torn = whole.clone();
            torn[at..RECORD_BYTES].fill(0xff);
            std::fs::write(&path, torn).unwrap();
            assert_eq!(OffsetFile::open(folder.path()).1, Some(offset(1)), "cut at {at}");
        }
        std::fs::write(&path, "").unwrap();
        assert_eq!(OffsetFile::open(folder.path()).1, None);
    }
}
