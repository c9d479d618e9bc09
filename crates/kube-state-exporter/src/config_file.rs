//! The file of `--config`: keys that go before the flags of the same meaning, read again when the file changes.
//!
//! Its keys are the reference's. A key that this exporter does not have is refused, with the one that was meant.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use settings::document::{self, Limits, Node, Refused, Value};
use settings::read::Keys;
use settings::{Read, document::Error};

use crate::flags::{ALL, Given};
use crate::options::Options;
use crate::telemetry::{ConfigState, Telemetry};

/// Long lists of namespaces and expressions fit.
const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    depth: 16,
    parts: 65_536,
};

/// The file, and what was read of it.
#[derive(Debug)]
pub struct ConfigFile {
    path: PathBuf,
    /// Whether the process starts without the file.
    may_be_absent: bool,
    /// Time and size of the file when it was last read.
    seen: Cell<Option<(SystemTime, u64)>>,
    /// The text that was last read, and whether it was told to be wrong.
    text: RefCell<String>,
}

impl ConfigFile {
    /// The file that the command line names.
    pub fn named(given: &Given) -> Option<Self> {
        let last = |name: &str| given.get(name).and_then(|values| values.last());
        let path = last("config").filter(|path| !path.is_empty())?;
        Some(Self {
            path: path.into(),
            may_be_absent: last("continue-without-config").is_some_and(|value| value != "false"),
            seen: Cell::new(None),
            text: RefCell::default(),
        })
    }

    /// Reads the file for the first time and lays it over `given`. Fails with one line that says what is wrong and where.
    pub fn start(&self, given: &Given, telemetry: &Telemetry) -> Result<Given, String> {
        if self.may_be_absent && !self.path.exists() {
            log::warn!(path:% = self.path.display(); "no configuration file yet, going on with the flags");
            return Ok(given.clone());
        }
        let merged = self.read(given).map_err(|error| error.to_string())?;
        Options::new(&merged).map_err(|error| format!("{}: {error}", self.path.display()))?;
        self.accepted(telemetry);
        Ok(merged)
    }

    /// What is wanted now, where the file has changed or `forced` says so. A file that cannot be used is told once.
    pub fn changed(&self, given: &Given, telemetry: &Telemetry, forced: bool) -> Option<Given> {
        let now = stamp(&self.path);
        if !forced && (now.is_none() || now == self.seen.get()) {
            return None;
        }
        let before = self.text.borrow().clone();
        match self.read(given) {
            // Touched, but the same.
            Ok(_) if !forced && *self.text.borrow() == before => None,
            Ok(merged) => {
                self.state(telemetry, false);
                Some(merged)
            }
            Err(error) => {
                log::warn!(error:%; "configuration not reloaded, the old one stays");
                self.state(telemetry, false);
                None
            }
        }
    }

    /// What was read last is in force.
    pub fn accepted(&self, telemetry: &Telemetry) {
        self.state(telemetry, true);
    }

    fn state(&self, telemetry: &Telemetry, successful: bool) {
        let mut state = telemetry.config.borrow_mut();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let before = state.take();
        *state = Some(ConfigState {
            file: self.path.display().to_string(),
            hash: match (successful, &before) {
                (false, Some(before)) => before.hash,
                _ => crate::shard::fnv64a(self.text.borrow().as_bytes()),
            },
            successful,
            success_time_seconds: match (successful, before) {
                (false, before) => before.map_or(0.0, |before| before.success_time_seconds),
                (true, _) => now.map_or(0.0, |now| now.as_secs_f64()),
            },
        });
    }

    fn read(&self, given: &Given) -> Result<Given, Error> {
        // Before the text, so that a change in between is seen the next time.
        self.seen.set(stamp(&self.path));
        let text = document::load(&self.path, &LIMITS)?;
        let file: File = document::parse(&self.path, &text, &LIMITS)?;
        self.text.replace(text);
        let mut merged = given.clone();
        merged.extend(file.0);
        Ok(merged)
    }
}

fn stamp(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

#[derive(Default)]
struct File(Given);

impl Read for File {
    fn read(node: Node) -> Result<Self, Refused> {
        let known: Vec<_> = ALL
            .iter()
            .map(|flag| flag.key)
            .filter(|key| !key.is_empty())
            .collect();
        let mut keys = Keys::of(node, &known)?;
        let mut given = Given::new();
        for flag in ALL.iter().filter(|flag| !flag.key.is_empty()) {
            if let Some(Words(words)) = keys.take(flag.key)? {
                given.insert(flag.name, words);
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
    fn wrong_files_are_told_with_their_place() {
        check(
            "port: 1\nresource: [pods]\n",
            Err("c.yml:2:1: unknown key \"resource\", did you mean \"resources\"?"),
        );
        check("port: [[1]]\n", Err("c.yml:1:8: expected a text"));
    }
}
