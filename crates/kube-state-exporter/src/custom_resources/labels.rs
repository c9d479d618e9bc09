//! Labels whose values stand in the object.

use std::collections::BTreeMap;

use serde_json::Value;

use super::number;
use super::path::Path;
use crate::label_name;

/// Names and values, in the order of the names.
pub type Labels = BTreeMap<String, String>;

/// Which labels are taken from where.
#[derive(Clone, Debug, Default)]
pub struct FromPaths {
    /// Sections of which each field becomes a label, by their names, `*` at the beginning or the end of each.
    sections: BTreeMap<String, Path>,
    /// Single labels; they count more than those of sections.
    single: BTreeMap<String, Path>,
}

impl FromPaths {
    /// Sorts the names: those that begin or end with `*` stand for sections.
    pub fn new(paths: impl IntoIterator<Item = (String, Path)>) -> Self {
        let is_section = |name: &str| name.starts_with('*') || name.ends_with('*');
        let (sections, single) = paths.into_iter().partition(|(name, _)| is_section(name));
        Self { sections, single }
    }

    /// Adds the labels that `value` has to `labels`, over those of the same name.
    pub fn add(&self, value: &Value, labels: &mut Labels) {
        for (name, path) in &self.sections {
            let Some(Value::Object(fields)) = path.get(value) else {
                continue;
            };
            for (key, value) in fields {
                let key = match name.strip_suffix('*') {
                    Some(prefix) => label(&format!("{prefix}{key}")),
                    None => label(key),
                };
                labels.insert(key, number::text(value));
            }
        }
        for (name, path) in &self.single {
            if let Some(value) = path.get(value) {
                labels.insert(label(name), number::text(value));
            }
        }
    }
}

/// A name that a label may have. The reference writes names that begin with a digit as they are, which nobody can read.
fn label(name: &str) -> String {
    let name = label_name::sanitize(name);
    match name.as_bytes().first() {
        Some(first) if !first.is_ascii_digit() => name.into_owned(),
        _ => format!("_{name}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(paths: &[(&str, &[&str])], expect: &[(&str, &str)]) {
        let object = json!({
            "spec": {"replicas": 1, "order": [{"value": true}, {"value": false}], "ratio": 0.5},
            "metadata": {
                "labels": {"foo": "bar", "app.kubernetes.io/name": "x", "9": "y"},
                "annotations": {"qux": "quxx", "bar": "baz"},
            },
        });
        let path = |(name, steps): &(&str, &[&str])| {
            let steps: Vec<_> = steps.iter().map(|step| (*step).to_owned()).collect();
            ((*name).to_owned(), Path::parse(&steps).unwrap())
        };
        let mut labels = Labels::from([("foo".to_owned(), "before".to_owned())]);
        FromPaths::new(paths.iter().map(path)).add(&object, &mut labels);
        let labels: Vec<_> = labels
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(labels, expect);
    }

    #[test]
    fn single_values() {
        check(
            &[
                ("bool", &["spec", "order", "-1", "value"]),
                ("count", &["spec", "replicas"]),
                ("ratio", &["spec", "ratio"]),
                ("the-list", &["spec", "order"]),
                ("absent", &["spec", "nothing"]),
            ],
            &[
                ("bool", "false"),
                ("count", "1"),
                ("foo", "before"),
                ("ratio", "0.5"),
                ("the_list", "[map[value:true] map[value:false]]"),
            ],
        );
    }

    #[test]
    fn sections() {
        check(
            &[
                ("*1", &["metadata", "annotations"]),
                ("bar", &["metadata", "labels", "foo"]),
                ("note_*", &["metadata", "annotations"]),
                ("*", &["spec", "replicas"]),
            ],
            &[
                ("bar", "bar"),
                ("foo", "before"),
                ("note_bar", "baz"),
                ("note_qux", "quxx"),
                ("qux", "quxx"),
            ],
        );
    }

    #[test]
    fn keys_become_names_that_labels_may_have() {
        check(
            &[
                ("*", &["metadata", "labels"]),
                ("**", &["metadata", "annotations"]),
            ],
            &[
                ("_9", "y"),
                ("_bar", "baz"),
                ("_qux", "quxx"),
                ("app_kubernetes_io_name", "x"),
                ("foo", "bar"),
            ],
        );
    }
}
