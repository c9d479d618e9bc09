//! One file that grows, is replaced and is truncated.
//!
//! logrotate renames the log, creates a new one and tells nginx to reopen; until it does, nginx writes on into the renamed
//! file, so that is read on for a while beside the new one. With `copytruncate` the file gets shorter. What is written
//! between the last look and the truncation is lost, as it is to nginx' own operator.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::Lines;

/// Bytes read at a time.
pub(super) const STEP_BYTES: usize = 64 << 10;
/// How long a renamed log is read on. nginx reopens within milliseconds of its signal; an operator's hand takes longer.
const RENAMED_FOR: Duration = Duration::from_secs(60);
/// Looks at which the path is missing before the log says so: a rotation is in the middle for a moment.
const MISSING_LOOKS: u32 = 3;

/// A followed file.
#[derive(Debug)]
pub(super) struct Follow {
    path: PathBuf,
    current: Option<Tail>,
    /// The file that had the path before, and until when it is read.
    renamed: Option<(Tail, Instant)>,
    /// Whether the next file at the path is new from its first byte on.
    from_start: bool,
    missing_looks: u32,
    /// The fault that the log was told of.
    fault: Option<String>,
    read_bytes: u64,
    rotations: u64,
    too_long: u64,
    buffer: Vec<u8>,
}

/// An open file and how far it was read.
#[derive(Debug)]
struct Tail {
    file: File,
    device: u64,
    inode: u64,
    offset: u64,
    lines: Lines,
}

impl Follow {
    /// Opens the file at its end. Where that fails the log says so, once, and each look tries again.
    pub(super) fn start(path: PathBuf) -> Self {
        let mut follow = Self {
            path,
            current: None,
            renamed: None,
            from_start: false,
            missing_looks: MISSING_LOOKS,
            fault: None,
            read_bytes: 0,
            rotations: 0,
            too_long: 0,
            buffer: Vec::new(),
        };
        follow.check();
        follow
    }

    /// Whether there is a file to read at the path.
    pub(super) fn is_open(&self) -> bool {
        self.current.is_some() && self.fault.is_none()
    }

    pub(super) fn read_bytes(&self) -> u64 {
        self.read_bytes
    }

    pub(super) fn rotations(&self) -> u64 {
        self.rotations
    }

    /// Lines that were longer than is looked at.
    pub(super) fn too_long(&self) -> u64 {
        let open = self.renamed.iter().map(|(tail, _)| tail).chain(&self.current);
        self.too_long + open.map(|tail| tail.lines.too_long()).sum::<u64>()
    }

    /// Sees whether the path has another file, or a shorter one.
    pub(super) fn check(&mut self) {
        match std::fs::metadata(&self.path) {
            Ok(found) => {
                self.missing_looks = 0;
                match &mut self.current {
                    Some(tail) if (tail.device, tail.inode) == (found.dev(), found.ino()) => {
                        self.rotations += u64::from(tail.restart_if_shorter(found.len()));
                        self.tell(None);
                    }
                    _ => self.open(),
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.missing_looks < MISSING_LOOKS => {
                self.missing_looks += 1;
            }
            Err(error) => {
                self.from_start |= error.kind() == io::ErrorKind::NotFound;
                self.tell(Some(error.to_string()));
            }
        }
    }

    fn open(&mut self) {
        let from_start = self.from_start || self.current.is_some();
        match Tail::open(&self.path, from_start) {
            Ok(tail) => {
                self.from_start = true;
                if let Some(renamed) = self.current.replace(tail) {
                    self.rotations += 1;
                    self.retire();
                    self.renamed = Some((renamed, Instant::now() + RENAMED_FOR));
                }
                self.tell(None);
            }
            Err(error) => self.tell(Some(error.to_string())),
        }
    }

    fn retire(&mut self) {
        if let Some((tail, _)) = self.renamed.take() {
            self.too_long += tail.lines.too_long();
        }
    }

    /// Says a fault when it begins or changes, and its end.
    fn tell(&mut self, fault: Option<String>) {
        let path = self.path.display();
        match (&self.fault, &fault) {
            (None, None) => {}
            (Some(_), None) => log::info!(path:%; "access log is read again"),
            (before, Some(error)) if before.as_ref() != Some(error) => {
                log::warn!(path:%, error:%; "access log not read, tried again every second; it must be there and readable by this process");
            }
            _ => {}
        }
        self.fault = fault;
    }

    /// Reads one piece and calls `each` with its lines. `false` where all that is there was read.
    pub(super) fn step(&mut self, mut each: impl FnMut(&[u8])) -> bool {
        // Allocated for the step only: a quiet log holds no memory.
        self.buffer.resize(STEP_BYTES, 0);
        let mut more = false;
        if let Some((tail, until)) = &mut self.renamed {
            let until = *until;
            match tail.step(&mut self.buffer, &mut each) {
                Ok(0) if until <= Instant::now() => self.retire(),
                Ok(count) => {
                    self.read_bytes += count as u64;
                    more |= count > 0;
                }
                Err(error) => {
                    log::warn!(path:% = self.path.display(), error:%; "renamed access log not read to its end");
                    self.retire();
                }
            }
        }
        let step = self
            .current
            .as_mut()
            .map(|tail| tail.step(&mut self.buffer, &mut each));
        match step {
            None => {}
            Some(Ok(count)) => {
                self.read_bytes += count as u64;
                more |= count > 0;
            }
            Some(Err(error)) => self.tell(Some(error.to_string())),
        }
        if !more {
            self.buffer = Vec::new();
        }
        more
    }
}

impl Tail {
    fn open(path: &std::path::Path, from_start: bool) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            // A pipe without a writer would be waited for.
            .custom_flags(libc::O_NONBLOCK)
            .open(path)?;
        let found = file.metadata()?;
        if !found.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        let mut tail = Self {
            device: found.dev(),
            inode: found.ino(),
            offset: 0,
            lines: Lines::default(),
            file,
        };
        if !from_start && found.len() > 0 {
            tail.offset = found.len();
            let mut last = [0];
            if tail.file.read_at(&mut last, found.len() - 1)? == 1 && last != *b"\n" {
                tail.lines = Lines::from_the_next();
            }
        }
        Ok(tail)
    }

    /// Whether the file was truncated, which starts it anew.
    fn restart_if_shorter(&mut self, length: u64) -> bool {
        let shorter = length < self.offset;
        if shorter {
            self.offset = 0;
            self.lines.restart();
        }
        shorter
    }

    fn step(&mut self, buffer: &mut [u8], each: impl FnMut(&[u8])) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.offset)?;
        self.offset += count as u64;
        self.lines.push(buffer.get(..count).unwrap_or_default(), each);
        Ok(count)
    }
}

#[cfg(test)]
mod tests;
