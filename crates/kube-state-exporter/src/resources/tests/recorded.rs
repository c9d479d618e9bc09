//! What the reference tells of 250 objects, where the recording lies beside the project.

use std::collections::BTreeMap;
use std::path::Path;

use metrics_registry::Format;
use metrics_registry::parse::{Entry, entries};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Object, render, resource};

const RECORDING: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../../shared/reference/kube-cases"
);

#[derive(Deserialize)]
pub struct Case {
    name: String,
    pub resource: String,
    pub object: Box<RawValue>,
    pub allow_labels: Vec<String>,
    pub allow_annotations: Vec<String>,
    full: Vec<String>,
}

/// Samples with their labels in order, and how often each is there.
fn samples(text: &str) -> BTreeMap<String, u32> {
    let mut samples = BTreeMap::new();
    for entry in entries(text.as_bytes(), Format::Text004) {
        if let Entry::Sample(sample) = entry.unwrap() {
            let mut labels: Vec<_> = sample.labels.iter().collect();
            labels.sort();
            *samples
                .entry(format!("{} {labels:?} {}", sample.name, sample.value))
                .or_default() += 1;
        }
    }
    samples
}

/// The case's fault, if it has one.
fn check(case: &Case) -> Option<String> {
    let object = Object::Json(case.object.get().as_bytes());
    let labels: Vec<_> = case.allow_labels.iter().map(String::as_str).collect();
    let annotations: Vec<_> = case.allow_annotations.iter().map(String::as_str).collect();
    let text = match render(resource(&case.resource), object, &labels, &annotations) {
        Ok(text) => text,
        Err(error) => return Some(format!("{}/{}: {error:?}", case.resource, case.name)),
    };
    let (found, wanted) = (samples(&text), samples(&(case.full.join("\n") + "\n")));
    let only = |a: &BTreeMap<String, u32>, b: &BTreeMap<String, u32>| {
        let only = a.iter().filter(|(sample, count)| b.get(*sample) != Some(count));
        only.map(|(sample, _)| sample.clone())
            .collect::<Vec<_>>()
            .join("\n    ")
    };
    (found != wanted).then(|| {
        format!(
            "{}/{}\n  missing\n    {}\n  extra\n    {}",
            case.resource,
            case.name,
            only(&wanted, &found),
            only(&found, &wanted)
        )
    })
}

/// All cases; nothing, which is told, where the recording is not there.
#[expect(clippy::print_stderr, reason = "a test that did nothing must say so")]
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    if !Path::new(RECORDING).is_dir() {
        eprintln!("not compared with the reference: no recording in {RECORDING}");
        return cases;
    }
    for file in std::fs::read_dir(RECORDING).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        cases.extend(serde_json::from_str::<Vec<Case>>(&text).unwrap());
    }
    assert_eq!(cases.len(), 250);
    cases
}

#[test]
fn as_the_reference() {
    let cases = cases();
    let faults: Vec<_> = cases.iter().filter_map(check).collect();
    assert!(
        faults.is_empty(),
        "{} of {} cases:\n{}",
        faults.len(),
        cases.len(),
        faults.join("\n")
    );
}
