//! What waits for one receiver on disk: a folder of segments, written at one end and read at the other.
//!
//! ```text
//! memory → Encoder → record → segment … segment → record → Decoder → frames
//! ```
//!
//! Nothing here waits for the disk for long but the [`job`]s, which belong on a thread of their own; the rest opens, renames and removes files.
//!
//! A segment that cannot be read on is given up from there: what it still had is counted, and the next one is read.

mod bytes;
mod checksum;
mod decoder;
mod encoder;
pub mod fuzzing;
pub mod job;
mod number;
mod offset;
mod reader;
mod record;
mod segment;
#[cfg(test)]
mod tests;
mod writer;

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use self::job::{Loaded, Read, Write};
use self::offset::{Offset, OffsetFile};
use self::reader::Reader;
use self::record::Damage;
use self::segment::Segment;
use self::writer::Writer;
use super::frame::Frame;

/// Length at which a segment ends; a smaller limit for all of them makes it an eighth of that.
const SEGMENT_BYTES_MAX: u64 = 4 << 20;

/// A place between samples: frames are numbered in the order in which they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Number of the frame.
    pub frame: u64,
    /// How many of its samples come before.
    pub taken: usize,
}

/// Samples that were given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Because there was no room.
    pub full: u64,
    /// Because they could not be read.
    pub damaged: u64,
    /// Segments with such.
    pub segments: u64,
}

/// The folder of one receiver.
#[derive(Debug)]
pub struct Spill {
    folder: PathBuf,
    /// Held while there are files: no two processes use a folder.
    lock: Option<File>,
    bytes_max: u64,
    /// By number.
    segments: VecDeque<Segment>,
    /// Writes the last one of them, or the one that comes next.
    writer: Option<Writer>,
    /// Reads the first one of them.
    reader: Option<Reader>,
    /// The frames that were read last, without those that are done with.
    loaded: VecDeque<(u64, Rc<Frame>)>,
    offset: OffsetFile,
    /// Whether the offset was saved since it was synchronised.
    offset_changed: bool,
    lost: Lost,
}

impl Spill {
    /// Looks what is in a folder, which need not exist. Returns also how far the receiver is, and the number that the
    /// next frame gets. Fails where another process uses it.
    pub fn open(folder: &Path, bytes_max: u64) -> io::Result<(Self, Position, u64)> {
        let (offset, saved) = OffsetFile::open(folder);
        let mut spill = Self {
            folder: folder.to_owned(),
            lock: None,
            bytes_max,
            segments: VecDeque::new(),
            writer: None,
            reader: None,
            loaded: VecDeque::new(),
            offset,
            offset_changed: false,
            lost: Lost::default(),
        };
        match folder.try_exists() {
            Ok(true) => spill.lock = Some(lock(folder)?),
            _ => return Ok((spill, Position::default(), 0)),
        }
        for entry in std::fs::read_dir(folder)? {
            spill.find(&entry?.path());
        }
        spill
            .segments
            .make_contiguous()
            .sort_by_key(|segment| segment.first);
        let mut end = 0;
        spill.segments.retain(|segment| {
            let follows = end <= segment.first;
            match follows {
                true => end = segment.end,
                false => log::warn!(path:% = segment.path.display(); "file not used, its samples are in others too"),
            }
            follows
        });
        let position = spill.resume(saved);
        let next = end.max(position.frame + u64::from(position.taken != 0));
        spill.advance(position);
        let samples = spill.samples();
        if samples != 0 {
            log::info!(path:% = folder.display(), samples; "samples from before the start wait on disk");
        }
        Ok((spill, position, next))
    }

    /// Takes a file of the folder at the start, and ends it where it is damaged.
    fn find(&mut self, path: &Path) {
        let (mut segment, damage) = match Segment::find(path) {
            Ok(Some(found)) => found,
            Ok(None) => return,
            Err(error) => {
                self.lost.segments += 1;
                log::error!(path:% = path.display(), error:%; "stored samples cannot be read");
                return;
            }
        };
        if let Some(damage) = &damage {
            self.tell(&segment, segment.bytes, damage);
            // Where this is not possible it is found damaged once more at the next start.
            let _ = std::fs::OpenOptions::new()
                .write(true)
                .open(path)
                .and_then(|file| file.set_len(segment.bytes));
        }
        if segment.samples == 0 {
            let _ = std::fs::remove_file(path);
            return;
        }
        if path.extension().is_some_and(|extension| extension == "open") {
            let _ = segment.close();
        }
        self.segments.push_back(segment);
    }

