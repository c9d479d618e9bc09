//! Sensors of the hardware: temperatures, fans, voltages and alarms, from `/sys/class/hwmon`.
//!
//! Which chips and attributes there are is looked up once and again when the list of chips changes; a scrape then
//! reads one file for each number. An attribute whose driver answers with an error (`EAGAIN`, `ENXIO`, `ENODATA`) is
//! left out of that scrape. The kernel describes the files in `Documentation/hwmon/sysfs-interface.rst`.
//!
//! Names: `node_hwmon_<type>_<property>` gauge by `chip`, `sensor`: a number of a sensor, in the unit that the name
//! ends with; 0 or 1 for an alarm.
//! Names: `node_hwmon_<type>` gauge by `chip`, `sensor`: a sensor's number of a type that has no unit.
//! Names: `node_hwmon_<type>_joule_total` counter by `chip`, `sensor`: energy that the sensor counted.

mod attribute;
mod chip;

use std::cell::RefCell;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches};
use exporter_http::StartError;
use metrics_registry::{Exposition, Family};

use crate::filter::{Filter, Pair};
use crate::{Error, Node};

use self::chip::Chip;

const CHIPS: Pair = Pair {
    prefix: "collector.hwmon.chip",
    what: "chips",
    exclude_default: "",
    old_include: "",
    old_exclude: "",
};
const SENSORS: Pair = Pair {
    prefix: "collector.hwmon.sensor",
    what: "sensors, as chip;sensor",
    exclude_default: "",
    old_include: "",
    old_exclude: "",
};

const CHIP_NAME: Family<2> = Family::gauge(
    "node_hwmon_chip_names",
    "What the driver calls the chip; always 1.",
    ["chip", "chip_name"],
);
const SENSOR_LABEL: Family<3> = Family::gauge(
    "node_hwmon_sensor_label",
    "What the driver calls the sensor; always 1.",
    ["chip", "label", "sensor"],
);

const DIRECTORY: &str = "class/hwmon";
/// Chips at most; a big server has about 40.
const CHIPS_MAX: usize = 256;
/// An attribute that a driver adds later is found after this time at the latest.
const LAYOUT_AGE_MAX: Duration = Duration::from_secs(300);

pub(crate) fn flags() -> Vec<Arg> {
    [CHIPS.args(), SENSORS.args()].concat()
}

/// What the flags say, and the chips that were found.
#[derive(Debug)]
pub(crate) struct State {
    chips: Filter,
    sensors: Filter,
    layout: RefCell<Option<Layout>>,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        Ok(Self {
            chips: CHIPS.read(matches)?,
            sensors: SENSORS.read(matches)?,
            layout: RefCell::default(),
        })
    }
}

/// The chips of this machine.
#[derive(Debug)]
struct Layout {
    directories: Vec<Directory>,
    looked_up: Instant,
    /// Sorted by label.
    chips: Vec<Chip>,
}

/// The directory of a chip; its inode tells a chip from another that came in its place.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Directory {
    name: String,
    inode: u64,
}

pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let state = &node.hwmon;
    let root = node.paths.sysfs.join(DIRECTORY);
    let directories = directories(&root).map_err(|source| Error::read(&root, source))?;
    let mut layout = state.layout.borrow_mut();
    let layout = match layout.take() {
        Some(known) if known.directories == directories && known.looked_up.elapsed() < LAYOUT_AGE_MAX => {
            layout.insert(known)
        }
        old => {
            if old.is_some() {
                node.paths.forget(&root);
            }
            let names = directories.iter().map(|directory| directory.name.as_str());
            layout.insert(Layout {
                chips: chip::look_up(&root, names, state),
                directories,
                looked_up: Instant::now(),
            })
        }
    };
    for chip in &layout.chips {
        let read = |file: &str| node.paths.read_sys(file).ok()?.parse().ok();
        write(chip, read, out);
    }
    Ok(())
}

fn directories(root: &Path) -> io::Result<Vec<Directory>> {
    let mut directories: Vec<_> = std::fs::read_dir(root)?
        .filter_map(|entry| {
            let entry = entry.ok()?;
            // Follows the link to the device.
            let metadata = std::fs::metadata(entry.path()).ok()?;
            metadata.is_dir().then_some(())?;
            let name = entry.file_name().into_string().ok()?;
            let inode = metadata.ino();
            Some(Directory { name, inode })
        })
        .take(CHIPS_MAX)
        .collect();
    directories.sort_unstable();
    Ok(directories)
}

/// Writes one chip, of which `read` gives the numbers.
fn write(chip: &Chip, read: impl Fn(&str) -> Option<f64>, out: &mut Exposition) {
    if let Some(name) = &chip.name {
        out.sample(&CHIP_NAME, [&chip.label, name], 1.0);
    }
    for (sensor, text) in &chip.sensor_labels {
        out.sample(&SENSOR_LABEL, [&chip.label, text, sensor], 1.0);
    }
    for attribute in &chip.attributes {
        let Some(number) = read(&attribute.file) else {
            continue;
        };
        let metric = &attribute.metric;
        out.dynamic(
            &metric.name,
            format_args!("Sensor of the hardware: {}.", metric.words()),
            metric.kind,
            [("chip", chip.label.as_str()), ("sensor", &attribute.sensor)],
            metric.scale.apply(number),
        );
    }
}

#[cfg(test)]
mod tests;
