//! The rights that the exporter needs for what it was told to watch: `--print-cluster-role`.
//!
//! `packaging/kubernetes/cluster-role.yaml` is what this prints without other flags.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::config_file::ConfigFile;
use crate::custom_resources::config::Config;
use crate::custom_resources::source::Source;
use crate::flags::Given;
use crate::options::Options;
use crate::telemetry::Telemetry;

const HEAD: &str = "\
# Made with: pi-kube-state-exporter --print-cluster-role
# With the flags of the deployment before it, it prints what those need and no more.
#
# Kubernetes cannot allow the metadata of a secret alone: `list` on secrets is the right to read them. This exporter asks
# for a table of names and types, so that no value leaves the API server; but whoever takes over its service account could
# ask for more. Who does not want that leaves `secrets` out of --resources and out of here.
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: pi-kube-state-exporter
rules:
";

/// The rights for what is given, where `--print-cluster-role` is. Fails with one line: a wrong flag or file.
pub fn asked(given: &Given) -> Result<Option<String>, String> {
    let last = given.get("print-cluster-role").and_then(|values| values.last());
    if last.is_none_or(|value| value == "false") {
        return Ok(None);
    }
    let telemetry = Telemetry::default();
    let merged = match ConfigFile::named(given) {
        Some(config) => config.start(given, &telemetry)?,
        None => given.clone(),
    };
    let options = Options::new(&merged)?;
    let (custom, _) = Source::default().read(&options, &telemetry)?;
    Ok(Some(text(&options, &custom)))
}

/// The ClusterRole in YAML.
pub fn text(options: &Options, custom: &Config) -> String {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for resource in &options.resources {
        groups.entry(resource.group).or_default().push(resource.name);
    }
    let mut out = HEAD.to_owned();
    for (group, resources) in &groups {
        rule(&mut out, group, resources, &["list", "watch"]);
    }
    if !custom.entries.is_empty() {
        rule(
            &mut out,
            "apiextensions.k8s.io",
            &["customresourcedefinitions"],
            &["list", "watch"],
        );
        // The plural of a kind is known where the configuration says it; else only its group is.
        let mut groups: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for entry in &custom.entries {
            let plural = entry.plural.as_deref().unwrap_or("*");
            groups.entry(&entry.group).or_default().insert(plural);
        }
        for (group, plurals) in groups {
            let plurals: Vec<_> = plurals.into_iter().collect();
            rule(&mut out, group, &plurals, &["list", "watch"]);
        }
    }
    if options.auth_filter {
        rule(&mut out, "authentication.k8s.io", &["tokenreviews"], &["create"]);
        rule(
            &mut out,
            "authorization.k8s.io",
            &["subjectaccessreviews"],
            &["create"],
        );
    }
    if options.pod.is_some() {
        rule(&mut out, "", &["pods"], &["get"]);
        rule(&mut out, "apps", &["statefulsets"], &["get"]);
    }
    out
}

fn rule(out: &mut String, group: &str, resources: &[&str], verbs: &[&str]) {
    // Writing to a string does not fail.
    let _ = writeln!(out, "  - apiGroups: [{}]\n    resources:", quoted(group));
    for resource in resources {
        let _ = writeln!(out, "      - {}", quoted(resource));
    }
    let _ = writeln!(out, "    verbs: [{}]", verbs.join(", "));
}

/// Words that YAML would read as something else.
fn quoted(word: &str) -> String {
    match word {
        "" | "*" => format!("\"{word}\""),
        word => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
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
        expect_file!["../../../packaging/kubernetes/cluster-role.yaml"]
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
        .assert_eq(&text(&options, &custom).replace(HEAD, ""));
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
}
