//! Devices on PCI buses, from `/sys/bus/pci/devices`.
//!
//! A Raspberry Pi 4 has its USB controller there, a Pi 5 also its I/O chip and what stands in the M.2 slot. Names need
//! `--collector.pcidevice.names` and the file `pci.ids`, which is read once for each new device.

mod names;

use std::cell::RefCell;

use clap::{Arg, ArgMatches};
use exporter_http::flags::{switch_value, text};
use metrics_registry::{Exposition, Family};
use rustc_hash::FxHashMap;

use crate::flags::switch;
use crate::{Error, Node};

use self::names::{Identity, Names};

const NAMES: &str = "collector.pcidevice.names";
const IDS_FILE: &str = "collector.pcidevice.idsfile";
const DIRECTORY: &str = "bus/pci/devices";
/// Devices whose names are remembered; all are forgotten when there are more.
const NAMES_MAX: usize = 1024;

const INFO_HELP: &str = "What a PCI device is and where it stands; always 1.";
const INFO: Family<14> = Family::gauge(
    "node_pcidevice_info",
    INFO_HELP,
    [
        "bus",
        "class_id",
        "device",
        "device_id",
        "function",
        "parent_bus",
        "parent_device",
        "parent_function",
        "parent_segment",
        "revision",
        "segment",
        "subsystem_device_id",
        "subsystem_vendor_id",
        "vendor_id",
    ],
);
const NAMED_INFO: Family<19> = Family::gauge(
    "node_pcidevice_info",
    INFO_HELP,
    [
        "bus",
        "class_id",
        "class_name",
        "device",
        "device_id",
        "device_name",
        "function",
        "parent_bus",
        "parent_device",
        "parent_function",
        "parent_segment",
        "revision",
        "segment",
        "subsystem_device_id",
        "subsystem_device_name",
        "subsystem_vendor_id",
        "subsystem_vendor_name",
        "vendor_id",
        "vendor_name",
    ],
);

const fn gauge(name: &'static str, help: &'static str) -> Family<4> {
    Family::gauge(name, help, ["bus", "device", "function", "segment"])
}

/// An attribute, what its number is, and what it counts as where the device does not give it.
const NUMBERS: [(&str, Family<4>, f64); 7] = [
    (
        "max_link_width",
        gauge(
            "node_pcidevice_max_link_width",
            "Lanes that the device can use, -1 where it does not say.",
        ),
        -1.0,
    ),
    (
        "current_link_width",
        gauge(
            "node_pcidevice_current_link_width",
            "Lanes that the device uses, -1 where it does not say.",
        ),
        -1.0,
    ),
    (
        "d3cold_allowed",
        gauge(
            "node_pcidevice_d3cold_allowed",
            "1 where the device may be switched off as far as D3cold.",
        ),
        0.0,
    ),
    (
        "sriov_drivers_autoprobe",
        gauge(
            "node_pcidevice_sriov_drivers_autoprobe",
            "1 where new virtual functions of the device get a driver.",
        ),
        0.0,
    ),
    (
        "sriov_numvfs",
        gauge(
            "node_pcidevice_sriov_numvfs",
            "Virtual functions of the device that are on.",
        ),
        0.0,
    ),
    (
        "sriov_totalvfs",
        gauge(
            "node_pcidevice_sriov_totalvfs",
            "Virtual functions that the device can have.",
        ),
        0.0,
    ),
    (
        "sriov_vf_total_msix",
        gauge(
            "node_pcidevice_sriov_vf_total_msix",
            "Interrupt vectors for virtual functions of the device.",
        ),
        0.0,
    ),
];
const SPEEDS: [(&str, Family<4>); 2] = [
    (
        "max_link_speed",
        gauge(
            "node_pcidevice_max_link_transfers_per_second",
            "Transfers per second that the device can make, -1 where it does not say.",
        ),
    ),
    (
        "current_link_speed",
        gauge(
            "node_pcidevice_current_link_transfers_per_second",
            "Transfers per second that the device makes, -1 where it does not say.",
        ),
    ),
];
const NUMA_NODE: Family<4> = gauge(
    "node_pcidevice_numa_node",
    "Memory node that the device is near to.",
);
const POWER_STATE: Family<5> = Family::gauge(
    "node_pcidevice_power_state",
    "1 for the power state that the device is in, 0 for the others.",
    ["bus", "device", "function", "segment", "state"],
);
const POWER_STATES: [&str; 7] = ["D0", "D1", "D2", "D3cold", "D3hot", "error", "unknown"];

