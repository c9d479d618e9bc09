//! The file of `--config`: keys that go before the flags of the same meaning, read again when the file changes.
//!
//! Its keys are the reference's. A key that this exporter does not have is refused, with the one that was meant.

use std::path::PathBuf;

use settings::document::{self, Limits, Node, Refused, Value};
use settings::read::Keys;
use settings::{Read, document::Error};

use crate::flags::{ALL, Given};
use crate::options::Options;
use crate::telemetry::Telemetry;
use crate::watched_file::WatchedFile;

/// Long lists of namespaces and expressions fit.
const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    depth: 16,
    parts: 65_536,
};

/// The file, and whether the process starts without it.
#[derive(Debug)]
pub struct ConfigFile {
    file: WatchedFile,
    may_be_absent: bool,
}

impl ConfigFile {
    /// The file that the command line names.
    pub fn named(given: &Given) -> Option<Self> {
        let last = |name: &str| given.get(name).and_then(|values| values.last());
        let path = last("config").filter(|path| !path.is_empty())?;
        Some(Self {
            file: WatchedFile::new(PathBuf::from(path), "config"),
            may_be_absent: last("continue-without-config").is_some_and(|value| value != "false"),
        })
    }

    /// Reads the file for the first time and lays it over `given`. Fails with one line that says what is wrong and where.
    pub fn start(&self, given: &Given, telemetry: &Telemetry) -> Result<Given, String> {
        let path = &self.file.path;
        if self.may_be_absent && !path.exists() {
            log::warn!(path:% = path.display(); "no configuration file yet, going on with the flags");
            return Ok(given.clone());
        }
        let (merged, _) = self.read(given).map_err(|error| error.to_string())?;
        Options::new(&merged).map_err(|error| format!("{}: {error}", path.display()))?;
        self.accepted(telemetry);
        Ok(merged)
    }

    /// What is wanted now, where the file has changed or `forced` says so. A file that cannot be used is told once.
    pub fn changed(&self, given: &Given, telemetry: &Telemetry, forced: bool) -> Option<Given> {
        if !forced && !self.file.is_touched() {
            return None;
        }
        match self.read(given) {
            // Touched, but the same.
            Ok((_, false)) if !forced => None,
            Ok((merged, _)) => {
                self.file.tell(telemetry, false);
                Some(merged)
            }
            Err(error) => {
                log::warn!(error:%; "configuration not reloaded, the old one stays");
                self.file.tell(telemetry, false);
                None
            }
        }
    }

    /// What was read last is in force.
    pub fn accepted(&self, telemetry: &Telemetry) {
        self.file.tell(telemetry, true);
    }

    /// What is wanted, and whether the text is another than the last time.
    fn read(&self, given: &Given) -> Result<(Given, bool), Error> {
        let (text, changed) = self.file.read(&LIMITS)?;
        let file: File = document::parse(&self.file.path, &text, &LIMITS)?;
        let mut merged = given.clone();
        merged.extend(file.0);
        Ok((merged, changed))
    }
}

/// Keys that the reference had before, and the flags that they mean.
const OLD_KEYS: &[(&str, &str)] = &[("custom_resource_config_file", "custom-resource-state-config-file")];

#[derive(Default)]
struct File(Given);

impl Read for File {
    fn read(node: Node) -> Result<Self, Refused> {
        let keyed = || {
            let keys = ALL.iter().map(|flag| (flag.key, flag.name));
            keys.filter(|(key, _)| !key.is_empty())
                .chain(OLD_KEYS.iter().copied())
        };
        let known: Vec<_> = keyed().map(|(key, _)| key).collect();
        let mut keys = Keys::of(node, &known)?;
        let mut given = Given::new();
        for (key, name) in keyed() {
            if let Some(Words(words)) = keys.take(key)? {
                // A flag's own key goes before the old one.
                given.entry(name).or_insert(words);
            }
        }
        Ok(Self(given))
    }
}

/// The values of a key: a text, a list of them, or a section whose keys are the values, each perhaps with a list of its own.
struct Words(Vec<String>);

impl Read for Words {
    fn read(node: Node) -> Result<Self, Refused> {
        match node.value {
            Value::Null => Ok(Self(Vec::new())),
            Value::Scalar(text) => Ok(Self(vec![text])),
            Value::List(nodes) => Ok(Self(
                nodes.into_iter().map(String::read).collect::<Result<_, _>>()?,
            )),
            Value::Map(entries) => {
                let word = |(key, _, node): (String, _, Node)| match node.value {
                    Value::Null => Ok(key),
                    Value::Map(entries) if entries.is_empty() => Ok(key),
                    _ => Ok(format!("{key}=[{}]", Vec::<String>::read(node)?.join(","))),
                };
                Ok(Self(
                    entries.into_iter().map(word).collect::<Result<_, Refused>>()?,
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Result<&[(&'static str, &[&str])], &str>) {
        let file = document::parse::<File>(Path::new("c.yml"), text, &LIMITS);
        let found = file.map(|file| file.0).map_err(|error| error.to_string());
        let expect = expect.map(|entries| {
            let entry = |(name, words): &(&'static str, &[&str])| {
                (*name, words.iter().map(|word| (*word).to_owned()).collect())
            };
            entries.iter().map(entry).collect::<Given>()
        });
        assert_eq!(found, expect.map_err(str::to_owned));
    }

    #[test]
    fn keys_become_flags() {
        check("", Ok(&[]));
        check(
            "resources: [pods, nodes]\nport: 9000\nenable_gzip_encoding: true\n",
            Ok(&[
                ("resources", &["pods", "nodes"]),
                ("port", &["9000"]),
                ("enable-gzip-encoding", &["true"]),
            ]),
        );
        check(
            "resources:\n  pods: {}\n  nodes:\nlabels_allow_list:\n  pods: [app, team*]\nnamespaces: a,b\n",
            Ok(&[
                ("resources", &["pods", "nodes"]),
                ("metric-labels-allowlist", &["pods=[app,team*]"]),
                ("namespaces", &["a,b"]),
            ]),
        );
    }

    #[test]
    fn custom_resources_by_their_new_and_their_old_key() {
        check(
            "custom_resource_config_file: old\ncustom_resource_state_config_file: new\ncustom_resources_only: true\n",
            Ok(&[
                ("custom-resource-state-config-file", &["new"]),
                ("custom-resource-state-only", &["true"]),
            ]),
        );
        check(
            "custom_resource_config_file: old\n",
            Ok(&[("custom-resource-state-config-file", &["old"])]),
        );
    }

    #[test]
    fn wrong_files_are_told_with_their_place() {
        check(
            "port: 1\nresource: [pods]\n",
            Err("c.yml:2:1: unknown key \"resource\", did you mean \"resources\"?"),
        );
        check("port: [[1]]\n", Err("c.yml:1:8: expected a text"));
    }
}
