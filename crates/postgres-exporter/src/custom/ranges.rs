//! Ranges of server versions: `>=9.4.0 <10.0.0 || >=11.0.0`.

use crate::Version;

/// Versions that one of several lists of bounds allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range(Vec<Vec<(Bound, [u32; 3])>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Less,
    AtMost,
    Equal,
    Not,
    AtLeast,
    More,
}

/// The longer signs first.
const SIGNS: [(&str, Bound); 9] = [
    (">=", Bound::AtLeast),
    ("<=", Bound::AtMost),
    ("!=", Bound::Not),
    ("==", Bound::Equal),
    (">", Bound::More),
    ("<", Bound::Less),
    ("=", Bound::Equal),
    ("!", Bound::Not),
    ("", Bound::Equal),
];

impl Range {
    /// Parses a range; an empty text includes all. Parts of a version that are missing are 0. `None` where it is no range.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.trim().is_empty() {
            return Some(Self::default());
        }
        let spread = SIGNS_WITH_BLANKS.iter().fold(text.to_owned(), |text, sign| {
            text.replace(&format!("{sign} "), sign)
        });
        let all = |part: &str| -> Option<Vec<_>> {
            let bounds: Option<Vec<_>> = part.split_whitespace().map(bound).collect();
            bounds.filter(|bounds| !bounds.is_empty())
        };
        spread.split("||").map(all).collect::<Option<_>>().map(Self)
    }

    /// Whether a server is in the range.
    #[must_use]
    pub fn includes(&self, version: Version) -> bool {
        let version = version.parts();
        let holds = |(bound, other): &(Bound, [u32; 3])| match bound {
            Bound::Less => version < *other,
            Bound::AtMost => version <= *other,
            Bound::Equal => version == *other,
            Bound::Not => version != *other,
            Bound::AtLeast => version >= *other,
            Bound::More => version > *other,
        };
        self.0.is_empty() || self.0.iter().any(|bounds| bounds.iter().all(holds))
    }
}

/// Signs that may stand apart from their version.
const SIGNS_WITH_BLANKS: [&str; 4] = ["=", ">", "<", "!"];

fn bound(text: &str) -> Option<(Bound, [u32; 3])> {
    let (version, bound) = SIGNS
        .iter()
        .find_map(|(sign, bound)| Some((text.strip_prefix(sign)?, *bound)))?;
    let mut parts = [0; 3];
    let mut given = version.split('.');
    for part in &mut parts {
        match given.next() {
            Some("x" | "X" | "*") | None => break,
            Some(digits) => *part = digits.parse().ok()?,
        }
    }
    given.next().is_none().then_some((bound, parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &[u32]) {
        let range = Range::parse(text).expect("a range");
        let versions = [90_424, 90_624, 100_000, 130_005, 150_018, 170_000];
        let included: Vec<_> = versions
            .into_iter()
            .filter(|version| range.includes(Version(*version)))
            .collect();
        assert_eq!(included, expect, "{text}");
    }

    #[test]
    fn ranges() {
        check("", &[90_424, 90_624, 100_000, 130_005, 150_018, 170_000]);
        check(">=10.0.0", &[100_000, 130_005, 150_018, 170_000]);
        check(">=9.5.0 <10.0.0 || >=17", &[90_624, 170_000]);
        check("> 10 <= 15.18", &[130_005, 150_018]);
        check("!=10.0.0 >9.6.24", &[130_005, 150_018, 170_000]);
        check("13.5", &[130_005]);
    }

    #[test]
    fn no_ranges() {
        for text in [">=", ">=ten", "10 ||", "1.2.3.4", "~10", ">=10 and"] {
            assert_eq!(Range::parse(text), None, "{text}");
        }
    }
}
