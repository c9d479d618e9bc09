//! Which chips and attributes there are.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::State;
use super::attribute::{FileName, Metric, clean};

/// Attributes of one chip at most; the largest known have about 300.
const ATTRIBUTES_MAX: usize = 1024;
/// Bytes of a name or label at most; the reference reads as many.
const TEXT_BYTES_MAX: usize = 128;
/// Anybody may read.
const READABLE: u32 = 0o444;

/// One chip, and what is read of it.
#[derive(Debug)]
pub(super) struct Chip {
    /// The label `chip`, which no other chip has.
    pub label: String,
    /// What the driver calls it; several chips may have the same name.
    pub name: Option<String>,
    /// Sensors and what the driver calls them.
    pub sensor_labels: Vec<(String, String)>,
    /// Sorted by sensor and property.
    pub attributes: Vec<Attribute>,
}

/// A file with one number.
#[derive(Debug)]
pub(super) struct Attribute {
    /// Below the root of sysfs.
    pub file: String,
    /// The label `sensor`: `temp1`.
    pub sensor: String,
    pub metric: Metric,
}

/// The chips in the directories `names` below `root`, but for those that the filters leave out; sorted by label.
pub(super) fn look_up<'a>(root: &Path, names: impl Iterator<Item = &'a str>, state: &State) -> Vec<Chip> {
    let names: Vec<_> = names.collect();
    let labels = labels(root, &names);
    let mut chips: Vec<_> = std::iter::zip(names, labels)
        .filter(|(_, label)| state.chips.passes(label))
        .map(|(name, label)| chip(root, name, label, state))
        .collect();
    chips.sort_by(|a, b| a.label.cmp(&b.label));
    chips
}

/// A label for each directory; those that come out the same get the driver's name behind them, and then the directory's.
fn labels(root: &Path, names: &[&str]) -> Vec<String> {
    let mut labels: Vec<_> = names.iter().map(|name| label(&root.join(name), name)).collect();
    for suffix in [
        |directory: &Path, _: &str| driver_name(directory),
        |_: &Path, name: &str| Some(clean(name)),
    ] {
        let before = labels.clone();
        for (label, name) in labels.iter_mut().zip(names) {
            let is_shared = before.iter().filter(|other| **other == *label).count() > 1;
            if is_shared && let Some(suffix) = suffix(&root.join(name), name) {
                *label = format!("{label}_{suffix}");
            }
        }
    }
    labels
}

/// The number in `hwmon3` depends on the order in which drivers came, so the device names the chip where it can.
fn label(directory: &Path, name: &str) -> String {
    let device = directory.join("device").canonicalize().unwrap_or_default();
    let parent = device.parent().map(last_name).unwrap_or_default();
    match (parent, last_name(&device)) {
        (parent, device) if !parent.is_empty() && !device.is_empty() => format!("{parent}_{device}"),
        (_, device) if !device.is_empty() => device,
        _ => driver_name(directory).unwrap_or_else(|| clean(name)),
    }
}

fn last_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    clean(&name.to_string_lossy())
}

fn driver_name(directory: &Path) -> Option<String> {
    let name = clean(&text(&directory.join("name"))?);
    (!name.is_empty()).then_some(name)
}

fn chip(root: &Path, name: &str, label: String, state: &State) -> Chip {
    let directory = root.join(name);
    // Drivers of the old kind have their attributes beside the link instead of below it; those count where both do.
    let mut files = BTreeMap::new();
    for place in ["", "device"] {
        list(&directory, place, &mut files);
    }
    let mut chip = Chip {
        name: driver_name(&directory),
        label,
        sensor_labels: Vec::new(),
        attributes: Vec::new(),
    };
    for ((sensor, property), path) in &files {
        if !state.sensors.passes(&format!("{};{sensor}", chip.label)) {
            continue;
        }
        let sensor_label = files
            .get(&(sensor.clone(), "label".to_owned()))
            .and_then(|label| text(&directory.join(label)));
        if property == "label" {
            chip.sensor_labels
                .extend(sensor_label.map(|text| (sensor.clone(), text)));
            continue;
        }
        let has_bare = files.contains_key(&(sensor.clone(), String::new()));
        let file = path.file_name().and_then(|name| name.to_str());
        let file = file.and_then(FileName::parse);
        let metric = file.and_then(|file| Metric::of(file, has_bare, sensor_label.is_some()));
        let path = Path::new(super::DIRECTORY).join(name).join(path);
        let (Some(metric), Some(path)) = (metric, path.to_str()) else {
            continue;
        };
        // The clocks of a graphics card go by their label.
        let sensor = match sensor_label {
            Some(text) if metric.name.ends_with("_freq_mhz") => clean(&text),
            _ => sensor.clone(),
        };
        chip.attributes.push(Attribute {
            file: path.to_owned(),
            sensor,
            metric,
        });
    }
    chip
}

/// Adds the attributes in `place` below `directory`, by sensor and property.
fn list(directory: &Path, place: &str, files: &mut BTreeMap<(String, String), PathBuf>) {
    let Ok(entries) = std::fs::read_dir(directory.join(place)) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        let name = entry.file_name();
        let Some(file) = name.to_str().and_then(FileName::parse) else {
            continue;
        };
        // Directories have such names too (`power`), and what only root may write cannot be read.
        let is_readable = entry
            .metadata()
            .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & READABLE != 0);
        if is_readable && files.len() < ATTRIBUTES_MAX {
            let key = (file.sensor(), file.property.to_owned());
            files.insert(key, Path::new(place).join(&name));
        }
    }
}

/// The first line of a small file, cut to 128 bytes; bytes that are not UTF-8 become U+FFFD.
fn text(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    let file = File::open(path).ok()?;
    file.take(TEXT_BYTES_MAX as u64).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(bytes.trim_ascii());
    Some(text.into_owned())
}
