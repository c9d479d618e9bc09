//! The command line: roots, collectors, and what each collector adds.

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command};

use crate::collectors;
use crate::source::Paths;

/// The four roots with their defaults and help.
const ROOTS: [(&str, &str, &str); 4] = [
    ("path.procfs", "/proc", "Where procfs is mounted"),
    ("path.sysfs", "/sys", "Where sysfs is mounted"),
    (
        "path.rootfs",
        "/",
        "Root of the file systems to report; /host in a container that mounts the host there",
    ),
    ("path.udev.data", "/run/udev/data", "Directory of udev's database"),
];

/// All flags of the node exporter's own.
#[must_use]
pub fn command() -> Command {
    let roots = ROOTS.map(|(name, default, help)| {
        Arg::new(name)
            .long(name)
            .value_name("DIRECTORY")
            .default_value(default)
            .help(help)
    });
    Command::new("pi-node-exporter")
        .args(roots)
        .args(collectors::ALL.iter().flat_map(|collector| (collector.flags)()))
}

/// The roots that the command line gives.
#[must_use]
pub fn paths(matches: &ArgMatches) -> Paths {
    let [procfs, sysfs, rootfs, udev] = ROOTS.map(|(name, default, _)| {
        matches
            .get_one::<String>(name)
            .map_or(default.into(), PathBuf::from)
    });
    Paths::new(procfs, sysfs, rootfs, udev)
}
