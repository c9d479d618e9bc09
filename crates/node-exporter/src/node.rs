//! What every collector gets.

use clap::ArgMatches;
use exporter_http::StartError;

use crate::collectors::{os, stat, vmstat};
use crate::source::Paths;

/// The roots and kept files, and per collector its settings and what survives a scrape.
#[derive(Debug)]
pub struct Node {
    /// The `--path.*` roots and the files read through them.
    pub paths: Paths,
    /// The parsed os-release file.
    pub(crate) os: os::State,
    /// Whether soft interrupts are written.
    pub(crate) stat: stat::State,
    /// Which fields are written.
    pub(crate) vmstat: vmstat::State,
}

impl Node {
    /// Reads the settings of every collector from the command line.
    ///
    /// Fails with one line that names the flag.
    pub fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            paths: crate::flags::paths(matches),
            os: os::State::default(),
            stat: stat::State::new(matches),
            vmstat: vmstat::State::new(matches)?,
        })
    }
}
