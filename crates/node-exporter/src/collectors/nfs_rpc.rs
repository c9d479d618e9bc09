//! Lines of `/proc/net/rpc/nfs` and `/proc/net/rpc/nfsd`: a word, then numbers.
//!
//! `net_protocol`, `rpc`, and per NFS version `procN COUNT n n n…`: the kernel's `net/sunrpc/stats.c` writes them for
//! the client and the server alike.

/// Procedures of NFS version 2 (RFC 1094) by number.
pub(super) const VERSION_2: [&str; 18] = [
    "Null", "GetAttr", "SetAttr", "Root", "Lookup", "ReadLink", "Read", "WrCache", "Write", "Create",
    "Remove", "Rename", "Link", "SymLink", "MkDir", "RmDir", "ReadDir", "FsStat",
];

/// Procedures of NFS version 3 (RFC 1813) by number.
pub(super) const VERSION_3: [&str; 22] = [
    "Null",
    "GetAttr",
    "SetAttr",
    "Lookup",
    "Access",
    "ReadLink",
    "Read",
    "Write",
    "Create",
    "MkDir",
    "SymLink",
    "MkNod",
    "Remove",
    "RmDir",
    "Rename",
    "Link",
    "ReadDir",
    "ReadDirPlus",
    "FsStat",
    "FsInfo",
    "PathConf",
    "Commit",
];

/// The first `N` numbers of a line; none where a number is missing or not one.
pub(super) fn numbers<const N: usize>(line: &str) -> Option<[u64; N]> {
    let mut found = [0; N];
    let mut fields = line.split_ascii_whitespace();
    for number in &mut found {
        *number = fields.next()?.parse().ok()?;
    }
    Some(found)
}

/// The calls of each procedure, after their count.
///
/// What a kernel with fewer procedures does not list is 0, and what a newer one lists beyond `N` is left out.
/// None where fewer than `least` or not as many as announced are listed, or one is not a number.
pub(super) fn calls<const N: usize>(line: &str, least: usize) -> Option<[u64; N]> {
    let mut found = [0; N];
    let mut fields = line.split_ascii_whitespace();
    let announced: usize = fields.next()?.parse().ok()?;
    let mut listed = 0;
    for field in fields {
        let number = field.parse().ok()?;
        if let Some(slot) = found.get_mut(listed) {
            *slot = number;
        }
        listed += 1;
    }
    (listed == announced && least <= listed).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_strange_lines_are_refused() {
        assert_eq!(numbers("1 2 3 4"), Some([1, 2, 3]));
        assert_eq!(numbers::<3>("1 2"), None);
        assert_eq!(numbers::<1>("-1"), None);
        assert_eq!(numbers::<1>("18446744073709551616"), None);
    }

    #[test]
    fn calls_are_padded_and_cut_to_the_known_procedures() {
        assert_eq!(calls("2 7 8", 0), Some([7, 8, 0]));
        assert_eq!(calls("4 7 8 9 10", 3), Some([7, 8, 9]));
        assert_eq!(calls::<3>("2 7 8", 3), None);
        assert_eq!(calls::<3>("3 7 8", 0), None);
        assert_eq!(calls::<3>("", 0), None);
        assert_eq!(calls::<3>("99999999999999999999 1", 0), None);
    }
}
