//! A receiver that keeps every sample, and what the fake targets have said, to hold one against the other.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::daemon::Daemon;
use crate::fleet::{json, start};
use crate::{peer, python};

/// Bits of the NaN that says that a series has ended.
pub const STALE: u64 = 0x7ff0_0000_0000_0002;

/// Labels by name.
pub type Labels = BTreeMap<String, String>;

/// Writes the bodies of one fake target, as many as it is asked for, with a zero byte after each.
const BODIES: &str = "
import importlib.util, sys
spec = importlib.util.spec_from_file_location('fake_targets', sys.argv[1])
fake = importlib.util.module_from_spec(spec)
spec.loader.exec_module(fake)
target = fake.Target(int(sys.argv[2]), int(sys.argv[3]), None)
for _ in range(int(sys.argv[4])):
    sys.stdout.buffer.write(target.body() + b'\\0')
";

/// The receiver.
pub struct Sink {
    pub address: String,
    _process: Daemon,
}

/// What one series got, in the order of arrival: time in milliseconds and the bits of the value.
pub type Samples = Vec<(i64, u64)>;

impl Sink {
    /// Starts one on this port; `None` in a checkout without the programs.
    pub fn start(port: u16) -> Option<Self> {
        let counts = peer::reference("tools/rw_sink.py")?;
        let script = peer::checkout().join("tests/it/forwarding/recording_sink.py");
        let arguments = [
            counts.display().to_string(),
            "--port".to_owned(),
            port.to_string(),
        ];
        Some(Self {
            address: format!("127.0.0.1:{port}"),
            _process: start(&script, &arguments),
        })
    }

    /// How many scrapes of each instance it has heard of.
    pub fn scrapes(&self) -> BTreeMap<String, u64> {
        let counted = json(&self.address, "/scrapes");
        let counted = counted.as_object().unwrap().iter();
        counted
            .map(|(instance, count)| (instance.clone(), count.as_u64().unwrap()))
            .collect()
    }

    /// Everything that arrived, by series.
    pub fn samples(&self) -> BTreeMap<Labels, Samples> {
        let all = json(&self.address, "/samples");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let labels = |series: &Value| -> Labels {
            let pairs = series.as_array().unwrap().iter();
            pairs.map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
        };
        let series: Vec<Labels> = all["series"].as_array().unwrap().iter().map(labels).collect();
        let mut samples = BTreeMap::<Labels, Samples>::new();
        for sample in all["samples"].as_array().unwrap() {
            let series = &series[usize::try_from(sample[0].as_u64().unwrap()).unwrap()];
            let sample = (sample[1].as_i64().unwrap(), sample[2].as_u64().unwrap());
            samples.entry(series.clone()).or_default().push(sample);
        }
        samples
    }
}

/// What a fake target has said: by the number of the scrape and by series, as the target spells it.
pub struct Said(Vec<BTreeMap<String, f64>>);

impl Said {
    /// The first `scrapes` bodies of a target. Its numbers are made by chance that is the same in every process.
    pub fn by(target: u16, series: u16, scrapes: u64) -> Option<Self> {
        let targets = peer::reference("tools/fake_targets.py")?;
        let output = Command::new(python::interpreter())
            .args(["-c", BODIES])
            .arg(targets)
            .args([target.to_string(), series.to_string(), scrapes.to_string()])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let bodies = String::from_utf8(output.stdout).unwrap();
        let values = |body: &str| {
            let lines = body
                .lines()
                .filter(|line| !line.starts_with('#') && !line.is_empty());
            let pairs = lines.map(|line| line.rsplit_once(' ').unwrap());
            pairs
                .map(|(series, value)| (series.to_owned(), value.parse().unwrap()))
                .collect()
        };
        Some(Self(bodies.split_terminator('\0').map(values).collect()))
    }

    /// The value of a series in the scrape of this number, from 1 on.
    pub fn value(&self, scrape: u64, series: &str) -> Option<f64> {
        let scrape = usize::try_from(scrape).unwrap().checked_sub(1)?;
        self.0.get(scrape)?.get(series).copied()
    }
}

/// A series as the target spells it, without what the configuration adds.
pub fn spelled(labels: &Labels) -> String {
    let own = |name: &str| match name {
        // Added to series that have none.
        "device" if labels[name] == "none" => None,
        "mode" if labels[name] == "site" => None,
        "device" | "mode" | "le" => Some(name.to_owned()),
        "exported_mode" => Some("mode".to_owned()),
        _ => None,
    };
    // The targets write their labels in this order too, and whole bounds without a point.
    let pairs: BTreeSet<String> = labels
        .iter()
        .filter_map(|(name, value)| {
            let value = value.strip_suffix(".0").unwrap_or(value);
            Some(format!("{}=\"{value}\"", own(name)?))
        })
        .collect();
    let pairs: Vec<String> = pairs.into_iter().collect();
    match pairs.is_empty() {
        true => labels["__name__"].clone(),
        false => format!("{}{{{}}}", labels["__name__"], pairs.join(",")),
    }
}