pub(crate) fn flags() -> Vec<Arg> {
    let file = Arg::new(IDS_FILE)
        .long(IDS_FILE)
        .value_name("FILE")
        .default_value("")
        .help("Names of PCI devices, where not in /usr/share/misc/pci.ids or /usr/share/hwdata/pci.ids");
    let names = switch(NAMES, "Report the names of PCI devices");
    [file].into_iter().chain(names).collect()
}

/// Whether and from where names are taken, and those found.
#[derive(Debug)]
pub(crate) struct State {
    with_names: bool,
    /// Empty for the usual places.
    ids_file: String,
    known: RefCell<FxHashMap<Identity, Names>>,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Self {
        Self {
            with_names: switch_value(matches, NAMES) == Some(true),
            ids_file: text(matches, IDS_FILE).to_owned(),
            known: RefCell::default(),
        }
    }

    /// Finds the names of the devices that are new.
    fn learn(&self, devices: &[Device]) {
        let mut known = self.known.borrow_mut();
        if known.len() > NAMES_MAX {
            known.clear();
        }
        let new: Vec<Identity> = devices.iter().map(|device| device.identity).collect();
        let new: Vec<Identity> = new
            .into_iter()
            .filter(|identity| !known.contains_key(identity))
            .collect();
        if !new.is_empty() {
            let names = names::find(&self.ids_file, &new);
            known.extend(new.into_iter().zip(names));
        }
    }
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let mut devices = Vec::new();
    let mut result = Ok(());
    for name in node.paths.list_sys(DIRECTORY)? {
        match Device::read(node, &name) {
            Ok(device) => devices.push(device),
            Err(error) => result = Err(error),
        }
    }
    if node.pcidevice.with_names {
        node.pcidevice.learn(&devices);
    }
    for device in &devices {
        device.write_info(&node.pcidevice, out);
        device.write_numbers(node, out);
    }
    result
}

/// Segment, bus, device and function, as labels.
#[derive(Debug, PartialEq, Eq)]
struct Location {
    segment: String,
    bus: String,
    device: String,
    function: String,
}

impl Location {
    /// Reads `0000:01:00.0`.
    fn parse(text: &str) -> Option<Self> {
        let number = |digits| u32::from_str_radix(digits, 16).ok();
        let (segment, rest) = text.split_once(':')?;
        let (bus, rest) = rest.split_once(':')?;
        let (device, function) = rest.split_once('.')?;
        Some(Self {
            segment: format!("{:04x}", number(segment)?),
            bus: format!("{:02x}", number(bus)?),
            device: format!("{:02x}", number(device)?),
            function: format!("{:x}", number(function)?),
        })
    }

    /// What stands for the place of a device that hangs on no other.
    fn none() -> Self {
        let [segment, bus, device, function] = std::array::from_fn(|_| "*".to_owned());
        Self {
            segment,
            bus,
            device,
            function,
        }
    }

    /// In the order of the labels.
    fn labels(&self) -> [&str; 4] {
        [&self.bus, &self.device, &self.function, &self.segment]
    }
}

/// One device.
#[derive(Debug)]
struct Device {
    /// Its name below the directory.
    name: String,
    location: Location,
    parent: Location,
    identity: Identity,
    revision: u32,
}

