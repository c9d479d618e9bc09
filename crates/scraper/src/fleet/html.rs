//! Writes HTML in which nothing from outside can become markup.

use std::fmt::{self, Display, Write};

/// A growing document; markup is the program's own, and every other text is escaped.
#[derive(Debug, Default)]
pub struct Html(String);

impl Html {
    /// Appends markup. Only literals (and files included in the program) have this type.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Appends a text, safe between tags and inside quoted attributes.
    pub fn text(&mut self, text: impl Display) -> &mut Self {
        // `Escaping` never fails; a `Display` that does has nothing more to say.
        let _ = write!(Escaping(&mut self.0), "{text}");
        self
    }

    /// The document so far.
    pub fn into_string(self) -> String {
        self.0
    }
}

struct Escaping<'a>(&'a mut String);

impl Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' | '\t' => self.0.push(' '),
                _ if character.is_control() || turns_direction(character) => self.0.push('\u{fffd}'),
                _ => self.0.push(character),
            }
        }
        Ok(())
    }
}

/// Whether the character makes a browser show the rest of the line in another order than it was written.
fn turns_direction(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &str) {
        let mut html = Html::default();
        html.raw("<p title=\"").text(text).raw("\">");
        assert_eq!(html.into_string(), format!("<p title=\"{expect}\">"));
    }

    #[test]
    fn plain_text_stays() {
        check("pi-küche 42\u{a0}°C 🍓", "pi-küche 42\u{a0}°C 🍓");
    }

    #[test]
    fn markup_becomes_text() {
        check(
            "\"><script>alert('1')</script>&amp;",
            "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;",
        );
    }

    #[test]
    fn what_would_hide_or_reorder_text_is_replaced() {
        check("a\0b\u{1b}[31mc\r", "a\u{fffd}b\u{fffd}[31mc\u{fffd}");
        check("abc\u{202e}cba", "abc\u{fffd}cba");
        check("two\nlines", "two lines");
    }
}
