//! Throttling, isolation and hotplug of the CPUs, from `/sys/devices/system/cpu`.
//!
//! Which attributes there are is found once and again when `online` changes. ARM boards have no `thermal_throttle`.

use std::collections::BTreeSet;

use metrics_registry::{Exposition, Family};

use crate::source::Paths;

const CORE_THROTTLES: Family<2> = Family::counter(
    "node_cpu_core_throttles_total",
    "How often the core was throttled because it was hot.",
    ["core", "package"],
);
const PACKAGE_THROTTLES: Family<1> = Family::counter(
    "node_cpu_package_throttles_total",
    "How often the package was throttled because it was hot.",
    ["package"],
);
const ISOLATED: Family<1> = Family::gauge(
    "node_cpu_isolated",
    "1 for each CPU that the scheduler leaves alone (isolcpus).",
    ["cpu"],
);
const ONLINE: Family<1> = Family::gauge(
    "node_cpu_online",
    "Whether the CPU is plugged in and runs.",
    ["cpu"],
);

const DIRECTORY: &str = "devices/system/cpu";
/// Numbers in `isolated` beyond this are not CPUs; kernels are built for 8,192 at most.
const CPU_NUMBER_MAX: u32 = 8191;

/// What there is to read.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The content of `online` when this was found; nothing before the first scrape.
    online: Option<String>,
    /// Package, core, and the file of the core's count.
    cores: Vec<(u64, u64, String)>,
    /// Package, and the file of its count.
    packages: Vec<(u64, String)>,
    /// Numbers of the isolated CPUs.
    isolated: Vec<String>,
    /// Number of each CPU and its switch, where the first CPU has one.
    switches: Vec<(String, String)>,
}

impl Layout {
    /// Finds the attributes anew if CPUs came or went.
    pub(super) fn refresh(&mut self, paths: &Paths) {
        let online = paths.read_sys(&format!("{DIRECTORY}/online"));
        let online = online.as_deref().unwrap_or_default();
        if self.online.as_deref() != Some(online) {
            *self = Self::find(paths, online);
        }
    }

    fn find(paths: &Paths, online: &str) -> Self {
        let names = numbered(paths);
        // Opened and closed here, because these are read once.
        let read = |file: &str| paths.read_once(&paths.sysfs.join(DIRECTORY).join(file));
        let isolated = read("isolated");
        let mut layout = Self {
            online: Some(online.to_owned()),
            isolated: parse_list(isolated.as_deref().unwrap_or_default().trim()),
            ..Self::default()
        };
        let (mut cores, mut packages) = (BTreeSet::new(), BTreeSet::new());
        for (_, name) in &names {
            let number = |file: &str| read(&format!("{name}/{file}")).ok()?.trim().parse::<u64>().ok();
            let path = |file: &str| format!("{DIRECTORY}/{name}/{file}");
            let Some(package) = number("topology/physical_package_id") else {
                continue;
            };
            let Some(core) = number("topology/core_id") else {
                continue;
            };
            let core_file = "thermal_throttle/core_throttle_count";
            if number(core_file).is_some() && cores.insert((package, core)) {
                layout.cores.push((package, core, path(core_file)));
            }
            let package_file = "thermal_throttle/package_throttle_count";
            if number(package_file).is_some() && packages.insert(package) {
                layout.packages.push((package, path(package_file)));
            }
        }
        if read("cpu0/online").is_ok() {
            let switch = |(number, name)| (format!("{number}"), format!("{DIRECTORY}/{name}/online"));
            layout.switches = names.into_iter().map(switch).collect();
        }
        layout
            .cores
            .sort_unstable_by_key(|(package, core, _)| (*core, *package));
        layout
    }

