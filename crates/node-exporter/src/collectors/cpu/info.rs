//! What the CPUs are, from `/proc/cpuinfo`, with `--collector.cpu.info`.
//!
//! ARM kernels tell only the number, on 32 bits a model name, and `Features` in place of flags; the other labels are empty there.

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::{switch_value, text};
use metrics_registry::{Exposition, Family};
use procfs_core::{CpuInfo, FromBufRead as _};

use crate::filter::Filter;
use crate::{Error, collectors, flags};

const INFO: Family<10> = Family::gauge(
    "node_cpu_info",
    "What /proc/cpuinfo tells of the CPU, as labels; always 1.",
    [
        "cachesize",
        "core",
        "cpu",
        "family",
        "microcode",
        "model",
        "model_name",
        "package",
        "stepping",
        "vendor",
    ],
);
/// The fields of `/proc/cpuinfo` that become the labels of [`INFO`].
const FIELDS: [&str; 10] = [
    "cache size",
    "core id",
    "processor",
    "cpu family",
    "microcode",
    "model",
    "model name",
    "physical id",
    "stepping",
    "vendor_id",
];
const FREQUENCY: Family<3> = Family::gauge(
    "node_cpu_frequency_hertz",
    "Frequency of the CPU at this moment.",
    ["core", "cpu", "package"],
);
const FLAG: Family<1> = Family::gauge(
    "node_cpu_flag_info",
    "A flag of the first CPU, as a label; always 1.",
    ["flag"],
);
const BUG: Family<1> = Family::gauge(
    "node_cpu_bug_info",
    "A bug of the first CPU, as a label; always 1.",
    ["bug"],
);

const SWITCH: &str = "collector.cpu.info";
const FLAGS_INCLUDE: &str = "collector.cpu.info.flags-include";
const BUGS_INCLUDE: &str = "collector.cpu.info.bugs-include";

/// What is reported.
#[derive(Debug)]
pub(super) struct Fields {
    /// As in the reference, this goes with the collector `cpufreq`.
    with_frequency: bool,
    flags: Option<Filter>,
    bugs: Option<Filter>,
}

impl Fields {
    /// Nothing without `--collector.cpu.info`, which each of the two expressions implies.
    pub(super) fn new(matches: &ArgMatches) -> Result<Option<Self>, StartError> {
        let filter = |name| match text(matches, name) {
            "" => Ok(None),
            text => Filter::include(name, text).map(Some),
        };
        let is_cpufreq_on = || {
            let mut all = collectors::ALL.iter();
            all.any(|collector| collector.name == "cpufreq" && flags::is_on(matches, collector))
        };
        let fields = Self {
            with_frequency: is_cpufreq_on(),
            flags: filter(FLAGS_INCLUDE)?,
            bugs: filter(BUGS_INCLUDE)?,
        };
        let is_implied = fields.flags.is_some() || fields.bugs.is_some();
        let is_on = is_implied || switch_value(matches, SWITCH) == Some(true);
        Ok(is_on.then_some(fields))
    }
}

pub(super) fn flags() -> Vec<Arg> {
    let expression = |name, help| Arg::new(name).long(name).value_name("REGEX").help(help);
    let [on, off] = flags::switch(
        SWITCH,
        "Report what /proc/cpuinfo tells of the CPUs (default: off)",
    );
    vec![
        on,
        off,
        expression(FLAGS_INCLUDE, "Report the CPU's flags that match"),
        expression(BUGS_INCLUDE, "Report the CPU's bugs that match"),
    ]
}

/// Fails with `Parse` where the text is not that of `/proc/cpuinfo`.
pub(super) fn write(text: &str, fields: &Fields, out: &mut Exposition) -> Result<(), Error> {
    let info = CpuInfo::from_buf_read(text.as_bytes()).map_err(|_| Error::parse("cpuinfo", 1, text))?;
    let field = |cpu, name| info.get_field(cpu, name).unwrap_or_default();
    for cpu in 0..info.num_cores() {
        out.sample(&INFO, FIELDS.map(|name| field(cpu, name)), 1.0);
        let megahertz = field(cpu, "cpu MHz").parse::<f64>();
        if let (Ok(megahertz), true) = (megahertz, fields.with_frequency) {
            let labels = ["core id", "processor", "physical id"].map(|name| field(cpu, name));
            out.sample(&FREQUENCY, labels, megahertz * 1e6);
        }
    }
    let flags = [field(0, "flags"), field(0, "Features")].join(" ");
    write_words(&FLAG, &flags, fields.flags.as_ref(), out);
    write_words(&BUG, field(0, "bugs"), fields.bugs.as_ref(), out);
    Ok(())
}

fn write_words(family: &Family<1>, words: &str, filter: Option<&Filter>, out: &mut Exposition) {
    let Some(filter) = filter else { return };
    for word in words.split_ascii_whitespace() {
        if filter.passes(word) {
            out.sample(family, [word], 1.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let fields = Fields {
            with_frequency: true,
            flags: Some(Filter::include("", "^(aes|crc32)$").unwrap()),
            bugs: Some(Filter::include("", "^mds$").unwrap()),
        };
        let mut out = Exposition::default();
        let result = write(text, &fields, &mut out).map_err(|error| error.to_string());
        let text = out.to_text();
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        expect.assert_eq(&format!("{}\n{result:?}", samples.collect::<Vec<_>>().join("\n")));
    }

    #[test]
    fn laptop() {
        check(
            "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 142\n\
             model name\t: Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz\nstepping\t: 10\nmicrocode\t: 0xb4\n\
             cpu MHz\t\t: 799.998\ncache size\t: 8192 KB\nphysical id\t: 0\ncore id\t\t: 0\n\
             flags\t\t: fpu aes avx\nbugs\t\t: cpu_meltdown mds\n\n",
            expect![[r#"
                node_cpu_bug_info{bug="mds"} 1
                node_cpu_flag_info{flag="aes"} 1
                node_cpu_frequency_hertz{core="0",cpu="0",package="0"} 7.99998e+08
                node_cpu_info{cachesize="8192 KB",core="0",cpu="0",family="6",microcode="0xb4",model="142",model_name="Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz",package="0",stepping="10",vendor="GenuineIntel"} 1
                Ok(())"#]],
        );
    }

    #[test]
    fn pi_4_on_64_bits() {
        check(
            "processor\t: 0\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd crc32\nCPU implementer\t: 0x41\n\n\
             processor\t: 1\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd crc32\nCPU implementer\t: 0x41\n\n\
             Revision\t: c03114\nSerial\t\t: 10000000abcdef00\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n",
            expect![[r#"
                node_cpu_flag_info{flag="crc32"} 1
                node_cpu_info{cachesize="",core="",cpu="0",family="",microcode="",model="",model_name="",package="",stepping="",vendor=""} 1
                node_cpu_info{cachesize="",core="",cpu="1",family="",microcode="",model="",model_name="",package="",stepping="",vendor=""} 1
                Ok(())"#]],
        );
    }
}
