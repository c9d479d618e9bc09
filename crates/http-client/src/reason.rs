//! An error and those below it in one line.

use std::error::Error;

/// The message of `error` and those of its sources, from the outermost, with colons between them. What repeats the ones
/// above is left out.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let more = error.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        source = error.source();
    }
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(std::io::Error);

    impl std::fmt::Display for Outer {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("read the answer")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn outermost_first() {
        let error = Outer(std::io::Error::other("reset"));
        assert_eq!(chain(&error), "read the answer: reset");
        let repeated = Outer(std::io::Error::other("the answer"));
        assert_eq!(chain(&repeated), "read the answer");
        let lines = Outer(std::io::Error::other("two\nlines"));
        assert_eq!(chain(&lines), "read the answer: two lines");
        assert_eq!(chain(&error.0), "reset");
    }
}