    pub(super) fn write(&self, paths: &Paths, out: &mut Exposition) {
        let count = |file: &str| paths.read_sys(file).ok()?.parse::<u64>().ok();
        for (package, core, file) in &self.cores {
            if let Some(count) = count(file) {
                let labels = [&*core.to_string(), &*package.to_string()];
                out.sample(&CORE_THROTTLES, labels, count as f64);
            }
        }
        for (package, file) in &self.packages {
            if let Some(count) = count(file) {
                out.sample(&PACKAGE_THROTTLES, [&package.to_string()], count as f64);
            }
        }
        for cpu in &self.isolated {
            out.sample(&ISOLATED, [cpu], 1.0);
        }
        for (cpu, file) in &self.switches {
            let is_online = paths.read_sys(file).is_ok_and(|online| &*online == "1");
            out.sample(&ONLINE, [cpu], f64::from(u8::from(is_online)));
        }
    }
}

/// The directories `cpu0`, `cpu1`, …, by number.
fn numbered(paths: &Paths) -> Vec<(u32, String)> {
    let number = |name: String| Some((name.strip_prefix("cpu")?.parse().ok()?, name));
    let names = paths.list_sys(DIRECTORY).unwrap_or_default();
    let mut names: Vec<_> = names.into_iter().filter_map(number).collect();
    names.sort_unstable();
    names
}

/// Numbers of a list `1,3-5,9`; parts that are not a number or a range are passed over.
fn parse_list(text: &str) -> Vec<String> {
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let last: u32 = last.parse().ok()?;
        Some(first.parse().ok()?..=last.min(CPU_NUMBER_MAX))
    };
    let numbers = text.split(',').filter_map(range).flatten();
    numbers.map(|number: u32| number.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], expect: Expect) {
        let root = tempfile::tempdir().unwrap();
        for (file, content) in files {
            let file = root.path().join(DIRECTORY).join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, content).unwrap();
        }
        let root = root.path();
        let paths = Paths::new(root.into(), root.into(), root.into(), root.into());
        let mut layout = Layout::default();
        layout.refresh(&paths);
        let mut out = Exposition::default();
        layout.write(&paths, &mut out);
        let text = out.to_text();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        expect.assert_eq(&samples.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn two_threads_of_a_core_count_once() {
        check(
            &[
                ("cpu0/topology/physical_package_id", "0\n"),
                ("cpu0/topology/core_id", "0\n"),
                ("cpu0/thermal_throttle/core_throttle_count", "5\n"),
                ("cpu0/thermal_throttle/package_throttle_count", "30\n"),
                ("cpu1/topology/physical_package_id", "0\n"),
                ("cpu1/topology/core_id", "0\n"),
                ("cpu1/thermal_throttle/core_throttle_count", "5\n"),
                ("cpu1/thermal_throttle/package_throttle_count", "30\n"),
                ("cpufreq/boost", "1\n"),
            ],
            expect![[r#"
                node_cpu_core_throttles_total{core="0",package="0"} 5
                node_cpu_package_throttles_total{package="0"} 30"#]],
        );
    }

    #[test]
    fn pi_with_an_isolated_cpu_and_one_unplugged() {
        check(
            &[
                ("cpu0/topology/physical_package_id", "0\n"),
                ("cpu0/topology/core_id", "0\n"),
                ("cpu0/online", "1\n"),
                ("cpu2/online", "1\n"),
                ("cpu10/online", "0\n"),
                ("isolated", "2,9-10\n"),
            ],
            expect![[r#"
                node_cpu_isolated{cpu="2"} 1
                node_cpu_isolated{cpu="9"} 1
                node_cpu_isolated{cpu="10"} 1
                node_cpu_online{cpu="0"} 1
                node_cpu_online{cpu="2"} 1
                node_cpu_online{cpu="10"} 0"#]],
        );
    }

    #[test]
    fn no_sysfs() {
        check(&[], expect![""]);
    }

    #[test]
    fn lists_with_garbage_and_endless_ranges() {
        assert_eq!(parse_list("1,3-5,x,,7-"), ["1", "3", "4", "5"]);
        assert_eq!(parse_list("8190-4294967295"), ["8190", "8191"]);
    }
}
