//! `Authorization: Basic …` (RFC 7617).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};

/// What a client says it is. It has no `Debug`: a password must not reach the log.
pub(crate) struct Credentials {
    pub user: Vec<u8>,
    pub password: Vec<u8>,
}

impl Credentials {
    /// `None` where the scheme is another one, or the rest is not base64 of `user:password`.
    pub(crate) fn parse(header: &[u8]) -> Option<Self> {
        let (scheme, encoded) = header.split_at_checked(6)?;
        if !scheme.eq_ignore_ascii_case(b"basic ") {
            return None;
        }
        let encoded = encoded.trim_ascii();
        let mut user = STANDARD
            .decode(encoded)
            .or_else(|_| STANDARD_NO_PAD.decode(encoded))
            .ok()?;
        let colon = memchr::memchr(b':', &user)?;
        let password = user.split_off(colon + 1);
        user.pop();
        Some(Self { user, password })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, expect: Option<(&str, &str)>) {
        let parsed = Credentials::parse(header.as_bytes());
        let parsed = parsed
            .as_ref()
            .map(|given| (given.user.as_slice(), given.password.as_slice()));
        assert_eq!(
            parsed,
            expect.map(|(user, password)| (user.as_bytes(), password.as_bytes()))
        );
    }

    #[test]
    fn spellings() {
        check("Basic YTpi", Some(("a", "b")));
        check("basic  YTpiOmM= ", Some(("a", "b:c")));
        check("BASIC YTpiOmM", Some(("a", "b:c")));
        check("Basic Og==", Some(("", "")));
    }

    #[test]
    fn nonsense() {
        for header in [
            "",
            "Basic",
            "Basic ",
            "Basic YQ==",
            "Basic ????",
            "Bearer YTpi",
            "ÄBasic YTpi",
        ] {
            check(header, None);
        }
    }
}
