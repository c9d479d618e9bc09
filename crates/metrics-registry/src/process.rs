//! What this process uses: the `process_*` families, from `/proc/self` and `/proc/self/net/netstat`.
//!
//! Names and types are those of the Go client. A family whose source cannot be read is left out; without `/proc` all are.
//! The two files stay open: with `read` of files opened anew and `/proc/self/limits` instead of `getrlimit`, this was a
//! tenth of what a scrape of a small exporter costs.

use std::cell::RefCell;
use std::fs::File;

use procfs::FromRead as _;
use procfs::process::{Process as ProcSelf, Stat};
use rustix::buffer::spare_capacity;
use rustix::process::{Resource, getrlimit};

use crate::{Exposition, Family};

const CPU: Family<0> = Family::counter(
    "process_cpu_seconds_total",
    "Seconds of CPU time that this process has used, in user and system mode.",
    [],
);
const FDS_MAX: Family<0> = Family::gauge(
    "process_max_fds",
    "File descriptors that this process may have open.",
    [],
);
const FDS: Family<0> = Family::gauge(
    "process_open_fds",
    "File descriptors that this process has open.",
    [],
);
const NETWORK_RECEIVE: Family<0> = Family::counter(
    "process_network_receive_bytes_total",
    "Bytes of IP received in the network namespace of this process.",
    [],
);
const NETWORK_TRANSMIT: Family<0> = Family::counter(
    "process_network_transmit_bytes_total",
    "Bytes of IP sent in the network namespace of this process.",
    [],
);
const RESIDENT: Family<0> = Family::gauge(
    "process_resident_memory_bytes",
    "Memory of this process that is in RAM, in bytes.",
    [],
);
const START_TIME: Family<0> = Family::gauge(
    "process_start_time_seconds",
    "When this process was started, in seconds since 1970.",
    [],
);
const VIRTUAL: Family<0> = Family::gauge(
    "process_virtual_memory_bytes",
    "Address space of this process, in bytes.",
    [],
);
const VIRTUAL_MAX: Family<0> = Family::gauge(
    "process_virtual_memory_max_bytes",
    "Address space that this process may use, in bytes.",
    [],
);

/// Bytes read from a file at most: both files are made by the kernel in one piece, of 300 bytes and of 4 kB.
const FILE_BYTES_MAX: usize = 16 << 10;

/// This process, as `/proc` shows it.
#[derive(Debug)]
pub struct Process {
    /// None where there is no `/proc`.
    proc_self: Option<ProcSelf>,
    /// `/proc/self/stat`.
    stat: Option<File>,
    /// `/proc/self/net/netstat`.
    netstat: Option<File>,
    /// What is read, between scrapes.
    buffer: RefCell<Vec<u8>>,
    /// Seconds since 1970. Found once: the time of boot that it rests on moves whenever the clock is set.
    start_time_seconds: Option<f64>,
}

impl Process {
    /// Looks up this process; best done at its start, before the clock is set again.
    #[must_use]
    pub fn new() -> Self {
        let proc_self = ProcSelf::myself().ok();
        let stat = proc_self.as_ref().and_then(|process| process.stat().ok());
        Self {
            start_time_seconds: stat.and_then(|stat| start_time_seconds(&stat)),
            proc_self,
            stat: File::open("/proc/self/stat").ok(),
            netstat: File::open("/proc/self/net/netstat").ok(),
            buffer: RefCell::default(),
        }
    }

    /// Writes the families that can be read.
    pub fn write(&self, out: &mut Exposition) {
        let Some(process) = &self.proc_self else {
            return;
        };
        let buffer = &mut *self.buffer.borrow_mut();
        if let Some(stat) = read(self.stat.as_ref(), buffer).and_then(|text| Stat::from_read(text).ok()) {
            out.sample(&CPU, [], ticks_to_seconds(stat.utime.saturating_add(stat.stime)));
            out.sample(&RESIDENT, [], stat.rss as f64 * procfs::page_size() as f64);
            out.sample(&VIRTUAL, [], stat.vsize as f64);
        }
        out.sample(&FDS_MAX, [], limit(Resource::Nofile));
        out.sample(&VIRTUAL_MAX, [], limit(Resource::As));
        if let Ok(count) = process.fd_count() {
            out.sample(&FDS, [], count as f64);
        }
        if let Some(seconds) = self.start_time_seconds {
            out.sample(&START_TIME, [], seconds);
        }
        if let Some(traffic) = read(self.netstat.as_ref(), buffer)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .and_then(Traffic::parse)
        {
            out.sample(&NETWORK_RECEIVE, [], traffic.in_octets as f64);
            out.sample(&NETWORK_TRANSMIT, [], traffic.out_octets as f64);
        }
    }
}

