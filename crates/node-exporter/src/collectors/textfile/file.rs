//! One file: read once, and again when it changes.

use std::fs::{Metadata, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::family::{self, FileFamily};

/// Bytes of a file at most: some 40,000 samples.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// What a file says, or why it says nothing.
#[derive(Debug)]
pub(super) struct File {
    version: Option<Version>,
    /// Whole seconds since 1970.
    pub mtime_seconds: i64,
    pub families: Result<Vec<FileFamily>, String>,
}

/// Tells one content of a path from another without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Version {
    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

impl File {
    /// Whether the path still has what was read.
    pub(super) fn is_still(&self, path: &Path) -> bool {
        let version = std::fs::metadata(path).ok().as_ref().map(Version::of);
        version.is_some() && version == self.version
    }

    /// Reads and parses. Never waits: a pipe without a writer is refused like everything that is no regular file.
    pub(super) fn read(path: &Path) -> Self {
        let mut file = Self {
            version: None,
            mtime_seconds: 0,
            families: Ok(Vec::new()),
        };
        file.families = file
            .content(path)
            .and_then(|content| family::parse(&content).map_err(|refused| refused.to_string()));
        file
    }

    fn content(&mut self, path: &Path) -> Result<Vec<u8>, String> {
        let text = |error: std::io::Error| error.to_string();
        // Asked before it is opened: opening a device may do something.
        let metadata = std::fs::metadata(path).map_err(text)?;
        self.take(&metadata)?;
        let mut options = OpenOptions::new();
        let options = options.read(true).custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
        let file = options.open(path).map_err(text)?;
        // And again: it may be another one by now.
        let metadata = file.metadata().map_err(text)?;
        self.take(&metadata)?;
        let mut content = Vec::with_capacity(metadata.len() as usize + 1);
        let limit = FILE_BYTES_MAX + 1;
        file.take(limit).read_to_end(&mut content).map_err(text)?;
        if content.len() as u64 == limit {
            return Err(format!("more than {FILE_BYTES_MAX} bytes"));
        }
        Ok(content)
    }

    fn take(&mut self, metadata: &Metadata) -> Result<(), String> {
        self.version = Some(Version::of(metadata));
        self.mtime_seconds = metadata.mtime();
        if !metadata.is_file() {
            return Err("not a regular file".to_owned());
        }
        if metadata.len() > FILE_BYTES_MAX {
            return Err(format!("more than {FILE_BYTES_MAX} bytes"));
        }
        Ok(())
    }
}
