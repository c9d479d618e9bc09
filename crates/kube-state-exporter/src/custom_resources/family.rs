//! One configured family, and the lines that it writes of an object.

use std::cell::Cell;

use metrics_registry::exposition::number;
use serde_json::Value;

use super::labels::{FromPaths, Labels};
use super::metric::Metric;
use crate::lines::push_label;

/// What is told under one name of the objects of a kind.
#[derive(Debug)]
pub struct Family {
    /// Full name.
    pub name: String,
    /// One sentence for people.
    pub help: String,
    /// Labels of all objects of the resource.
    pub resource_labels: Labels,
    /// Labels of this family, over those of the resource.
    pub labels: Labels,
    /// Labels whose values stand in the object.
    pub from_paths: FromPaths,
    /// The samples.
    pub metric: Metric,
    /// Whether faults are told at debug only.
    pub quiet: bool,
    /// Whether a fault was told; the next ones are told at debug.
    pub told: Cell<bool>,
}

impl Family {
    /// Appends the lines of `object`, of the kind that `kind_labels` tell. Returns how much was not as configured.
    pub fn write(&self, object: &Value, kind_labels: &Labels, out: &mut String) -> usize {
        let mut base = self.resource_labels.clone();
        base.extend(kind_labels.clone());
        base.extend(self.labels.clone());
        self.from_paths.add(object, &mut base);
        let found = self.metric.samples(object);
        for sample in &found.samples {
            out.push_str(&self.name);
            out.push('{');
            let mut labels = base.clone();
            labels.extend(sample.labels.clone());
            for (at, (name, value)) in labels.iter().enumerate() {
                if 0 < at {
                    out.push(',');
                }
                push_label(out, name, value);
            }
            out.push_str("} ");
            number::write(out, sample.value);
            out.push('\n');
        }
        for fault in &found.faults {
            self.tell(object, fault);
        }
        found.faults.len()
    }

    fn tell(&self, object: &Value, fault: &str) {
        let metadata = object.get("metadata");
        let text = |key| {
            let value = metadata.and_then(|metadata| metadata.get(key));
            value.and_then(Value::as_str).unwrap_or_default()
        };
        let (family, namespace, name) = (self.name.as_str(), text("namespace"), text("name"));
        if self.quiet || self.told.replace(true) {
            log::debug!(family, namespace, name, fault; "custom resource not as configured");
        } else {
            log::warn!(family, namespace, name, fault; "custom resource not as configured; correct its path, or set errorLogV");
        }
    }
}
