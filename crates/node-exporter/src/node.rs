//! What every collector gets.

use clap::ArgMatches;
use exporter_http::StartError;

use crate::collectors::{interrupts, os, powersupplyclass, rapl, slabinfo, stat, tapestats, vmstat};
use crate::source::Paths;

/// The roots and kept files, and per collector its settings and what survives a scrape.
#[derive(Debug)]
pub struct Node {
    /// The `--path.*` roots and the files read through them.
    pub paths: Paths,
    /// Which interrupts are written.
    pub(crate) interrupts: interrupts::State,
    /// The parsed os-release file.
    pub(crate) os: os::State,
    /// Which power supplies are written.
    pub(crate) powersupplyclass: powersupplyclass::State,
    /// Where the zone is named.
    pub(crate) rapl: rapl::State,
    /// Which object caches are written.
    pub(crate) slabinfo: slabinfo::State,
    /// Whether soft interrupts are written.
    pub(crate) stat: stat::State,
    /// Which tape drives are written.
    pub(crate) tapestats: tapestats::State,
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
            interrupts: interrupts::State::new(matches)?,
            os: os::State::default(),
            powersupplyclass: powersupplyclass::State::new(matches)?,
            rapl: rapl::State::new(matches),
            slabinfo: slabinfo::State::new(matches)?,
            stat: stat::State::new(matches),
            tapestats: tapestats::State::new(matches)?,
            vmstat: vmstat::State::new(matches)?,
        })
    }
}