impl Device {
    fn read(node: &Node, name: &str) -> Result<Self, Error> {
        let path = node.paths.sysfs.join(DIRECTORY).join(name);
        let target = std::fs::read_link(&path).map_err(|source| Error::read(&path, source))?;
        let target = target.to_string_lossy();
        let mut parts = target.rsplit('/');
        let location = parts.next().and_then(Location::parse);
        let location = location.ok_or_else(|| Error::parse(DIRECTORY, 1, &target))?;
        // The last bridge hangs on `pci0000:00`, which is no device.
        let parent = parts
            .next()
            .and_then(Location::parse)
            .unwrap_or_else(Location::none);
        let number = |attribute| {
            let text = node.paths.read_sys(&format!("{DIRECTORY}/{name}/{attribute}"))?;
            let number = crate::number::parse(&text).and_then(|number| u32::try_from(number).ok());
            number.ok_or_else(|| Error::parse(DIRECTORY, 1, &text))
        };
        Ok(Self {
            name: name.to_owned(),
            location,
            parent,
            identity: Identity {
                class: number("class")?,
                vendor: number("vendor")?,
                device: number("device")?,
                subsystem_vendor: number("subsystem_vendor")?,
                subsystem_device: number("subsystem_device")?,
            },
            revision: number("revision")?,
        })
    }

    fn write_info(&self, state: &State, out: &mut Exposition) {
        let (location, parent, identity) = (&self.location, &self.parent, &self.identity);
        let class = format!("0x{:06x}", identity.class);
        let vendor = format!("0x{:04x}", identity.vendor);
        let device = format!("0x{:04x}", identity.device);
        let subsystem_vendor = format!("0x{:04x}", identity.subsystem_vendor);
        let subsystem_device = format!("0x{:04x}", identity.subsystem_device);
        let revision = format!("0x{:02x}", self.revision);
        let [bus, slot, function, segment] = location.labels();
        let [parent_bus, parent_slot, parent_function, parent_segment] = parent.labels();
        let known = state.known.borrow();
        match known.get(identity) {
            Some(names) => out.sample(
                &NAMED_INFO,
                [
                    bus,
                    &class,
                    &names.class,
                    slot,
                    &device,
                    &names.device,
                    function,
                    parent_bus,
                    parent_slot,
                    parent_function,
                    parent_segment,
                    &revision,
                    segment,
                    &subsystem_device,
                    &names.subsystem_device,
                    &subsystem_vendor,
                    &names.subsystem_vendor,
                    &vendor,
                    &names.vendor,
                ],
                1.0,
            ),
            None => out.sample(
                &INFO,
                [
                    bus,
                    &class,
                    slot,
                    &device,
                    function,
                    parent_bus,
                    parent_slot,
                    parent_function,
                    parent_segment,
                    &revision,
                    segment,
                    &subsystem_device,
                    &subsystem_vendor,
                    &vendor,
                ],
                1.0,
            ),
        }
    }

    fn write_numbers(&self, node: &Node, out: &mut Exposition) {
        let labels = self.location.labels();
        let read = |attribute: &str| {
            let path = format!("{DIRECTORY}/{}/{attribute}", self.name);
            node.paths.read_sys(&path).ok()
        };
        for (attribute, family, missing) in &NUMBERS {
            let number = read(attribute).and_then(|text| crate::number::parse(&text));
            out.sample(family, labels, number.map_or(*missing, |number| number as f64));
        }
        for (attribute, family) in &SPEEDS {
            let speed = read(attribute).and_then(|text| transfers_per_second(&text));
            out.sample(family, labels, speed.unwrap_or(-1.0));
        }
        // The kernel says -1 where it does not know.
        let numa_node = read("numa_node").and_then(|text| crate::number::parse(&text));
        if let Some(number) = numa_node {
            out.sample(&NUMA_NODE, labels, number as f64);
        }
        if let Some(current) = read("power_state").filter(|state| !state.is_empty()) {
            let [bus, device, function, segment] = labels;
            for state in POWER_STATES {
                let is_current = f64::from(u8::from(state == &*current));
                out.sample(&POWER_STATE, [bus, device, function, segment, state], is_current);
            }
        }
    }
}

/// Reads `8.0 GT/s PCIe`; nothing for `Unknown`. Kernels before 5.7 leave out the last word.
fn transfers_per_second(text: &str) -> Option<f64> {
    let (number, unit) = text.split_once(' ')?;
    let number: f64 = number.parse().ok()?;
    (unit.starts_with("GT/s") && number.is_finite()).then_some(number * 1e9)
}

#[cfg(test)]
mod tests;
