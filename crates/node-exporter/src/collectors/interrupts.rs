//! Interrupts by source and CPU, from `/proc/interrupts`.
//!
//! The first line names the CPUs; each next one is a source, a number for each of them, and what it is. A numbered
//! source has its controller first and its devices behind it. Lines with fewer numbers (`ERR`, `MIS`) are left out.
//! Flags: `--collector.interrupts.name-include` and `-exclude`, matched against `type;info;devices`, and
//! `--no-collector.interrupts.include-zeros`.

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::switch_value;
use metrics_registry::{Exposition, Family};

use crate::filter::{Filter, Pair};
use crate::flags::switch;
use crate::{Error, Node};

const FILE: &str = "interrupts";

const INTERRUPTS: Family<4> = Family::counter(
    "node_interrupts_total",
    "Interrupts that a CPU served, by source.",
    ["cpu", "devices", "info", "type"],
);

const NAMES: Pair = Pair {
    prefix: "collector.interrupts.name",
    what: "interrupts (type;info;devices)",
    exclude_default: "",
    old_include: "",
    old_exclude: "",
};
const INCLUDE_ZEROS: &str = "collector.interrupts.include-zeros";

/// Which interrupts are written.
#[derive(Debug)]
pub(crate) struct State {
    names: Filter,
    with_zeros: bool,
}

impl State {
    /// Fails where an expression is not valid or both are given.
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            names: NAMES.read(matches)?,
            with_zeros: switch_value(matches, INCLUDE_ZEROS).unwrap_or(true),
        })
    }
}

pub(super) fn flags() -> Vec<Arg> {
    let zeros = switch(
        INCLUDE_ZEROS,
        "Report interrupts that a CPU never served (default: on)",
    );
    NAMES.args().into_iter().chain(zeros).collect()
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let text = node.paths.read_proc(FILE)?;
    let mut lines = text.lines().enumerate();
    let (_, header) = lines.next().ok_or_else(|| Error::parse(FILE, 1, ""))?;
    let cpus: Vec<String> = header
        .split_ascii_whitespace()
        .enumerate()
        .map(|(cpu, _)| cpu.to_string())
        .collect();
    for (index, line) in lines {
        if let Some(source) = Source::parse(line, cpus.len()) {
            source
                .write(&node.interrupts, &cpus, out)
                .ok_or_else(|| Error::parse(FILE, index + 1, line))?;
        }
    }
    Ok(())
}

/// One line.
struct Source<'a> {
    kind: &'a str,
    info: String,
    devices: String,
    counts: &'a str,
}

impl<'a> Source<'a> {
    /// None on a line without a number for each CPU and something behind them.
    fn parse(line: &'a str, cpus: usize) -> Option<Self> {
        let (kind, counts) = line.split_once(':')?;
        let kind = kind.trim_start();
        let mut description = counts.split_ascii_whitespace().skip(cpus);
        let first = description.next()?;
        let rest: Vec<&str> = description.collect();
        let is_numbered = kind.parse::<u32>().is_ok();
        let (info, devices) = if is_numbered {
            (first.to_owned(), rest.join(" "))
        } else {
            ([&[first], &rest[..]].concat().join(" "), String::new())
        };
        Some(Self {
            kind,
            info,
            devices,
            counts,
        })
    }

