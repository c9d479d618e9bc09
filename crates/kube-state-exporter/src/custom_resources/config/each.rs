//! The section `each` of a metric: its type, and the section of that type.

use std::collections::BTreeMap;

use settings::document::{Node, Refused};
use settings::read::{At, Keys, Read, parsed};

use super::label_name;
use crate::custom_resources::labels::FromPaths;
use crate::custom_resources::metric::{Each, Metric};
use crate::custom_resources::number::ValueType;
use crate::custom_resources::path::Path;

impl Read for Metric {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        let mut keys = Keys::of(node, &["type", "gauge", "info", "stateSet"])?;
        let kind: At<String> = keys
            .take("type")?
            .ok_or_else(|| (place, "type is missing: Gauge, Info or StateSet".to_owned()))?;
        let (key, read): (_, ReadMetric) = match kind.value.to_lowercase().as_str() {
            "gauge" => ("gauge", gauge),
            "info" => ("info", info),
            "stateset" => ("stateSet", state_set),
            other => {
                let reason = format!("{other:?} is not Gauge, Info or StateSet");
                return Err((kind.place, reason));
            }
        };
        let Section(node) = keys
            .take(key)?
            .ok_or_else(|| (place, format!("type is {}, but {key} is missing", kind.value)))?;
        read(node)
    }
}

/// Reads the section of one type.
type ReadMetric = fn(Node) -> Result<Metric, Refused>;

/// A section that is read later.
struct Section(Node);

impl Read for Section {
    fn read(node: Node) -> Result<Self, Refused> {
        Ok(Self(node))
    }
}

fn gauge(node: Node) -> Result<Metric, Refused> {
    let known = [
        "path",
        "labelsFromPath",
        "valueFrom",
        "valueType",
        "labelFromKey",
        "nilIsZero",
    ];
    let mut keys = Keys::of(node, &known)?;
    let each = Each::Gauge {
        value_from: keys.take("valueFrom")?.unwrap_or_default(),
        value_type: keys.take("valueType")?.unwrap_or_default(),
        label_from_key: take_label_name(&mut keys, "labelFromKey")?,
        nil_is_zero: keys.take("nilIsZero")?.unwrap_or_default(),
    };
    metric(keys, each)
}

fn info(node: Node) -> Result<Metric, Refused> {
    let mut keys = Keys::of(node, &["path", "labelsFromPath", "labelFromKey"])?;
    let each = Each::Info {
        label_from_key: take_label_name(&mut keys, "labelFromKey")?,
    };
    metric(keys, each)
}

fn state_set(node: Node) -> Result<Metric, Refused> {
    let place = node.place;
    let mut keys = Keys::of(
        node,
        &["path", "labelsFromPath", "valueFrom", "labelName", "list"],
    )?;
    let each = Each::StateSet {
        value_from: keys.take("valueFrom")?.unwrap_or_default(),
        label_name: take_label_name(&mut keys, "labelName")?,
        list: keys.take("list")?.unwrap_or_default(),
    };
    match &each {
        Each::StateSet { label_name, .. } if label_name.is_empty() => {
            Err((place, "labelName is missing".to_owned()))
        }
        _ => metric(keys, each),
    }
}

fn metric(mut keys: Keys, each: Each) -> Result<Metric, Refused> {
    let paths: BTreeMap<String, Path> = keys.take("labelsFromPath")?.unwrap_or_default();
    Ok(Metric {
        path: keys.take("path")?.unwrap_or_default(),
        labels: FromPaths::new(paths),
        each,
    })
}

impl Read for ValueType {
    fn read(node: Node) -> Result<Self, Refused> {
        parsed(node, "duration or quantity", |text| match text {
            "" => Some(Self::Any),
            "duration" => Some(Self::Duration),
            "quantity" => Some(Self::Quantity),
            _ => None,
        })
    }
}

fn take_label_name(keys: &mut Keys, key: &str) -> Result<String, Refused> {
    match keys.take::<At<String>>(key)? {
        Some(At { value, .. }) if value.is_empty() => Ok(value),
        Some(At { value, place }) => label_name(value).map_err(|reason| (place, reason)),
        None => Ok(String::new()),
    }
}
