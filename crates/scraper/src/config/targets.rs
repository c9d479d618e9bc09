//! Where the targets of a job come from: the configuration itself and files of target lists.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::raw::source::{FileSdConfig, StaticConfig};
use super::{PromDuration, is_label_name};
use settings::document::{Place, Refused};
use settings::read::At;

const FILE_REFRESH: PromDuration = PromDuration(Duration::from_secs(300));

/// Addresses with common labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaticGroup {
    /// `host:port`.
    pub targets: Vec<String>,
    /// Labels of all of them.
    pub labels: BTreeMap<String, String>,
}

/// Files with target lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSd {
    /// Absolute, or relative to the working folder; `*` in the last element.
    pub files: Vec<PathBuf>,
    /// How often they are read again whatever their times of change say.
    pub refresh_interval: PromDuration,
}

pub(super) fn static_groups(raw: Vec<At<StaticConfig>>) -> Result<Vec<StaticGroup>, Refused> {
    raw.into_iter()
        .map(|at| StaticGroup::check(at.value).map_err(|reason| (at.place, reason)))
        .collect()
}

impl StaticGroup {
    /// Checks addresses and label names, of the configuration or of a file of targets.
    pub fn check(raw: StaticConfig) -> Result<Self, String> {
        let targets = raw.targets.unwrap_or_default();
        if let Some(address) = targets
            .iter()
            .find(|address| address.is_empty() || address.contains('/'))
        {
            return Err(format!(
                "{address:?} is not a valid target address (host:port, without scheme or path)"
            ));
        }
        let labels = raw.labels.unwrap_or_default();
        if let Some(name) = labels.keys().find(|name| !is_label_name(name)) {
            return Err(format!("{name:?} is not a valid label name"));
        }
        Ok(Self { targets, labels })
    }
}

pub(super) fn file_sd(raw: Vec<FileSdConfig>, file: &Path, place: Place) -> Result<Vec<FileSd>, Refused> {
    raw.into_iter()
        .map(|raw| {
            let files = raw.files.unwrap_or_default();
            if files.is_empty() {
                return Err((place, "file_sd_configs has no files".into()));
            }
            if let Some(at) = files.iter().find(|at| !is_target_file(&at.value)) {
                return Err((
                    at.place,
                    format!(
                        "path {:?} is not valid for file discovery (.json, .yml or .yaml; * only in its last element)",
                        at.value
                    ),
                ));
            }
            let folder = file.parent().unwrap_or(Path::new(""));
            Ok(FileSd {
                files: files.into_iter().map(|at| folder.join(at.value)).collect(),
                refresh_interval: raw
                    .refresh_interval
                    .map(|at| at.value)
                    .filter(|d| !d.0.is_zero())
                    .unwrap_or(FILE_REFRESH),
            })
        })
        .collect()
}

fn is_target_file(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    !folder.contains('*')
        && name.matches('*').count() <= 1
        && matches!(extension, "json" | "yml" | "yaml" | "JSON" | "YML" | "YAML")
}
