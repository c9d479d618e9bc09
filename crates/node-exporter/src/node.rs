//! What every collector gets.

use clap::ArgMatches;
use exporter_http::StartError;

use crate::collectors::{netclass, netdev, netstat};
use crate::netlink::Netlink;
use crate::source::Paths;

/// The roots and kept files, and per collector its settings and what survives a scrape.
#[derive(Debug)]
pub struct Node {
    /// The `--path.*` roots and the files read through them.
    pub paths: Paths,
    /// The kernel's tables of interfaces and addresses.
    pub netlink: Netlink,
    // One field per collector that has settings or state, in the order of their names:
    // `pub(crate) cpu: cpu::State`, built by `cpu::State::new(matches)?`.
    pub(crate) netclass: netclass::State,
    pub(crate) netdev: netdev::State,
    pub(crate) netstat: netstat::State,
}

impl Node {
    /// Reads the settings of every collector from the command line.
    ///
    /// Fails with one line that names the flag.
    pub fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            paths: crate::flags::paths(matches),
            netlink: Netlink::default(),
            netclass: netclass::State::new(matches)?,
            netdev: netdev::State::new(matches)?,
            netstat: netstat::State::new(matches)?,
        })
    }
}
