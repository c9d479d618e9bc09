//! Files that hold one number.

use crate::Error;
use crate::source::Paths;

/// The number in a file below procfs.
///
/// Fails with [`Error::NoData`] where the file does not exist, and with [`Error::Parse`] where it holds something else.
pub fn proc(paths: &Paths, name: &'static str) -> Result<u64, Error> {
    let text = paths.read_proc_table(name)?;
    parse(&text).ok_or_else(|| Error::parse(name, 1, &text))
}

/// The number in an attribute below sysfs.
///
/// Nothing where the driver does not give it: no such file, no permission, an error of the device, or a text.
#[must_use]
pub fn sys(paths: &Paths, name: &str) -> Option<u64> {
    parse(&paths.read_sys(name).ok()?)
}

/// A decimal number, or a hexadecimal one after `0x`, between white space. Nothing above 2^64 - 1 or below 0.
#[must_use]
pub fn parse(text: &str) -> Option<u64> {
    let text = text.trim_ascii();
    match text.strip_prefix("0x") {
        Some(digits) => hexadecimal(digits),
        None => text.parse().ok(),
    }
}

/// A hexadecimal number without a prefix.
#[must_use]
pub fn hexadecimal(digits: &str) -> Option<u64> {
    // The parser of the library would accept a sign.
    match digits.as_bytes().first() {
        Some(digit) if digit.is_ascii_hexdigit() => u64::from_str_radix(digits, 16).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        for (text, number) in [
            ("42\n", Some(42)),
            (" 0x13 ", Some(19)),
            ("18446744073709551615", Some(u64::MAX)),
            ("0xffffffffffffffff", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("0x1ffffffffffffffff", None),
            ("-1", None),
            ("0x", None),
            ("0x-1", None),
            ("", None),
            ("N/A (no PMA)", None),
            ("1.5", None),
        ] {
            assert_eq!(parse(text), number, "{text:?}");
        }
    }
}
