//! What every collector gets.

use clap::ArgMatches;
use exporter_http::StartError;

use crate::collectors::{
    arp, bcache, cpu, cpufreq, diskstats, dmi, ethtool, filesystem, hwmon, interrupts, ipvs, netclass,
    netdev, netstat, os, pcidevice, powersupplyclass, qdisc, rapl, rpi, slabinfo, stat, sysctl, systemd,
    tapestats, textfile, vmstat, wifi,
};
use crate::netlink::Netlink;
use crate::source::Paths;

/// The roots and kept files, and per collector its settings and what survives a scrape.
#[derive(Debug)]
pub struct Node {
    /// The `--path.*` roots and the files read through them.
    pub paths: Paths,
    /// The kernel's tables of interfaces and addresses.
    pub netlink: Netlink,
    /// Which interfaces are written, and where their neighbours come from.
    pub(crate) arp: arp::State,
    /// Whether the use of cache devices is written.
    pub(crate) bcache: bcache::State,
    /// The highest counts seen, and where attributes are.
    pub(crate) cpu: cpu::State,
    /// Which CPUs share a frequency.
    pub(crate) cpufreq: cpufreq::State,
    /// Which devices are reported, and what udev knows of them.
    pub(crate) diskstats: diskstats::State,
    /// What the firmware said.
    pub(crate) dmi: dmi::State,
    /// Which devices and counters are written.
    pub(crate) ethtool: ethtool::State,
    /// Which mounts are reported, and which of them do not answer.
    pub(crate) filesystem: filesystem::State,
    /// Which chips and sensors are written, and where they are.
    pub(crate) hwmon: hwmon::State,
    /// Which interrupts are written.
    pub(crate) interrupts: interrupts::State,
    /// Labels of the backends.
    pub(crate) ipvs: ipvs::State,
    /// Which interfaces and what of them are written.
    pub(crate) netclass: netclass::State,
    /// Which interfaces and what of them are written.
    pub(crate) netdev: netdev::State,
    /// Which counters are written.
    pub(crate) netstat: netstat::State,
    /// The parsed os-release file.
    pub(crate) os: os::State,
    /// Names of devices.
    pub(crate) pcidevice: pcidevice::State,
    /// Which power supplies are written.
    pub(crate) powersupplyclass: powersupplyclass::State,
    /// Which queues are written.
    pub(crate) qdisc: qdisc::State,
    /// Where the zone is named.
    pub(crate) rapl: rapl::State,
    /// The firmware's device, and what is asked once.
    pub(crate) rpi: rpi::State,
    /// Which object caches are written.
    pub(crate) slabinfo: slabinfo::State,
    /// Whether soft interrupts are written.
    pub(crate) stat: stat::State,
    /// Which kernel settings are written.
    pub(crate) sysctl: sysctl::State,
    /// Which units are written, and what of them.
    pub(crate) systemd: systemd::State,
    /// Which tape drives are written.
    pub(crate) tapestats: tapestats::State,
    /// The directories, and what was read from them.
    pub(crate) textfile: textfile::State,
    /// Which fields are written.
    pub(crate) vmstat: vmstat::State,
    /// The directory of fixtures.
    pub(crate) wifi: wifi::State,
}

impl Node {
    /// Reads the settings of every collector from the command line.
    ///
    /// Fails with one line that names the flag.
    pub fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            paths: crate::flags::paths(matches),
            netlink: Netlink::default(),
            arp: arp::State::new(matches)?,
            bcache: bcache::State::new(matches),
            cpu: cpu::State::new(matches)?,
            cpufreq: cpufreq::State::default(),
            diskstats: diskstats::State::new(matches)?,
            dmi: dmi::State::default(),
            ethtool: ethtool::State::new(matches)?,
            filesystem: filesystem::State::new(matches)?,
            hwmon: hwmon::State::new(matches)?,
            interrupts: interrupts::State::new(matches)?,
            ipvs: ipvs::State::new(matches)?,
            netclass: netclass::State::new(matches)?,
            netdev: netdev::State::new(matches)?,
            netstat: netstat::State::new(matches)?,
            os: os::State::default(),
            pcidevice: pcidevice::State::new(matches),
            powersupplyclass: powersupplyclass::State::new(matches)?,
            qdisc: qdisc::State::new(matches)?,
            rapl: rapl::State::new(matches),
            rpi: rpi::State::new(matches),
            slabinfo: slabinfo::State::new(matches)?,
            stat: stat::State::new(matches),
            sysctl: sysctl::State::new(matches)?,
            systemd: systemd::State::new(matches)?,
            tapestats: tapestats::State::new(matches)?,
            textfile: textfile::State::new(matches),
            vmstat: vmstat::State::new(matches)?,
            wifi: wifi::State::new(matches),
        })
    }
}
