//! Space and files of mounted file systems, from `/proc/1/mountinfo` and statfs.
//!
//! A mount whose server is gone never answers statfs. Mounts that may do so are asked on threads of their own, and one
//! that has not answered in time is reported with `device_error="mountpoint timeout"` and not asked again until it does.

mod asker;
pub(super) mod mounts;

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use metrics_registry::{Exposition, Family};

use self::asker::{Asker, Outcome, Space};
use self::mounts::{Mount, Table};
use super::Answer;
use crate::filter::{Filter, Pair};
use crate::{Error, Node, flags};

const MOUNT_POINTS: Pair = Pair {
    prefix: "collector.filesystem.mount-points",
    what: "mount points",
    exclude_default: "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)",
    old_include: "",
    old_exclude: "collector.filesystem.ignored-mount-points",
};
const TYPES: Pair = Pair {
    prefix: "collector.filesystem.fs-types",
    what: "types of file systems",
    exclude_default: "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|\
        mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|tracefs)$",
    old_include: "",
    old_exclude: "collector.filesystem.ignored-fs-types",
};
const TIMEOUT: &str = "collector.filesystem.mount-timeout";
const TIMEOUT_DEFAULT: &str = "5s";
/// Of the reference; here each mount has a thread of its own. Accepted and ignored.
const WORKERS: &str = "collector.filesystem.stat-workers";
/// Left of a scrape's time for the collectors that come after this one.
const MARGIN: Duration = Duration::from_millis(500);

const LABELS: [&str; 4] = ["device", "device_error", "fstype", "mountpoint"];
const DEVICE_ERROR: Family<4> = Family::gauge(
    "node_filesystem_device_error",
    "Whether the file system could not be asked; device_error says why.",
    LABELS,
);
const READ_ONLY: Family<4> = Family::gauge(
    "node_filesystem_readonly",
    "Whether the file system is mounted read-only.",
    LABELS,
);
const MOUNT: Family<4> = Family::gauge(
    "node_filesystem_mount_info",
    "What is mounted where, as labels; always 1.",
    ["device", "major", "minor", "mountpoint"],
);
type Column = (Family<4>, fn(&Space) -> f64);
/// Sizes lose their last digits above 8 PiB.
const COLUMNS: [Column; 6] = [
    (
        Family::gauge(
            "node_filesystem_avail_bytes",
            "Bytes free for users other than root.",
            LABELS,
        ),
        |space| space.blocks_available as f64 * space.block_bytes as f64,
    ),
    (
        Family::gauge(
            "node_filesystem_files",
            "Files that the file system has room for.",
            LABELS,
        ),
        |space| space.files as f64,
    ),
    (
        Family::gauge(
            "node_filesystem_files_free",
            "Files that could still be made.",
            LABELS,
        ),
        |space| space.files_free as f64,
    ),
    (
        Family::gauge("node_filesystem_free_bytes", "Bytes free for root.", LABELS),
        |space| space.blocks_free as f64 * space.block_bytes as f64,
    ),
    (
        Family::gauge(
            "node_filesystem_purgeable_bytes",
            "Always 0: Linux has no space of this kind; the reference writes it all the same.",
            LABELS,
        ),
        |_| 0.0,
    ),
    (
        Family::gauge("node_filesystem_size_bytes", "Bytes in all.", LABELS),
        |space| space.blocks as f64 * space.block_bytes as f64,
    ),
];

/// Settings, and what survives a scrape.
#[derive(Debug)]
pub(crate) struct State {
    mount_points: Filter,
    types: Filter,
    timeout: Duration,
    /// The mounts as last parsed; the file changes only when something is mounted.
    table: RefCell<Table>,
    /// Which mounts have not answered yet.
    asker: Asker,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            mount_points: MOUNT_POINTS.read(matches)?,
            types: TYPES.read(matches)?,
            timeout: flags::duration(matches, TIMEOUT)?,
            table: RefCell::default(),
            asker: Asker::new(asker::statfs),
        })
    }

    /// The mounts to report, parsed anew if the kernel's list changed.
    fn mounts(&self, node: &Node) -> Result<Rc<[Mount]>, Error> {
        // The first process sees all mounts of the machine, but with hidepid it is not shown.
        let first = node.paths.read_proc_bytes("1/mountinfo");
        let text = first.or_else(|_| node.paths.read_proc_bytes("self/mountinfo"))?;
        let mut table = self.table.borrow_mut();
        let chosen =
            |mount: &Mount| self.mount_points.passes(&mount.mount_point) && self.types.passes(&mount.kind);
        table.update(&text, &node.paths.rootfs, chosen)
    }
}

