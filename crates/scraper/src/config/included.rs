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

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn jobs_in_files_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("jobs")).unwrap();
        let file =
            |name: &str, text: &str| std::fs::write(folder.path().join("jobs").join(name), text).unwrap();
        let load = || {
            let text =
                "scrape_config_files: ['jobs/*.yml', absent.yml]\nscrape_configs: [{job_name: main}]\n";
            match Config::parse(&folder.path().join("p.yml"), text) {
                Ok(config) => config
                    .jobs
                    .iter()
                    .map(|job| job.name.clone())
                    .collect::<Vec<_>>()
                    .join(" "),
                Err(error) => error
                    .to_string()
                    .replace(&format!("{}/", folder.path().display()), ""),
            }
        };
        file("b.yml", "scrape_configs: [{job_name: b, scrape_interval: 1s}]");
        file("a.yml", "scrape_configs: [{job_name: a}]");
        file("c.txt", "not read");
        assert_eq!(load(), "main a b");
        file("b.yml", "scrape_configs: [{job_name: a}]");
        assert_eq!(
            load(),
            r#"jobs/b.yml:1:29: more than one scrape config has the job name "a""#
        );
        file("b.yml", "global: {}");
        assert_eq!(
            load(),
            r#"jobs/b.yml:1:1: unknown key "global"; known here: scrape_configs"#
        );
    }
}
