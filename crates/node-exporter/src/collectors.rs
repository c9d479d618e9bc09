//! The collectors, in the order of their names.

pub(crate) mod cpu;
pub(crate) mod cpufreq;
pub(crate) mod diskstats;
pub(crate) mod filefd;
pub(crate) mod filesystem;
pub(crate) mod hwmon;
pub(crate) mod loadavg;
pub(crate) mod meminfo;
pub(crate) mod netclass;
pub(crate) mod netdev;
pub(crate) mod netstat;
pub(crate) mod os;
pub(crate) mod pressure;
pub(crate) mod sockstat;
pub(crate) mod stat;
pub(crate) mod textfile;
pub(crate) mod thermal_zone;
pub(crate) mod time;
pub(crate) mod uname;
pub(crate) mod vmstat;

use std::pin::Pin;
use std::time::Instant;

use clap::Arg;
use metrics_registry::Exposition;

use crate::{Error, Node};

/// One source of numbers and how it is switched.
#[derive(Clone, Copy)]
pub struct Collector {
    /// As in `--collector.NAME` and the label `collector`.
    pub name: &'static str,
    /// Whether it runs without being asked for.
    pub on: bool,
    /// What it reads, for `--help`.
    pub help: &'static str,
    /// Flags of its own, `--collector.NAME.…`.
    pub flags: fn() -> Vec<Arg>,
    /// Reads and writes.
    pub collect: Collect,
}

/// How a collector runs.
#[derive(Clone, Copy)]
pub enum Collect {
    /// Reads files that answer at once.
    Now(fn(&Node, &mut Exposition) -> Result<(), Error>),
    /// Waits for something that may not answer, but not past the given deadline of the scrape.
    Waiting(for<'a> fn(&'a Node, Instant, &'a mut Exposition) -> Answer<'a>),
}

/// What a collector that waits returns.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

/// Every collector.
pub const ALL: &[Collector] = &[
    // In the order of their names.
    Collector {
        name: "cpu",
        on: true,
        help: "time that CPUs spent in each mode, from /proc/stat",
        flags: cpu::flags,
        collect: Collect::Now(cpu::collect),
    },
    Collector {
        name: "cpufreq",
        on: true,
        help: "frequencies and governors of CPUs, from sysfs",
        flags: Vec::new,
        collect: Collect::Now(cpufreq::collect),
    },
    Collector {
        name: "diskstats",
        on: true,
        help: "disk input and output, from /proc/diskstats",
        flags: diskstats::flags,
        collect: Collect::Now(diskstats::collect),
    },
    Collector {
        name: "filefd",
        on: true,
        help: "file handles, from /proc/sys/fs/file-nr",
        flags: Vec::new,
        collect: Collect::Now(filefd::collect),
    },
    Collector {
        name: "filesystem",
        on: true,
        help: "space of mounted file systems, from statfs",
        flags: filesystem::flags,
        collect: Collect::Waiting(filesystem::collect),
    },
    Collector {
        name: "hwmon",
        on: true,
        help: "sensors of the hardware, from /sys/class/hwmon",
        flags: hwmon::flags,
        collect: Collect::Now(hwmon::collect),
    },
    Collector {
        name: "loadavg",
        on: true,
        help: "load averages, from /proc/loadavg",
        flags: Vec::new,
        collect: Collect::Now(loadavg::collect),
    },
    Collector {
        name: "meminfo",
        on: true,
        help: "memory, from /proc/meminfo",
        flags: Vec::new,
        collect: Collect::Now(meminfo::collect),
    },
    Collector {
        name: "netclass",
        on: true,
        help: "properties of network interfaces, from /sys/class/net and netlink",
        flags: netclass::flags,
        collect: Collect::Now(netclass::collect),
    },
    Collector {
        name: "netdev",
        on: true,
        help: "what network interfaces sent and received, from netlink or /proc/net/dev",
        flags: netdev::flags,
        collect: Collect::Now(netdev::collect),
    },
    Collector {
        name: "netstat",
        on: true,
        help: "counters of the network protocols, from /proc/net/netstat, snmp and snmp6",
        flags: netstat::flags,
        collect: Collect::Now(netstat::collect),
    },
    Collector {
        name: "os",
        on: true,
        help: "distribution, from /etc/os-release",
        flags: Vec::new,
        collect: Collect::Now(os::collect),
    },
    Collector {
        name: "pressure",
        on: true,
        help: "time that tasks waited, from /proc/pressure",
        flags: Vec::new,
        collect: Collect::Now(pressure::collect),
    },
    Collector {
        name: "sockstat",
        on: true,
        help: "sockets in use, from /proc/net/sockstat and sockstat6",
        flags: Vec::new,
        collect: Collect::Now(sockstat::collect),
    },
    Collector {
        name: "stat",
        on: true,
        help: "interrupts, forks, boot time, from /proc/stat",
        flags: stat::flags,
        collect: Collect::Now(stat::collect),
    },
    Collector {
        name: "textfile",
        on: true,
        help: "metrics that other programs leave in files",
        flags: textfile::flags,
        collect: Collect::Now(textfile::collect),
    },
    Collector {
        name: "thermal_zone",
        on: true,
        help: "temperatures and cooling devices, from /sys/class/thermal",
        flags: Vec::new,
        collect: Collect::Now(thermal_zone::collect),
    },
    Collector {
        name: "time",
        on: true,
        help: "clock, time zone and clock source",
        flags: Vec::new,
        collect: Collect::Now(time::collect),
    },
    Collector {
        name: "uname",
        on: true,
        help: "kernel and host name, from uname",
        flags: Vec::new,
        collect: Collect::Now(uname::collect),
    },
    Collector {
        name: "vmstat",
        on: true,
        help: "paging and faults, from /proc/vmstat",
        flags: vmstat::flags,
        collect: Collect::Now(vmstat::collect),
    },
];
