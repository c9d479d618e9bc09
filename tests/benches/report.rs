//! Targets, and what was measured against them.

use std::process::ExitCode;

/// What was measured, and the targets of that.
#[derive(Default)]
pub struct Report {
    rows: Vec<(String, f64, f64)>,
}

impl Report {
    /// Adds a row.
    pub fn at_most(&mut self, what: &str, measured: f64, target: f64) {
        self.rows.push((what.to_owned(), measured, target));
    }

    /// Prints all rows; fails where one is over its target.
    pub fn verdict(&self) -> ExitCode {
        println!("\n{:<62} {:>9} {:>9}", "target", "measured", "at most");
        for (what, measured, target) in &self.rows {
            let word = if measured <= target { "held" } else { "MISSED" };
            println!("{what:<62} {measured:>9.3} {target:>9.3}  {word}");
        }
        match self.rows.iter().all(|(_, measured, target)| measured <= target) {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        }
    }
}
