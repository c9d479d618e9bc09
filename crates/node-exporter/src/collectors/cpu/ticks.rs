//! The lines `cpuN` of `/proc/stat`, made to never go back.
//!
//! The kernel's idle and iowait counts of a CPU can fall a little when it goes idle, and start again from zero when it
//! is plugged. A count that falls is held, unless idle falls by three seconds or more: then the CPU starts over.

use metrics_registry::{Exposition, Family};

use crate::Error;

const SECONDS: Family<2> = Family::counter(
    "node_cpu_seconds_total",
    "Seconds that the CPU spent in each mode; user and nice include guests.",
    ["cpu", "mode"],
);
const GUEST: Family<2> = Family::counter(
    "node_cpu_guest_seconds_total",
    "Seconds that the CPU ran guests (virtual machines).",
    ["cpu", "mode"],
);

/// The unit of `/proc/stat`, USER_HZ, is a hundredth of a second on every architecture of a Pi and on x86.
const TICKS_PER_SECOND: f64 = 100.0;
/// Idle time that falls by this much means that the CPU was plugged.
const PLUGGED_TICKS: u64 = 300;
/// Columns of a line: user nice system idle iowait irq softirq steal guest guest_nice.
const COLUMNS: usize = 10;
const IDLE: usize = 3;
/// Modes in alphabetical order, and their columns.
const MODES: [(&str, usize); 8] = [
    ("idle", IDLE),
    ("iowait", 4),
    ("irq", 5),
    ("nice", 1),
    ("softirq", 6),
    ("steal", 7),
    ("system", 2),
    ("user", 0),
];
const GUEST_MODES: [(&str, usize); 2] = [("nice", 9), ("user", 8)];

/// The highest counts seen, per CPU that is online, in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Ticks {
    cpus: Vec<Cpu>,
}

#[derive(Debug)]
struct Cpu {
    /// `0`, as in the label.
    number: String,
    ticks: [u64; COLUMNS],
}

impl Ticks {
    /// Takes a new reading. CPUs that are not in it are dropped.
    ///
    /// Fails with `Parse` on a count that is not a number; old kernels have fewer columns.
    pub(super) fn update(&mut self, text: &str) -> Result<(), Error> {
        let mut seen = 0;
        let mut result = Ok(());
        for (index, line) in text.lines().enumerate() {
            let mut words = line.split_ascii_whitespace();
            // The line `cpu` without a number is the sum.
            let number = words.next().and_then(|word| word.strip_prefix("cpu"));
            let Some(number) = number.filter(|number| !number.is_empty()) else {
                continue;
            };
            let Some(reading) = parse_counts(words) else {
                result = Err(Error::parse("stat", index + 1, line));
                continue;
            };
            self.place(seen, number).advance(reading);
            seen += 1;
        }
        self.cpus.truncate(seen);
        result
    }

    /// The CPU `number`, moved or added to position `at`.
    fn place(&mut self, at: usize, number: &str) -> &mut Cpu {
        match self.cpus[at..].iter().position(|cpu| cpu.number == number) {
            Some(0) => {}
            Some(later) => self.cpus.swap(at, at + later),
            None => self.cpus.insert(
                at,
                Cpu {
                    number: number.to_owned(),
                    ticks: [0; COLUMNS],
                },
            ),
        }
        &mut self.cpus[at]
    }

    pub(super) fn write(&self, with_guest: bool, out: &mut Exposition) {
        if with_guest {
            self.write_modes(&GUEST, &GUEST_MODES, out);
        }
        self.write_modes(&SECONDS, &MODES, out);
    }

    fn write_modes(&self, family: &Family<2>, modes: &[(&str, usize)], out: &mut Exposition) {
        for cpu in &self.cpus {
            for (mode, column) in modes {
                let seconds = cpu.ticks[*column] as f64 / TICKS_PER_SECOND;
                out.sample(family, [&cpu.number, mode], seconds);
            }
        }
    }
}

impl Cpu {
    fn advance(&mut self, reading: [u64; COLUMNS]) {
        if self.ticks[IDLE].saturating_sub(reading[IDLE]) >= PLUGGED_TICKS {
            log::debug!(cpu = self.number.as_str(); "idle time fell by 3 s or more, counts start over");
            self.ticks = [0; COLUMNS];
        }
        for (held, new) in self.ticks.iter_mut().zip(reading) {
            *held = new.max(*held);
        }
    }
}

