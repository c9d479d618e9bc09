use std::path::Path as FilePath;

use settings::document;

use super::*;

/// The entry around what is tested: its first line has the number 3 and six spaces before it.
fn resource(text: &str) -> String {
    format!("spec:\n  resources:\n    - {}\n", text.replace('\n', "\n      "))
}

fn read(text: &str) -> Result<Config, String> {
    document::parse(FilePath::new("crs.yml"), text, &LIMITS).map_err(|error| error.to_string())
}

#[track_caller]
fn refused(text: &str, expect: &str) {
    let error = read(&resource(text)).expect_err("refused");
    assert_eq!(error, format!("crs.yml:{expect}"));
}

const KIND: &str = "groupVersionKind: {group: myteam.io, version: v1, kind: Foo}\n";

#[test]
fn names_and_wildcards() {
    let names = |text: &str| {
        let config = read(&resource(text)).unwrap();
        let entry = Rc::clone(&config.entries[0]);
        let families = entry.families.iter();
        let names: Vec<_> = families.map(|(family, _)| family.name.clone()).collect();
        (
            entry.version.clone(),
            entry.kind.clone(),
            entry.plural.clone(),
            names,
        )
    };
    let info = "metrics:\n- name: up\n  each: {type: info, info: {}}";
    assert_eq!(
        names(&format!("{KIND}{info}")),
        (
            Some("v1".to_owned()),
            Some("Foo".to_owned()),
            None,
            vec!["kube_customresource_up".to_owned()]
        )
    );
    assert_eq!(
        names(&format!(
            "groupVersionKind: {{group: myteam.io, version: '*'}}\nmetricNamePrefix: ''\nresourcePlural: foos\n{info}"
        )),
        (None, None, Some("foos".to_owned()), vec!["up".to_owned()])
    );
    assert_eq!(
        names(&format!("{KIND}metricNamePrefix: myteam_foos\n{info}")).3,
        ["myteam_foos_up"]
    );
    assert!(
        read("kind: CustomResourceStateMetrics\nspec:\n")
            .unwrap()
            .entries
            .is_empty()
    );
}

#[test]
fn wrong_entries_are_told_with_their_place() {
    refused("metrics: []", "3:7: groupVersionKind is missing");
    refused(
        "groupVersionKind: {group: '*', kind: Foo}",
        "3:25: group is missing, and cannot be *",
    );
    refused(
        "groupVersionKind: {group: a/b}",
        "3:33: \"a/b\" is not a name of Kubernetes",
    );
    refused(
        &format!("{KIND}metric: []"),
        "4:7: unknown key \"metric\", did you mean \"metrics\"?",
    );
    refused(
        &format!("{KIND}metricNamePrefix: 1\nmetrics:\n- name: up\n  each: {{type: info, info: {{}}}}"),
        "6:15: \"1_up\" cannot be the name of a metric",
    );
    refused(
        &format!("{KIND}commonLabels: {{a-b: c}}"),
        "4:27: \"a-b\" cannot be the name of a label",
    );
    refused(
        &format!("{KIND}labelsFromPath: {{x: [status, '[Ready]']}}"),
        "4:27: \"[Ready]\" is no lookup in a list: expected \"[field=value]\"",
    );
}

#[test]
fn wrong_metrics_are_told_with_their_place() {
    let metric = |text: &str| format!("{KIND}metrics:\n- name: up\n  each: {text}");
    refused(
        &metric("{gauge: {}}"),
        "6:15: type is missing: Gauge, Info or StateSet",
    );
    refused(
        &metric("{type: Counter}"),
        "6:22: \"counter\" is not Gauge, Info or StateSet",
    );
    refused(
        &metric("{type: Gauge, info: {}}"),
        "6:15: type is Gauge, but gauge is missing",
    );
    refused(
        &metric("{type: StateSet, stateSet: {list: [a]}}"),
        "6:42: labelName is missing",
    );
    refused(
        &metric("{type: Gauge, gauge: {valueFrom: {celExpr: x}}}"),
        "6:48: expected a list: `[…]`, or lines that begin with `- `",
    );
    refused(
        &metric("{type: Gauge, gauge: {valueType: text}}"),
        "6:48: \"text\" is not duration or quantity",
    );
    refused(
        &metric("{type: Gauge, gauge: {labelFromKey: a.b}}"),
        "6:51: \"a.b\" cannot be the name of a label",
    );
    refused(&format!("{KIND}metrics:\n- help: x"), "5:9: name is missing");
}

#[test]
fn names_that_are_taken() {
    let text = resource(&format!(
        "{KIND}metricNamePrefix: kube\nmetrics:\n- name: pod_info\n  each: {{type: info, info: {{}}}}"
    ));
    let (place, reason) = read(&text)
        .unwrap()
        .refuse_names(|name| name == "kube_pod_info")
        .unwrap_err();
    assert_eq!((place.line, place.column), (6, 15));
    assert!(reason.starts_with("\"kube_pod_info\" is told of"), "{reason}");
}
