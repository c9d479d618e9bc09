//! A secret of the configuration, which is never shown: not in logs, not on a page, not by `{:?}`.

use std::fmt;

/// Text that only [`Secret::expose`] gives out.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps what must not be shown.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, to be sent and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<secret>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_not_shown() {
        let secret = Secret::new("hunter2".into());
        assert_eq!(
            format!("{secret:?} {:#?}", Some(&secret)),
            "<secret> Some(\n    <secret>,\n)"
        );
        assert_eq!(secret.expose(), "hunter2");
    }
}