/// Reads a file from its start with one call. Nothing where that fails.
fn read<'a>(file: Option<&File>, buffer: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    buffer.clear();
    buffer.reserve(FILE_BYTES_MAX);
    rustix::io::pread(file?, spare_capacity(buffer), 0).ok()?;
    Some(buffer)
}

impl Default for Process {
    fn default() -> Self {
        Self::new()
    }
}

fn start_time_seconds(stat: &Stat) -> Option<f64> {
    let boot = procfs::boot_time_secs().ok()?;
    Some(boot as f64 + ticks_to_seconds(stat.starttime))
}

fn ticks_to_seconds(ticks: u64) -> f64 {
    ticks as f64 / procfs::ticks_per_second() as f64
}

/// No limit is the largest number there is, as the Go client has it.
fn limit(resource: Resource) -> f64 {
    getrlimit(resource).current.unwrap_or(u64::MAX) as f64
}

/// Bytes of IP in and out, of a network namespace.
#[derive(Debug, PartialEq, Eq)]
struct Traffic {
    in_octets: u64,
    out_octets: u64,
}

impl Traffic {
    /// Reads `InOctets` and `OutOctets` from the two `IpExt:` lines, names and values.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().filter_map(|line| line.strip_prefix("IpExt:"));
        let (names, values) = (lines.next()?, lines.next()?);
        let value = |wanted: &str| {
            let mut columns = std::iter::zip(names.split_whitespace(), values.split_whitespace());
            columns.find(|(name, _)| *name == wanted)?.1.parse().ok()
        };
        Some(Self {
            in_octets: value("InOctets")?,
            out_octets: value("OutOctets")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(netstat: &str, expect: Option<(u64, u64)>) {
        let traffic = Traffic::parse(netstat).map(|traffic| (traffic.in_octets, traffic.out_octets));
        assert_eq!(traffic, expect);
    }

    #[test]
    fn traffic() {
        check(
            "TcpExt: SyncookiesSent InOctets\nTcpExt: 0 5\nIpExt: InNoRoutes InOctets OutOctets\nIpExt: 1 2786264347 19444\n",
            Some((2_786_264_347, 19_444)),
        );
    }

    #[test]
    fn traffic_of_a_file_that_is_short_or_strange() {
        check("", None);
        check("IpExt: InOctets OutOctets\n", None);
        check("IpExt: InOctets OutOctets\nIpExt: 1\n", None);
        check("IpExt: InOctets OutOctets\nIpExt: 1 -2\n", None);
        check("IpExt: InOctets\nIpExt: 1\n", None);
    }

    #[test]
    fn all_families_of_this_process() {
        let process = Process::new();
        let mut out = Exposition::default();
        process.write(&mut out);
        let first = out.to_text();
        let types: Vec<&str> = first
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE "))
            .collect();
        assert_eq!(
            types,
            [
                "process_cpu_seconds_total counter",
                "process_max_fds gauge",
                "process_network_receive_bytes_total counter",
                "process_network_transmit_bytes_total counter",
                "process_open_fds gauge",
                "process_resident_memory_bytes gauge",
                "process_start_time_seconds gauge",
                "process_virtual_memory_bytes gauge",
                "process_virtual_memory_max_bytes gauge",
            ]
        );
        out.clear();
        process.write(&mut out);
        let value = |text: &str, name: &str| -> f64 {
            let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().parse().unwrap()
        };
        let second = out.to_text();
        let start = "process_start_time_seconds ";
        assert_eq!(value(&first, start), value(&second, start));
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_secs_f64();
        assert!(
            (0.0..3600.0).contains(&(now - value(&first, start) + 1.0)),
            "{first}"
        );
        assert!(
            100_000.0 < value(&first, "process_resident_memory_bytes "),
            "{first}"
        );
        assert!(
            value(&first, "process_open_fds ") <= value(&first, "process_max_fds "),
            "{first}"
        );
    }

    #[test]
    fn without_proc_nothing_is_written() {
        let mut out = Exposition::default();
        Process {
            proc_self: None,
            stat: None,
            netstat: None,
            buffer: RefCell::default(),
            start_time_seconds: None,
        }
        .write(&mut out);
        assert_eq!(out.to_text(), "");
    }
}
