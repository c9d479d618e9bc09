//! Which versions of the configuration's files there are, so that a change is seen.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::Config;
use crate::discovery::file_sd::matching;

/// The files of a configuration, with their times of change and sizes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions(Vec<(PathBuf, Option<(SystemTime, u64)>)>);

impl Versions {
    /// As they are now: the file at `path`, and those that `patterns` of `scrape_config_files` name.
    pub fn now(path: &Path, patterns: &[PathBuf]) -> Self {
        let more = patterns.iter().flat_map(|pattern| matching(pattern));
        let files = std::iter::once(path.to_owned()).chain(more);
        let version = |path: &Path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        Self(files.map(|path| (path.clone(), version(&path))).collect())
    }
}

impl Config {
    /// Every path and pattern whose folder can bring a change.
    pub fn watched<'a>(path: &'a Path, patterns: &'a [PathBuf]) -> impl Iterator<Item = &'a Path> {
        std::iter::once(path).chain(patterns.iter().map(PathBuf::as_path))
    }
}
