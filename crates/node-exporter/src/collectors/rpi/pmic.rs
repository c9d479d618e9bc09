//! Voltages and currents that the power chip of a Raspberry Pi 5 measures: the answer to `pmic_read_adc`.
//!
//! Each rail has a line for its current (` VDD_CORE_A current(7)=0.56259000A`) and one for its voltage
//! (` VDD_CORE_V volt(15)=0.76798460V`), but the 5 V input and the clock's battery, which have a voltage only.
//! The power of all rails is therefore not the power that the board draws.

use super::gencmd::decimal;

/// Rails kept at most; a Raspberry Pi 5 has 14.
const RAILS_MAX: usize = 64;

/// One rail, and what is measured of it.
#[derive(Debug, PartialEq)]
pub(super) struct Rail {
    /// `VDD_CORE`.
    pub(super) name: String,
    pub(super) volts: Option<f64>,
    pub(super) amperes: Option<f64>,
}

impl Rail {
    /// Nothing where the current is not measured.
    pub(super) fn watts(&self) -> Option<f64> {
        Some(self.volts? * self.amperes?)
    }
}

/// The rails in the order of the text; none where any line is not understood.
pub(super) fn parse(text: &str) -> Option<Vec<Rail>> {
    let mut rails: Vec<Rail> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (channel, value) = line.split_once('=')?;
        let (name, kind) = channel.split_once(' ')?;
        let (name, volts, amperes) = if kind.starts_with("volt(") {
            let volts = decimal(value.strip_suffix('V')?)?;
            (name.strip_suffix("_V")?, Some(volts), None)
        } else if kind.starts_with("current(") {
            let amperes = decimal(value.strip_suffix('A')?)?;
            (name.strip_suffix("_A")?, None, Some(amperes))
        } else {
            return None;
        };
        let known = rails.iter().position(|rail| rail.name == name);
        match known {
            Some(known) => {
                let rail = &mut rails[known];
                rail.volts = volts.or(rail.volts);
                rail.amperes = amperes.or(rail.amperes);
            }
            None if rails.len() == RAILS_MAX => return None,
            None => rails.push(Rail {
                name: name.to_owned(),
                volts,
                amperes,
            }),
        }
    }
    Some(rails)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lines_make_one_rail() {
        let rails = parse(
            " VDD_CORE_A current(7)=0.50000000A\n\
             \x20VDD_CORE_V volt(15)=0.75000000V\n\
             \x20   EXT5V_V volt(24)=5.14158000V\n",
        )
        .unwrap();
        let [core, input] = rails.as_slice() else {
            panic!("{rails:?}")
        };
        assert_eq!((core.name.as_str(), core.watts()), ("VDD_CORE", Some(0.375)));
        assert_eq!((input.volts, input.watts()), (Some(5.14158), None));
    }

    #[test]
    fn strange_lines() {
        for text in [
            "error=1 error_msg=\"Command not registered\"",
            "VDD_CORE_V volt(15)=V",
            "VDD_CORE_V current(15)=1A",
            "VDD_CORE volt(15)=1V",
            "VDD_CORE_V",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(""), Some(Vec::new()));
        let many: String = (0..=RAILS_MAX)
            .map(|rail| format!("R{rail}_V volt(1)=1V\n"))
            .collect();
        assert_eq!(parse(&many), None);
    }
}
