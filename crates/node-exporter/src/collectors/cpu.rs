//! What the CPUs spent their time on, from `/proc/stat`, with throttling, isolation and hotplug from sysfs.
//!
//! `--collector.cpu.info` adds `/proc/cpuinfo`, which the kernel formats anew for every reader (1 ms on a server).

mod info;
mod layout;
mod ticks;

use std::cell::RefCell;

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use exporter_http::flags::switch_value;
use metrics_registry::Exposition;

use self::info::Fields;
use self::layout::Layout;
use self::ticks::Ticks;
use crate::{Error, Node, flags};

const GUEST: &str = "collector.cpu.guest";

/// Settings, and what survives a scrape.
#[derive(Debug)]
pub(crate) struct State {
    with_guest: bool,
    /// Nothing without `--collector.cpu.info`.
    info: Option<Fields>,
    /// The highest counts seen, because the kernel's own sometimes go back.
    ticks: RefCell<Ticks>,
    /// Where the attributes in sysfs are; found again when CPUs come or go.
    layout: RefCell<Layout>,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            with_guest: switch_value(matches, GUEST).unwrap_or(true),
            info: Fields::new(matches)?,
            ticks: RefCell::default(),
            layout: RefCell::default(),
        })
    }
}

pub(super) fn flags() -> Vec<Arg> {
    let guest = flags::switch(GUEST, "Report time spent in guests apart too (default: on)");
    guest.into_iter().chain(info::flags()).collect()
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let state = &node.cpu;
    if let Some(fields) = &state.info {
        info::write(&node.paths.read_proc("cpuinfo")?, fields, out)?;
    }
    let mut ticks = state.ticks.borrow_mut();
    ticks.update(&node.paths.read_proc_table("stat")?)?;
    ticks.write(state.with_guest, out);
    let mut layout = state.layout.borrow_mut();
    layout.refresh(&node.paths);
    layout.write(&node.paths, out);
    Ok(())
}
