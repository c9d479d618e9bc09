//! Files of more jobs, which `scrape_config_files` names by patterns.

use std::path::{Path, PathBuf};

use settings::document::{self, Error};
use settings::read::At;

use super::LIMITS;
use super::raw::{ScrapeConfig, ScrapeConfigFile};
use crate::discovery::file_sd::matching;

/// A file and its jobs.
type Included = (PathBuf, Vec<At<ScrapeConfig>>);

/// The patterns from the folder of the configuration on.
pub(super) fn paths(patterns: &[At<String>], config: &Path) -> Vec<PathBuf> {
    let folder = config.parent().unwrap_or(Path::new(""));
    patterns.iter().map(|at| folder.join(&at.value)).collect()
}

/// The jobs of every file, with the file's path. Patterns start at the folder of the configuration and may have one `*`
/// in their last element.
/// Fails where a file is none of jobs; a pattern that names no file adds none, as in Prometheus.
pub(super) fn read(patterns: &[At<String>], config: &Path) -> Result<Vec<Included>, Error> {
    let folder = config.parent().unwrap_or(Path::new(""));
    let mut files = Vec::new();
    for at in patterns {
        let (above, name) = at.value.rsplit_once('/').unwrap_or(("", &at.value));
        if name.is_empty() || above.contains('*') || 1 < name.matches('*').count() {
            let reason = format!(
                "path {:?} is not valid for scrape_config_files (one * in its last element at most)",
                at.value
            );
            return Err(Error::of(config, (at.place, reason)));
        }
        for path in matching(&folder.join(&at.value)) {
            let text = document::load(&path, &LIMITS)?;
            let file: ScrapeConfigFile = document::parse(&path, &text, &LIMITS)?;
            files.push((path, file.scrape_configs.unwrap_or_default()));
        }
    }
    Ok(files)
}
