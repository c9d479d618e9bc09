//! From where on a number deserves the owner's attention.

/// How bad a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing to do.
    Fine,
    /// Should be looked at this week.
    Warning,
    /// Should be looked at now.
    Critical,
}

/// Two limits, and the words that say that they were reached.
#[derive(Debug)]
pub struct Thresholds {
    /// The smallest number that warns.
    pub warning: f64,
    /// The smallest number that is critical.
    pub critical: f64,
    warning_word: &'static str,
    critical_word: &'static str,
}

/// Used memory, in percent.
pub const MEMORY: Thresholds = Thresholds {
    warning: 85.0,
    critical: 95.0,
    warning_word: "high",
    critical_word: "full",
};
/// Used share of a file system, in percent.
pub const DISK: Thresholds = Thresholds {
    warning: 85.0,
    critical: 95.0,
    warning_word: "filling",
    critical_word: "full",
};
/// Temperature in °C. A Pi slows down from 80 °C on.
pub const TEMPERATURE: Thresholds = Thresholds {
    warning: 70.0,
    critical: 80.0,
    warning_word: "warm",
    critical_word: "hot",
};

impl Thresholds {
    /// How bad a number is. It is rounded as it is shown, so that 80 °C never looks like two different things.
    pub fn level(&self, number: f64) -> Level {
        let number = number.round();
        if self.critical <= number {
            Level::Critical
        } else if self.warning <= number {
            Level::Warning
        } else {
            Level::Fine
        }
    }

    /// The word for a level; empty for one that is fine.
    pub fn word(&self, level: Level) -> &'static str {
        match level {
            Level::Fine => "",
            Level::Warning => self.warning_word,
            Level::Critical => self.critical_word,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(thresholds: &Thresholds, number: f64, expect: &str) {
        assert_eq!(thresholds.word(thresholds.level(number)), expect);
    }

    #[test]
    fn limits_belong_to_the_worse_level() {
        check(&DISK, 84.4, "");
        check(&DISK, 84.5, "filling");
        check(&DISK, 94.4, "filling");
        check(&DISK, 94.5, "full");
        check(&MEMORY, 90.0, "high");
        check(&TEMPERATURE, 69.4, "");
        check(&TEMPERATURE, 70.0, "warm");
        check(&TEMPERATURE, 80.0, "hot");
        check(&TEMPERATURE, f64::NAN, "");
    }
}
