//! The parser test vectors of the OpenMetrics project: a body each, and whether it should be read.
//!
//! Prometheus' own parser is laxer than many of them, and so is ours; those are listed with what is not looked at.

use std::fs;

use metrics_registry::Format;
use metrics_registry::parse::entries;

use crate::archive;

/// How many there are.
const VECTORS: usize = 211;

/// Vectors that should be refused and are read: name, numbers, and what neither Prometheus nor we look at.
const LAXER: &[(&str, &[usize], &str)] = &[
    ("bad_clashing_names", &[0, 1, 2], "families of the same name"),
    (
        "bad_counter_values",
        &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        "counts below zero or NaN",
    ),
    (
        "bad_counter_values",
        &[10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
        "counts below zero or NaN",
    ),
    ("bad_exemplar_complex_chars", &[], "length of an exemplar"),
    ("bad_exemplars", &[6], "length of an exemplar"),
    (
        "bad_exemplars_on_unallowed_metric_types",
        &[0, 1, 2],
        "what an exemplar belongs to (looked at before 3.0)",
    ),
    (
        "bad_exemplars_on_unallowed_samples",
        &[0, 1, 2, 3],
        "what an exemplar belongs to (looked at before 3.0)",
    ),
    (
        "bad_grouping_or_ordering",
        &[0, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        "order of samples and timestamps",
    ),
    (
        "bad_histograms",
        &[0, 1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14],
        "whether a histogram is whole",
    ),
    (
        "bad_info_and_stateset_values",
        &[0, 1],
        "values of info and stateset",
    ),
    (
        "bad_invalid_labels",
        &[2, 5],
        "repeated labels (storage refuses them)",
    ),
    ("bad_metadata_in_wrong_place", &[0, 1, 2], "order of metadata"),
    (
        "bad_missing_or_extra_commas",
        &[2],
        "a comma after the last label (looked at before 3.0)",
    ),
    (
        "bad_missing_or_invalid_labels_for_a_type",
        &[0, 1, 2, 3, 4, 5, 6, 7],
        "labels that a type needs",
    ),
    ("bad_repeated_metadata", &[0, 1, 3], "repeated metadata"),
    (
        "bad_stateset_info_values",
        &[0, 1, 2, 3],
        "values of info and stateset",
    ),
    ("bad_unit", &[6, 7], "units of info and stateset"),
];

/// Whether the table lists a vector, `name` or `name_7`.
fn is_laxer(vector: &str) -> bool {
    LAXER
        .iter()
        .any(|(name, numbers, _)| match vector.strip_prefix(name) {
            Some("") => numbers.is_empty(),
            Some(rest) => rest
                .strip_prefix('_')
                .and_then(|number| number.parse().ok())
                .is_some_and(|number| numbers.contains(&number)),
            None => false,
        })
}

#[test]
fn verdicts_are_those_of_prometheus() {
    let Some(folder) = archive::unpack("openmetrics-vectors.tar.xz", "") else {
        return;
    };

    let mut seen = 0;
    let mut wrong = Vec::new();
    for vector in fs::read_dir(folder.path().join("parsers")).unwrap() {
        let vector = vector.unwrap();
        let name = vector.file_name().into_string().unwrap();
        let body = fs::read(vector.path().join("metrics")).unwrap();
        let verdict = fs::read_to_string(vector.path().join("test.json")).unwrap();
        let should_parse = verdict.replace(' ', "").contains("\"shouldParse\":true");
        let laxer = is_laxer(&name);
        let result = entries(&body, Format::OpenMetrics1).find_map(Result::err);
        seen += 1;
        if result.is_none() != (should_parse || laxer) {
            wrong.push(format!(
                "{name}: {}",
                result.map_or("read".to_owned(), |error| error.to_string())
            ));
        }
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(seen, VECTORS);
}