    /// None where a count is not a number.
    fn write(&self, state: &State, cpus: &[String], out: &mut Exposition) -> Option<()> {
        let Self {
            kind, info, devices, ..
        } = self;
        if !state.names.passes(&format!("{kind};{info};{devices}")) {
            return Some(());
        }
        for (cpu, count) in std::iter::zip(cpus, self.counts.split_ascii_whitespace()) {
            let count: u64 = count.parse().ok()?;
            if 0 < count || state.with_zeros {
                out.sample(&INTERRUPTS, [cpu, devices, info, kind], count as f64);
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tree::samples;

    #[track_caller]
    fn check(flags: &[&str], text: &str, expect: Expect) {
        expect.assert_eq(&samples(collect, flags, &[("proc/interrupts", text)]));
    }

    const PI: &str = "           CPU0       CPU1       \n  \
                      9:          0          0     GICv2  25 Level     vgic\n \
                      16:     328511     322879  IR-IO-APIC-fasteoi   ehci_hcd:usb1, mmc0\n\
                      IPI0:         47       5031       Rescheduling interrupts\n\
                      LOC:1234567890123456789          7   Local timer interrupts\n\
                      ERR:          0\n";

    #[test]
    fn numbered_and_named_sources() {
        check(
            &[],
            PI,
            expect![[r#"
            node_interrupts_total{cpu="0",devices="25 Level vgic",info="GICv2",type="9"} 0
            node_interrupts_total{cpu="1",devices="25 Level vgic",info="GICv2",type="9"} 0
            node_interrupts_total{cpu="0",devices="ehci_hcd:usb1, mmc0",info="IR-IO-APIC-fasteoi",type="16"} 328511
            node_interrupts_total{cpu="1",devices="ehci_hcd:usb1, mmc0",info="IR-IO-APIC-fasteoi",type="16"} 322879
            node_interrupts_total{cpu="0",devices="",info="Rescheduling interrupts",type="IPI0"} 47
            node_interrupts_total{cpu="1",devices="",info="Rescheduling interrupts",type="IPI0"} 5031
            node_interrupts_total{cpu="0",devices="",info="Local timer interrupts",type="LOC"} 1.2345678901234568e+18
            node_interrupts_total{cpu="1",devices="",info="Local timer interrupts",type="LOC"} 7
        "#]],
        );
    }

    #[test]
    fn chosen_sources() {
        check(
            &["--no-collector.interrupts.include-zeros"],
            PI,
            expect![[r#"
            node_interrupts_total{cpu="0",devices="ehci_hcd:usb1, mmc0",info="IR-IO-APIC-fasteoi",type="16"} 328511
            node_interrupts_total{cpu="1",devices="ehci_hcd:usb1, mmc0",info="IR-IO-APIC-fasteoi",type="16"} 322879
            node_interrupts_total{cpu="0",devices="",info="Rescheduling interrupts",type="IPI0"} 47
            node_interrupts_total{cpu="1",devices="",info="Rescheduling interrupts",type="IPI0"} 5031
            node_interrupts_total{cpu="0",devices="",info="Local timer interrupts",type="LOC"} 1.2345678901234568e+18
            node_interrupts_total{cpu="1",devices="",info="Local timer interrupts",type="LOC"} 7
        "#]],
        );
        check(
            &["--collector.interrupts.name-include=^16;.*mmc0"],
            PI,
            expect![[r#"
                node_interrupts_total{cpu="0",devices="ehci_hcd:usb1, mmc0",info="IR-IO-APIC-fasteoi",type="16"} 328511
                node_interrupts_total{cpu="1",devices="ehci_hcd:usb1, mmc0",info="IR-IO-APIC-fasteoi",type="16"} 322879
            "#]],
        );
        check(
            &["--collector.interrupts.name-exclude=^[^L]"],
            PI,
            expect![[r#"
                node_interrupts_total{cpu="0",devices="",info="Local timer interrupts",type="LOC"} 1.2345678901234568e+18
                node_interrupts_total{cpu="1",devices="",info="Local timer interrupts",type="LOC"} 7
            "#]],
        );
    }

    #[test]
    fn truncated_and_strange() {
        check(
            &[],
            "",
            expect![[r#"
            parse interrupts line 1: ""
        "#]],
        );
        check(
            &[],
            "CPU0\n1:\n2: 3\n: 4 x\n",
            expect![[r#"
            node_interrupts_total{cpu="0",devices="",info="x",type=""} 4
        "#]],
        );
        check(
            &[],
            "CPU0\n1: x y\n",
            expect![[r#"
            parse interrupts line 2: "1: x y"
        "#]],
        );
        check(&[], "\u{fffd}\n\u{fffd}:\n", expect![[r#""#]]);
    }
}
