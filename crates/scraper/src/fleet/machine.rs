//! One machine: what its node exporter said last, and the hour before.

use crate::fleet::counter::Sum;
use crate::fleet::file_system::Fill;
use crate::fleet::history::{History, Values};
use crate::fleet::level::{self, Level};
use crate::fleet::reading::{NAME_BYTES_MAX, Reading};
use crate::fleet::text::Text;

/// How much of a host name is kept; DNS allows 253 bytes.
pub const HOST_BYTES_MAX: usize = 256;
/// What a machine may cost in memory, all in one piece.
pub const MACHINE_BYTES_MAX: usize = 64 * 1024;
const _: () = assert!(size_of::<Machine>() <= MACHINE_BYTES_MAX);

/// Rates are shown when at most this many intervals lie between two scrapes. After a longer pause they would be the
/// average of the pause, and after a jump of the clock wrong.
const RATE_INTERVALS_MAX: f64 = 5.0;

/// A machine, of fixed size and without anything on the heap.
#[derive(Debug)]
pub struct Machine {
    /// The instance without its port, which tells machines apart.
    pub host: Text<HOST_BYTES_MAX>,
    /// The machine's own name; empty until it said it.
    pub name: Text<NAME_BYTES_MAX>,
    /// The number of the target that speaks for the machine, so that two node exporters on one host do not mix.
    pub source: u64,
    /// What the newest scrape said; `None` when it failed.
    pub facts: Option<Facts>,
    /// The last hour.
    pub history: History,
    /// The source's scrape interval.
    pub interval_seconds: f64,
    /// The counters of the last scrape that succeeded.
    counters: Option<Counters>,
}

/// The numbers of one scrape; each is `None` where the exporter or an earlier scrape did not give what it takes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Facts {
    /// Seconds since the machine started.
    pub uptime_seconds: Option<f64>,
    /// Share of the time since the scrape before in which CPUs did something, in percent.
    pub cpu_percent: Option<f64>,
    /// Memory in use.
    pub memory: Option<Memory>,
    /// The fullest file system.
    pub disk: Option<Fill>,
    /// Temperature of the processor or of the hottest sensor.
    pub temperature_celsius: Option<f64>,
    /// Bytes per second, over all physical interfaces.
    pub received_per_second: Option<f64>,
    /// Bytes per second, over all physical interfaces.
    pub sent_per_second: Option<f64>,
}

/// Memory in use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Memory {
    /// What programs could not get any more.
    pub used_bytes: f64,
    /// All of it.
    pub size_bytes: f64,
    /// The used share.
    pub used_percent: f64,
}

#[derive(Debug)]
struct Counters {
    at_ms: i64,
    cpu: Sum,
    cpu_idle: Sum,
    received: Sum,
    sent: Sum,
}

impl Machine {
    /// A machine that nothing is known of yet but who will speak for it.
    pub fn new(host: &str, source: u64) -> Self {
        Self {
            host: Text::new(host),
            name: Text::default(),
            source,
            facts: None,
            history: History::default(),
            interval_seconds: 0.0,
            counters: None,
        }
    }

    /// Takes a scrape from a target, whose counters are comparable with its own earlier ones only.
    pub fn observe(&mut self, source: u64, reading: &Reading, at_ms: i64, interval_seconds: f64) {
        self.hear(source);
        self.interval_seconds = interval_seconds;
        if !reading.name.is_empty() {
            self.name = reading.name;
        }
        let counters = Counters::of(reading, at_ms);
        let facts = facts(reading, &counters, self.counters.as_ref(), interval_seconds);
        self.history.record(at_ms, &values(&facts));
        self.facts = Some(facts);
        self.counters = Some(counters);
    }

    /// Takes note that the source did not answer.
    pub fn miss(&mut self, source: u64, at_ms: i64) {
        self.hear(source);
        self.facts = None;
        self.history.miss(at_ms);
    }

    fn hear(&mut self, source: u64) {
        if self.source != source {
            self.source = source;
            self.counters = None;
        }
    }

    /// The name to show: the machine's own, or the host that it is reached at.
    pub fn shown_name(&self) -> &str {
        if self.name.is_empty() {
            &self.host
        } else {
            &self.name
        }
    }
}

impl Facts {
    /// How bad the worst of the numbers is.
    pub fn level(&self) -> Level {
        let worst = [
            self.memory.map(|memory| level::MEMORY.level(memory.used_percent)),
            self.disk.map(|disk| level::DISK.level(disk.used_percent)),
            self.temperature_celsius
                .map(|celsius| level::TEMPERATURE.level(celsius)),
        ];
        worst.into_iter().flatten().max().unwrap_or(Level::Fine)
    }
}

impl Counters {
    fn of(reading: &Reading, at_ms: i64) -> Self {
        let Reading {
            cpu,
            cpu_idle,
            received,
            sent,
            ..
        } = *reading;
        Self {
            at_ms,
            cpu,
            cpu_idle,
            received,
            sent,
        }
    }
}