    /// How far the receiver is, by what was saved.
    fn resume(&mut self, saved: Option<Offset>) -> Position {
        let Some(first) = self.segments.front() else {
            return saved.map_or(Position::default(), |saved| saved.position);
        };
        let Some(saved) = saved else {
            log::warn!(
                path:% = self.folder.display();
                "nothing says how far the receiver is, it gets all that is stored"
            );
            return Position {
                frame: first.first,
                taken: 0,
            };
        };
        for segment in &mut self.segments {
            if segment.first == saved.segment {
                segment.taken = saved.taken;
            }
        }
        saved.position
    }

    /// How many samples wait here.
    pub fn samples(&self) -> u64 {
        self.segments.iter().map(Segment::left).sum()
    }

    /// How many bytes the segments have.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether anything is stored.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// What was given up since the last call.
    pub fn take_lost(&mut self) -> Lost {
        std::mem::take(&mut self.lost)
    }

    /// Prepares the write of frames, oldest first, with numbers that follow each other. It may take fewer than there
    /// are. After it follows [`Spill::written`] or [`Spill::give_up_write`].
    pub fn write(&mut self, first: u64, frames: impl Iterator<Item = Rc<Frame>>) -> io::Result<Write> {
        let segment_bytes_max = SEGMENT_BYTES_MAX.min(self.bytes_max / 8);
        let is_full = |writer: &Writer| segment_bytes_max <= writer.segment.bytes || writer.encoder.is_full();
        if self.writer.as_ref().is_some_and(is_full) {
            self.end_segment();
        }
        let mut bytes = Vec::new();
        let mut folder = None;
        if self.writer.is_none() {
            self.writer = Some(self.begin_segment(first)?);
            bytes.extend_from_slice(&record::segment_header(first));
            folder = Some(self.folder.clone());
        }
        let Some(writer) = &mut self.writer else {
            return Err(io::Error::other("no segment"));
        };
        let at = match folder {
            Some(_) => 0,
            None => writer.segment.bytes,
        };
        let mut write = Write {
            file: Arc::clone(&writer.file),
            folder,
            at,
            bytes,
            frames: Vec::new(),
        };
        writer.encode(first, frames, &mut write);
        Ok(write)
    }

    fn begin_segment(&mut self, first: u64) -> io::Result<Writer> {
        if self.lock.is_none() {
            std::fs::create_dir_all(&self.folder)?;
            self.lock = Some(lock(&self.folder)?);
        }
        Writer::create(Segment::new(&self.folder, first))
    }

    /// Takes a write that is on the disk. `taken` of its samples are done with meanwhile. Returns whether it counts: not
    /// where the segment went while it was written, because the receiver had all that was in it before.
    #[must_use]
    pub fn written(&mut self, write: &Write, taken: u64) -> bool {
        let writer = self.writer.as_mut();
        let Some(writer) = writer.filter(|writer| Arc::ptr_eq(&writer.file, &write.file)) else {
            return false;
        };
        let segment = &mut writer.segment;
        segment.bytes = write.at + write.length_bytes();
        segment.end = write.frames.last().map_or(segment.end, |(number, _)| number + 1);
        let samples: u64 = write.frames.iter().map(|(_, samples)| *samples as u64).sum();
        match self.segments.back_mut() {
            Some(last) if last.first == segment.first => {
                last.bytes = segment.bytes;
                last.end = segment.end;
                last.samples += samples;
                last.taken += taken;
            }
            _ => self.segments.push_back(Segment {
                samples,
                taken,
                ..segment.clone()
            }),
        }
        true
    }

    /// Gives the oldest segments up while there is more than there may be. Of the samples that are lost by that,
    /// `lent` are with the receiver right now and not counted.
    pub fn make_room(&mut self, lent: u64) {
        let reserve = SEGMENT_BYTES_MAX.min(self.bytes_max / 8);
        while self.bytes_max - reserve < self.bytes() && 1 < self.segments.len() {
            let Some(first) = self.remove_first() else { return };
            self.lost.full += first.left().saturating_sub(lent);
        }
    }

    /// After a write that failed: nothing of it counts, and the next one begins a segment.
    pub fn give_up_write(&mut self) {
        let Some(writer) = &self.writer else { return };
        let is_known = self
            .segments
            .back()
            .is_some_and(|last| last.first == writer.segment.first);
        match is_known {
            // What cannot be cut is not read either.
            true => {
                let _ = writer.file.set_len(writer.segment.bytes);
                self.end_segment();
            }
            false => {
                let _ = std::fs::remove_file(&writer.segment.path);
                self.writer = None;
            }
        }
    }

