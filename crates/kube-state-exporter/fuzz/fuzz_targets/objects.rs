//! Any bytes, as an object of any kind in either format: refused, or told of in text that can be read back.
//!
//! The first byte chooses the kind and the second the format and the allow list; the rest is the object.
//! `seeds/objects` holds a small object of each kind in each format.

#![no_main]

use kube_state_exporter::allow_list::AllowList;
use kube_state_exporter::resource::{Object, Rendered, Settings};
use kube_state_exporter::resources;
use libfuzzer_sys::fuzz_target;
use metrics_registry::Format;
use metrics_registry::parse::{Entry, entries};

fuzz_target!(|data: &[u8]| {
    let [kind, format, object @ ..] = data else {
        return;
    };
    let resource = resources::ALL[usize::from(*kind) % resources::ALL.len()];
    let object = if format & 1 == 0 { Object::Json(object) } else { Object::Protobuf(object) };
    let list = AllowList::new(&["*"]).expect("a list");
    let (labels, annotations) = if format & 2 == 0 { (list.clone(), list) } else { Default::default() };
    let settings = Settings::new(resource, labels, annotations, |_| true);
    let mut out = Rendered::default();
    if (resource.render)(object, &settings, &mut out).is_err() {
        return;
    }
    assert_eq!(out.ends.len(), resource.families.len());
    let mut start = 0;
    for (family, end) in std::iter::zip(resource.families, &out.ends) {
        let lines = &out.text[start..*end as usize];
        start = *end as usize;
        assert!(lines.is_empty() || lines.ends_with(b"\n"));
        for entry in entries(lines, Format::Text004) {
            match entry.expect("a line that can be read") {
                Entry::Sample(sample) => {
                    assert_eq!(sample.name, family.name);
                    let mut names: Vec<_> = sample.labels.iter().map(|(name, _)| name).collect();
                    names.sort();
                    let count = names.len();
                    names.dedup();
                    assert_eq!(names.len(), count, "a label twice");
                }
                entry => panic!("not a sample: {entry:?}"),
            }
        }
    }
    assert_eq!(start, out.text.len());
});
