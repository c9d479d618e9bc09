//! Time that tasks ran and waited on each CPU, from `/proc/schedstat`.
//!
//! Absent without `CONFIG_SCHEDSTATS`. The seventh to ninth number of a `cpu` line are nanoseconds run, nanoseconds
//! waited, and time slices, in every version of the file since Linux 2.6.23.

use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

const FILE: &str = "schedstat";

const RUNNING: Family<1> = Family::counter(
    "node_schedstat_running_seconds_total",
    "Seconds that tasks ran on a CPU.",
    ["cpu"],
);
const TIMESLICES: Family<1> = Family::counter(
    "node_schedstat_timeslices_total",
    "Time slices that a CPU gave to tasks.",
    ["cpu"],
);
const WAITING: Family<1> = Family::counter(
    "node_schedstat_waiting_seconds_total",
    "Seconds that tasks waited for a CPU.",
    ["cpu"],
);

const NANOSECONDS_PER_SECOND: f64 = 1e9;
/// Numbers before those that are reported.
const SKIPPED: usize = 6;

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let text = node.paths.read_proc(FILE)?;
    for (index, line) in text.lines().enumerate() {
        if let Some(fields) = line.strip_prefix("cpu") {
            let cpu = Cpu::parse(fields).ok_or_else(|| Error::parse(FILE, index + 1, line))?;
            write(&cpu, out);
        }
    }
    Ok(())
}

/// What the scheduler did on one CPU since boot.
struct Cpu<'a> {
    number: &'a str,
    running_nanoseconds: u64,
    waiting_nanoseconds: u64,
    timeslices: u64,
}

impl<'a> Cpu<'a> {
    /// None on a line with fewer than nine numbers after that of the CPU.
    fn parse(fields: &'a str) -> Option<Self> {
        let mut fields = fields.split_ascii_whitespace();
        let number = fields.next()?;
        let mut counts = fields.skip(SKIPPED).map(|field| field.parse().ok());
        Some(Self {
            number,
            running_nanoseconds: counts.next()??,
            waiting_nanoseconds: counts.next()??,
            timeslices: counts.next()??,
        })
    }
}

fn write(cpu: &Cpu<'_>, out: &mut Exposition) {
    let running = cpu.running_nanoseconds as f64 / NANOSECONDS_PER_SECOND;
    let waiting = cpu.waiting_nanoseconds as f64 / NANOSECONDS_PER_SECOND;
    out.sample(&RUNNING, [cpu.number], running);
    out.sample(&WAITING, [cpu.number], waiting);
    out.sample(&TIMESLICES, [cpu.number], cpu.timeslices as f64);
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let file = format!("proc/{FILE}");
        expect.assert_eq(&samples(collect, &[], &[(&file, text)]));
    }

    #[test]
    fn two_cpus() {
        check(
            "version 15\n\
             timestamp 15819019232\n\
             cpu0 498494191 0 3533438552 2553969831 3853684107 2465731542 2045936778163039 343796328169361 4767485306\n\
             domain0 00000000,00000003 212499247 210112015 1861015 1860405436 536440\n\
             cpu1 518377256 0 4155211005 2778589869 10466382 2867629021 1904686152592476 364107263788241 5145567945\n",
            expect![[r#"
                node_schedstat_running_seconds_total{cpu="0"} 2.045936778163039e+06
                node_schedstat_running_seconds_total{cpu="1"} 1.904686152592476e+06
                node_schedstat_timeslices_total{cpu="0"} 4.767485306e+09
                node_schedstat_timeslices_total{cpu="1"} 5.145567945e+09
                node_schedstat_waiting_seconds_total{cpu="0"} 343796.328169361
                node_schedstat_waiting_seconds_total{cpu="1"} 364107.263788241
            "#]],
        );
    }

    #[test]
    fn truncated_huge_and_strange() {
        check("", expect![[r#""#]]);
        check(
            "cpu0 1 2 3 4 5 6 7 8\n",
            expect![[r#"
            parse schedstat line 1: "cpu0 1 2 3 4 5 6 7 8"
        "#]],
        );
        check(
            "cpu0 1 2 3 4 5 6 18446744073709551615 8 18446744073709551616\n",
            expect![[r#"
                parse schedstat line 1: "cpu0 1 2 3 4 5 6 18446744073709551615 8 18446744073709551616"
            "#]],
        );
        check(
            "cpu",
            expect![[r#"
            parse schedstat line 1: "cpu"
        "#]],
        );
    }
}
