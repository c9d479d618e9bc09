//! The command line: roots, which collectors run, and what each collector adds.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command};
use exporter_http::flags::{switch_value, text};
use exporter_http::{About, StartError};

use crate::collectors::{self, Collector};
use crate::source::Paths;

/// What this program is called and where it listens.
pub const ABOUT: About = About {
    binary: "pi-node-exporter",
    name: "node_exporter",
    title: "Node Exporter",
    description: "Hardware and operating system metrics of this machine, under the names of Prometheus' node_exporter",
    version: env!("CARGO_PKG_VERSION"),
    listen_address: ":9100",
    negotiates_openmetrics: false,
};

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

/// Collectors of the reference that do not exist here. Their flags do, so that the start says what is missing.
const ABSENT: [&str; 4] = ["ntp", "perf", "runit", "supervisord"];

const DISABLE_DEFAULTS: &str = "collector.disable-defaults";

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
    let disable_defaults = switch(
        DISABLE_DEFAULTS,
        "Run only the collectors that are turned on by their own flag",
    );
    Command::new("pi-node-exporter")
        .args(roots)
        .args(disable_defaults)
        .args(collectors::ALL.iter().flat_map(collector))
        .args(ABSENT.iter().flat_map(|name| absent(name)))
}

/// The switch of a collector that does not exist.
fn absent(name: &str) -> [Arg; 2] {
    switch(&format!("collector.{name}"), "Not in this version").map(|arg| arg.hide(true))
}

/// Fails with one line where a collector is turned on that does not exist; turned off it may be.
pub fn refuse_absent(matches: &ArgMatches) -> Result<(), StartError> {
    let is_on = |name: &&&str| switch_value(matches, &format!("collector.{name}")) == Some(true);
    match ABSENT.iter().find(is_on) {
        Some(name) => Err(StartError(format!(
            "--collector.{name}: this version does not have that collector"
        ))),
        None => Ok(()),
    }
}

/// The switch of one collector and the flags that it declares.
fn collector(collector: &Collector) -> impl Iterator<Item = Arg> + use<> {
    let default = if collector.on { "on" } else { "off" };
    let help = format!("{} (default: {default})", collector.help);
    switch(&format!("collector.{}", collector.name), &help)
        .into_iter()
        .chain((collector.flags)())
}

/// `--NAME` and the hidden `--no-NAME`; each may be repeated, and the last one wins.
#[must_use]
pub fn switch(name: &str, help: &str) -> [Arg; 2] {
    let negative = negative(name);
    let both = [name.to_owned(), negative.clone()];
    let arg = |name: String| {
        Arg::new(name.clone())
            .long(name)
            .action(ArgAction::SetTrue)
            .overrides_with_all(&both)
    };
    [
        arg(name.to_owned()).help(help.to_owned()),
        arg(negative).hide(true),
    ]
}

/// The duration that a flag gives: `5s`, `1m30s`, `500ms`. Fails with one line that names the flag.
pub fn duration(matches: &ArgMatches, name: &str) -> Result<Duration, StartError> {
    let text = text(matches, name);
    settings::duration::parse(text)
        .ok_or_else(|| StartError(format!("--{name}={text}: not a duration such as 5s or 1m30s")))
}

/// Whether a collector runs: its own flag decides, then `--collector.disable-defaults`, then its default.
#[must_use]
pub fn is_on(matches: &ArgMatches, collector: &Collector) -> bool {
    let by_default = || collector.on && switch_value(matches, DISABLE_DEFAULTS) != Some(true);
    switch_value(matches, &format!("collector.{}", collector.name)).unwrap_or_else(by_default)
}

/// Whether the collector of that name runs; there must be one.
#[must_use]
pub fn is_on_by_name(matches: &ArgMatches, name: &str) -> bool {
    let mut all = collectors::ALL.iter();
    all.any(|collector| collector.name == name && is_on(matches, collector))
}

/// The roots that the command line gives.
#[must_use]
pub fn paths(matches: &ArgMatches) -> Paths {
    let [procfs, sysfs, rootfs, udev] = ROOTS.map(|(name, ..)| PathBuf::from(text(matches, name)));
    Paths::new(procfs, sysfs, rootfs, udev)
}

fn negative(name: &str) -> String {
    format!("no-{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collectors::Collect;

    fn is_loadavg_on(on: bool, flags: &[&str]) -> bool {
        let matches = command().get_matches_from([&["pi-node-exporter"], flags].concat());
        let collector = Collector {
            name: "loadavg",
            on,
            help: "",
            flags: Vec::new,
            collect: Collect::Now(|_, _| Ok(())),
        };
        is_on(&matches, &collector)
    }

    #[test]
    fn the_last_switch_wins() {
        assert!(is_loadavg_on(true, &[]) && !is_loadavg_on(false, &[]));
        assert!(!is_loadavg_on(true, &["--no-collector.loadavg"]));
        let both = ["--no-collector.loadavg", "--collector.loadavg"];
        assert!(is_loadavg_on(false, &both));
        let twice = [
            "--collector.loadavg",
            "--collector.loadavg",
            "--no-collector.loadavg",
        ];
        assert!(!is_loadavg_on(true, &twice));
    }

    #[test]
    fn what_is_asked_for_survives_disabled_defaults() {
        assert!(!is_loadavg_on(true, &["--collector.disable-defaults"]));
        let asked = ["--collector.loadavg", "--collector.disable-defaults"];
        assert!(is_loadavg_on(true, &asked));
    }

    #[test]
    fn a_collector_that_does_not_exist_stops_the_start() {
        let refused = |flag| {
            let matches = command().get_matches_from(["pi-node-exporter", flag]);
            refuse_absent(&matches).err().map(|error| error.to_string())
        };
        assert_eq!(
            refused("--collector.perf").as_deref(),
            Some("--collector.perf: this version does not have that collector")
        );
        assert_eq!(refused("--no-collector.perf"), None);
        assert_eq!(refused("--collector.cpu"), None);
    }

    #[test]
    fn statistics_of_netclass_are_accepted() {
        let flags = [
            "x",
            "--collector.netclass.netlink",
            "--collector.netclass_rtnl.with-stats",
            "--no-collector.netdev",
        ];
        let matches = command().get_matches_from(flags);
        assert!(!is_on_by_name(&matches, "netdev") && is_on_by_name(&matches, "netclass"));
        crate::Node::new(&matches).unwrap();
    }

    #[test]
    fn every_flag_is_declared_once() {
        command().debug_assert();
    }
}
