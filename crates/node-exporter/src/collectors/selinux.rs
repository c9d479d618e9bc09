//! Whether SELinux is on and what it does, from `/sys/fs/selinux` and `/etc/selinux/config`.
//!
//! Debian's and Raspberry Pi OS' kernels are not started with it: there one `statfs` says that it is off.

use std::path::Path;

use metrics_registry::{Exposition, Family};
use rustix::fs::StatVfsMountFlags;

use crate::{Error, Node};

const CONFIG_MODE: Family<0> = Family::gauge(
    "node_selinux_config_mode",
    "What SELinux does after a start: 1 enforces, 0 only warns, -1 is off.",
    [],
);
const CURRENT_MODE: Family<0> = Family::gauge(
    "node_selinux_current_mode",
    "What SELinux does now: 1 enforces, 0 only warns, -1 is off.",
    [],
);
const ENABLED: Family<0> = Family::gauge("node_selinux_enabled", "1 where SELinux is on, 0 where not.", []);

/// Type of its file system, `SELINUX_MAGIC` of the kernel.
const MAGIC: u32 = 0xf97c_ff8c;
/// Label of a process while no policy is loaded.
const NO_POLICY: &str = "kernel";

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    if !is_mounted(&node.paths.sysfs.join("fs/selinux")) || !has_policy(node) {
        out.sample(&ENABLED, [], 0.0);
        return Ok(());
    }
    let enforce = node.paths.read_sys("fs/selinux/enforce").ok();
    let config = node
        .paths
        .read_once(&node.paths.rootfs.join("etc/selinux/config"))
        .ok();
    out.sample(&ENABLED, [], 1.0);
    out.sample(
        &CONFIG_MODE,
        [],
        f64::from(config_mode(config.as_deref().unwrap_or_default())),
    );
    out.sample(
        &CURRENT_MODE,
        [],
        f64::from(current_mode(enforce.as_deref().unwrap_or_default())),
    );
    Ok(())
}

/// Whether the file system of SELinux is there and can be written, which means that SELinux is on.
fn is_mounted(path: &Path) -> bool {
    // The width and sign of the type differ between machines; the magic number is 32 bits on all.
    let is_selinux = rustix::fs::statfs(path).is_ok_and(|stat| stat.f_type as u32 == MAGIC);
    is_selinux && rustix::fs::statvfs(path).is_ok_and(|stat| !stat.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// Whether a policy has given this process a label. A label that cannot be read counts as one, as in the reference.
fn has_policy(node: &Node) -> bool {
    let label = node.paths.read_proc("self/attr/current").ok();
    label.is_none_or(|label| label.trim_end_matches('\0') != NO_POLICY)
}

/// What `/etc/selinux/config` says under `SELINUX=`.
fn config_mode(text: &str) -> i8 {
    let lines = text.lines().map(str::trim);
    let settings = lines.filter(|line| !line.starts_with(['#', ';']));
    let mode = settings.filter_map(|line| line.strip_prefix("SELINUX=")).next();
    match mode.map(|mode| mode.trim_matches('"')) {
        Some("enforcing") => 1,
        Some("permissive") => 0,
        Some(_) | None => -1,
    }
}

/// What `/sys/fs/selinux/enforce` says.
fn current_mode(text: &str) -> i8 {
    match text {
        "1" => 1,
        "0" => 0,
        _ => -1,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::tree::samples;

    #[test]
    fn a_directory_is_not_enough() {
        let files = [
            ("sys/fs/selinux/enforce", "1"),
            ("etc/selinux/config", "SELINUX=enforcing\n"),
        ];
        expect![[r#"
            node_selinux_enabled 0
        "#]]
        .assert_eq(&samples(collect, &[], &files));
        expect![[r#"
            node_selinux_enabled 0
        "#]]
        .assert_eq(&samples(collect, &[], &[]));
    }

    #[test]
    fn modes_of_the_configuration() {
        for (text, mode) in [
            (
                "# SELINUX=disabled\nSELINUXTYPE=targeted\n SELINUX=enforcing\n",
                1,
            ),
            ("SELINUX=\"permissive\"\n", 0),
            ("SELINUX=disabled\nSELINUX=enforcing\n", -1),
            ("SELINUX", -1),
            ("", -1),
        ] {
            assert_eq!(config_mode(text), mode, "{text:?}");
        }
    }

    #[test]
    fn current_modes() {
        for (text, mode) in [("1", 1), ("0", 0), ("2", -1), ("", -1)] {
            assert_eq!(current_mode(text), mode, "{text:?}");
        }
    }
}