    /// Ends the segment that is written.
    pub fn end_segment(&mut self) {
        let Some(writer) = self.writer.take() else { return };
        if let Some(last) = self
            .segments
            .back_mut()
            .filter(|last| last.first == writer.segment.first)
        {
            // A name that stays is understood too, and takes longer to read at the next start.
            let _ = last.close();
        }
    }

    /// The frames that were read last.
    pub fn loaded(&self) -> &VecDeque<(u64, Rc<Frame>)> {
        &self.loaded
    }

    /// The next record to be read, where nothing is loaded and something is stored.
    pub fn read(&mut self) -> Option<Read> {
        while self.loaded.is_empty() {
            let segment = self.segments.front()?;
            let (first, end) = (segment.first, segment.bytes);
            let reader = match self.reader.take().filter(|reader| reader.segment == first) {
                Some(reader) => Ok(reader),
                None => Reader::open(segment),
            };
            match reader {
                Ok(reader) if reader.offset < end => {
                    let read = Read {
                        segment: first,
                        file: Arc::clone(&reader.file),
                        offset: reader.offset,
                        end,
                    };
                    self.reader = Some(reader);
                    return Some(read);
                }
                // Its name promises more than there is.
                Ok(reader) => self.cut(reader.offset, &Damage::Torn),
                Err(error) => self.cut(0, &Damage::Read(error)),
            }
        }
        None
    }

    /// Takes what was read, less what comes before `position`.
    pub fn install(&mut self, loaded: Loaded, position: Position) {
        let Some(reader) = &mut self.reader else { return };
        if reader.segment != loaded.segment || reader.offset != loaded.offset {
            return;
        }
        match loaded
            .result
            .and_then(|(header, content)| reader.take(&header, &content))
        {
            Ok(frames) => self.loaded.extend(frames),
            Err(damage) => self.cut(loaded.offset, &damage),
        }
        self.forget_loaded(position);
    }

    fn forget_loaded(&mut self, position: Position) {
        while self
            .loaded
            .front()
            .is_some_and(|(number, _)| *number < position.frame)
        {
            self.loaded.pop_front();
        }
    }

    /// Counts samples of one frame as done with.
    pub fn take(&mut self, frame: u64, samples: usize) {
        if let Some(segment) = self.segments.iter_mut().find(|segment| segment.holds(frame)) {
            segment.taken += samples as u64;
        }
    }

    /// Forgets everything before `position`, and saves it.
    pub fn advance(&mut self, position: Position) {
        self.forget_loaded(position);
        while self
            .segments
            .front()
            .is_some_and(|first| first.end <= position.frame)
        {
            self.remove_first();
        }
        let Some(first) = self.segments.front() else {
            return self.offset.remove();
        };
        let offset = Offset {
            position,
            segment: first.first,
            taken: first.taken,
        };
        match self.offset.save(&offset) {
            Ok(()) => self.offset_changed = true,
            // Every write before has told already, and the next one tells if it goes on.
            Err(error) => log::debug!(path:% = self.folder.display(), error:%; "offset not saved"),
        }
    }

    /// The file of the offset, where it has to be synchronised with the disk.
    pub fn unsynchronised(&mut self) -> Option<Arc<File>> {
        match std::mem::take(&mut self.offset_changed) {
            true => self.offset.file(),
            false => None,
        }
    }

    /// Gives the first segment up, which is damaged at `offset`.
    fn cut(&mut self, offset: u64, damage: &Damage) {
        if let Some(segment) = self.remove_first() {
            self.lost.damaged += segment.left();
            self.tell(&segment, offset, damage);
        }
    }

    fn tell(&mut self, segment: &Segment, offset: u64, damage: &Damage) {
        self.lost.segments += 1;
        log::error!(
            path:% = segment.path.display(), offset, error:% = damage;
            "stored samples are damaged, those behind that place in the file are lost"
        );
    }

    fn remove_first(&mut self) -> Option<Segment> {
        let first = self.segments.pop_front()?;
        if self
            .writer
            .as_ref()
            .is_some_and(|writer| writer.segment.first == first.first)
        {
            self.writer = None;
        }
        if self
            .reader
            .as_ref()
            .is_some_and(|reader| reader.segment == first.first)
        {
            self.reader = None;
            self.loaded.clear();
        }
        // One that stays is behind the offset, and removed at the next start.
        let _ = std::fs::remove_file(&first.path);
        Some(first)
    }
}

fn lock(folder: &Path) -> io::Result<File> {
    let file = File::open(folder)?;
    file.try_lock().map_err(|error| match error {
        std::fs::TryLockError::WouldBlock => io::Error::other("another process uses this folder"),
        std::fs::TryLockError::Error(error) => error,
    })?;
    Ok(file)
}
