//! What the firmware says about itself and the board, asked anew in each scrape.

use crate::Error;

use super::gencmd::{self, hertz, measured};
use super::mailbox::Transport;
use super::pmic::{self, Rail};
use super::throttled::Throttled;

/// The voltages. A name that the firmware does not know is answered with the voltage of the core, so these are exact.
const VOLTAGES: [&str; 4] = ["core", "sdram_c", "sdram_i", "sdram_p"];
/// The clocks; those that a board does not have are not answered, and those that stand still are 0.
const CLOCKS: [&str; 13] = [
    "arm", "core", "dpi", "emmc", "h264", "hdmi", "hevc", "isp", "pixel", "pwm", "uart", "v3d", "vec",
];

/// One round of questions. What the firmware does not know is left out.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub(super) throttled: Option<Throttled>,
    /// Degrees Celsius by sensor, `soc` and `pmic`.
    pub(super) celsius: Vec<(&'static str, f64)>,
    /// Volts by domain.
    pub(super) volts: Vec<(&'static str, f64)>,
    /// Hertz by domain.
    pub(super) hertz: Vec<(&'static str, f64)>,
    /// Of a Raspberry Pi 5 only.
    pub(super) rails: Vec<Rail>,
}

impl Reading {
    /// Asks everything of a board with this chip. What was answered before the transport failed is kept.
    ///
    /// Fails where the transport does, and asks no more then: the kernel waits a second for a firmware that hangs.
    pub(super) fn take(&mut self, transport: &dyn Transport, soc: &str) -> Result<(), Error> {
        let ask = |command: &str| Ok::<_, Error>(gencmd::run(transport, command)?.unwrap_or_default());
        self.throttled = Throttled::parse(&ask("get_throttled")?);
        self.rails = pmic::parse(&ask("pmic_read_adc")?).unwrap_or_default();
        let celsius = |text: &str| measured(text, "temp=", "'C");
        self.celsius
            .extend(celsius(&ask("measure_temp")?).map(|value| ("soc", value)));
        // Older boards have no power chip with a sensor, and may not look at the argument.
        if soc == "bcm2711" || !self.rails.is_empty() {
            let value = celsius(&ask("measure_temp pmic")?);
            self.celsius.extend(value.map(|value| ("pmic", value)));
        }
        for domain in VOLTAGES {
            let value = measured(&ask(&format!("measure_volts {domain}"))?, "volt=", "V");
            self.volts.extend(value.map(|value| (domain, value)));
        }
        for domain in CLOCKS {
            let value = hertz(&ask(&format!("measure_clock {domain}"))?);
            self.hertz.extend(value.map(|value| (domain, value)));
        }
        Ok(())
    }

    /// Of all rails whose voltage and current are measured; nothing where none is.
    pub(super) fn watts(&self) -> Option<f64> {
        let watts = self.rails.iter().filter_map(Rail::watts);
        watts.reduce(|sum, watts| sum + watts)
    }

    pub(super) fn celsius_of(&self, sensor: &str) -> Option<f64> {
        let found = self.celsius.iter().find(|(name, _)| *name == sensor);
        found.map(|(_, value)| *value)
    }
}
