//! Sizes as Prometheus writes them: `16MB` is 16 times 1024 times 1024 bytes.

use settings::document::{Node, Refused};
use settings::read::{Read, parsed};

const UNITS: [(&str, u64); 13] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("PiB", 1 << 50),
    ("EiB", 1 << 60),
    ("KB", 1 << 10),
    ("MB", 1 << 20),
    ("GB", 1 << 30),
    ("TB", 1 << 40),
    ("PB", 1 << 50),
    ("EB", 1 << 60),
    ("B", 1),
];

/// A number of bytes; 0 is "no limit of one's own".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size(pub u64);

impl Read for Size {
    fn read(node: Node) -> Result<Self, Refused> {
        parsed(node, "a size, as in 512KB or 16MB", Self::parse)
    }
}

impl Size {
    /// Reads `512KB`, `1.5MB` or `0`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "0" {
            return Some(Self(0));
        }
        let (number, unit) = UNITS
            .iter()
            .find_map(|(name, bytes)| text.strip_suffix(name).map(|number| (number, *bytes)))?;
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return None;
        }
        let bytes = number.parse::<f64>().ok()? * unit as f64;
        (bytes < u64::MAX as f64).then_some(Self(bytes as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        for (text, bytes) in [
            ("0", Some(0)),
            ("16MB", Some(16 << 20)),
            ("16MiB", Some(16 << 20)),
            ("1.5KB", Some(1536)),
            ("7B", Some(7)),
            ("", None),
            ("16", None),
            ("MB", None),
            ("-1MB", None),
            ("1e3B", None),
            ("99EB", None),
            ("1..5KB", None),
        ] {
            assert_eq!(Size::parse(text).map(|size| size.0), bytes, "{text}");
        }
    }
}
