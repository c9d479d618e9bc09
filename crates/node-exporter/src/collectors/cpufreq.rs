//! Frequencies and governors of the CPUs, from `/sys/devices/system/cpu/cpuN/cpufreq`.
//!
//! The four CPUs of a Pi share one policy, to which `cpufreq` is a link: it is read once and written for each.
//! `cpuinfo_cur_freq` may be read by root only. Virtual machines have no `cpufreq`; the collector is then silent.

use std::cell::RefCell;
use std::path::PathBuf;

use metrics_registry::{Exposition, Family};

use crate::source::Paths;
use crate::{Error, Node};

/// Attributes in kHz, and the families that they become.
const FREQUENCIES: [(&str, Family<1>); 7] = [
    (
        "cpuinfo_cur_freq",
        Family::gauge(
            "node_cpu_frequency_hertz",
            "Frequency of the CPU at this moment.",
            ["cpu"],
        ),
    ),
    (
        "cpuinfo_avg_freq",
        Family::gauge(
            "node_cpu_frequency_avg_hertz",
            "Frequency of the CPU, averaged by the hardware.",
            ["cpu"],
        ),
    ),
    (
        "cpuinfo_min_freq",
        Family::gauge(
            "node_cpu_frequency_min_hertz",
            "Lowest frequency that the CPU can run at.",
            ["cpu"],
        ),
    ),
    (
        "cpuinfo_max_freq",
        Family::gauge(
            "node_cpu_frequency_max_hertz",
            "Highest frequency that the CPU can run at.",
            ["cpu"],
        ),
    ),
    (
        "scaling_cur_freq",
        Family::gauge(
            "node_cpu_scaling_frequency_hertz",
            "Frequency that the governor chose last.",
            ["cpu"],
        ),
    ),
    (
        "scaling_min_freq",
        Family::gauge(
            "node_cpu_scaling_frequency_min_hertz",
            "Lowest frequency that the governor may choose.",
            ["cpu"],
        ),
    ),
    (
        "scaling_max_freq",
        Family::gauge(
            "node_cpu_scaling_frequency_max_hertz",
            "Highest frequency that the governor may choose.",
            ["cpu"],
        ),
    ),
];
const GOVERNOR: Family<2> = Family::gauge(
    "node_cpu_scaling_governor",
    "1 for the governor that is in charge, 0 for the others.",
    ["cpu", "governor"],
);

const DIRECTORY: &str = "devices/system/cpu";
const ONLINE: &str = "devices/system/cpu/online";
const FIRST: &str = "devices/system/cpu/cpu0/cpufreq";

/// What survives a scrape.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// Which policies there are; found again when CPUs come or go.
    layout: RefCell<Layout>,
}

#[derive(Debug, Default)]
struct Layout {
    /// The content of `online` when the policies were found.
    online: String,
    policies: Vec<Policy>,
}

/// CPUs that run at one frequency.
#[derive(Debug)]
struct Policy {
    /// The directory with links resolved.
    target: PathBuf,
    /// Numbers of the CPUs.
    cpus: Vec<String>,
    /// Files of [`FREQUENCIES`]; empty where there is none.
    frequencies: [String; FREQUENCIES.len()],
    governor: String,
    governors: String,
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let mut layout = node.cpufreq.layout.borrow_mut();
    let online = node.paths.read_sys(ONLINE);
    let online = online.as_deref().unwrap_or_default();
    // Drivers can be loaded as modules, after this program started.
    let is_new = || layout.policies.is_empty() && node.paths.sysfs.join(FIRST).exists();
    if layout.online != online || is_new() {
        *layout = Layout {
            online: online.to_owned(),
            policies: find(&node.paths),
        };
    }
    write(&layout.policies, &node.paths, out);
    Ok(())
}

