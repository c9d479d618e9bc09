//! A place in a line, and the few steps that the grammars are made of.

use crate::Format;

use super::Problem;

/// A line of valid UTF-8 and the byte at which it is read.
///
/// It only ever stops beside ASCII bytes or at the end, so that every piece of the line is a string.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    pub(super) format: Format,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(text: &'a str, format: Format) -> Self {
        Self { text, at: 0, format }
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// Moves to a byte beside an ASCII one, often back to where an error is to point.
    pub(super) const fn move_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// All that is left of the line.
    pub(super) fn rest(&self) -> &'a str {
        self.since_until(self.at, self.text.len())
    }

    /// What was passed since `start`.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.since_until(start, self.at)
    }

    pub(super) fn since_until(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn eat_all(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// Passes all bytes that `belongs` says yes to; it must say no to bytes from 0x80, or yes to all of them.
    pub(super) fn eat_while(&mut self, belongs: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(&belongs) {
            self.at += 1;
        }
        self.since(start)
    }

    /// Passes blanks where the format lets them stand between any two words: text 0.0.4.
    pub(super) fn skip_blanks(&mut self) {
        if self.format == Format::Text004 {
            while let Some(b' ' | b'\t') = self.peek() {
                self.at += 1;
            }
        }
    }

    /// Passes a bare name, with colons where it is a metric's; empty where none starts here.
    pub(super) fn eat_name(&mut self, colons: bool) -> &'a str {
        match self.peek() {
            Some(b'0'..=b'9') => "",
            _ => self
                .eat_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || (colons && byte == b':')),
        }
    }

    /// Passes a quoted string and returns what stands between its quotes, still escaped.
    ///
    /// A NUL is let through where `nul` says so, as Prometheus does in label values.
    pub(super) fn eat_quoted(&mut self, nul: Nul) -> Result<&'a str, Problem> {
        let open = self.at;
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(self.since_until(open + 1, self.at - 1));
                }
                // The byte after a backslash belongs to it, NUL aside; one from 0x80 is passed in the next turns.
                Some(b'\\') if matches!(self.text.as_bytes().get(self.at + 1), Some(1..)) => self.at += 2,
                Some(0) if nul == Nul::Refused => return Err(Problem::Nul),
                Some(_) => self.at += 1,
                None => {
                    self.at = open;
                    return Err(Problem::QuoteOpen);
                }
            }
        }
    }
}

/// Whether a quoted string may hold NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nul {
    Allowed,
    Refused,
}
