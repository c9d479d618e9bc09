//! A place in a line, and the few steps that the grammars are made of.

use crate::Format;

use super::Problem;

/// Classes of bytes, of which one may have several: letters, digits and `_`.
const NAME: u8 = 1;
/// The colon, which metric names may have and label names not.
const COLON: u8 = 1 << 1;
/// What a quoted string stops for: quote, backslash and NUL.
const IN_QUOTES: u8 = 1 << 2;
/// Space and tab.
pub(super) const BLANK: u8 = 1 << 3;
/// The space alone.
pub(super) const SPACE: u8 = 1 << 4;
/// The opening brace.
pub(super) const BRACE: u8 = 1 << 5;
/// Bytes that are no digit.
pub(super) const NOT_DIGIT: u8 = 1 << 6;

/// The classes of every byte; those from 0x80 are all alike, so that no step ends inside a character.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte: u8 = 0;
    loop {
        classes[byte as usize] = match byte {
            b'0'..=b'9' => NAME,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => NAME | NOT_DIGIT,
            b':' => COLON | NOT_DIGIT,
            b'"' | b'\\' | 0 => IN_QUOTES | NOT_DIGIT,
            b' ' => BLANK | SPACE | NOT_DIGIT,
            b'\t' => BLANK | NOT_DIGIT,
            b'{' => BRACE | NOT_DIGIT,
            _ => NOT_DIGIT,
        };
        if byte == u8::MAX {
            break classes;
        }
        byte += 1;
    }
};

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

    /// Passes all up to a byte of one of these classes, or to the end.
    pub(super) fn eat_until(&mut self, classes: u8) -> &'a str {
        let start = self.at;
        self.skip(|class| class & classes == 0);
        self.since(start)
    }

    /// Passes blanks where the format lets them stand between any two words: text 0.0.4.
    pub(super) fn skip_blanks(&mut self) {
        // Most often there are none.
        while self.format == Format::Text004 && matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Passes a bare name, with colons where it is a metric's; empty where none starts here.
    pub(super) fn eat_name(&mut self, colons: bool) -> &'a str {
        let start = self.at;
        let classes = if colons { NAME | COLON } else { NAME };
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            self.skip(|class| class & classes != 0);
        }
        self.since(start)
    }

    /// Passes a quoted string and returns what stands between its quotes, still escaped.
    ///
    /// A NUL is let through where `nul` says so, as Prometheus does in label values.
    pub(super) fn eat_quoted(&mut self, nul: Nul) -> Result<&'a str, Problem> {
        let open = self.at;
        self.at += 1;
        loop {
            self.skip(|class| class & IN_QUOTES == 0);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(self.since_until(open + 1, self.at - 1));
                }
                // The byte after a backslash belongs to it, NUL aside; one from 0x80 is passed in the next turn.
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

    /// Passes all bytes whose classes `belong`.
    fn skip(&mut self, belong: impl Fn(u8) -> bool) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|byte| !belong(CLASSES[usize::from(*byte)]));
        self.at += length.unwrap_or(rest.len());
    }
}

/// Whether a quoted string may hold NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nul {
    Allowed,
    Refused,
}