fn find(paths: &Paths) -> Vec<Policy> {
    let mut policies: Vec<Policy> = Vec::new();
    for name in paths.list_sys(DIRECTORY).unwrap_or_default() {
        let Some(number) = name
            .strip_prefix("cpu")
            .filter(|rest| rest.parse::<u32>().is_ok())
        else {
            continue;
        };
        let directory = format!("{DIRECTORY}/{name}/cpufreq");
        let Ok(target) = paths.sysfs.join(&directory).canonicalize() else {
            continue;
        };
        match policies.iter_mut().find(|policy| policy.target == target) {
            Some(policy) => policy.cpus.push(number.to_owned()),
            None => policies.push(Policy::find(target, number, &directory)),
        }
    }
    policies
}

impl Policy {
    fn find(target: PathBuf, cpu: &str, directory: &str) -> Self {
        let file = |name: &str| match target.join(name).exists() {
            true => format!("{directory}/{name}"),
            false => String::new(),
        };
        Self {
            cpus: vec![cpu.to_owned()],
            frequencies: std::array::from_fn(|index| file(FREQUENCIES[index].0)),
            governor: file("scaling_governor"),
            governors: file("scaling_available_governors"),
            target,
        }
    }
}

/// Attributes that cannot be read, or are not a number (`<unknown>`), are left out.
fn write(policies: &[Policy], paths: &Paths, out: &mut Exposition) {
    for (index, (_, family)) in FREQUENCIES.iter().enumerate() {
        for policy in policies {
            let file = policy.frequencies[index].as_str();
            let Some(kilohertz) = read_number(paths, file) else {
                continue;
            };
            for cpu in &policy.cpus {
                out.sample(family, [cpu], kilohertz as f64 * 1000.0);
            }
        }
    }
    for policy in policies.iter().filter(|policy| !policy.governor.is_empty()) {
        let governor = paths.read_sys(&policy.governor);
        let governors = paths.read_sys(&policy.governors);
        let (Ok(governor), Ok(governors)) = (governor, governors) else {
            continue;
        };
        for cpu in &policy.cpus {
            for name in governors.split_ascii_whitespace() {
                let is_chosen = *name == *governor;
                out.sample(&GOVERNOR, [cpu, name], f64::from(u8::from(is_chosen)));
            }
        }
    }
}

fn read_number(paths: &Paths, file: &str) -> Option<u64> {
    if file.is_empty() {
        return None;
    }
    paths.read_sys(file).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], links: &[&str], expect: Expect) {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join(DIRECTORY);
        for (file, content) in files {
            let file = directory.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, content).unwrap();
        }
        for cpu in links {
            std::fs::create_dir_all(directory.join(cpu)).unwrap();
            std::os::unix::fs::symlink("../cpufreq/policy0", directory.join(cpu).join("cpufreq")).unwrap();
        }
        let root = root.path();
        let paths = Paths::new(root.into(), root.into(), root.into(), root.into());
        let mut out = Exposition::default();
        write(&find(&paths), &paths, &mut out);
        let text = out.to_text();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        expect.assert_eq(&samples.collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn pi_with_one_policy() {
        check(
            &[
                ("cpufreq/policy0/cpuinfo_max_freq", "1500000\n"),
                ("cpufreq/policy0/cpuinfo_avg_freq", "<unknown>\n"),
                ("cpufreq/policy0/scaling_cur_freq", "600000\n"),
                ("cpufreq/policy0/scaling_governor", "ondemand\n"),
                (
                    "cpufreq/policy0/scaling_available_governors",
                    "ondemand powersave \n",
                ),
            ],
            &["cpu0", "cpu1"],
            expect![[r#"
                node_cpu_frequency_max_hertz{cpu="0"} 1.5e+09
                node_cpu_frequency_max_hertz{cpu="1"} 1.5e+09
                node_cpu_scaling_frequency_hertz{cpu="0"} 6e+08
                node_cpu_scaling_frequency_hertz{cpu="1"} 6e+08
                node_cpu_scaling_governor{cpu="0",governor="ondemand"} 1
                node_cpu_scaling_governor{cpu="0",governor="powersave"} 0
                node_cpu_scaling_governor{cpu="1",governor="ondemand"} 1
                node_cpu_scaling_governor{cpu="1",governor="powersave"} 0"#]],
        );
    }

    #[test]
    fn virtual_machine() {
        check(&[("cpu0/topology/core_id", "0\n")], &[], expect![""]);
    }
}
