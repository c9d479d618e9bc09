//! A short text of fixed size, so that a machine's record has one and the samples of a scrape allocate nothing.

use std::ops::Deref;

/// At most `N` bytes of UTF-8; what is longer is cut at a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Text<N> {
    /// The text, or as much of its beginning as fits.
    pub fn new(text: &str) -> Self {
        let text = cut(text, N);
        let mut bytes = [0; N];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        Self {
            bytes,
            length: text.len(),
        }
    }
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Self::new("")
    }
}

impl<const N: usize> Deref for Text<N> {
    type Target = str;

    fn deref(&self) -> &str {
        // The bytes are a whole `str` up to `length`, so the default is never taken.
        str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

/// The longest beginning of a text that is whole characters and at most `bytes_max` long.
pub fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        assert_eq!(&*Text::<4>::new(text), expect);
    }

    #[test]
    fn short_texts_are_whole_and_long_ones_cut_at_a_character() {
        check("", "");
        check("/mnt", "/mnt");
        check("/mnt/usb", "/mnt");
        check("abcü", "abc");
        check("🍓", "🍓");
        check("a🍓", "a");
    }
}
