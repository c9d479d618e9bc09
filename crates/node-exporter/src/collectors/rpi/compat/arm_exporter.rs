//! The names of carlosedp/arm_exporter and lukasmalkmus/rpi_exporter.

use metrics_registry::{Exposition, Family};

use crate::number;
use crate::source::Paths;

use super::super::Known;

const CPU_TEMPERATURE: Family<0> = Family::gauge(
    "rpi_cpu_temperature_celsius",
    "Degrees Celsius of the processor, as the kernel measures them.",
    [],
);
/// The old exporter gives the kernel's number as it is, and boards divide accordingly.
const CPU_FREQUENCY: Family<1> = Family::gauge(
    "rpi_cpu_frequency_hertz",
    "Frequency of a CPU in kilohertz, whatever the name says.",
    ["cpu"],
);
const GPU_TEMPERATURE: Family<0> = Family::gauge(
    "rpi_gpu_temperature_celsius",
    "Degrees Celsius of the processor, as the firmware measures them.",
    [],
);
const GPU_FREQUENCY: Family<1> = Family::gauge(
    "rpi_gpu_frequency_hertz",
    "Hertz that the firmware measures.",
    ["component"],
);

/// CPUs looked for at most; a Raspberry Pi has four.
const CPUS_MAX: usize = 64;

pub(super) fn write(known: Known<'_>, paths: &Paths, out: &mut Exposition) {
    if let Some(millidegrees) = number::sys(paths, "class/thermal/thermal_zone0/temp") {
        out.sample(&CPU_TEMPERATURE, [], millidegrees as f64 / 1000.0);
    }
    for cpu in 0..CPUS_MAX {
        let name = format!("devices/system/cpu/cpu{cpu}/cpufreq/scaling_cur_freq");
        let Some(kilohertz) = number::sys(paths, &name) else {
            break;
        };
        out.sample(&CPU_FREQUENCY, [&cpu.to_string()], kilohertz as f64);
    }
    if let Some(celsius) = known.reading.celsius_of("soc") {
        out.sample(&GPU_TEMPERATURE, [], celsius);
    }
    for (domain, hertz) in &known.reading.hertz {
        out.sample(&GPU_FREQUENCY, [domain], *hertz);
    }
}
