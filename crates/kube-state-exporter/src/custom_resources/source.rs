//! Where the configuration of custom resources comes from: a flag, or a file that is read again when it changes.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

use settings::document::{self, Error};

use super::config::{Config, LIMITS};
use crate::options::Options;
use crate::telemetry::Telemetry;
use crate::watched_file::WatchedFile;

/// Stands for the file's name in messages about the text of the flag.
const FLAG: &str = "--custom-resource-state-config";

/// The source that the options name.
#[derive(Debug, Default)]
pub struct Source(RefCell<Option<WatchedFile>>);

impl Source {
    /// Whether the file was written since it was last read.
    pub fn is_touched(&self) -> bool {
        self.0.borrow().as_ref().is_some_and(WatchedFile::is_touched)
    }

    /// Reads the configuration, an empty one where there is none. Tells whether it is another than before.
    ///
    /// Fails with one line: file, place, reason. What the flag says goes before the file.
    pub fn read(&self, options: &Options, telemetry: &Telemetry) -> Result<(Rc<Config>, bool), String> {
        let custom = &options.custom_resources;
        let mut kept = self.0.borrow_mut();
        let path = custom.file.as_ref().filter(|_| custom.inline.is_empty());
        let Some(path) = path else {
            let had_file = kept.take().is_some();
            let config = parse(Path::new(FLAG), &custom.inline, options);
            return Ok((config.map_err(|error| error.to_string())?, had_file));
        };
        if kept.as_ref().is_none_or(|file| file.path != *path) {
            *kept = Some(WatchedFile::new(path.clone(), "customresourceconfig"));
        }
        let Some(file) = kept.as_ref() else {
            return Ok(Default::default());
        };
        if custom.file_may_be_absent && !path.exists() {
            log::warn!(path:% = path.display(); "no configuration of custom resources yet, going on without it");
            return Ok(Default::default());
        }
        let read = file
            .read(&LIMITS)
            .and_then(|(text, changed)| Ok((parse(path, &text, options)?, changed)));
        file.tell(telemetry, read.is_ok());
        read.map_err(|error| error.to_string())
    }
}

fn parse(path: &Path, text: &str, options: &Options) -> Result<Rc<Config>, Error> {
    let config: Config = document::parse(path, text, &LIMITS)?;
    let is_taken = |name: &str| {
        let families = options.resources.iter().flat_map(|resource| resource.families);
        families
            .into_iter()
            .any(|family| family.name == name && options.filter.is_on(name, family.opt_in))
    };
    config.refuse_names(is_taken).map_err(|(place, reason)| Error {
        path: path.to_owned(),
        place,
        reason,
    })?;
    Ok(Rc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::CustomResourceOptions;

    const GOOD: &str = "spec:\n  resources:\n    - groupVersionKind: {group: myteam.io}\n";

    fn options(inline: &str, file: Option<&Path>) -> Options {
        Options {
            custom_resources: CustomResourceOptions {
                inline: inline.to_owned(),
                file: file.map(Path::to_owned),
                ..CustomResourceOptions::default()
            },
            ..Options::default()
        }
    }

    #[test]
    fn the_flag_goes_before_the_file() {
        let source = Source::default();
        let telemetry = Telemetry::default();
        let (config, _) = source
            .read(&options(GOOD, Some(Path::new("/nowhere"))), &telemetry)
            .unwrap();
        assert_eq!(config.entries.len(), 1);
        assert!(telemetry.configs.borrow().is_empty());
        let (config, changed) = source.read(&options("", None), &telemetry).unwrap();
        assert!(config.entries.is_empty() && !changed);
        let wrong = options("spec: 1\n", None);
        let error = source.read(&wrong, &telemetry).unwrap_err();
        assert!(
            error.starts_with("--custom-resource-state-config:1:7: expected a section"),
            "{error}"
        );
    }

    #[test]
    fn a_file_is_read_again_when_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crs.yml");
        let mut wanted = options("", Some(&path));
        let (source, telemetry) = (Source::default(), Telemetry::default());
        let state = || {
            telemetry
                .configs
                .borrow()
                .get("customresourceconfig")
                .cloned()
                .unwrap()
        };
        assert!(source.read(&wanted, &telemetry).is_err());
        assert!(!state().successful);
        wanted.custom_resources.file_may_be_absent = true;
        assert!(source.read(&wanted, &telemetry).is_ok());
        std::fs::write(&path, GOOD).unwrap();
        assert!(source.is_touched());
        let (config, changed) = source.read(&wanted, &telemetry).unwrap();
        assert!(config.entries.len() == 1 && changed && state().successful);
        assert!(!source.is_touched());
        assert!(!source.read(&wanted, &telemetry).unwrap().1);
        std::fs::write(&path, "spec: {resource: []}\n").unwrap();
        let error = source.read(&wanted, &telemetry).unwrap_err();
        assert!(
            error.ends_with("crs.yml:1:8: unknown key \"resource\", did you mean \"resources\"?"),
            "{error}"
        );
        assert!(!state().successful && 0.0 < state().success_time_seconds);
    }

    #[test]
    fn names_of_kubernetes_own_families_are_refused_where_they_are_told() {
        let text = "spec:\n  resources:\n    - groupVersionKind: {group: myteam.io}\n      metricNamePrefix: kube\n      \
                    metrics:\n        - {name: pod_info, each: {type: Info, info: {}}}\n";
        let (source, telemetry) = (Source::default(), Telemetry::default());
        let mut wanted = options(text, None);
        let error = source.read(&wanted, &telemetry).unwrap_err();
        assert!(
            error.starts_with("--custom-resource-state-config:6:18: \"kube_pod_info\" is told"),
            "{error}"
        );
        wanted.resources.clear();
        assert!(source.read(&wanted, &telemetry).is_ok());
    }
}
