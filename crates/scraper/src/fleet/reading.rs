//! What one scrape says of its machine: a handful of the node exporter's samples, without a place for the rest.

use crate::fleet::counter::Sum;
use crate::fleet::file_system::{FileSystems, Measure};
use crate::fleet::interface;
use crate::fleet::text::Text;

/// How much of a machine's name is kept; Linux has 64 bytes for it.
pub const NAME_BYTES_MAX: usize = 64;

/// Temperatures outside of this are those of sensors that are not there.
const CELSIUS: std::ops::RangeInclusive<f64> = -60.0..=150.0;

/// No machine has so many bytes or seconds; without larger numbers no sum or product is infinite.
const VALUE_MAX: f64 = 1e24;

/// The metrics of which [`Reading::take`] takes samples.
const SHOWN: [&str; 13] = [
    "node_boot_time_seconds",
    "node_cpu_seconds_total",
    "node_filesystem_avail_bytes",
    "node_filesystem_free_bytes",
    "node_filesystem_size_bytes",
    "node_hwmon_temp_celsius",
    "node_memory_MemAvailable_bytes",
    "node_memory_MemTotal_bytes",
    "node_network_receive_bytes_total",
    "node_network_transmit_bytes_total",
    "node_thermal_zone_temp",
    "node_time_seconds",
    "node_uname_info",
];

/// The samples of one scrape that the page shows.
#[derive(Debug, Default)]
pub struct Reading {
    /// Whether any of them was there, so that the target is a node exporter.
    pub of_a_node: bool,
    /// The machine's own name.
    pub name: Text<NAME_BYTES_MAX>,
    /// Seconds of all modes.
    pub cpu: Sum,
    /// Seconds in the modes idle and iowait.
    pub cpu_idle: Sum,
    /// All memory, in bytes.
    pub memory_bytes: Option<f64>,
    /// Memory that programs could still get, in bytes.
    pub memory_available_bytes: Option<f64>,
    /// Every file system.
    pub file_systems: FileSystems,
    /// Bytes received by the physical interfaces.
    pub received: Sum,
    /// Bytes sent by the physical interfaces.
    pub sent: Sum,
    time_seconds: Option<f64>,
    boot_time_seconds: Option<f64>,
    cpu_celsius: Option<f64>,
    hottest_sensor_celsius: Option<f64>,
    hottest_zone_celsius: Option<f64>,
}

/// Whether the page looks at samples of this metric.
pub fn is_shown(name: &str) -> bool {
    SHOWN.contains(&name)
}

impl Reading {
    /// Takes one sample; those of other names are left after a comparison or two.
    pub fn take<'l>(&mut self, name: &str, labels: impl Fn(&str) -> Option<&'l str>, value: f64) {
        let Some(name) = name.strip_prefix("node_") else {
            return;
        };
        if value.is_nan() || VALUE_MAX < value.abs() {
            return;
        }
        match name {
            "boot_time_seconds" => self.boot_time_seconds = Some(value),
            "cpu_seconds_total" => self.take_cpu(labels, value),
            "filesystem_avail_bytes" => self.file_systems.take(Measure::Available, labels, value),
            "filesystem_free_bytes" => self.file_systems.take(Measure::Free, labels, value),
            "filesystem_size_bytes" => self.file_systems.take(Measure::Size, labels, value),
            "hwmon_temp_celsius" => hottest(&mut self.hottest_sensor_celsius, value),
            "memory_MemAvailable_bytes" => self.memory_available_bytes = Some(value),
            "memory_MemTotal_bytes" => self.memory_bytes = Some(value),
            "network_receive_bytes_total" => add_physical(&mut self.received, labels("device"), value),
            "network_transmit_bytes_total" => add_physical(&mut self.sent, labels("device"), value),
            "thermal_zone_temp" => match labels("type") {
                Some("cpu-thermal" | "cpu_thermal") => hottest(&mut self.cpu_celsius, value),
                _ => hottest(&mut self.hottest_zone_celsius, value),
            },
            "time_seconds" => self.time_seconds = Some(value),
            "uname_info" => self.name = Text::new(labels("nodename").unwrap_or_default()),
            _ => return,
        }
        self.of_a_node = true;
    }

    /// Seconds since the machine started.
    pub fn uptime_seconds(&self) -> Option<f64> {
        let seconds = self.time_seconds? - self.boot_time_seconds?;
        (0.0 <= seconds).then_some(seconds)
    }

    /// The processor's own sensor; without one the hottest of the others.
    pub fn temperature_celsius(&self) -> Option<f64> {
        self.cpu_celsius
            .or(self.hottest_sensor_celsius)
            .or(self.hottest_zone_celsius)
    }

    /// Used and all bytes of memory.
    pub fn memory(&self) -> Option<(f64, f64)> {
        let (all, available) = (self.memory_bytes?, self.memory_available_bytes?);
        (0.0 < all && (0.0..=all).contains(&available)).then_some((all - available, all))
    }

    fn take_cpu<'l>(&mut self, labels: impl Fn(&str) -> Option<&'l str>, seconds: f64) {
        let (Some(cpu), Some(mode)) = (labels("cpu"), labels("mode")) else {
            return;
        };
        self.cpu.add(cpu, seconds);
        if matches!(mode, "idle" | "iowait") {
            self.cpu_idle.add(cpu, seconds);
        }
    }
}

fn hottest(slot: &mut Option<f64>, celsius: f64) {
    if CELSIUS.contains(&celsius) && slot.is_none_or(|hottest| hottest < celsius) {
        *slot = Some(celsius);
    }
}

