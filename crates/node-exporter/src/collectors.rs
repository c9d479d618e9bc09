//! The collectors, in the order of their names.

pub(crate) mod arp;
pub(crate) mod bcache;
pub(crate) mod bcachefs;
pub(crate) mod bonding;
pub(crate) mod btrfs;
pub(crate) mod buddyinfo;
pub(crate) mod cgroups;
pub(crate) mod conntrack;
pub(crate) mod cpu;
pub(crate) mod cpu_vulnerabilities;
pub(crate) mod cpufreq;
pub(crate) mod diskstats;
pub(crate) mod dmi;
pub(crate) mod dmmultipath;
pub(crate) mod drbd;
pub(crate) mod drm;
pub(crate) mod edac;
pub(crate) mod entropy;
pub(crate) mod ethtool;
pub(crate) mod fibrechannel;
pub(crate) mod filefd;
pub(crate) mod filesystem;
pub(crate) mod hwmon;
pub(crate) mod infiniband;
pub(crate) mod interrupts;
pub(crate) mod ipvs;
pub(crate) mod kernel_hung;
pub(crate) mod ksmd;
pub(crate) mod lnstat;
pub(crate) mod loadavg;
pub(crate) mod logind;
pub(crate) mod mdadm;
pub(crate) mod meminfo;
pub(crate) mod meminfo_numa;
pub(crate) mod mmc;
pub(crate) mod mountstats;
pub(crate) mod netclass;
pub(crate) mod netdev;
pub(crate) mod netstat;
pub(crate) mod network_route;
pub(crate) mod nfs;
mod nfs_rpc;
pub(crate) mod nfsd;
pub(crate) mod nvme;
pub(crate) mod nvmesubsystem;
pub(crate) mod os;
pub(crate) mod pcidevice;
pub(crate) mod powersupplyclass;
pub(crate) mod pressure;
pub(crate) mod processes;
pub(crate) mod qdisc;
pub(crate) mod rapl;
pub(crate) mod rpi;
pub(crate) mod schedstat;
pub(crate) mod selinux;
pub(crate) mod slabinfo;
pub(crate) mod sockstat;
pub(crate) mod softirqs;
pub(crate) mod softnet;
pub(crate) mod stat;
pub(crate) mod swap;
pub(crate) mod sysctl;
pub(crate) mod systemd;
pub(crate) mod tapestats;
pub(crate) mod tcpstat;
pub(crate) mod textfile;
pub(crate) mod thermal_zone;
pub(crate) mod time;
pub(crate) mod timex;
pub(crate) mod udp_queues;
pub(crate) mod uname;
pub(crate) mod vmstat;
pub(crate) mod watchdog;
pub(crate) mod wifi;
pub(crate) mod xfrm;
pub(crate) mod xfs;
pub(crate) mod zfs;
pub(crate) mod zoneinfo;

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
    /// Like `Now`, after all others: must see which families they have written.
    Last(fn(&Node, &mut Exposition) -> Result<(), Error>),
    /// Waits for something that may not answer, but not past the given deadline of the scrape.
    Waiting(for<'a> fn(&'a Node, Instant, &'a mut Exposition) -> Answer<'a>),
}

/// What a collector that waits returns.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + 'a>>;

