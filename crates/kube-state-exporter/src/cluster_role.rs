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
mod tests;