fn add_physical(sum: &mut Sum, device: Option<&str>, bytes: f64) {
    if let Some(device) = device.filter(|device| interface::is_physical(device)) {
        sum.add(device, bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_taken() {
        for name in SHOWN {
            let mut reading = Reading::default();
            reading.take(name, |_| Some("eth0"), 1.0);
            assert!(reading.of_a_node, "{name}");
        }
        assert!(!is_shown("node_load1"));
    }

    type Sample<'a> = (&'a str, &'a [(&'a str, &'a str)], f64);

    fn read(samples: &[Sample<'_>]) -> Reading {
        let mut reading = Reading::default();
        for (name, labels, value) in samples {
            let label = |wanted: &str| {
                labels
                    .iter()
                    .find(|(name, _)| *name == wanted)
                    .map(|(_, value)| *value)
            };
            reading.take(name, label, *value);
        }
        reading
    }

    #[track_caller]
    fn check<T: PartialEq + std::fmt::Debug>(
        fact: impl Fn(&Reading) -> Option<T>,
        samples: &[Sample<'_>],
        expect: Option<T>,
    ) {
        assert_eq!(fact(&read(samples)), expect);
    }

    #[test]
    fn uptime_is_of_the_machines_own_clock() {
        let boot = ("node_boot_time_seconds", &[][..], 1000.0);
        check(
            Reading::uptime_seconds,
            &[boot, ("node_time_seconds", &[], 1600.0)],
            Some(600.0),
        );
        check(
            Reading::uptime_seconds,
            &[boot, ("node_time_seconds", &[], 900.0)],
            None,
        );
        check(
            Reading::uptime_seconds,
            &[boot, ("node_time_seconds", &[], f64::NAN)],
            None,
        );
        check(Reading::uptime_seconds, &[boot], None);
    }

    #[test]
    fn memory_needs_both_numbers() {
        let total = ("node_memory_MemTotal_bytes", &[][..], 4e9);
        check(
            Reading::memory,
            &[total, ("node_memory_MemAvailable_bytes", &[], 1e9)],
            Some((3e9, 4e9)),
        );
        check(
            Reading::memory,
            &[total, ("node_memory_MemAvailable_bytes", &[], 5e9)],
            None,
        );
        check(Reading::memory, &[total], None);
    }

    #[test]
    fn the_processors_sensor_comes_first() {
        let processor = (
            "node_thermal_zone_temp",
            &[("zone", "0"), ("type", "cpu-thermal")][..],
            54.0,
        );
        let disk = (
            "node_hwmon_temp_celsius",
            &[("chip", "nvme_nvme0"), ("sensor", "temp1")][..],
            61.0,
        );
        let adc = (
            "node_hwmon_temp_celsius",
            &[("chip", "adc"), ("sensor", "temp1")][..],
            47.0,
        );
        let absent = (
            "node_hwmon_temp_celsius",
            &[("chip", "x"), ("sensor", "temp2")][..],
            65261.8,
        );
        let zone = (
            "node_thermal_zone_temp",
            &[("zone", "1"), ("type", "acpitz")][..],
            99.0,
        );
        check(
            Reading::temperature_celsius,
            &[disk, zone, processor, adc],
            Some(54.0),
        );
        check(
            Reading::temperature_celsius,
            &[adc, disk, zone, absent],
            Some(61.0),
        );
        check(Reading::temperature_celsius, &[zone], Some(99.0));
        check(Reading::temperature_celsius, &[absent], None);
    }

    #[test]
    fn the_name_is_the_machines() {
        let name = |reading: &Reading| reading.of_a_node.then(|| reading.name.to_string());
        check(
            name,
            &[(
                "node_uname_info",
                &[("machine", "aarch64"), ("nodename", "pi5")],
                1.0,
            )],
            Some("pi5".into()),
        );
        check(name, &[("node_uname_info", &[], 1.0)], Some(String::new()));
    }

    #[test]
    fn other_exporters_are_not_nodes() {
        let is_node = |reading: &Reading| Some(reading.of_a_node);
        check(
            is_node,
            &[
                ("mysql_up", &[], 1.0),
                ("node_", &[], 1.0),
                ("node_load1", &[], 1.0),
            ],
            Some(false),
        );
        check(is_node, &[("node_time_seconds", &[], 1.0)], Some(true));
    }

    #[test]
    fn cpu_seconds_are_summed_over_cpus_and_modes() {
        let expect = |counters: &[(&str, f64)]| {
            let mut sum = Sum::default();
            counters.iter().for_each(|(cpu, seconds)| sum.add(cpu, *seconds));
            Some((sum, 5.0))
        };
        let cpu = |reading: &Reading| {
            Some((
                reading.cpu,
                reading.cpu_idle.growth_since(&reading.cpu_idle)? + 5.0,
            ))
        };
        check(
            cpu,
            &[
                ("node_cpu_seconds_total", &[("cpu", "0"), ("mode", "idle")], 100.0),
                ("node_cpu_seconds_total", &[("cpu", "0"), ("mode", "user")], 20.0),
                ("node_cpu_seconds_total", &[("cpu", "1"), ("mode", "iowait")], 3.0),
                (
                    "node_cpu_guest_seconds_total",
                    &[("cpu", "1"), ("mode", "user")],
                    7.0,
                ),
                ("node_cpu_seconds_total", &[("mode", "user")], 7.0),
            ],
            expect(&[("0", 100.0), ("0", 20.0), ("1", 3.0)]),
        );
    }
}
