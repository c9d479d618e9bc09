//! What a family tells of an object: a number, a text as labels, or which of some states holds.
//!
//! A path that leads to a list or a section gives a sample for each of its items, as in the reference.

use serde_json::Value;

use super::labels::{FromPaths, Labels};
use super::number::ValueType;
use super::path::Path;

/// One family's samples of an object.
#[derive(Clone, Debug)]
pub struct Metric {
    /// Where to begin.
    pub path: Path,
    /// Labels whose values stand below `path`.
    pub labels: FromPaths,
    /// What is told.
    pub each: Each,
}

/// What is told of what stands at the path.
#[derive(Clone, Debug)]
pub enum Each {
    /// A number.
    Gauge {
        /// Where the number stands, below the path.
        value_from: Path,
        /// How a text becomes a number.
        value_type: ValueType,
        /// Label for the keys of a section; empty where there is none.
        label_from_key: String,
        /// Whether what is not there counts as 0.
        nil_is_zero: bool,
    },
    /// Always 1; the labels tell.
    Info {
        /// As in `Gauge`.
        label_from_key: String,
    },
    /// A sample for each state: 1 for the one that holds.
    StateSet {
        /// Where the state stands, below the path.
        value_from: Path,
        /// Label for the state.
        label_name: String,
        /// All states.
        list: Vec<String>,
    },
}

/// Labels and value.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Labels beyond those that all samples of the family have.
    pub labels: Labels,
    /// Value.
    pub value: f64,
}

/// Samples, and what was not as the configuration expects.
#[derive(Debug, Default)]
pub struct Samples {
    /// Sorted by labels; no two have the same.
    pub samples: Vec<Sample>,
    /// One line each.
    pub faults: Vec<String>,
}

/// How a section's field is told when another item has the same labels: one that was meant goes before one that is missing.
const MEANT: u8 = 0;
const MISSING: u8 = 1;

#[derive(Debug, Default)]
struct Found {
    samples: Vec<(Sample, u8)>,
    faults: Vec<String>,
}

impl Metric {
    /// Reads an object.
    pub fn samples(&self, object: &Value) -> Samples {
        let mut found = Found::default();
        let value = self.path.get(object);
        match &self.each {
            Each::Gauge { .. } => self.gauge(value, &mut found),
            Each::Info { label_from_key } => self.info(label_from_key, value, &mut found),
            Each::StateSet { .. } => match value {
                Some(Value::Array(items)) => items
                    .iter()
                    .for_each(|item| self.state_set(Some(item), &mut found)),
                value => self.state_set(value, &mut found),
            },
        }
        let Found { mut samples, faults } = found;
        samples.sort_by(|(a, rank), (b, other)| (&a.labels, rank).cmp(&(&b.labels, other)));
        samples.dedup_by(|(next, _), (kept, _)| next.labels == kept.labels);
        Samples {
            samples: samples.into_iter().map(|(sample, _)| sample).collect(),
            faults,
        }
    }

    fn gauge(&self, value: Option<&Value>, found: &mut Found) {
        let Each::Gauge {
            value_from,
            value_type,
            label_from_key,
            ..
        } = &self.each
        else {
            return;
        };
        match value {
            Some(section @ Value::Object(fields)) => {
                for (key, item) in fields {
                    let number = match value_from.field() {
                        // The number may stand in the section itself.
                        Some(field) if field == key => match value_type.number(item) {
                            Ok(number) => Some((number, MEANT)),
                            Err(fault) => {
                                found.faults.push(format!("{key}: {fault}"));
                                None
                            }
                        },
                        // As in the reference, items of which nothing can be made are passed over.
                        _ => self.value(Some(item)).unwrap_or(None),
                    };
                    let Some((value, rank)) = number else { continue };
                    let mut labels = Labels::new();
                    if !key.is_empty() && !label_from_key.is_empty() {
                        labels.insert(label_from_key.clone(), key.clone());
                    }
                    self.labels.add(item, &mut labels);
                    self.labels.add(section, &mut labels);
                    found.samples.push((Sample { labels, value }, rank));
                }
            }
            Some(Value::Array(items)) => items.iter().for_each(|item| self.number(Some(item), found)),
            value => self.number(value, found),
        }
    }

    /// One number and its labels.
    fn number(&self, item: Option<&Value>, found: &mut Found) {
        match self.value(item) {
            Ok(Some((value, rank))) => {
                let mut labels = Labels::new();
                if let Some(item) = item {
                    self.labels.add(item, &mut labels);
                }
                found.samples.push((Sample { labels, value }, rank));
            }
            Ok(None) => {}
            Err(fault) => found.faults.push(fault),
        }
    }

    /// The number below `item`. Nothing where the item is there and the number is not.
    fn value(&self, item: Option<&Value>) -> Result<Option<(f64, u8)>, String> {
        let Each::Gauge {
            value_from,
            value_type,
            nil_is_zero,
            ..
        } = &self.each
        else {
            return Ok(None);
        };
        let item = item.filter(|item| !item.is_null());
        match item.and_then(|item| value_from.get(item)) {
            Some(value) => value_type.number(value).map(|number| Some((number, MEANT))),
            None if *nil_is_zero => Ok(Some((0.0, MISSING))),
            None if item.is_none() => Err("nothing stands at the path".to_owned()),
            None => Ok(None),
        }
    }

    fn info(&self, label_from_key: &str, value: Option<&Value>, found: &mut Found) {
        let mut tell = |value: &Value, mut labels: Labels| {
            self.labels.add(value, &mut labels);
            if !labels.is_empty() {
                found.samples.push((Sample { labels, value: 1.0 }, MEANT));
            }
        };
        match value {
            None => {}
            Some(Value::Array(items)) => {
                for item in items.iter().filter(|item| !item.is_null()) {
                    tell(item, Labels::new());
                }
            }
            Some(section @ Value::Object(fields)) => {
                for (key, item) in fields {
                    let key = Some(key).filter(|key| !key.is_empty() && !label_from_key.is_empty());
                    tell(
                        item,
                        key.map(|key| (label_from_key.to_owned(), key.clone()))
                            .into_iter()
                            .collect(),
                    );
                }
                tell(section, Labels::new());
            }
            Some(value) => tell(value, Labels::new()),
        }
    }

    fn state_set(&self, item: Option<&Value>, found: &mut Found) {
        let Each::StateSet {
            value_from,
            label_name,
            list,
        } = &self.each
        else {
            return;
        };
        let value = item.and_then(|item| value_from.get(item));
        let (Some(item), Some(Value::String(holds))) = (item, value) else {
            // An object that is new has no status yet.
            if !self.path.begins_with("status") {
                let shown = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
                found.faults.push(format!("expected a text, found {shown}"));
            }
            return;
        };
        for state in list {
            let mut labels = Labels::from([(label_name.clone(), state.clone())]);
            self.labels.add(item, &mut labels);
            let value = f64::from(u8::from(state == holds));
            found.samples.push((Sample { labels, value }, MEANT));
        }
    }
}
