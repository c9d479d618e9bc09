//! An error and those below it in one line.

use std::error::Error;

/// The message of `error` and those of its sources, from the outermost, with colons between them.
#[must_use]
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
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
        assert_eq!(chain(&error.0), "reset");
    }
}
