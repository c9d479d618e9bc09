//! Versions of servers.

use std::fmt;

/// `server_version_num`: 150018 is 15.18, 90624 is 9.6.24.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32);

impl Version {
    /// The first release of a major version from 10 on.
    #[must_use]
    pub const fn major(major: u32) -> Self {
        Self(major * 10_000)
    }

    /// Major, minor and patch, as semantic versions count: 15.18.0, 9.6.24.
    #[must_use]
    pub fn parts(self) -> [u32; 3] {
        let number = self.0;
        match number {
            0..100_000 => [number / 10_000, number / 100 % 100, number % 100],
            _ => [number / 10_000, number % 10_000, 0],
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.parts();
        write!(f, "{major}.{minor}.{patch}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_semantic_versions() {
        for (number, expect) in [(150_018, "15.18.0"), (90_624, "9.6.24"), (100_000, "10.0.0")] {
            assert_eq!(Version(number).to_string(), expect);
        }
        assert!(Version(90_624) < Version::major(10) && Version::major(10) < Version(100_001));
    }
}
