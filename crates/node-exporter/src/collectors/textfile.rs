//! Metrics that other programs leave in files `*.prom` (text format 0.0.4) in the directories that a flag names.
//!
//! A file is good or refused as a whole: one that is malformed, too large, not a regular file, not ended by a newline,
//! or has timestamps sets `node_textfile_scrape_error`. So does a family whose help differs from an earlier file's; it
//! is left out. A series that is already there, a family of another type than an earlier file's and one that a
//! collector has already written are left out with a warning only, as in the reference.
//! An unchanged file costs one `stat`.

mod directory;
mod family;
mod file;
mod merge;
mod render;

use std::cell::RefCell;
use std::collections::BTreeMap;

use clap::{Arg, ArgAction, ArgMatches};
use metrics_registry::{Exposition, Family};

use crate::{Error, Node};

use self::directory::Directory;
use self::file::File;
use self::merge::Merged;

const DIRECTORY: &str = "collector.textfile.directory";

const SCRAPE_ERROR: Family<0> = Family::gauge(
    "node_textfile_scrape_error",
    "Whether a file or directory could not be read, or files disagree about a help text.",
    [],
);
const MTIME: Family<1> = Family::gauge(
    "node_textfile_mtime_seconds",
    "When the file was changed, in seconds since 1970; only of files that could be read.",
    ["file"],
);

/// Files at most, in all directories together.
const FILES_MAX: usize = 1024;

pub(crate) fn flags() -> Vec<Arg> {
    vec![
        Arg::new(DIRECTORY)
            .long(DIRECTORY)
            .value_name("DIRECTORY")
            .action(ArgAction::Append)
            .help("Directory of files *.prom; may be repeated, and have *, ? and [] in it"),
    ]
}

/// The directories, and what was found in them.
#[derive(Debug)]
pub(crate) struct State {
    directories: Vec<Directory>,
    found: RefCell<Found>,
}

/// What the last scrape found.
#[derive(Debug, Default)]
struct Found {
    /// By the path as it is shown.
    files: BTreeMap<String, File>,
    merged: Merged,
    /// What was wrong, so that a lasting fault is logged once.
    faults: Vec<String>,
}

impl State {
    pub(crate) fn new(matches: &ArgMatches) -> Self {
        let directories = matches.get_many::<String>(DIRECTORY);
        let directories = directories.into_iter().flatten();
        Self {
            directories: directories
                .filter(|directory| !directory.is_empty())
                .map(|directory| Directory::new(directory))
                .collect(),
            found: RefCell::default(),
        }
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "a failure here is a metric of its own, never the collector's"
)]
pub(super) fn collect(node: &Node, out: &mut Exposition) -> Result<(), Error> {
    let mut found = node.textfile.found.borrow_mut();
    let mut faults = Vec::new();
    found.look(&node.textfile.directories, &mut faults);
    let Found { files, merged, .. } = &*found;
    let mut has_error = !faults.is_empty() || merged.has_error;
    for (path, file) in files {
        match &file.families {
            Ok(_) => out.sample(&MTIME, [path], file.mtime_seconds as f64),
            Err(refused) => {
                has_error = true;
                faults.push(format!("{path}: {refused}"));
            }
        }
    }
    out.sample(&SCRAPE_ERROR, [], f64::from(u8::from(has_error)));
    for family in &merged.families {
        if out.contains(&family.name) {
            faults.push(format!("{}: a collector has this family too", family.name));
            continue;
        }
        out.lines(
            &family.name,
            format_args!("{}", family.help),
            family.kind,
            &family.lines,
        );
    }
    faults.extend(merged.faults.iter().cloned());
    log(&found.faults, &faults);
    found.faults = faults;
    Ok(())
}

impl Found {
    /// Reads what is new or has changed, and merges all again where anything has.
    fn look(&mut self, directories: &[Directory], faults: &mut Vec<String>) {
        let mut before = std::mem::take(&mut self.files);
        let mut has_changed = false;
        for directory in directories {
            for path in directory.files(faults) {
                if self.files.len() == FILES_MAX {
                    faults.push(format!("{}: more than {FILES_MAX} files", path.display()));
                    break;
                }
                let shown = directory::shown(&path);
                // Two flags may name the same directory.
                if self.files.contains_key(&shown) {
                    continue;
                }
                let known = before.remove(&shown);
                let file = match known {
                    Some(known) if known.is_still(&path) => known,
                    _ => {
                        has_changed = true;
                        File::read(&path)
                    }
                };
                self.files.insert(shown, file);
            }
        }
        if has_changed || !before.is_empty() {
            self.merged = Merged::new(&self.files);
        }
    }
}

/// Says each fault when it begins.
fn log(before: &[String], now: &[String]) {
    for fault in now.iter().filter(|fault| !before.contains(fault)) {
        log::warn!(fault = fault.as_str(); "textfile not or not wholly reported");
    }
}

#[cfg(test)]
mod tests;