fn parse_counts<'a>(words: impl Iterator<Item = &'a str>) -> Option<[u64; COLUMNS]> {
    let mut counts = [0; COLUMNS];
    for (count, word) in counts.iter_mut().zip(words) {
        *count = word.parse().ok()?;
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// Shows the counts after each of the readings.
    #[track_caller]
    fn check(readings: &[&str], expect: Expect) {
        let mut ticks = Ticks::default();
        let mut shown = String::new();
        for reading in readings {
            let result = ticks.update(reading).map_err(|error| error.to_string());
            for cpu in &ticks.cpus {
                shown += &format!("cpu{} {:?}\n", cpu.number, cpu.ticks);
            }
            shown += &format!("{result:?}\n");
        }
        expect.assert_eq(&shown);
    }

    #[test]
    fn counts_that_fall_are_held_and_rising_ones_followed() {
        check(
            &[
                "cpu0 10 1 10 1000 50 0 0 0 4 2\n",
                "cpu0 11 0 12 701 40 0 0 0 4 2\n",
            ],
            expect![[r#"
                cpu0 [10, 1, 10, 1000, 50, 0, 0, 0, 4, 2]
                Ok(())
                cpu0 [11, 1, 12, 1000, 50, 0, 0, 0, 4, 2]
                Ok(())
            "#]],
        );
    }

    #[test]
    fn a_plugged_cpu_starts_over() {
        check(
            &["cpu0 10 1 10 1000 50 0 0 0 4 2\n", "cpu0 1 0 2 700 4 0 0 0 0 0\n"],
            expect![[r#"
                cpu0 [10, 1, 10, 1000, 50, 0, 0, 0, 4, 2]
                Ok(())
                cpu0 [1, 0, 2, 700, 4, 0, 0, 0, 0, 0]
                Ok(())
            "#]],
        );
    }

    #[test]
    fn cpus_go_and_come_back() {
        check(
            &[
                "cpu 9 9\ncpu0 1\ncpu1 2\ncpu2 3\nintr 7\n",
                "cpu 9 9\ncpu0 1\ncpu2 4\n",
                "cpu0 1\ncpu1 1\ncpu2 4\n",
            ],
            expect![[r#"
                cpu0 [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                cpu1 [2, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                cpu2 [3, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                Ok(())
                cpu0 [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                cpu2 [4, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                Ok(())
                cpu0 [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                cpu1 [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                cpu2 [4, 0, 0, 0, 0, 0, 0, 0, 0, 0]
                Ok(())
            "#]],
        );
    }

    #[test]
    fn garbage_and_huge_numbers() {
        check(
            &["cpu0 x\ncpu1 18446744073709551615 1\n"],
            expect![[r#"
                cpu1 [18446744073709551615, 1, 0, 0, 0, 0, 0, 0, 0, 0]
                Err("parse stat line 1: \"cpu0 x\"")
            "#]],
        );
    }

    #[test]
    fn as_samples() {
        let mut ticks = Ticks::default();
        ticks
            .update("cpu0 44490 19 21045 1087069 220 1 3410 0 2 1\n")
            .unwrap();
        let mut out = Exposition::default();
        ticks.write(true, &mut out);
        expect![[r#"
            # HELP node_cpu_guest_seconds_total Seconds that the CPU ran guests (virtual machines).
            # TYPE node_cpu_guest_seconds_total counter
            node_cpu_guest_seconds_total{cpu="0",mode="nice"} 0.01
            node_cpu_guest_seconds_total{cpu="0",mode="user"} 0.02
            # HELP node_cpu_seconds_total Seconds that the CPU spent in each mode; user and nice include guests.
            # TYPE node_cpu_seconds_total counter
            node_cpu_seconds_total{cpu="0",mode="idle"} 10870.69
            node_cpu_seconds_total{cpu="0",mode="iowait"} 2.2
            node_cpu_seconds_total{cpu="0",mode="irq"} 0.01
            node_cpu_seconds_total{cpu="0",mode="nice"} 0.19
            node_cpu_seconds_total{cpu="0",mode="softirq"} 34.1
            node_cpu_seconds_total{cpu="0",mode="steal"} 0
            node_cpu_seconds_total{cpu="0",mode="system"} 210.45
            node_cpu_seconds_total{cpu="0",mode="user"} 444.9
        "#]]
        .assert_eq(&out.to_text());
    }
}
