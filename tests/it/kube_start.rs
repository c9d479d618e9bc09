//! How the exporter for Kubernetes starts, and what it prints instead.

use std::process::{Command, Output};

use crate::daemon::binary;

fn start(flags: &[&str]) -> Output {
    Command::new(binary("pi-kube-state-exporter"))
        .arg("--apiserver=http://127.0.0.1:1")
        .args(flags)
        .output()
        .unwrap()
}

#[track_caller]
fn refused(flags: &[&str], expect: &str) {
    let output = start(flags);
    assert!(!output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    let last = told.lines().last().unwrap_or_default();
    assert_eq!(last, format!("pi-kube-state-exporter: error: {expect}"), "{told}");
}

#[test]
fn a_wrong_configuration_of_custom_resources_ends_the_start_with_its_place() {
    refused(
        &["--custom-resource-state-config=spec: 1"],
        "--custom-resource-state-config:1:7: expected a section of `key: value` lines",
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crs.yml");
    let kind = "spec:\n  resources:\n    - groupVersionKind: {group: myteam.io, version: v1, kind: Foo}\n";
    std::fs::write(
        &path,
        format!("{kind}      metrics: [{{name: up, each: {{type: Histogram}}}}]\n"),
    )
    .unwrap();
    let path = path.to_str().unwrap();
    refused(
        &[&format!("--custom-resource-state-config-file={path}")],
        &format!("{path}:4:41: \"histogram\" is not Gauge, Info or StateSet"),
    );
}

#[test]
fn the_rights_that_flags_need_are_printed() {
    let output = start(&["--resources=pods", "--auth-filter", "--print-cluster-role"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let rules = text.split("rules:\n").nth(1).unwrap();
    let words: Vec<_> = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- "))
        .filter(|word| !word.starts_with("apiGroups"))
        .collect();
    assert_eq!(words, ["pods", "tokenreviews", "subjectaccessreviews"]);
}
