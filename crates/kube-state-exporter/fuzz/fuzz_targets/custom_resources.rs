//! Any configuration of custom resources with any object: refused, or told of in text that can be read back.
//!
//! Before the first `---` stands the configuration, and behind it the object.

#![no_main]

use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use kube_state_exporter::custom_resources::config::{Config, LIMITS};
use kube_state_exporter::custom_resources::definition::Definition;
use kube_state_exporter::custom_resources::resolve::resolve;
use kube_state_exporter::custom_resources::subject::subject;
use kube_state_exporter::filter::Filter;
use kube_state_exporter::resource::{Object, Rendered};
use libfuzzer_sys::fuzz_target;
use metrics_registry::Format;
use metrics_registry::parse::{Entry, entries};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (config, object) = text.split_once("\n---\n").unwrap_or((text, "{}"));
    let Ok(config) = settings::document::parse::<Config>(Path::new("c"), config, &LIMITS) else {
        return;
    };
    let foo = Definition {
        group: "myteam.io".to_owned(),
        version: "v1".to_owned(),
        kind: "Foo".to_owned(),
        plural: "foos".to_owned(),
        namespaced: true,
    };
    for (definition, entries_of_kind) in resolve(&config, &[foo]).kinds {
        let subject = subject(&definition, &entries_of_kind, &Filter::default(), &Rc::default());
        let mut out = Rendered::default();
        if (subject.render)(Object::Json(object.as_bytes()), &mut out).is_err() {
            continue;
        }
        assert_eq!(out.ends.len(), subject.headers.len());
        let mut start = 0;
        for (header, end) in std::iter::zip(&subject.headers, &out.ends) {
            let lines = &out.text[start..*end as usize];
            start = *end as usize;
            for entry in entries(lines, Format::Text004) {
                let Entry::Sample(sample) = entry.expect("a line that can be read") else {
                    panic!("not a sample");
                };
                assert_eq!(sample.name, &*header.name);
                let names: Vec<_> = sample.labels.iter().map(|(name, _)| name).collect();
                let unique: BTreeSet<_> = names.iter().collect();
                assert_eq!(names.len(), unique.len(), "a label twice");
            }
        }
        assert_eq!(start, out.text.len());
    }
});
