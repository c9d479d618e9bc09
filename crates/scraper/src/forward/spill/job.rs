//! What waits for the disk: a write, a read, a synchronisation. All of them can go to another thread.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use super::record::{self, Damage, Header, SEGMENT_HEADER_BYTES};

/// Bytes for the disk.
#[derive(Debug)]
pub struct Write {
    pub(super) file: Arc<File>,
    /// The folder, where the file is new in it.
    pub(super) folder: Option<PathBuf>,
    pub(super) at: u64,
    pub(super) bytes: Vec<u8>,
    /// Number and samples of each frame.
    pub frames: Vec<(u64, usize)>,
}

/// A record to be read.
#[derive(Debug)]
pub struct Read {
    pub(super) segment: u64,
    pub(super) file: Arc<File>,
    pub(super) offset: u64,
    pub(super) end: u64,
}

/// A record that was read.
#[derive(Debug)]
pub struct Loaded {
    pub(super) segment: u64,
    pub(super) offset: u64,
    pub(super) result: Result<(Header, Vec<u8>), Damage>,
}

impl Write {
    /// Writes and waits until it is on the disk.
    pub fn run(self) -> (Self, io::Result<()>) {
        let written = self.write();
        (self, written)
    }

    fn write(&self) -> io::Result<()> {
        self.file.write_all_at(&self.bytes, self.at)?;
        self.file.sync_data()?;
        match &self.folder {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }

    /// How many bytes.
    pub fn length_bytes(&self) -> u64 {
        self.bytes.len() as u64
    }
}

impl Read {
    /// Reads.
    pub fn run(self) -> Loaded {
        let start = match self.offset {
            SEGMENT_HEADER_BYTES => check_start(&self.file, self.segment),
            _ => Ok(()),
        };
        Loaded {
            segment: self.segment,
            offset: self.offset,
            result: start.and_then(|()| record::read_record(&self.file, self.offset, self.end)),
        }
    }
}

fn check_start(file: &File, first: u64) -> Result<(), Damage> {
    let mut header = [0; SEGMENT_HEADER_BYTES as usize];
    record::read(file, &mut header, 0)?;
    record::check_segment_header(&header, first)
}

/// Waits until a file is on the disk.
pub fn sync(file: &File) -> io::Result<()> {
    file.sync_data()
}
