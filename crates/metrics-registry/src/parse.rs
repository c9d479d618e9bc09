//! Reads the text formats: Prometheus text 0.0.4 and OpenMetrics 1.0.
//!
//! Line by line, borrowing from the line; only an escaped name or value that is asked for allocates. What is accepted is
//! what Prometheus 3 accepts (its `model/textparse`, read in 2026, and 2.42 run beside it), but for this:
//!
//! - A line feed inside a quoted string ends the line here. Prometheus reads on in text 0.0.4, against the format.
//! - Every line but a plain comment must be UTF-8. Prometheus checks label values and help texts.
//! - A NUL at the start of a line is refused here. Prometheus takes it for the end of the body.
//! - Blanks before a metric name do not belong to it, as the format says. In Prometheus they do.
//! - An empty quoted name is refused here. Prometheus refuses it one step later.
//!
//! As there, nothing is checked that takes more than one line or the meaning of a name: metadata may come late, twice or
//! not at all, labels may repeat, a counter may be negative, and buckets need not add up. Only `# EOF` is remembered.

mod cursor;
mod error;
mod escape;
mod labels;
mod metadata;
mod number;
mod sample;
mod split;

use std::borrow::Cow;

use crate::Format;

use self::cursor::Cursor;
pub use self::error::{ParseError, Problem};
pub use self::escape::Escaped;
pub use self::labels::{Labels, LabelsIter};
pub use self::metadata::MetricType;
pub use self::sample::{Exemplar, Sample};
pub use self::split::LineSplitter;

/// What one line says.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry<'a> {
    /// A blank line or a comment.
    Nothing,
    /// `# HELP`: what a family means.
    Help {
        /// The family; in OpenMetrics a counter without its `_total`.
        name: Cow<'a, str>,
        /// The text, as the sender escaped it.
        help: Escaped<'a>,
    },
    /// `# TYPE`: of what kind a family is.
    Type {
        /// The family; in OpenMetrics a counter without its `_total`.
        name: Cow<'a, str>,
        /// Its kind.
        kind: MetricType,
    },
    /// `# UNIT`, in OpenMetrics only.
    Unit {
        /// The family, which ends with the unit.
        name: Cow<'a, str>,
        /// The unit; may be empty.
        unit: &'a str,
    },
    /// A sample.
    Sample(Sample<'a>),
    /// `# EOF`, in OpenMetrics only.
    Eof,
}

/// Reads the lines of one body: knows the format, counts lines, and remembers `# EOF`.
#[derive(Clone, Debug)]
pub struct Parser {
    format: Format,
    /// Lines read so far.
    lines: usize,
    eof: bool,
}

impl Parser {
    /// A parser of one body.
    #[must_use]
    pub const fn new(format: Format) -> Self {
        Self {
            format,
            lines: 0,
            eof: false,
        }
    }

    /// Reads the next line, given without its newline.
    ///
    /// Fails on a line that the format does not have, and in OpenMetrics on any line after `# EOF`. A caller may go on
    /// with the next line, though Prometheus throws the whole body away.
    pub fn line<'a>(&mut self, line: &'a [u8]) -> Result<Entry<'a>, ParseError> {
        self.lines += 1;
        self.entry(line)
            .map_err(|fault| ParseError::new(self.lines, line, fault))
    }

    /// Counts a line that is the same as one of an earlier body and need not be read again. Returns false, and counts
    /// nothing, where no line may follow.
    pub const fn pass(&mut self) -> bool {
        if !self.eof {
            self.lines += 1;
        }
        !self.eof
    }

    /// Reads what follows a series that is known from an earlier line: a space and the value. `None`, and nothing is
    /// read, where there is more or something else; then [`Parser::line`] takes the whole line.
    pub fn value(&mut self, rest: &[u8]) -> Option<f64> {
        let [b' ', value @ ..] = rest else {
            return None;
        };
        let value = match number::short(value) {
            Some(value) => value,
            None => number::parse(std::str::from_utf8(value).ok()?).ok()?,
        };
        self.pass().then_some(value)
    }

    /// Ends the body. Fails where OpenMetrics did not end with `# EOF`.
    pub const fn finish(&self) -> Result<(), ParseError> {
        match (self.format, self.eof) {
            (Format::OpenMetrics1, false) => Err(ParseError {
                line: self.lines + 1,
                column: 1,
                kind: Problem::EofMissing,
            }),
            _ => Ok(()),
        }
    }

    fn entry<'a>(&mut self, line: &'a [u8]) -> Result<Entry<'a>, (usize, Problem)> {
        if self.eof {
            return Err((0, Problem::AfterEof));
        }
        if self.format == Format::Text004 && metadata::is_comment(line) {
            return Ok(Entry::Nothing);
        }
        let text = match std::str::from_utf8(line) {
            Ok(text) => text,
            Err(error) => return Err((error.valid_up_to(), Problem::NotUtf8)),
        };
        let mut cursor = Cursor::new(text, self.format);
        self.cursor_entry(&mut cursor)
            .map_err(|problem| (cursor.at(), problem))
    }

    /// Reads a line; where it fails, the cursor stands at the fault.
    fn cursor_entry<'a>(&mut self, cursor: &mut Cursor<'a>) -> Result<Entry<'a>, Problem> {
        cursor.skip_blanks();
        match (cursor.peek(), self.format) {
            (None, Format::Text004) => Ok(Entry::Nothing),
            (None, Format::OpenMetrics1) => Err(Problem::BlankLine),
            (Some(b'#'), _) => {
                let entry = metadata::parse(cursor)?;
                self.eof = entry == Entry::Eof;
                Ok(entry)
            }
            _ => sample::parse(cursor).map(Entry::Sample),
        }
    }
}

/// The entries of a whole body, without its blank lines and comments; the first error is the last item.
pub fn entries(text: &[u8], format: Format) -> impl Iterator<Item = Result<Entry<'_>, ParseError>> {
    let mut parser = Parser::new(format);
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        loop {
            let text = rest?;
            if text.is_empty() {
                rest = None;
                return parser.finish().err().map(Err);
            }
            let (line, after) = match memchr::memchr(b'\n', text) {
                Some(end) => (&text[..end], &text[end + 1..]),
                None => (text, &[][..]),
            };
            rest = Some(after);
            match parser.line(line) {
                Ok(Entry::Nothing) => {}
                Ok(entry) => return Some(Ok(entry)),
                Err(error) => {
                    rest = None;
                    return Some(Err(error));
                }
            }
        }
    })
}

#[cfg(test)]
mod tests;
