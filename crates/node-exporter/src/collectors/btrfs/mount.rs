//! Where btrfs is mounted, from a `mountinfo` file.
//!
//! One line is `36 35 98:0 /root /mount/point options [optional fields] - type device super-options`; white space and
//! backslashes in names are octal (`\040`).

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use memchr::memmem;

use crate::collectors::filesystem::mounts::decode;

/// One mount.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mount<'a> {
    /// As the kernel writes it: `/dev/sda1`.
    pub(super) device: &'a [u8],
    /// Without the slash that it begins with, so that it can be joined to `--path.rootfs`.
    pub(super) mount_point: PathBuf,
}

/// The mounts of type btrfs; lines that are not of the form above are left out.
pub(super) fn parse(text: &[u8]) -> impl Iterator<Item = Mount<'_>> {
    text.split(|byte| *byte == b'\n').filter_map(|line| {
        let middle = memmem::find(line, b" - btrfs ")?;
        let device = line.get(middle + 9..)?.split(|byte| *byte == b' ').next()?;
        let mount_point = line.get(..middle)?.split(|byte| *byte == b' ').nth(4)?;
        let mount_point = decode(mount_point.strip_prefix(b"/")?);
        Some(Mount {
            device,
            mount_point: OsString::from_vec(mount_point).into(),
        })
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let found = parse(text.as_bytes()).map(|mount| {
            let device = String::from_utf8_lossy(mount.device).into_owned();
            format!("<{device}> at <{}>\n", mount.mount_point.display())
        });
        expect.assert_eq(&found.collect::<String>());
    }

    #[test]
    fn mounts() {
        check(
            "\
25 1 0:22 / / rw,relatime shared:1 - ext4 /dev/root rw
40 25 0:35 /@ /mnt/my\\040disk rw,relatime shared:20 - btrfs /dev/sda1 rw,space_cache=v2,subvolid=256
41 25 0:35 / / rw - btrfs /dev/sdb rw
",
            expect![[r#"
                </dev/sda1> at <mnt/my disk>
                </dev/sdb> at <>
            "#]],
        );
    }

    #[test]
    fn truncated_and_garbage() {
        check("", expect![[""]]);
        check(
            " - btrfs \n1 2 3 - btrfs x y\n1 2 3 4 5 - btrfs x y",
            expect![[""]],
        );
        check(
            "1 2 3 / /a\\9\\04\\777\\ rw - btrfs ",
            expect![[r#"
                <> at <a\9\04\777\>
            "#]],
        );
    }
}