pub(super) fn flags() -> Vec<Arg> {
    let hidden = |name, default| Arg::new(name).long(name).default_value(default).hide(true);
    let own = [hidden(TIMEOUT, TIMEOUT_DEFAULT), hidden(WORKERS, "4")];
    [MOUNT_POINTS.args(), TYPES.args()]
        .into_iter()
        .flatten()
        .chain(own)
        .collect()
}

pub(super) fn collect<'a>(node: &'a Node, deadline: Instant, out: &'a mut Exposition) -> Answer<'a> {
    Box::pin(async move {
        let state = &node.filesystem;
        let mounts = state.mounts(node)?;
        let now = Instant::now();
        let limit = deadline
            .checked_sub(MARGIN)
            .unwrap_or(now)
            .min(now + state.timeout);
        let outcomes = state.asker.ask(&mounts, limit).await;
        write(&mounts, &outcomes, out);
        Ok(())
    })
}

/// `outcomes` has one entry for each of `mounts`.
fn write(mounts: &[Mount], outcomes: &[Outcome], out: &mut Exposition) {
    let both = || mounts.iter().zip(outcomes);
    for (mount, outcome) in both() {
        let has_failed = outcome.space().is_none();
        sample(
            &DEVICE_ERROR,
            mount,
            outcome,
            f64::from(u8::from(has_failed)),
            out,
        );
    }
    for (mount, outcome) in both() {
        let value = f64::from(u8::from(mount.is_read_only));
        sample(&READ_ONLY, mount, outcome, value, out);
    }
    for (family, value) in &COLUMNS {
        for (mount, outcome) in both() {
            if let Some(space) = outcome.space() {
                sample(family, mount, outcome, value(space), out);
            }
        }
    }
    for (mount, _) in both().filter(|(_, outcome)| outcome.space().is_some()) {
        let labels = [&*mount.device, &mount.major, &mount.minor, &mount.mount_point];
        out.sample(&MOUNT, labels, 1.0);
    }
}

fn sample(family: &Family<4>, mount: &Mount, outcome: &Outcome, value: f64, out: &mut Exposition) {
    let labels = [&*mount.device, outcome.error(), &mount.kind, &mount.mount_point];
    out.sample(family, labels, value);
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(line: &str, outcome: Outcome, expect: Expect) {
        let mut table = Table::default();
        let mounts = table.update(line.as_bytes(), "/".as_ref(), |_| true).unwrap();
        let mut out = Exposition::default();
        write(&mounts, &[outcome], &mut out);
        let text = out.to_text();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        expect.assert_eq(&samples.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn a_mount_that_answers() {
        check(
            "29 1 179:2 / / rw,noatime shared:1 - ext4 /dev/mmcblk0p2 rw\n",
            Outcome::Answered(Space {
                block_bytes: 4096,
                blocks: 1000,
                blocks_free: 300,
                blocks_available: 200,
                files: 50,
                files_free: 40,
            }),
            expect![[r#"
                node_filesystem_avail_bytes{device="/dev/mmcblk0p2",device_error="",fstype="ext4",mountpoint="/"} 819200
                node_filesystem_device_error{device="/dev/mmcblk0p2",device_error="",fstype="ext4",mountpoint="/"} 0
                node_filesystem_files{device="/dev/mmcblk0p2",device_error="",fstype="ext4",mountpoint="/"} 50
                node_filesystem_files_free{device="/dev/mmcblk0p2",device_error="",fstype="ext4",mountpoint="/"} 40
                node_filesystem_free_bytes{device="/dev/mmcblk0p2",device_error="",fstype="ext4",mountpoint="/"} 1.2288e+06
                node_filesystem_mount_info{device="/dev/mmcblk0p2",major="179",minor="2",mountpoint="/"} 1
                node_filesystem_purgeable_bytes{device="/dev/mmcblk0p2",device_error="",fstype="ext4",mountpoint="/"} 0
                node_filesystem_readonly{device="/dev/mmcblk0p2",device_error="",fstype="ext4",mountpoint="/"} 0
                node_filesystem_size_bytes{device="/dev/mmcblk0p2",device_error="",fstype="ext4",mountpoint="/"} 4.096e+06"#]],
        );
    }

    #[test]
    fn a_mount_that_does_not() {
        check(
            "30 29 0:40 / /mnt/nas\\134x\\012y ro,relatime shared:2 - nfs4 nas:/export rw\n",
            Outcome::TimedOut,
            expect![[r#"
                node_filesystem_device_error{device="nas:/export",device_error="mountpoint timeout",fstype="nfs4",mountpoint="/mnt/nas\\x\ny"} 1
                node_filesystem_readonly{device="nas:/export",device_error="mountpoint timeout",fstype="nfs4",mountpoint="/mnt/nas\\x\ny"} 1"#]],
        );
    }
}
