//! Compressed bodies, kept until something changes.
//!
//! On a home cluster objects rarely change, so that most scrapes send the same 23 kB again.

use std::cell::RefCell;
use std::rc::Rc;

use exporter_http::Pieces;
use flate2::{Compress, Compression, FlushCompress, Status};

/// The same level as everywhere else in this project: twice as quick as the next, and a tenth larger.
const LEVEL: Compression = Compression::new(2);
const WINDOW_BITS: u8 = 15;
/// Room made for output at a time.
const OUTPUT_STEP_BYTES: usize = 16 << 10;
/// Bodies that are kept: one or two scrapers, in one or two formats.
const KEPT_MAX: usize = 2;
/// A body larger than this is not kept: a cluster that has it changes with every second.
const KEPT_BYTES_MAX: usize = 1 << 20;

/// What a body shows: which state of the store, and the request that it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The store's generation.
    pub generation: u64,
    /// Format and filters.
    pub request: String,
}

/// Compressed bodies of the newest state.
#[derive(Debug, Default)]
pub struct Cache(RefCell<Vec<(Key, Rc<[u8]>)>>);

impl Cache {
    /// A body that was kept.
    pub fn get(&self, key: &Key) -> Option<Kept> {
        let kept = self.0.borrow();
        let (_, bytes) = kept.iter().find(|(other, _)| other == key)?;
        Some(Kept {
            bytes: Rc::clone(bytes),
            sent: 0,
        })
    }

    fn keep(&self, key: Key, bytes: Vec<u8>) {
        let mut kept = self.0.borrow_mut();
        kept.retain(|(other, _)| key.generation <= other.generation && key != *other);
        if kept.len() < KEPT_MAX {
            kept.push((key, bytes.into()));
        }
    }
}

/// A body that was compressed before.
#[derive(Debug)]
pub struct Kept {
    bytes: Rc<[u8]>,
    sent: usize,
}

impl Pieces for Kept {
    fn next(&mut self, out: &mut Vec<u8>) {
        let rest = self.bytes.get(self.sent..).unwrap_or_default();
        let piece = &rest[..rest.len().min(OUTPUT_STEP_BYTES * 2)];
        out.extend_from_slice(piece);
        self.sent += piece.len();
    }
}

/// A body that is compressed while it is sent.
pub struct Compressed<P> {
    pieces: P,
    plain: Vec<u8>,
    state: Compress,
    ended: bool,
    key: Key,
    cache: Rc<Cache>,
    /// All that was sent; none where it is too much.
    whole: Option<Vec<u8>>,
}

impl<P: Pieces> Compressed<P> {
    /// Compresses `pieces` and keeps the result under `key`.
    pub fn new(pieces: P, key: Key, cache: Rc<Cache>) -> Self {
        Self {
            pieces,
            plain: Vec::new(),
            state: Compress::new_gzip(LEVEL, WINDOW_BITS),
            ended: false,
            key,
            cache,
            whole: Some(Vec::new()),
        }
    }

    /// Compresses what is in `plain`, all of it.
    fn feed(&mut self, out: &mut Vec<u8>, flush: FlushCompress) {
        let before = self.state.total_in();
        loop {
            let fed = (self.state.total_in() - before) as usize;
            let rest = self.plain.get(fed..).unwrap_or_default();
            if rest.is_empty() && flush == FlushCompress::None {
                return;
            }
            out.reserve(OUTPUT_STEP_BYTES);
            // The only error is a stream that was not begun well, which ends here as a body that is cut off.
            match self.state.compress_vec(rest, out, flush) {
                Ok(Status::StreamEnd) | Err(_) => return,
                Ok(_) => {}
            }
        }
    }
}

impl<P: Pieces> Pieces for Compressed<P> {
    fn next(&mut self, out: &mut Vec<u8>) {
        while out.is_empty() && !self.ended {
            self.plain.clear();
            self.pieces.next(&mut self.plain);
            self.ended = self.plain.is_empty();
            let flush = match self.ended {
                true => FlushCompress::Finish,
                false => FlushCompress::None,
            };
            self.feed(out, flush);
        }
        if let Some(whole) = &mut self.whole {
            match whole.len() + out.len() {
                ..=KEPT_BYTES_MAX => whole.extend_from_slice(out),
                _ => self.whole = None,
            }
        }
        if self.ended
            && let Some(whole) = self.whole.take()
        {
            self.cache.keep(self.key.clone(), whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    struct Text(Vec<&'static str>);

    impl Pieces for Text {
        fn next(&mut self, out: &mut Vec<u8>) {
            out.extend_from_slice(self.0.pop().unwrap_or_default().as_bytes());
        }
    }

    fn all(mut pieces: impl Pieces) -> Vec<u8> {
        let mut all = Vec::new();
        loop {
            let mut piece = Vec::new();
            pieces.next(&mut piece);
            if piece.is_empty() {
                return all;
            }
            all.extend(piece);
        }
    }

    #[test]
    fn kept_until_something_changes() {
        let cache = Rc::<Cache>::default();
        let key = |generation| Key {
            generation,
            request: "text".to_owned(),
        };
        let made = all(Compressed::new(
            Text(vec!["two\n", "one\n"]),
            key(1),
            Rc::clone(&cache),
        ));
        let mut text = String::new();
        flate2::read::GzDecoder::new(made.as_slice())
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "one\ntwo\n");
        assert_eq!(all(cache.get(&key(1)).unwrap()), made);
        assert!(cache.get(&key(2)).is_none());
        all(Compressed::new(Text(vec!["three\n"]), key(2), Rc::clone(&cache)));
        assert!(cache.get(&key(1)).is_none() && cache.get(&key(2)).is_some());
    }

    #[test]
    fn a_body_that_nobody_took_is_not_kept() {
        let cache = Rc::<Cache>::default();
        let key = Key {
            generation: 1,
            request: String::new(),
        };
        drop(Compressed::new(Text(vec!["x"]), key.clone(), Rc::clone(&cache)));
        assert!(cache.get(&key).is_none());
    }
}
