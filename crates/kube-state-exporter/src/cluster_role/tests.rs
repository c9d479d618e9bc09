use std::path::Path;
use std::rc::Rc;

use expect_test::expect_file;
use settings::document::{self, Limits, Node, Value};

use super::*;
use crate::custom_resources::config::Entry;
use crate::flags;

const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    depth: 32,
    parts: 10_000,
};

fn manifest(name: &str) -> Node {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../packaging/kubernetes")
        .join(name);
    let text = document::load(&path, &LIMITS).unwrap();
    document::tree(&text, &LIMITS).unwrap()
}

/// What stands at a path of keys and places.
fn at<'a>(node: &'a Node, path: &[&str]) -> &'a Node {
    path.iter().fold(node, |node, step| match &node.value {
        Value::Map(entries) => {
            let found = entries.iter().find(|(key, ..)| key == step);
            &found.unwrap_or_else(|| panic!("{step} of {path:?}")).2
        }
        Value::List(items) => &items[step.parse::<usize>().unwrap()],
        _ => panic!("{step} of {path:?}"),
    })
}

fn text_at(node: &Node, path: &[&str]) -> String {
    match &at(node, path).value {
        Value::Scalar(text) => text.clone(),
        other => panic!("{path:?}: {other:?}"),
    }
}

fn words(node: &Node, path: &[&str]) -> Vec<String> {
    match &at(node, path).value {
        Value::List(items) => items.iter().map(|item| text_at(item, &[])).collect(),
        other => panic!("{path:?}: {other:?}"),
    }
}

#[test]
fn the_manifest_is_what_is_printed() {
    expect_file!["../../../../packaging/kubernetes/cluster-role.yaml"]
        .assert_eq(&text(&Options::default(), &Config::default()));
}

#[test]
fn the_manifest_allows_what_is_watched_by_default_and_no_more() {
    let role = manifest("cluster-role.yaml");
    let Value::List(rules) = &at(&role, &["rules"]).value else {
        panic!("no rules");
    };
    let mut allowed = BTreeSet::new();
    for rule in rules {
        assert_eq!(words(rule, &["verbs"]), ["list", "watch"]);
        for group in words(rule, &["apiGroups"]) {
            allowed.extend(
                words(rule, &["resources"])
                    .into_iter()
                    .map(|resource| (group.clone(), resource)),
            );
        }
    }
    let watched = crate::resources::ALL.iter().filter(|resource| resource.on);
    let watched: BTreeSet<_> = watched
        .map(|resource| (resource.group.to_owned(), resource.name.to_owned()))
        .collect();
    assert_eq!(allowed, watched);
}

#[test]
fn other_flags_need_other_rights() {
    let options = Options {
        resources: Vec::new(),
        auth_filter: true,
        pod: Some(("ns".to_owned(), "pod-0".to_owned())),
        ..Options::default()
    };
    let entry = Entry {
        group: "myteam.io".to_owned(),
        version: None,
        kind: None,
        plural: None,
        families: Vec::new(),
    };
    let custom = Config {
        entries: vec![Rc::new(entry)],
    };
    expect_test::expect![[r#"
        rules:
          - apiGroups: [apiextensions.k8s.io]
            resources:
              - customresourcedefinitions
            verbs: [list, watch]
          - apiGroups: [myteam.io]
            resources:
              - "*"
            verbs: [list, watch]
          - apiGroups: [authentication.k8s.io]
            resources:
              - tokenreviews
            verbs: [create]
          - apiGroups: [authorization.k8s.io]
            resources:
              - subjectaccessreviews
            verbs: [create]
          - apiGroups: [""]
            resources:
              - pods
            verbs: [get]
          - apiGroups: [apps]
            resources:
              - statefulsets
            verbs: [get]
    "#]]
    .assert_eq(&text(&options, &custom).replace(HEAD, "rules:\n"));
}

#[test]
fn printed_only_where_asked_for() {
    let given = |flags: &[&str]| {
        let flags = std::iter::once("test").chain(flags.iter().copied());
        asked(&flags::given(
            &flags::command().try_get_matches_from(flags).unwrap(),
        ))
    };
    assert_eq!(given(&["--resources=pods"]), Ok(None));
    let text = given(&["--resources=pods", "--print-cluster-role"])
        .unwrap()
        .unwrap();
    assert!(text.ends_with(
        "rules:\n  - apiGroups: [\"\"]\n    resources:\n      - pods\n    verbs: [list, watch]\n"
    ));
    assert!(given(&["--resources=pod", "--print-cluster-role"]).is_err());
}

#[test]
fn the_deployment_starts_with_flags_that_there_are_and_is_held_tightly() {
    let deployment = manifest("deployment.yaml");
    let pod = at(&deployment, &["spec", "template", "spec"]);
    let container = at(pod, &["containers", "0"]);
    let arguments = words(container, &["args"]);
    let matches = flags::command()
        .try_get_matches_from(std::iter::once("test".to_owned()).chain(arguments))
        .unwrap();
    let options = Options::new(&flags::given(&matches)).unwrap();
    let port = |at_path: [&str; 3]| exporter_http::listen::ListenAddress::Any {
        port: text_at(container, &at_path).parse().unwrap(),
    };
    assert_eq!(options.listen, port(["ports", "0", "containerPort"]));
    assert_eq!(options.telemetry_listen, port(["ports", "1", "containerPort"]));
    for (path, expect) in [
        (&["securityContext", "readOnlyRootFilesystem"][..], "true"),
        (&["securityContext", "allowPrivilegeEscalation"], "false"),
        (&["securityContext", "capabilities", "drop", "0"], "ALL"),
        (&["resources", "limits", "memory"], "32Mi"),
        (&["livenessProbe", "httpGet", "path"], "/healthz"),
        (&["readinessProbe", "httpGet", "path"], "/readyz"),
        (&["readinessProbe", "httpGet", "port"], "telemetry"),
    ] {
        assert_eq!(text_at(container, path), expect, "{path:?}");
    }
    assert_eq!(text_at(pod, &["securityContext", "runAsNonRoot"]), "true");
    let account = text_at(pod, &["serviceAccountName"]);
    assert_eq!(
        account,
        text_at(&manifest("service-account.yaml"), &["metadata", "name"])
    );
    let binding = manifest("cluster-role-binding.yaml");
    assert_eq!(account, text_at(&binding, &["subjects", "0", "name"]));
    assert_eq!(
        text_at(&binding, &["roleRef", "name"]),
        text_at(&manifest("cluster-role.yaml"), &["metadata", "name"])
    );
}

#[test]
fn every_manifest_is_in_the_kustomization() {
    let mut listed = words(&manifest("kustomization.yaml"), &["resources"]);
    listed.sort();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/kubernetes");
    let mut there: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".yaml") && name != "kustomization.yaml")
        .collect();
    there.sort();
    assert_eq!(listed, there);
    let service = manifest("service.yaml");
    for (at_place, name) in [("0", "http-metrics"), ("1", "telemetry")] {
        assert_eq!(text_at(&service, &["spec", "ports", at_place, "name"]), name);
        let monitor = manifest("service-monitor/service-monitor.yaml");
        assert_eq!(text_at(&monitor, &["spec", "endpoints", at_place, "port"]), name);
    }
}
