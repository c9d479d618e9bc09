//! Joins the chunks of a body into lines.

use super::{ParseError, Problem};

/// Cuts a body that arrives in chunks into lines. Holds at most one line that a chunk ended in the middle of.
///
/// ```
/// use metrics_registry::Format;
/// use metrics_registry::parse::{LineSplitter, ParseError, Parser};
///
/// let mut parser = Parser::new(Format::Text004);
/// let mut splitter = LineSplitter::new(1024);
/// for chunk in [&b"up 1\nlo"[..], b"ad 0.5"] {
///     splitter.push(chunk, |line| parser.line(line).map(drop))?;
/// }
/// splitter.finish(|line| parser.line(line).map(drop))?;
/// parser.finish()?;
/// # Ok::<(), ParseError>(())
/// ```
#[derive(Debug)]
pub struct LineSplitter {
    /// The start of a line whose end has not come yet.
    partial: Vec<u8>,
    line_bytes_max: usize,
    /// Lines handed out so far.
    lines: usize,
}

impl LineSplitter {
    /// A splitter of one body, whose lines have at most `line_bytes_max` bytes without their newline.
    #[must_use]
    pub const fn new(line_bytes_max: usize) -> Self {
        Self {
            partial: Vec::new(),
            line_bytes_max,
            lines: 0,
        }
    }

    /// Calls `each` with every line that ends in this chunk, without its newline.
    ///
    /// Fails with `LineTooLong` or with what `each` returns; the body is lost then.
    pub fn push<E: From<ParseError>>(
        &mut self,
        chunk: &[u8],
        mut each: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = chunk;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let line = &rest[..end];
            rest = &rest[end + 1..];
            self.check_length(line.len())?;
            self.lines += 1;
            if self.partial.is_empty() {
                each(line)?;
            } else {
                self.partial.extend_from_slice(line);
                each(&self.partial)?;
                self.partial.clear();
            }
        }
        self.check_length(rest.len())?;
        self.partial.extend_from_slice(rest);
        Ok(())
    }

    /// Calls `each` with the last line, where the body does not end with a newline.
    ///
    /// Fails with what `each` returns.
    pub fn finish<E>(&mut self, mut each: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
        if self.partial.is_empty() {
            return Ok(());
        }
        self.lines += 1;
        let result = each(&self.partial);
        self.partial.clear();
        result
    }

    /// Whether so many more bytes are still a line.
    fn check_length(&self, more: usize) -> Result<(), ParseError> {
        if self.line_bytes_max < self.partial.len().saturating_add(more) {
            return Err(ParseError {
                line: self.lines + 1,
                column: self.line_bytes_max + 1,
                kind: Problem::LineTooLong {
                    bytes_max: self.line_bytes_max,
                },
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(chunks: &[&str], expect: Result<&[&str], &str>) {
        let mut lines = Vec::new();
        let mut take = |line: &[u8]| -> Result<(), ParseError> {
            lines.push(String::from_utf8(line.to_vec()).unwrap());
            Ok(())
        };
        let mut splitter = LineSplitter::new(8);
        let result = chunks
            .iter()
            .try_for_each(|chunk| splitter.push(chunk.as_bytes(), &mut take))
            .and_then(|()| splitter.finish(&mut take));
        match (result, expect) {
            (Ok(()), Ok(expect)) => assert_eq!(lines, expect),
            (Err(error), Err(expect)) => assert_eq!(error.to_string(), expect),
            (result, _) => panic!("{result:?}, {lines:?}"),
        }
    }

    #[test]
    fn lines_in_and_across_chunks() {
        check(&["a 1\nb 2\n"], Ok(&["a 1", "b 2"]));
        check(&["a 1\nb", " ", "2\n", "\n"], Ok(&["a 1", "b 2", ""]));
        check(&["a 1", "\n", "b 2"], Ok(&["a 1", "b 2"]));
        check(&["", ""], Ok(&[]));
    }

    #[test]
    fn limit() {
        check(
            &["12345678\n", "1234", "5678", "\n"],
            Ok(&["12345678", "12345678"]),
        );
        check(
            &["a 1\n123456789"],
            Err("line 2, column 9: line is longer than 8 bytes"),
        );
        check(
            &["1234", "56789\n"],
            Err("line 1, column 9: line is longer than 8 bytes"),
        );
        check(
            &["12345678", "9"],
            Err("line 1, column 9: line is longer than 8 bytes"),
        );
    }
}
