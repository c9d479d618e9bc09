//! The mounts of the machine, from a `mountinfo` file.
//!
//! One line is `36 35 98:0 /root /mount/point options [optional fields] - type device super-options`; white space and
//! backslashes in names are octal (`\040`). Names are bytes, not always UTF-8: statfs gets the bytes, labels U+FFFD.

use std::ffi::{CString, OsStr};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;
use std::rc::Rc;

use memchr::memmem;
use rustc_hash::FxHashSet;

use crate::Error;

/// Types that answer statfs from memory. All others (network, FUSE, and what is not known) might wait for somebody.
/// Not `autofs`, where statfs mounts what is not mounted yet.
const PROMPT: [&str; 35] = [
    "bcachefs",
    "binfmt_misc",
    "bpf",
    "btrfs",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "efivarfs",
    "erofs",
    "exfat",
    "ext2",
    "ext3",
    "ext4",
    "f2fs",
    "fusectl",
    "hugetlbfs",
    "iso9660",
    "mqueue",
    "msdos",
    "nsfs",
    "overlay",
    "proc",
    "pstore",
    "ramfs",
    "securityfs",
    "squashfs",
    "sysfs",
    "tmpfs",
    "tracefs",
    "udf",
    "vfat",
    "xfs",
];

/// One mount, with its labels.
#[derive(Debug)]
pub(super) struct Mount {
    /// As the kernel writes it: `/dev/mmcblk0p2`, `nas:/export`.
    pub(super) device: String,
    /// Below `--path.rootfs`.
    pub(super) mount_point: String,
    /// `ext4`.
    pub(super) kind: String,
    pub(super) major: String,
    pub(super) minor: String,
    pub(super) is_read_only: bool,
    /// Whether statfs surely answers at once.
    pub(super) is_prompt: bool,
    /// What statfs is asked for, with `--path.rootfs` before it.
    pub(super) path: CString,
}

/// The mounts to report, and the text that they were parsed from.
#[derive(Debug, Default)]
pub(super) struct Table {
    text: Vec<u8>,
    mounts: Rc<[Mount]>,
}

impl Table {
    /// The mounts of `text` that are `chosen`, each set of labels once.
    ///
    /// Fails with `Parse` on a line that is not of the form above.
    pub(super) fn update(
        &mut self,
        text: &[u8],
        rootfs: &Path,
        chosen: impl Fn(&Mount) -> bool,
    ) -> Result<Rc<[Mount]>, Error> {
        if text != self.text {
            self.mounts = parse(text, rootfs, chosen)?;
            self.text.clear();
            self.text.extend_from_slice(text);
            self.text.shrink_to_fit();
        }
        Ok(Rc::clone(&self.mounts))
    }
}

fn parse(text: &[u8], rootfs: &Path, chosen: impl Fn(&Mount) -> bool) -> Result<Rc<[Mount]>, Error> {
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut all = Vec::new();
    for (index, line) in lines.enumerate() {
        let mount = Line::parse(line);
        all.push(mount.ok_or_else(|| Error::parse("mountinfo", index + 1, &String::from_utf8_lossy(line)))?);
    }
    let slow: Vec<_> = all
        .iter()
        .filter(|line| !line.is_prompt())
        .map(Line::path)
        .collect();
    let mut seen = FxHashSet::default();
    let mut mounts = Vec::new();
    for line in &all {
        let mount = line.mount(rootfs, &slow);
        let labels = || {
            (
                mount.device.clone(),
                mount.mount_point.clone(),
                mount.kind.clone(),
            )
        };
        if chosen(&mount) && seen.insert(labels()) {
            mounts.push(mount);
        }
    }
    Ok(mounts.into())
}

/// The fields of one line that are used; names are decoded.
#[derive(Debug)]
struct Line<'a> {
    major: &'a [u8],
    minor: &'a [u8],
    mount_point: Vec<u8>,
    kind: Vec<u8>,
    device: &'a [u8],
    is_read_only: bool,
}

impl<'a> Line<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let separator = memmem::find(line, b" - ")?;
        let mut fields = line[..separator].split(|byte| *byte == b' ').skip(2);
        let number = fields.next()?;
        let colon = memchr::memchr(b':', number)?;
        let mount_point = decode(fields.nth(1)?);
        let options = fields.next()?;
        let mut fields = line[separator + 3..].split(|byte| *byte == b' ');
        let kind = decode(fields.next()?);
        let device = fields.next()?;
        let super_options = fields.next().unwrap_or_default();
        Some(Self {
            major: &number[..colon],
            minor: &number[colon + 1..],
            mount_point,
            kind,
            device,
            is_read_only: has(options, b"ro")
                || has(super_options, b"ro")
                || has(super_options, b"emergency_ro"),
        })
    }

    fn is_prompt(&self) -> bool {
        PROMPT.iter().any(|kind| kind.as_bytes() == self.kind)
    }

    fn path(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.mount_point))
    }

    /// `slow` are the mount points that might not answer, perhaps this one too.
    fn mount(&self, rootfs: &Path, slow: &[&Path]) -> Mount {
        let own = self.path();
        // The way to it may lead through a share.
        let is_on_the_way = |other: &&Path| *other != own && own.starts_with(other);
        // In a container that mounts the host below --path.rootfs, its list has that prefix and the host's has not.
        let below = own
            .strip_prefix(rootfs)
            .or_else(|_| own.strip_prefix("/"))
            .unwrap_or(own);
        let path = match below.as_os_str().is_empty() {
            true => rootfs.to_owned(),
            false => rootfs.join(below),
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Mount {
            device: text(self.device),
            mount_point: text(Path::new("/").join(below).as_os_str().as_bytes()),
            kind: text(&self.kind),
            major: text(self.major),
            minor: text(self.minor),
            is_read_only: self.is_read_only,
            is_prompt: self.is_prompt() && !slow.iter().any(is_on_the_way),
            // The kernel's names have no NUL; a made-up file that has one is asked for the empty path.
            path: CString::new(path.into_os_string().into_vec()).unwrap_or_default(),
        }
    }
}

