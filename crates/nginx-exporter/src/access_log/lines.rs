//! Cuts pieces of a file into lines.

/// Longest line in bytes. nginx refuses requests with more than 32 KiB of headers, and a line has some of them escaped.
const LINE_BYTES_MAX: usize = 64 << 10;

/// A line that has begun, and those that were too long.
#[derive(Debug, Default)]
pub struct Lines {
    partial: Vec<u8>,
    /// Whether bytes are thrown away up to the next newline.
    skipping: bool,
    too_long: u64,
}

impl Lines {
    /// Begins in the middle of a line, which is not counted.
    #[must_use]
    pub fn from_the_next() -> Self {
        Self {
            skipping: true,
            ..Self::default()
        }
    }

    /// Takes the next piece and calls `each` with every line that ends in it.
    pub fn push(&mut self, piece: &[u8], mut each: impl FnMut(&[u8])) {
        let mut rest = piece;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at(end);
            rest = after.get(1..).unwrap_or_default();
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            if self.partial.is_empty() {
                each(line);
            } else {
                self.partial.extend_from_slice(line);
                each(&self.partial);
                self.partial.clear();
            }
        }
        if self.skipping {
            return;
        }
        self.partial.extend_from_slice(rest);
        if self.partial.len() > LINE_BYTES_MAX {
            self.too_long += 1;
            self.skipping = true;
            self.partial = Vec::new();
        }
    }

    /// Forgets the line that has begun: the file was replaced or truncated, and its end will not come.
    pub fn restart(&mut self) {
        self.partial.clear();
        self.skipping = false;
    }

    /// Lines longer than 64 KiB, which are not looked at.
    #[must_use]
    pub fn too_long(&self) -> u64 {
        self.too_long
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mut lines: Lines, pieces: &[&str], expect: &[&str]) {
        let mut found = Vec::new();
        for piece in pieces {
            lines.push(piece.as_bytes(), |line| {
                found.push(String::from_utf8_lossy(line).into_owned())
            });
        }
        assert_eq!(found, expect);
    }

    #[test]
    fn across_pieces() {
        check(Lines::default(), &["a\nb", "c", "\n\nd"], &["a", "bc", ""]);
        check(Lines::from_the_next(), &["a", "b\nc\n"], &["c"]);
    }

    #[test]
    fn too_long() {
        let mut lines = Lines::default();
        let mut count = 0;
        let piece = vec![b'x'; LINE_BYTES_MAX];
        for _ in 0..5 {
            lines.push(&piece, |_| count += 1);
        }
        lines.push(b"y\nz\n", |line| {
            assert_eq!(line, b"z");
            count += 1;
        });
        assert_eq!((count, lines.too_long()), (1, 1));
        assert!(lines.partial.capacity() < LINE_BYTES_MAX);
    }
}
