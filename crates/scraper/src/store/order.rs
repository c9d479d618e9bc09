//! The lines of the last scrape in their order, so that those of the next one are known where they are the same.
//!
//! A line that is the same as last time at its place needs no parsing: a hash of its bytes tells. Where lines come or
//! go, the ones around them are found again, and the new order holds for the scrape after.

use super::spelling::Spelling;

/// Lines that may be missing in a row before the others are looked up one by one.
const MISSING_MAX: usize = 16;

/// A line that is no sample: `# HELP` or `# TYPE`.
pub(super) const METADATA: u32 = u32::MAX;

/// A sample that relabelling drops.
pub(super) const DROPPED: u32 = u32::MAX - 1;

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Of its series, or of the whole line.
    pub spelling: Spelling,
    /// The slot of its series, [`METADATA`] or [`DROPPED`].
    pub slot: u32,
    /// Bytes of what the spelling is of.
    pub text_bytes: u32,
}

impl Line {
    /// Whether it is a sample that is kept.
    pub fn is_kept(&self) -> bool {
        self.slot < DROPPED
    }
}

/// How far a scrape is in the order of the last one.
#[derive(Debug, Default)]
pub(super) struct Reading {
    at: usize,
    /// The order of this scrape, from its first line that was not as expected.
    new: Option<Vec<Line>>,
    /// Whether a `# TYPE` since the last one that was as expected was not, or is missing.
    is_other_family: bool,
    /// Whether nothing of the series' kinds is taken from the last scrape.
    reads_all: bool,
}

impl Reading {
    /// The start of a scrape; every sample is read where the slots may hold what a failed scrape said.
    pub fn new(has_failed: bool) -> Self {
        Self {
            reads_all: has_failed,
            ..Self::default()
        }
    }

    /// The line that comes next where everything is as last time.
    pub fn expected(&self, order: &[Line]) -> Option<Line> {
        order.get(self.at).copied()
    }

    /// The same for a sample; `None` where what its family is may have changed.
    pub fn expected_sample(&self, order: &[Line]) -> Option<Line> {
        let line = self.expected(order)?;
        let is_known = line.slot != METADATA && !self.is_other_family && !self.reads_all;
        is_known.then_some(line)
    }

    /// Takes the line that was [`Reading::expected`].
    pub fn pass(&mut self, line: Line) {
        self.at += 1;
        if line.slot == METADATA {
            self.is_other_family = false;
        }
        if let Some(new) = &mut self.new {
            new.push(line);
        }
    }

    /// Takes any line.
    pub fn take(&mut self, order: &[Line], line: Line) {
        if self.expected(order) == Some(line) {
            return self.pass(line);
        }
        let before = order.get(..self.at).unwrap_or_default();
        self.new.get_or_insert_with(|| before.to_vec()).push(line);
        let ahead = order.get(self.at..).unwrap_or_default();
        let missing = ahead.iter().take(MISSING_MAX).position(|other| *other == line);
        let skipped = ahead.get(..missing.unwrap_or(0)).unwrap_or_default();
        self.is_other_family |= line.slot == METADATA || skipped.iter().any(|line| line.slot == METADATA);
        if let Some(missing) = missing {
            self.at += missing + 1;
        }
    }

    /// Whether the lines so far are all of the last scrape's.
    pub fn is_same(&self, order: &[Line]) -> bool {
        self.new.is_none() && self.at == order.len()
    }

    /// The order of this scrape, `None` where it is that of the last one.
    pub fn finish(&mut self, order: &[Line]) -> Option<Vec<Line>> {
        match self.new.take() {
            None if self.at == order.len() => None,
            // The last lines are missing.
            None => order.get(..self.at).map(<[Line]>::to_vec),
            Some(mut new) => {
                new.shrink_to_fit();
                Some(new)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::spelling::Spellings;

    /// Lines by one letter each; `#` and what follows it are metadata.
    fn lines(text: &str) -> Vec<Line> {
        let spellings = Spellings::default();
        let lines = text.split(' ').filter(|line| !line.is_empty());
        let line = |(slot, line): (usize, &str)| Line {
            spelling: spellings.of(line.as_bytes()),
            slot: match line.starts_with('#') {
                true => METADATA,
                false => slot as u32,
            },
            text_bytes: 1,
        };
        lines.enumerate().map(line).collect()
    }

    /// Which of the lines `now` were expected, by their letters, after a scrape with the lines `before`.
    #[track_caller]
    fn check(before: &str, now: &str, expect: &str) {
        let all = lines(&format!("{before} {now}"));
        let find = |wanted: &Line| *all.iter().find(|line| line.spelling == wanted.spelling).unwrap();
        let (before_lines, now_lines) =
            all.split_at(before.split(' ').filter(|line| !line.is_empty()).count());
        let now_lines: Vec<Line> = now_lines.iter().map(find).collect();
        let mut reading = Reading::default();
        let mut known = Vec::new();
        for (line, name) in now_lines.iter().zip(now.split(' ')) {
            let expected = match line.slot == METADATA {
                true => reading.expected(before_lines),
                false => reading.expected_sample(before_lines),
            };
            if expected == Some(*line) {
                known.push(name);
                reading.pass(*line);
            } else {
                reading.take(before_lines, *line);
            }
        }
        assert_eq!(known.join(" "), expect);
        let order = reading.finish(before_lines);
        assert_eq!(order.unwrap_or(before_lines.to_vec()), now_lines);
    }

    #[test]
    fn the_same_again() {
        check("#t a b #u c", "#t a b #u c", "#t a b #u c");
    }

    #[test]
    fn the_first_one() {
        check("", "a b", "");
    }

    #[test]
    fn lines_that_come_and_go() {
        check("a b c", "a x b c", "a b c");
        check("a b c d", "a c d", "a d");
        check("a b c", "a b", "a b");
        check("a b c", "a b c d", "a b c");
        check("a b c", "c b a", "");
    }

    #[test]
    fn a_family_that_is_another_is_read_again() {
        check("#t a b #u c d", "#x a b #u c d", "#u c d");
        check("#t a b #u c d", "#t a b c d", "#t a b");
        check("#t a b #u c d", "#t a #x b #u c d", "#t a #u c d");
    }
}
