//! Brand and version of a server, from `SELECT VERSION()`: `10.11.6-MariaDB-0+deb12u1`, `8.4.3`, `9.7.4-log`.

/// What a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// As the server tells it.
    pub text: String,
    /// Whether it is MariaDB; else MySQL, or Percona Server, which counts as it.
    pub is_mariadb: bool,
    /// Major, minor and patch; 0 where it is not told.
    pub version: (u16, u16, u16),
}

impl Server {
    /// Reads the text of `VERSION()`; never fails.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        // Old MariaDB hides behind a version that replicas of MySQL 5.5 accept.
        let plain = text
            .strip_prefix("5.5.5-")
            .filter(|rest| rest.contains("MariaDB"));
        let plain = plain.unwrap_or(text);
        let mut numbers = plain
            .split(|character: char| !character.is_ascii_digit())
            .map(|digits| digits.parse().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        Self {
            text: text.to_owned(),
            is_mariadb: text.contains("MariaDB"),
            version: (next(), next(), next()),
        }
    }

    /// Whether this is MariaDB of at least the given version.
    #[must_use]
    pub fn is_mariadb_since(&self, version: (u16, u16, u16)) -> bool {
        self.is_mariadb && version <= self.version
    }

    /// Whether this is MySQL of at least the given version.
    #[must_use]
    pub fn is_mysql_since(&self, version: (u16, u16, u16)) -> bool {
        !self.is_mariadb && version <= self.version
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brands_and_versions() {
        for (text, is_mariadb, version) in [
            ("10.11.6-MariaDB-0+deb12u1-log", true, (10, 11, 6)),
            ("5.5.5-10.5.23-MariaDB", true, (10, 5, 23)),
            ("11.8.6-MariaDB-ubu2404", true, (11, 8, 6)),
            ("8.0.36", false, (8, 0, 36)),
            ("9.7.4-1", false, (9, 7, 4)),
            ("8.4", false, (8, 4, 0)),
            ("", false, (0, 0, 0)),
            ("99999.1.1", false, (0, 1, 1)),
        ] {
            let server = Server::parse(text);
            assert_eq!(
                (server.is_mariadb, server.version),
                (is_mariadb, version),
                "{text}"
            );
        }
    }

    #[test]
    fn since() {
        let server = Server::parse("8.0.28");
        assert!(server.is_mysql_since((8, 0, 28)) && !server.is_mysql_since((8, 4, 0)));
        assert!(!server.is_mariadb_since((5, 1, 0)));
    }
}
