//! One field of a schedule: a list of numbers, ranges and steps.

/// A set of numbers up to 63.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    bits: u64,
    /// Whether it was `*` or `?`, with a step of one at most: such a field of days does not count as restricted.
    pub star: bool,
}

impl Field {
    /// Whether the field holds at `number`.
    pub fn has(self, number: i64) -> bool {
        (0..64).contains(&number) && self.bits >> number & 1 == 1
    }

    /// Whether it never holds, as a lone comma does not.
    pub fn is_empty(self) -> bool {
        self.bits == 0
    }

    /// Takes 7 for 0.
    pub fn sunday_is_zero(mut self) -> Self {
        if self.has(7) {
            self.bits = self.bits & !(1 << 7) | 1;
        }
        self
    }
}

/// What a field may hold.
#[derive(Debug)]
pub struct Bounds {
    first: u32,
    last: u32,
    /// Names of numbers, beginning with the first.
    names: &'static [&'static str],
}

impl Bounds {
    pub const fn new(first: u32, last: u32, names: &'static [&'static str]) -> Self {
        Self { first, last, names }
    }

    /// Reads a list; empty entries count for nothing.
    pub fn parse(&self, text: &str) -> Option<Field> {
        let mut field = Field { bits: 0, star: false };
        for entry in text.split(',').filter(|entry| !entry.is_empty()) {
            let Field { bits, star } = self.entry(entry)?;
            field.bits |= bits;
            field.star |= star;
        }
        Some(field)
    }

    /// Reads `*`, `3`, `1-5`, `*/10`, `3/10` (to the end) or `1-30/10`.
    fn entry(&self, text: &str) -> Option<Field> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(number(step)?)),
            None => (text, None),
        };
        let (low, high) = match range.split_once('-') {
            Some((low, high)) => (low, Some(high)),
            None => (range, None),
        };
        let every = matches!(low, "*" | "?");
        let start = if every { self.first } else { self.number(low)? };
        let end = match high {
            _ if every => self.last,
            Some(high) => self.number(high)?,
            None if step.is_some() => self.last,
            None => start,
        };
        let step = step.unwrap_or(1);
        let size = self.last - self.first + 1;
        let length = if start <= end {
            end - start + 1
        } else {
            size - start + end + 1
        };
        if start < self.first || self.last < end || self.last < start || step == 0 {
            return None;
        }
        if step > 1 && length <= step {
            return None;
        }
        let numbers = (0..length).step_by(step as usize);
        let bits = numbers.map(|ahead| (start - self.first + ahead) % size + self.first);
        Some(Field {
            bits: bits.fold(0, |bits, number| bits | 1 << number),
            star: every && step == 1,
        })
    }

    fn number(&self, text: &str) -> Option<u32> {
        let named = self.names.iter().position(|name| name.eq_ignore_ascii_case(text));
        match named {
            Some(at) => Some(self.first + at as u32),
            None => number(text),
        }
    }
}

/// Digits, perhaps behind a plus.
fn number(text: &str) -> Option<u32> {
    text.parse().ok()
}
