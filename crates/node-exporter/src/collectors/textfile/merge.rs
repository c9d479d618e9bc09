//! The families of all files together.

use std::collections::{BTreeMap, HashSet};

use metrics_registry::Kind;

use super::family::FileFamily;
use super::file::File;
use super::render::Metric;

/// Faults that are kept to be logged; more of them say nothing new.
const FAULTS_MAX: usize = 64;

/// The families of all files, ready to be written.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub families: Vec<MergedFamily>,
    /// Whether files disagree about a help text.
    pub has_error: bool,
    /// What was left out and why.
    pub faults: Vec<String>,
}

/// One family.
#[derive(Debug)]
pub(super) struct MergedFamily {
    pub name: String,
    pub help: String,
    pub kind: Kind,
    pub lines: String,
}

/// A family while files are added to it.
struct Draft<'a> {
    kind: Kind,
    help: Option<&'a str>,
    /// Where it was read from, for a family without help.
    paths: Vec<&'a str>,
    metrics: Vec<&'a Metric>,
}

impl Merged {
    /// Merges the good files, in the order of their paths.
    pub(super) fn new(files: &BTreeMap<String, File>) -> Self {
        let mut merged = Self::default();
        let mut drafts = BTreeMap::new();
        for (path, file) in files {
            for family in file.families.iter().flatten() {
                merged.add(path, family, &mut drafts);
            }
        }
        for (name, draft) in drafts {
            let family = merged.finish(name, draft);
            merged.families.push(family);
        }
        merged
    }

    fn add<'a>(&mut self, path: &'a str, family: &'a FileFamily, drafts: &mut BTreeMap<&'a str, Draft<'a>>) {
        let draft = drafts.entry(&family.name).or_insert_with(|| Draft {
            kind: family.kind,
            help: None,
            paths: Vec::new(),
            metrics: Vec::new(),
        });
        let help = family.help.as_deref();
        if help.is_some() && draft.help.is_some() && help != draft.help {
            self.has_error = true;
            self.fault(format!(
                "{path}: {} has another help than in an earlier file",
                family.name
            ));
            return;
        }
        if family.kind != draft.kind {
            self.fault(format!(
                "{path}: {} has another type than in an earlier file",
                family.name
            ));
            return;
        }
        draft.help = draft.help.or(help);
        draft.paths.push(path);
        draft.metrics.extend(&family.metrics);
    }

    fn finish(&mut self, name: &str, mut draft: Draft<'_>) -> MergedFamily {
        let mut seen = HashSet::new();
        draft.metrics.retain(|metric| {
            let is_new = seen.insert(metric.series.as_str());
            if !is_new {
                self.fault(format!("{} stands in more than one file", metric.series));
            }
            is_new
        });
        draft
            .metrics
            .sort_by(|a, b| (a.values.len(), &a.values).cmp(&(b.values.len(), &b.values)));
        let help = match draft.help {
            Some(help) => help.to_owned(),
            None => format!("Metric read from {}", draft.paths.join(", ")),
        };
        MergedFamily {
            name: name.to_owned(),
            help,
            kind: draft.kind,
            lines: draft.metrics.iter().map(|metric| metric.lines.as_str()).collect(),
        }
    }

    fn fault(&mut self, fault: String) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        }
    }
}
