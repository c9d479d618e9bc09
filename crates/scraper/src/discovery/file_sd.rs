//! Files of target lists, JSON or YAML, read again when they change.
//!
//! The kernel says when one changes ([`super::notices`]). Times of change are asked for every five seconds all the same:
//! that works on every file system, NFS included.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::config::LIMITS;
use crate::config::raw::source::StaticConfig;
use crate::config::targets::{FileSd, StaticGroup};
use crate::labels::Labels;
use crate::telemetry::{File, Telemetry};
use settings::document;

/// How often times of change are asked for.
const POLL: Duration = Duration::from_secs(5);

/// Most files of one pattern, so that a pattern that hits a spool folder does not take the memory.
const FILES_MAX: usize = 1000;

/// The files of one `file_sd_configs` entry and what they said last.
#[derive(Debug)]
pub struct FileWatch {
    config: FileSd,
    files: BTreeMap<PathBuf, Known>,
    /// When everything was last read whatever the times of change said.
    read_at: Option<Instant>,
}

/// A file that was read.
#[derive(Debug, Default)]
struct Known {
    /// Time of change and size when it was read.
    version: Option<(SystemTime, u64)>,
    /// The last good list.
    groups: Vec<StaticGroup>,
    /// Whether the last read failed; that is logged once.
    broken: bool,
}

impl FileWatch {
    /// Knows nothing before the first [`FileWatch::refresh`].
    pub fn new(config: FileSd) -> Self {
        Self {
            config,
            files: BTreeMap::new(),
            read_at: None,
        }
    }

    /// The patterns of its files.
    pub fn patterns(&self) -> impl Iterator<Item = &Path> {
        self.config.files.iter().map(PathBuf::as_path)
    }

    /// How long to wait between two refreshes.
    pub fn poll_interval(&self) -> Duration {
        POLL.min(self.config.refresh_interval.0)
    }

    /// Reads what has changed. Returns whether the targets may have.
    ///
    /// A file that cannot be used keeps its last good list; one that is gone has no targets.
    pub fn refresh(&mut self, telemetry: &Telemetry) -> bool {
        let due = |read_at: Instant| self.config.refresh_interval.0 <= read_at.elapsed();
        let everything = self.read_at.is_none_or(due);
        if everything {
            self.read_at = Some(Instant::now());
        }
        let paths: Vec<PathBuf> = self
            .config
            .files
            .iter()
            .flat_map(|pattern| matching(pattern))
            .collect();
        let before = self.files.len();
        self.files.retain(|path, _| paths.contains(path));
        let mut changed = self.files.len() != before;
        for path in paths {
            let version = std::fs::metadata(&path)
                .and_then(|metadata| Ok((metadata.modified()?, metadata.len())))
                .ok();
            let known = self.files.entry(path.clone()).or_default();
            if !everything && known.version == version && !known.broken {
                continue;
            }
            changed |= known.read(&path, version, telemetry);
        }
        changed
    }

    /// What every target of the files is found with.
    pub fn found(&self) -> impl Iterator<Item = Labels> {
        self.files.iter().flat_map(|(path, known)| {
            let path = path.display().to_string();
            known.groups.iter().flat_map(super::found).map(move |mut labels| {
                labels.insert("__meta_filepath".to_owned(), path.clone());
                labels
            })
        })
    }
}

impl Known {
    /// Reads the file again. Returns whether its list is another one now.
    fn read(&mut self, path: &Path, version: Option<(SystemTime, u64)>, telemetry: &Telemetry) -> bool {
        self.version = version;
        match parse_file(path) {
            Ok(groups) => {
                if let Some((mtime, _)) = version {
                    let filename = path.display().to_string();
                    let seconds = mtime.duration_since(UNIX_EPOCH).unwrap_or_default();
                    telemetry
                        .file_mtime
                        .get_or_create(&File { filename })
                        .set(seconds.as_secs_f64());
                }
                if std::mem::take(&mut self.broken) {
                    log::info!(path:% = path.display(); "target file usable again");
                }
                let changed = self.groups != groups;
                self.groups = groups;
                changed
            }
            Err(reason) => {
                telemetry.file_read_errors.inc();
                if !std::mem::replace(&mut self.broken, true) {
                    log::warn!(path:% = path.display(), error = reason.as_str(); "target file not used, its last good list stays");
                }
                false
            }
        }
    }
}

/// The files that a pattern stands for, in the order of their names; `*` in the last element stands for any text.
pub(crate) fn matching(pattern: &Path) -> Vec<PathBuf> {
    let name = pattern.file_name().and_then(|name| name.to_str());
    let Some((start, end)) = name.and_then(|name| name.split_once('*')) else {
        return if pattern.exists() {
            vec![pattern.to_owned()]
        } else {
            Vec::new()
        };
    };
    let folder = match pattern.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_str().unwrap_or_default();
            // A leading dot is no hindrance in Go's Glob, and so not here.
            start.len() + end.len() <= name.len() && name.starts_with(start) && name.ends_with(end)
        })
        .take(FILES_MAX)
        .map(|entry| folder.join(entry.file_name()))
        .collect();
    paths.sort();
    paths
}

fn parse_file(path: &Path) -> Result<Vec<StaticGroup>, String> {
    let text = document::load(path, &LIMITS).map_err(|error| error.to_string())?;
    parse(path, &text)
}

/// The lists of `text`, which came from `path`: JSON where its name says so.
pub(super) fn parse(path: &Path, text: &str) -> Result<Vec<StaticGroup>, String> {
    let is_json = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    let raw: Vec<StaticConfig> = match is_json {
        true => serde_json::from_str(text).map_err(|error| format!("{}: {error}", path.display()))?,
        false => document::parse(path, text, &LIMITS).map_err(|error| error.to_string())?,
    };
    raw.into_iter().map(StaticGroup::check).collect()
}

#[cfg(test)]
mod tests;