fn has(options: &[u8], option: &[u8]) -> bool {
    options.split(|byte| *byte == b',').any(|other| other == option)
}

/// Turns `\040` into a space, and so every octal number of three digits.
pub(in crate::collectors) fn decode(name: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some((first, after)) = rest.split_first() {
        match (first, after) {
            (b'\\', [a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', after @ ..]) => {
                decoded.push((a - b'0') << 6 | (b - b'0') << 3 | (c - b'0'));
                rest = after;
            }
            _ => {
                decoded.push(*first);
                rest = after;
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &[u8], rootfs: &str, expect: Expect) {
        let shown = match Table::default().update(text, rootfs.as_ref(), |_| true) {
            Ok(mounts) => mounts.iter().map(show).collect::<String>(),
            Err(error) => error.to_string(),
        };
        expect.assert_eq(&shown);
    }

    fn show(mount: &Mount) -> String {
        let access = if mount.is_read_only { "ro" } else { "rw" };
        let speed = if mount.is_prompt { "prompt" } else { "slow" };
        let Mount {
            device,
            mount_point,
            kind,
            major,
            minor,
            path,
            ..
        } = mount;
        format!("{device} {mount_point:?} {kind} {major}:{minor} {access} {speed} {path:?}\n")
    }

    #[test]
    fn pi_with_a_share_and_a_disk_below_it() {
        check(
            b"22 28 0:20 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n\
              28 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw\n\
              93 28 179:1 / /boot/firmware ro,relatime shared:44 - vfat /dev/mmcblk0p1 rw,errors=remount-ro\n\
              95 28 0:41 / /mnt/nas rw,relatime shared:52 master:3 - nfs4 nas:/export rw,vers=4.2\n\
              96 95 8:1 / /mnt/nas/disk rw,relatime - ext4 /dev/sda1 rw,emergency_ro\n\
              97 28 8:2 / /mnt/nasty rw,relatime - ext4 /dev/sda2 rw\n",
            "/",
            expect![[r#"
                sysfs "/sys" sysfs 0:20 rw prompt "/sys"
                /dev/mmcblk0p2 "/" ext4 179:2 rw prompt "/"
                /dev/mmcblk0p1 "/boot/firmware" vfat 179:1 ro prompt "/boot/firmware"
                nas:/export "/mnt/nas" nfs4 0:41 rw slow "/mnt/nas"
                /dev/sda1 "/mnt/nas/disk" ext4 8:1 ro slow "/mnt/nas/disk"
                /dev/sda2 "/mnt/nasty" ext4 8:2 rw prompt "/mnt/nasty"
            "#]],
        );
    }

    #[test]
    fn strange_names() {
        check(
            b"1 1 8:1 / /a\\040b\\011c\\012d\\134e\\043 rw - ext4 /dev/a\\040b rw\n1 1 8:2 / /caf\xe9 rw - fuse.x  rw\n",
            "/",
            expect![[r#"
                /dev/a\040b "/a b\tc\nd\\e#" ext4 8:1 rw prompt "/a b\tc\nd\\e#"
                 "/caf�" fuse.x 8:2 rw slow "/caf\xe9"
            "#]],
        );
    }

    #[test]
    fn container_with_the_host_below_a_root() {
        check(
            b"1 1 8:1 / / rw - overlay overlay rw\n2 1 8:2 / /host rw - ext4 /dev/sda1 rw\n\
              3 2 8:3 / /host/boot rw - vfat /dev/sda2 rw\n4 1 8:4 / /hosts rw - ext4 /dev/sda3 rw\n",
            "/host",
            expect![[r#"
                overlay "/" overlay 8:1 rw prompt "/host"
                /dev/sda1 "/" ext4 8:2 rw prompt "/host"
                /dev/sda2 "/boot" vfat 8:3 rw prompt "/host/boot"
                /dev/sda3 "/hosts" ext4 8:4 rw prompt "/host/hosts"
            "#]],
        );
    }

    #[test]
    fn the_same_labels_once() {
        check(
            b"1 1 0:7 / /run rw - tmpfs tmpfs rw\n2 1 0:8 / /run rw - tmpfs tmpfs rw,size=1k\n",
            "/",
            expect![[r#"
                tmpfs "/run" tmpfs 0:7 rw prompt "/run"
            "#]],
        );
    }

    #[test]
    fn short_line() {
        check(
            b"1 1 8:1 / /a rw - ext4 /dev/a rw\n2 1 8:2 /\n",
            "/",
            expect![[r#"parse mountinfo line 2: "2 1 8:2 /""#]],
        );
    }
}
