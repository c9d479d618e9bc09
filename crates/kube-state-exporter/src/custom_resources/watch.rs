//! A reader for each kind that is configured and there; kinds that appear later get one, those that vanish lose theirs.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

use tokio::task::AbortHandle;

use super::config::Config;
use super::definition::{self, Definition};
use super::resolve::{Resolved, resolve};
use super::{served, subject};
use crate::cluster::Cluster;
use crate::options::Options;
use crate::read::reader::Shared;
use crate::telemetry::Telemetry;

/// How often it is looked whether definitions have changed; no request is made for it.
const POLL: Duration = Duration::from_millis(500);
/// How long the list of definitions is waited for, before kinds are looked for without it.
const DEFINITIONS_WAIT: Duration = Duration::from_secs(5);
/// How often the server is asked for kinds that nobody has defined.
const ASK_INTERVAL: Duration = Duration::from_secs(30);

/// What is watched of custom resources. Readers end when this is dropped.
pub struct CustomResources {
    config: Rc<Config>,
    options: Rc<Options>,
    shared: Shared,
    telemetry: Rc<Telemetry>,
    /// The definitions.
    definitions: Cluster,
    /// Kinds that are watched.
    kinds: RefCell<Vec<(Definition, Rc<Cluster>)>>,
    /// Whether kinds were looked for once.
    is_resolved: Cell<bool>,
    /// Sets of kinds so far.
    changes: Cell<u64>,
    task: OnceCell<AbortHandle>,
}

impl CustomResources {
    /// Begins to watch definitions, and what `config` says of them. Must run in a `LocalSet`.
    pub fn start(
        config: Rc<Config>,
        options: &Rc<Options>,
        shared: &Shared,
        telemetry: &Rc<Telemetry>,
    ) -> Rc<Self> {
        // Definitions belong to nobody's shard.
        let every = Shared {
            shard: crate::shard::Shard::ALL,
            ..shared.clone()
        };
        let subjects = match config.entries.is_empty() {
            true => Vec::new(),
            false => vec![definition::subject()],
        };
        let custom = Rc::new(Self {
            is_resolved: Cell::new(subjects.is_empty()),
            definitions: Cluster::of(subjects, options, &every, telemetry, 0),
            config,
            options: Rc::clone(options),
            shared: shared.clone(),
            telemetry: Rc::clone(telemetry),
            kinds: RefCell::default(),
            changes: Cell::new(0),
            task: OnceCell::new(),
        });
        if !custom.config.entries.is_empty() {
            let task = tokio::task::spawn_local(follow(Rc::downgrade(&custom))).abort_handle();
            // Set once, here.
            let _ = custom.task.set(task);
        }
        custom
    }

    /// What is watched: the definitions first, then each kind.
    pub fn clusters(&self) -> Vec<Rc<Cluster>> {
        let kinds = self.kinds.borrow();
        kinds.iter().map(|(_, cluster)| Rc::clone(cluster)).collect()
    }

    /// The readers of definitions.
    pub fn definitions(&self) -> &Cluster {
        &self.definitions
    }

    /// Whether the first list of every kind that is there was complete.
    pub fn is_complete(&self) -> bool {
        let kinds = self.kinds.borrow();
        self.is_resolved.get() && kinds.iter().all(|(_, cluster)| cluster.is_ready())
    }

    /// Differs whenever what is served differs.
    pub fn version(&self) -> String {
        let kinds = self.kinds.borrow();
        let generations = kinds.iter().map(|(_, cluster)| cluster.store.generation());
        let generations: Vec<_> = generations.map(|generation| generation.to_string()).collect();
        format!("{}:{}", self.changes.get(), generations.join(","))
    }

    /// The definitions' kinds, those of each definition together.
    fn known(&self) -> Vec<Vec<Definition>> {
        let groups = self.definitions.store.groups.iter();
        groups.flat_map(definition::known).collect()
    }

    /// Starts readers of kinds that are new, and ends those of kinds that are gone.
    fn apply(&self, resolved: &Resolved) {
        let mut kinds = self.kinds.borrow_mut();
        let before = kinds.len();
        kinds.retain(|(kind, _)| resolved.kinds.contains_key(kind));
        let mut changed = before != kinds.len();
        for (kind, entries) in &resolved.kinds {
            if kinds.iter().any(|(other, _)| other == kind) {
                continue;
            }
            let counts = &self.telemetry.custom;
            let subject = subject::subject(kind, entries, &self.options.filter, counts);
            log::info!(kind = subject.name.as_str(), families = subject.headers.len(); "custom resources are read");
            let cluster = Cluster::of(
                vec![subject],
                &self.options,
                &self.shared,
                &self.telemetry,
                self.changes.get(),
            );
            kinds.push((kind.clone(), Rc::new(cluster)));
            changed = true;
        }
        kinds.sort_by(|(kind, _), (other, _)| kind.cmp(other));
        if changed {
            self.changes.set(self.changes.get() + 1);
        }
        self.is_resolved.set(true);
    }
}

