//! Interrupts, context switches, forks and boot time, from `/proc/stat`.

use clap::{Arg, ArgMatches};
use exporter_http::flags::switch_value;
use metrics_registry::{Exposition, Family};

use crate::{Error, Node, flags};

const INTERRUPTS: Family<0> = Family::counter("node_intr_total", "Interrupts served since boot.", []);
const SWITCHES: Family<0> = Family::counter(
    "node_context_switches_total",
    "Context switches since boot, of all CPUs.",
    [],
);
const FORKS: Family<0> = Family::counter("node_forks_total", "Processes and threads made since boot.", []);
const BOOT: Family<0> = Family::gauge(
    "node_boot_time_seconds",
    "When the machine booted, in seconds since 1970.",
    [],
);
const RUNNING: Family<0> = Family::gauge("node_procs_running", "Processes that are ready to run.", []);
const BLOCKED: Family<0> = Family::gauge(
    "node_procs_blocked",
    "Processes that wait for input or output.",
    [],
);
const SOFTIRQS: Family<1> = Family::counter(
    "node_softirqs_total",
    "Soft interrupts served since boot.",
    ["vector"],
);

/// Soft interrupts in the order of the line `softirq`, after its total.
const VECTORS: [&str; 10] = [
    "hi",
    "timer",
    "net_tx",
    "net_rx",
    "block",
    "block_iopoll",
    "tasklet",
    "sched",
    "hrtimer",
    "rcu",
];

const SOFTIRQ: &str = "collector.stat.softirq";

/// Settings.
#[derive(Debug)]
pub(crate) struct State {
    /// Whether soft interrupts are written by vector.
    with_softirqs: bool,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Self {
        Self {
            with_softirqs: switch_value(matches, SOFTIRQ).unwrap_or(false),
        }
    }
}

pub(super) fn flags() -> Vec<Arg> {
    flags::switch(SOFTIRQ, "Report soft interrupts by vector (default: off)").into()
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    write(&node.paths.read_proc_table("stat")?, node.stat.with_softirqs, out)
}

/// Fails with `Parse` on a known line without its number, and still writes the others.
fn write(text: &str, with_softirqs: bool, out: &mut Exposition) -> Result<(), Error> {
    let mut result = Ok(());
    for (index, line) in text.lines().enumerate() {
        let mut words = line.split_ascii_whitespace();
        let family = match words.next() {
            Some("intr") => &INTERRUPTS,
            Some("ctxt") => &SWITCHES,
            Some("processes") => &FORKS,
            Some("btime") => &BOOT,
            Some("procs_running") => &RUNNING,
            Some("procs_blocked") => &BLOCKED,
            Some("softirq") if with_softirqs => {
                write_softirqs(words.skip(1), out);
                continue;
            }
            _ => continue,
        };
        match words.next().and_then(|word| word.parse::<u64>().ok()) {
            Some(value) => out.sample(family, [], value as f64),
            None => result = Err(Error::parse("stat", index + 1, line)),
        }
    }
    result
}

/// A kernel with fewer vectors has fewer samples.
fn write_softirqs<'a>(counts: impl Iterator<Item = &'a str>, out: &mut Exposition) {
    for (vector, count) in VECTORS.iter().zip(counts) {
        if let Ok(count) = count.parse::<u64>() {
            out.sample(&SOFTIRQS, [vector], count as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, with_softirqs: bool, expect: Expect) {
        let mut out = Exposition::default();
        let result = write(text, with_softirqs, &mut out).map_err(|error| error.to_string());
        let text = out.to_text();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        expect.assert_eq(&format!("{}\n{result:?}", samples.collect::<Vec<_>>().join("\n")));
    }

    const PI: &str = "\
cpu  301854 612 111922 8979004 3552 2 3944 0 44 36
cpu0 44490 19 21045 1087069 220 1 3410 0 2 1
intr 8885917 17 0 0 0 0 79281
ctxt 38014093
btime 1418183276
processes 26442
procs_running 2
procs_blocked 0
softirq 5057579 250191 1481983 1647 211099 186066 0 1783454 622196 12499 508444
";

    #[test]
    fn without_softirqs() {
        check(
            PI,
            false,
            expect![[r#"
                node_boot_time_seconds 1.418183276e+09
                node_context_switches_total 3.8014093e+07
                node_forks_total 26442
                node_intr_total 8.885917e+06
                node_procs_blocked 0
                node_procs_running 2
                Ok(())"#]],
        );
    }

    #[test]
    fn with_softirqs() {
        check(
            PI.lines().last().unwrap(),
            true,
            expect![[r#"
                node_softirqs_total{vector="hi"} 250191
                node_softirqs_total{vector="timer"} 1.481983e+06
                node_softirqs_total{vector="net_tx"} 1647
                node_softirqs_total{vector="net_rx"} 211099
                node_softirqs_total{vector="block"} 186066
                node_softirqs_total{vector="block_iopoll"} 0
                node_softirqs_total{vector="tasklet"} 1.783454e+06
                node_softirqs_total{vector="sched"} 622196
                node_softirqs_total{vector="hrtimer"} 12499
                node_softirqs_total{vector="rcu"} 508444
                Ok(())"#]],
        );
    }

    #[test]
    fn a_short_line_does_not_hide_the_others() {
        check(
            "ctxt\nbtime 1418183276\n",
            false,
            expect![[r#"
                node_boot_time_seconds 1.418183276e+09
                Err("parse stat line 1: \"ctxt\"")"#]],
        );
    }
}
