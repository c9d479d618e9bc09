//! Rules as they stand in a configuration.

use std::path::{Path, PathBuf};

use super::*;
use crate::config::Config;

fn rules(yaml: &str) -> Result<Vec<Rule>, String> {
    let text = format!("scrape_configs: [{{job_name: node, relabel_configs: [{yaml}]}}]");
    let config = Config::parse(Path::new("c.yml"), &text).map_err(|error| error.to_string())?;
    Ok(config.jobs[0].relabel.clone())
}

#[track_caller]
fn check(yaml: &str, labels: &[(&str, &str)], expect: &str) {
    let mut set: Labels = labels
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let shown = match rules(yaml) {
        Err(error) => error,
        Ok(rules) => match apply(&rules, &mut set) {
            Ok(()) => set
                .iter()
                .map(|(name, value)| format!("{name}={value} "))
                .collect(),
            Err(at) => format!("dropped by {at}"),
        },
    };
    assert_eq!(shown.trim_end(), expect);
}

#[test]
fn replace() {
    let labels = [("__address__", "pi:9100"), ("a", "b")];
    check(
        "{source_labels: [__address__], regex: '(.*):.*', target_label: instance}",
        &labels,
        "__address__=pi:9100 a=b instance=pi",
    );
    check(
        "{target_label: a, replacement: ''}",
        &labels,
        "__address__=pi:9100",
    );
    check(
        "{target_label: c, replacement: d}",
        &labels,
        "__address__=pi:9100 a=b c=d",
    );
    check(
        "{source_labels: [a], regex: '', target_label: c, replacement: d}",
        &labels,
        "__address__=pi:9100 a=b",
    );
    check(
        "{source_labels: [a], target_label: 'x_$1', replacement: 'y$$'}",
        &labels,
        "__address__=pi:9100 a=b x_b=y$",
    );
}

#[test]
fn expressions_match_the_whole_value() {
    check(
        "{source_labels: [a], regex: b, action: keep}",
        &[("a", "abc")],
        "dropped by 0",
    );
    check(
        "{source_labels: [a], regex: a|b, action: keep}",
        &[("a", "ab")],
        "dropped by 0",
    );
    check(
        "{source_labels: [a], regex: '.*', action: drop}",
        &[("a", "x\ny")],
        "dropped by 0",
    );
}

#[test]
fn refused() {
    let head = "c.yml:1:";
    for (yaml, reason) in [
        (
            "{regex: '(', target_label: a}",
            "expression \"(\": found open group without closing ')'",
        ),
        (
            "{action: hash, target_label: a}",
            "unknown action \"hash\" (replace, keep, drop, keepequal, dropequal, hashmod, lowercase, uppercase, labelmap, \
             labeldrop or labelkeep)",
        ),
        (
            "{action: hashmod, target_label: a}",
            "hashmod takes a modulus that is not 0",
        ),
        ("{action: replace}", "replace takes a target_label"),
        (
            "{action: uppercase, target_label: a, replacement: b}",
            "uppercase takes no replacement",
        ),
        (
            "{action: labeldrop, source_labels: [a]}",
            "labeldrop takes regex and nothing else",
        ),
        (
            "{action: keepequal, target_label: a, regex: b}",
            "keepequal takes source_labels and target_label and nothing else",
        ),
        (
            "{action: labelmap, replacement: ''}",
            "labelmap takes a replacement",
        ),
    ] {
        let error = rules(yaml).unwrap_err();
        assert!(error.starts_with(head), "{error}");
        assert!(error.ends_with(&format!(": {reason}")), "{yaml}: {error}");
    }
}

/// The cases of the reference, where they are at hand.
#[test]
fn cases_of_prometheus() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/relabel_cases.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        #[expect(clippy::print_stderr, reason = "a test that was left out says so")]
        {
            eprintln!("left out: no {}", path.display());
        }
        return;
    };
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert!(25 <= cases.len());
    for case in cases {
        let configs = case["relabel_configs"].as_array().unwrap();
        let yaml: Vec<String> = configs.iter().map(serde_json::Value::to_string).collect();
        let rules = rules(&yaml.join(", ")).unwrap();
        let mut labels: Labels = serde_json::from_value(case["input"].clone()).unwrap();
        let kept = apply(&rules, &mut labels).is_ok();
        assert_eq!(kept, case["drop"] != true, "{case}");
        if kept {
            labels.retain(|_, value| !value.is_empty());
            let expect: Labels = serde_json::from_value(case["output"].clone()).unwrap();
            assert_eq!(labels, expect, "{case}");
        }
    }
}

#[test]
fn a_replacement_that_leaves_no_name_sets_no_label() {
    check(
        "{action: labelmap, regex: 'a(.*)', replacement: '$1'}",
        &[("a", "1"), ("ab", "2")],
        "a=1 ab=2 b=2",
    );
}