/// Every collector.
pub const ALL: &[Collector] = &[
    Collector {
        name: "arp",
        on: true,
        help: "IPv4 neighbours, from netlink or /proc/net/arp",
        flags: arp::flags,
        collect: Collect::Now(arp::collect),
    },
    Collector {
        name: "bcache",
        on: true,
        help: "disks behind a cache, from /sys/fs/bcache",
        flags: bcache::flags,
        collect: Collect::Now(bcache::collect),
    },
    Collector {
        name: "bcachefs",
        on: true,
        help: "bcachefs file systems, from /sys/fs/bcachefs",
        flags: Vec::new,
        collect: Collect::Now(bcachefs::collect),
    },
    Collector {
        name: "bonding",
        on: true,
        help: "joined network interfaces, from /sys/class/net",
        flags: Vec::new,
        collect: Collect::Now(bonding::collect),
    },
    Collector {
        name: "btrfs",
        on: true,
        help: "btrfs file systems, from /sys/fs/btrfs and ioctl",
        flags: Vec::new,
        collect: Collect::Now(btrfs::collect),
    },
    Collector {
        name: "buddyinfo",
        on: false,
        help: "free blocks of memory by size, from /proc/buddyinfo",
        flags: Vec::new,
        collect: Collect::Now(buddyinfo::collect),
    },
    Collector {
        name: "cgroups",
        on: false,
        help: "control groups by controller, from /proc/cgroups",
        flags: Vec::new,
        collect: Collect::Now(cgroups::collect),
    },
    Collector {
        name: "conntrack",
        on: true,
        help: "connections that netfilter tracks",
        flags: Vec::new,
        collect: Collect::Now(conntrack::collect),
    },
    Collector {
        name: "cpu",
        on: true,
        help: "time that CPUs spent in each mode, from /proc/stat",
        flags: cpu::flags,
        collect: Collect::Now(cpu::collect),
    },
    Collector {
        name: "cpu_vulnerabilities",
        on: false,
        help: "weaknesses of the processor and their mitigation",
        flags: Vec::new,
        collect: Collect::Now(cpu_vulnerabilities::collect),
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
        name: "dmi",
        on: true,
        help: "what the firmware says about the machine, from /sys/class/dmi",
        flags: Vec::new,
        collect: Collect::Now(dmi::collect),
    },
    Collector {
        name: "dmmultipath",
        on: true,
        help: "disks reached over several paths, from /sys/block",
        flags: Vec::new,
        collect: Collect::Now(dmmultipath::collect),
    },
    Collector {
        name: "drbd",
        on: false,
        help: "disks mirrored over the network, from /proc/drbd",
        flags: Vec::new,
        collect: Collect::Now(drbd::collect),
    },
    Collector {
        name: "drm",
        on: false,
        help: "graphics cards of AMD, from /sys/class/drm",
        flags: Vec::new,
        collect: Collect::Now(drm::collect),
    },
    Collector {
        name: "edac",
        on: true,
        help: "memory errors, from /sys/devices/system/edac",
        flags: Vec::new,
        collect: Collect::Now(edac::collect),
    },
    Collector {
        name: "entropy",
        on: true,
        help: "randomness that the kernel holds ready",
        flags: Vec::new,
        collect: Collect::Now(entropy::collect),
    },
    Collector {
        name: "ethtool",
        on: false,
        help: "what drivers of network interfaces count, from ethtool",
        flags: ethtool::flags,
        collect: Collect::Now(ethtool::collect),
    },
    Collector {
        name: "fibrechannel",
        on: true,
        help: "Fibre Channel adapters, from /sys/class/fc_host",
        flags: Vec::new,
        collect: Collect::Now(fibrechannel::collect),
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
        name: "infiniband",
        on: true,
        help: "InfiniBand adapters, from /sys/class/infiniband",
        flags: Vec::new,
        collect: Collect::Now(infiniband::collect),
    },
    Collector {
        name: "interrupts",
        on: false,
        help: "interrupts by source and CPU, from /proc/interrupts",
        flags: interrupts::flags,
        collect: Collect::Now(interrupts::collect),
    },
    Collector {
        name: "ipvs",
        on: true,
        help: "the kernel's load balancer, from /proc/net/ip_vs",
        flags: ipvs::flags,
        collect: Collect::Now(ipvs::collect),
    },
    Collector {
        name: "kernel_hung",
        on: true,
        help: "tasks that the kernel found hanging",
        flags: Vec::new,
        collect: Collect::Now(kernel_hung::collect),
    },
    Collector {
        name: "ksmd",
        on: false,
        help: "merging of equal pages, from /sys/kernel/mm/ksm",
        flags: Vec::new,
        collect: Collect::Now(ksmd::collect),
    },
    Collector {
        name: "lnstat",
        on: false,
        help: "counters of the kernel's network caches, from /proc/net/stat",
        flags: Vec::new,
        collect: Collect::Now(lnstat::collect),
    },
    Collector {
        name: "loadavg",
        on: true,
        help: "load averages, from /proc/loadavg",
        flags: Vec::new,
        collect: Collect::Now(loadavg::collect),
    },
    Collector {
        name: "logind",
        on: false,
        help: "sessions of logged-in users, over D-Bus",
        flags: Vec::new,
        collect: Collect::Waiting(logind::collect),
    },
    Collector {
        name: "mdadm",
        on: true,
        help: "software RAID, from /proc/mdstat and /sys/block/md*",
        flags: Vec::new,
        collect: Collect::Now(mdadm::collect),
    },
    Collector {
        name: "meminfo",
        on: true,
        help: "memory, from /proc/meminfo",
        flags: Vec::new,
        collect: Collect::Now(meminfo::collect),
    },
    Collector {
        name: "meminfo_numa",
        on: false,
        help: "memory by NUMA node, from /sys/devices/system/node",
        flags: Vec::new,
        collect: Collect::Now(meminfo_numa::collect),
    },
    Collector {
        name: "mmc",
        on: true,
        help: "SD cards and eMMC chips, from /sys/block/mmcblk*",
        flags: Vec::new,
        collect: Collect::Now(mmc::collect),
    },
    Collector {
        name: "mountstats",
        on: false,
        help: "what NFS mounts read and wrote, from /proc/self/mountstats",
        flags: Vec::new,
        collect: Collect::Now(mountstats::collect),
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
        name: "network_route",
        on: false,
        help: "routes to other networks, from netlink",
        flags: Vec::new,
        collect: Collect::Now(network_route::collect),
    },
    Collector {
        name: "nfs",
        on: true,
        help: "calls of the NFS client, from /proc/net/rpc/nfs",
        flags: Vec::new,
        collect: Collect::Now(nfs::collect),
    },
    Collector {
        name: "nfsd",
        on: true,
        help: "calls that the NFS server answered, from /proc/net/rpc/nfsd",
        flags: Vec::new,
        collect: Collect::Now(nfsd::collect),
    },
    Collector {
        name: "nvme",
        on: true,
        help: "NVMe controllers and namespaces, from /sys/class/nvme",
        flags: Vec::new,
        collect: Collect::Now(nvme::collect),
    },
    Collector {
        name: "nvmesubsystem",
        on: false,
        help: "NVMe subsystems and their paths, from /sys/class/nvme-subsystem",
        flags: Vec::new,
        collect: Collect::Now(nvmesubsystem::collect),
    },
    Collector {
        name: "os",
        on: true,
        help: "distribution, from /etc/os-release",
        flags: Vec::new,
        collect: Collect::Now(os::collect),
    },
    Collector {
        name: "pcidevice",
        on: false,
        help: "devices on PCI buses, from /sys/bus/pci",
        flags: pcidevice::flags,
        collect: Collect::Now(pcidevice::collect),
    },
    Collector {
        name: "powersupplyclass",
        on: true,
        help: "batteries and chargers, from /sys/class/power_supply",
        flags: powersupplyclass::flags,
        collect: Collect::Now(powersupplyclass::collect),
    },
    Collector {
        name: "pressure",
        on: true,
        help: "time that tasks waited, from /proc/pressure",
        flags: Vec::new,
        collect: Collect::Now(pressure::collect),
    },
    Collector {
        name: "processes",
        on: false,
        help: "processes and threads by state, from /proc",
        flags: Vec::new,
        collect: Collect::Now(processes::collect),
    },
    Collector {
        name: "qdisc",
        on: false,
        help: "what the queues of network interfaces sent, from netlink",
        flags: qdisc::flags,
        collect: Collect::Now(qdisc::collect),
    },
    Collector {
        name: "rapl",
        on: true,
        help: "energy that the processor used, from /sys/class/powercap",
        flags: rapl::flags,
        collect: Collect::Now(rapl::collect),
    },
    Collector {
        name: "rpi",
        on: true,
        help: "what the firmware of a Raspberry Pi measures, from /dev/vcio",
        flags: rpi::flags,
        collect: Collect::Waiting(rpi::collect),
    },
    Collector {
        name: "schedstat",
        on: true,
        help: "time that tasks ran and waited, from /proc/schedstat",
        flags: Vec::new,
        collect: Collect::Now(schedstat::collect),
    },
    Collector {
        name: "selinux",
        on: true,
        help: "whether SELinux is on, from /sys/fs/selinux",
        flags: Vec::new,
        collect: Collect::Now(selinux::collect),
    },
    Collector {
        name: "slabinfo",
        on: false,
        help: "memory of the kernel's object caches, from /proc/slabinfo",
        flags: slabinfo::flags,
        collect: Collect::Now(slabinfo::collect),
    },
    Collector {
        name: "sockstat",
        on: true,
        help: "sockets in use, from /proc/net/sockstat and sockstat6",
        flags: Vec::new,
        collect: Collect::Now(sockstat::collect),
    },
    Collector {
        name: "softirqs",
        on: false,
        help: "soft interrupts by type and CPU, from /proc/softirqs",
        flags: Vec::new,
        collect: Collect::Now(softirqs::collect),
    },
    Collector {
        name: "softnet",
        on: true,
        help: "packets that each CPU took, from /proc/net/softnet_stat",
        flags: Vec::new,
        collect: Collect::Now(softnet::collect),
    },
    Collector {
        name: "stat",
        on: true,
        help: "interrupts, forks, boot time, from /proc/stat",
        flags: stat::flags,
        collect: Collect::Now(stat::collect),
    },
    Collector {
        name: "swap",
        on: false,
        help: "swap areas, from /proc/swaps",
        flags: Vec::new,
        collect: Collect::Now(swap::collect),
    },
    Collector {
        name: "sysctl",
        on: false,
        help: "settings of the kernel that flags name, from /proc/sys",
        flags: sysctl::flags,
        collect: Collect::Now(sysctl::collect),
    },
    Collector {
        name: "systemd",
        on: false,
        help: "units of systemd, over D-Bus",
        flags: systemd::flags,
        collect: Collect::Waiting(systemd::collect),
    },
    Collector {
        name: "tapestats",
        on: true,
        help: "tape drives, from /sys/class/scsi_tape",
        flags: tapestats::flags,
        collect: Collect::Now(tapestats::collect),
    },
    Collector {
        name: "tcpstat",
        on: false,
        help: "TCP sockets by state, from netlink",
        flags: Vec::new,
        collect: Collect::Now(tcpstat::collect),
    },
    Collector {
        name: "textfile",
        on: true,
        help: "metrics that other programs leave in files",
        flags: textfile::flags,
        collect: Collect::Last(textfile::collect),
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
        name: "timex",
        on: true,
        help: "how the kernel disciplines its clock",
        flags: Vec::new,
        collect: Collect::Now(timex::collect),
    },
    Collector {
        name: "udp_queues",
        on: true,
        help: "bytes that wait in UDP sockets, from /proc/net/udp",
        flags: Vec::new,
        collect: Collect::Now(udp_queues::collect),
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
    Collector {
        name: "watchdog",
        on: true,
        help: "watchdog timers, from /sys/class/watchdog",
        flags: Vec::new,
        collect: Collect::Now(watchdog::collect),
    },
    Collector {
        name: "wifi",
        on: false,
        help: "wireless interfaces and their stations, from nl80211",
        flags: wifi::flags,
        collect: Collect::Now(wifi::collect),
    },
    Collector {
        name: "xfrm",
        on: false,
        help: "packets that IPsec dropped, from /proc/net/xfrm_stat",
        flags: Vec::new,
        collect: Collect::Now(xfrm::collect),
    },
    Collector {
        name: "xfs",
        on: true,
        help: "XFS file systems, from /sys/fs/xfs",
        flags: Vec::new,
        collect: Collect::Now(xfs::collect),
    },
    Collector {
        name: "zfs",
        on: true,
        help: "ZFS and its pools, from /proc/spl/kstat/zfs",
        flags: Vec::new,
        collect: Collect::Now(zfs::collect),
    },
    Collector {
        name: "zoneinfo",
        on: false,
        help: "memory by zone, from /proc/zoneinfo",
        flags: Vec::new,
        collect: Collect::Now(zoneinfo::collect),
    },
];