fn facts(reading: &Reading, now: &Counters, earlier: Option<&Counters>, interval_seconds: f64) -> Facts {
    let earlier = earlier.and_then(|earlier| {
        let seconds = now.at_ms.saturating_sub(earlier.at_ms) as f64 / 1e3;
        (0.0 < seconds && seconds <= RATE_INTERVALS_MAX * interval_seconds).then_some((earlier, seconds))
    });
    let rate = |sum: fn(&Counters) -> &Sum| {
        let (earlier, seconds) = earlier?;
        Some(sum(now).growth_since(sum(earlier))? / seconds)
    };
    Facts {
        uptime_seconds: reading.uptime_seconds(),
        cpu_percent: earlier.and_then(|(earlier, _)| cpu_percent(now, earlier)),
        memory: reading.memory().map(|(used_bytes, size_bytes)| Memory {
            used_bytes,
            size_bytes,
            used_percent: 100.0 * used_bytes / size_bytes,
        }),
        disk: reading.file_systems.fullest(),
        temperature_celsius: reading.temperature_celsius(),
        received_per_second: rate(|counters| &counters.received),
        sent_per_second: rate(|counters| &counters.sent),
    }
}

/// The share of CPU time that was not idle. It needs no clock, since the CPUs' own seconds are the whole.
fn cpu_percent(now: &Counters, earlier: &Counters) -> Option<f64> {
    let all = now.cpu.growth_since(&earlier.cpu)?;
    // The kernel takes iowait back at times, which is no reset.
    let idle = now.cpu_idle.growth_since(&earlier.cpu_idle).unwrap_or(0.0);
    (0.0 < all).then(|| 100.0 * (1.0 - idle / all).clamp(0.0, 1.0))
}

fn values(facts: &Facts) -> Values {
    [
        facts.cpu_percent,
        facts.memory.map(|memory| memory.used_percent),
        facts.disk.map(|disk| disk.used_percent),
        facts.temperature_celsius,
        facts.received_per_second,
        facts.sent_per_second,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_MS: i64 = 1_800_000_000_000;

    /// A scrape: milliseconds after the first, busy and idle CPU seconds, bytes received.
    type Scrape = (i64, f64, f64, f64);

    /// Compares CPU and network after the last scrape, at an interval of 15 seconds.
    #[track_caller]
    fn check(scrapes: &[Scrape], expect: (Option<f64>, Option<f64>)) {
        let mut machine = Machine::new("pi", 1);
        for (after_ms, busy, idle, received) in scrapes {
            machine.observe(1, &reading(*busy, *idle, *received), NOW_MS + after_ms, 15.0);
        }
        let facts = machine.facts.unwrap();
        assert_eq!((facts.cpu_percent, facts.received_per_second), expect);
    }

    fn reading(busy: f64, idle: f64, received: f64) -> Reading {
        let mut reading = Reading::default();
        let labels = |mode: &'static str| {
            move |name: &str| match name {
                "cpu" => Some("0"),
                "mode" => Some(mode),
                "device" => Some("eth0"),
                _ => None,
            }
        };
        reading.take("node_cpu_seconds_total", labels("user"), busy);
        reading.take("node_cpu_seconds_total", labels("idle"), idle);
        reading.take("node_network_receive_bytes_total", labels(""), received);
        reading
    }

    #[test]
    fn one_scrape_makes_no_rate() {
        check(&[(0, 10.0, 90.0, 5000.0)], (None, None));
    }

    #[test]
    fn rates_are_of_two_scrapes() {
        check(
            &[(0, 10.0, 90.0, 5000.0), (10_000, 12.5, 97.5, 6000.0)],
            (Some(25.0), Some(100.0)),
        );
        check(
            &[(0, 10.0, 90.0, 5000.0), (15_000, 10.0, 105.0, 5000.0)],
            (Some(0.0), Some(0.0)),
        );
    }

    #[test]
    fn a_reboot_is_no_rate() {
        check(&[(0, 10.0, 90.0, 5000.0), (15_000, 5.0, 9.0, 10.0)], (None, None));
        check(
            &[
                (0, 10.0, 90.0, 5000.0),
                (15_000, 5.0, 9.0, 10.0),
                (30_000, 8.0, 18.0, 160.0),
            ],
            (Some(25.0), Some(10.0)),
        );
    }

    #[test]
    fn idle_time_taken_back_is_busy() {
        check(
            &[(0, 10.0, 90.0, 0.0), (15_000, 25.0, 89.9, 0.0)],
            (Some(100.0), Some(0.0)),
        );
    }

    #[test]
    fn a_clock_that_jumps_is_no_rate() {
        check(&[(0, 10.0, 90.0, 0.0), (-5000, 12.5, 97.5, 1000.0)], (None, None));
        check(
            &[(0, 10.0, 90.0, 0.0), (76_000, 12.5, 97.5, 1000.0)],
            (None, None),
        );
        check(
            &[(0, 10.0, 90.0, 0.0), (i64::MAX - NOW_MS, 12.5, 97.5, 1000.0)],
            (None, None),
        );
    }

    #[test]
    fn another_exporter_of_the_same_host_is_not_compared() {
        let mut machine = Machine::new("pi", 1);
        machine.observe(1, &reading(10.0, 90.0, 0.0), NOW_MS, 15.0);
        machine.observe(2, &reading(25.0, 95.0, 0.0), NOW_MS + 15_000, 15.0);
        assert_eq!(machine.facts.unwrap().cpu_percent, None);
    }

    #[test]
    fn a_missed_scrape_leaves_no_old_numbers() {
        let mut machine = Machine::new("pi", 1);
        machine.observe(1, &reading(10.0, 90.0, 0.0), NOW_MS, 15.0);
        machine.miss(1, NOW_MS + 15_000);
        assert_eq!(machine.facts, None);
    }

    #[test]
    fn a_machine_is_small() {
        assert!(
            size_of::<Machine>() <= MACHINE_BYTES_MAX / 8,
            "{}",
            size_of::<Machine>()
        );
    }
}