impl Drop for CustomResources {
    fn drop(&mut self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
    }
}

/// What was found out so far.
struct Follower {
    started: Instant,
    /// The state of the definitions that was applied last.
    applied: Option<u64>,
    /// Definitions that were counted.
    counted: BTreeSet<Vec<Definition>>,
    /// Kinds without a definition, and when they were asked for.
    undefined: Vec<Definition>,
    asked: Option<Instant>,
    /// What was told to be missing.
    told: BTreeSet<String>,
}

async fn follow(custom: Weak<CustomResources>) {
    let mut follower = Follower {
        started: Instant::now(),
        applied: None,
        counted: BTreeSet::new(),
        undefined: Vec::new(),
        asked: None,
        told: BTreeSet::new(),
    };
    loop {
        let Some(custom) = custom.upgrade() else { return };
        follower.look(&custom).await;
        drop(custom);
        tokio::time::sleep(POLL).await;
    }
}

impl Follower {
    async fn look(&mut self, custom: &CustomResources) {
        let store = &custom.definitions.store;
        if !custom.definitions.is_ready() && self.started.elapsed() < DEFINITIONS_WAIT {
            return;
        }
        let generation = store.generation();
        let is_due = |asked: Option<Instant>| asked.is_none_or(|asked| ASK_INTERVAL <= asked.elapsed());
        if self.applied == Some(generation) && !is_due(self.asked) {
            return;
        }
        let defined = custom.known();
        self.count(&defined, custom);
        let mut known: Vec<_> = defined.into_iter().flatten().collect();
        let missing = resolve(&custom.config, &known).missing;
        if missing.is_empty() {
            self.undefined.clear();
            self.told.clear();
        } else if is_due(self.asked) || self.applied != Some(generation) {
            self.undefined = self.ask(&missing, custom).await;
        }
        self.asked = Some(Instant::now());
        known.extend(self.undefined.iter().cloned());
        let resolved = resolve(&custom.config, &known);
        if 0 < resolved.left_out && self.told.insert("left out".to_owned()) {
            log::warn!(kinds = resolved.left_out; "too many kinds of custom resources, some are not read; name those that matter");
        }
        custom.apply(&resolved);
        self.applied = Some(generation);
    }

    /// Asks the server for kinds that no definition has. One that is not there is told once.
    async fn ask(
        &mut self,
        missing: &[Rc<super::config::Entry>],
        custom: &CustomResources,
    ) -> Vec<Definition> {
        let mut found = Vec::new();
        for entry in missing {
            let name = format!(
                "{}/{} {}",
                entry.group,
                entry.version.as_deref().unwrap_or_default(),
                entry.kind.as_deref().unwrap_or_default()
            );
            match served::find(&custom.shared.api, entry).await {
                Ok(Some(kind)) => {
                    self.told.remove(&name);
                    found.push(kind);
                }
                Ok(None) => {
                    if self.told.insert(name.clone()) {
                        log::warn!(kind = name.as_str(); "no such kind of custom resource yet; it is read once it is defined");
                    }
                }
                Err(error) => {
                    // What was found before stays, because the server may only be away.
                    let before = self.undefined.iter();
                    let is_entry = |kind: &&Definition| {
                        kind.group == entry.group
                            && Some(&kind.version) == entry.version.as_ref()
                            && Some(&kind.kind) == entry.kind.as_ref()
                    };
                    found.extend(before.filter(is_entry).cloned());
                    log::debug!(kind = name.as_str(), error:%; "kind not looked up, trying on");
                }
            }
        }
        found
    }

    /// Counts definitions that are new and that are gone.
    fn count(&mut self, defined: &[Vec<Definition>], custom: &CustomResources) {
        let now: BTreeSet<_> = defined.iter().cloned().collect();
        let added = now.difference(&self.counted).count();
        let gone = self.counted.difference(&now).count();
        custom.telemetry.custom.definitions(added, gone, defined.len());
        self.counted = now;
    }
}

#[cfg(test)]
mod tests;
