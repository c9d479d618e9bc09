//! The names of other exporters for Raspberry Pis, for boards and alerts that use them: `--collector.rpi.compat`.

mod arm_exporter;
mod pi5_exporter;
mod rpi_export;

use clap::{Arg, ArgAction, ArgMatches};
use metrics_registry::Exposition;

use crate::Error;
use crate::source::Paths;

use super::Known;

const COMPAT: &str = "collector.rpi.compat";

/// An exporter whose names are written beside our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compat {
    Arm,
    Pi5,
    Rpi,
}

const ALL: [(&str, Compat); 3] = [
    ("arm_exporter", Compat::Arm),
    ("pi5_exporter", Compat::Pi5),
    ("rpi_export", Compat::Rpi),
];

pub(super) fn flag() -> Arg {
    Arg::new(COMPAT)
        .long(COMPAT)
        .value_name("EXPORTER")
        .action(ArgAction::Append)
        .value_delimiter(',')
        .value_parser(ALL.map(|(name, _)| name))
        .help("Write the metrics under the names of this exporter too; may be repeated")
}

/// Each of the exporters that the command line names, once.
pub(super) fn chosen(matches: &ArgMatches) -> Vec<Compat> {
    let names: Vec<&String> = matches.get_many(COMPAT).into_iter().flatten().collect();
    ALL.into_iter()
        .filter(|(name, _)| names.iter().any(|given| given == name))
        .map(|(_, compat)| compat)
        .collect()
}

impl Compat {
    /// Writes what is known under the exporter's names. Fails where it needs more and cannot get it.
    pub(super) fn write(self, known: Known<'_>, paths: &Paths, out: &mut Exposition) -> Result<(), Error> {
        match self {
            Self::Arm => arm_exporter::write(known, paths, out),
            Self::Pi5 => pi5_exporter::write(known, out),
            Self::Rpi => return rpi_export::write(out),
        }
        Ok(())
    }
}
