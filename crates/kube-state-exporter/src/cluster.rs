//! The readers and the store of one set of options.

use std::rc::Rc;

use tokio::task::AbortHandle;

use crate::options::Options;
use crate::read::reader::{Reader, Shared};
use crate::read::request::Scope;
use crate::resource::Settings;
use crate::store::Store;
use crate::subject::Subject;
use crate::telemetry::{PartState, Telemetry};

/// What is watched. Readers end when this is dropped.
#[derive(Debug)]
pub struct Cluster {
    /// What is known.
    pub store: Store,
    /// One for each reader.
    pub readings: Vec<Reading>,
    /// The families that are on, so that a cached body of other options is not used.
    pub number: u64,
    tasks: Vec<AbortHandle>,
}

/// What one reader reads, and how current it is.
#[derive(Debug)]
pub struct Reading {
    /// Plural name of the kind.
    pub resource: String,
    /// One namespace, or all.
    pub namespace: Option<String>,
    /// How current it is.
    pub state: Rc<PartState>,
}

impl Cluster {
    /// Starts a reader for each kind of object and namespace. Must run in a `LocalSet`.
    ///
    /// `number` tells this set of options from others.
    pub fn start(options: &Options, shared: &Shared, telemetry: &Telemetry, number: u64) -> Self {
        Self::of(subjects(options), options, shared, telemetry, number)
    }

    /// Starts readers of these kinds. Must run in a `LocalSet`.
    pub fn of(
        subjects: Vec<Rc<Subject>>,
        options: &Options,
        shared: &Shared,
        telemetry: &Telemetry,
        number: u64,
    ) -> Self {
        let mut cluster = Self {
            store: Store::default(),
            readings: Vec::new(),
            number,
            tasks: Vec::new(),
        };
        for subject in subjects {
            cluster.watch(&subject, scopes(&subject, options), shared, telemetry);
        }
        cluster
    }

    /// Whether all that the server lets us read was read once.
    pub fn is_ready(&self) -> bool {
        self.readings.iter().all(|reading| reading.state.is_settled())
    }

    fn watch(&mut self, subject: &Rc<Subject>, scopes: Vec<Scope>, shared: &Shared, telemetry: &Telemetry) {
        let counts = telemetry.counts(&subject.go_type);
        let group = self.store.add(Rc::clone(subject), scopes.len());
        for (scope, part) in std::iter::zip(scopes, &group.parts) {
            let state = Rc::new(PartState::default());
            self.readings.push(Reading {
                resource: subject.name.clone(),
                namespace: scope.namespace.clone(),
                state: Rc::clone(&state),
            });
            let seed = seed(self.readings.len());
            let reader = Reader::new(
                shared.clone(),
                Rc::clone(subject),
                scope,
                Rc::clone(part),
                Rc::clone(&counts),
                state,
                seed,
            );
            self.tasks
                .push(tokio::task::spawn_local(reader.run()).abort_handle());
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

fn subjects(options: &Options) -> Vec<Rc<Subject>> {
    let subject = |resource: &&'static crate::resource::Resource| {
        let mut settings = Settings::new(
            resource,
            options.labels.of(resource.name),
            options.annotations.of(resource.name),
            |family| options.filter.is_on(family.name, family.opt_in),
        );
        settings.zone = options.zone.clone();
        Subject::new(resource, settings)
    };
    options.resources.iter().map(subject).collect()
}

/// What is read of a kind: each namespace that is wanted, or all but those that are not.
fn scopes(subject: &Subject, options: &Options) -> Vec<Scope> {
    let mut selectors = Vec::new();
    if subject.name == "pods" && subject.group.is_empty() {
        if options.track_unscheduled_pods {
            selectors.push("spec.nodeName=".to_owned());
        } else if !options.node.is_empty() {
            selectors.push(format!("spec.nodeName={}", options.node));
        }
    }
    if subject.namespaced && options.namespaces.is_empty() {
        let denied = options.namespaces_denylist.iter();
        selectors.extend(denied.map(|namespace| format!("metadata.namespace!={namespace}")));
    }
    let scope = |namespace| Scope {
        namespace,
        field_selector: selectors.join(","),
        from_cache: options.use_apiserver_cache,
    };
    if !subject.namespaced || options.namespaces.is_empty() {
        return vec![scope(None)];
    }
    options
        .namespaces
        .iter()
        .filter(|namespace| !options.namespaces_denylist.contains(namespace))
        .map(|namespace| scope(Some(namespace.clone())))
        .collect()
}

/// Tells the readers of all processes apart: the process and the reader.
fn seed(reader: usize) -> u64 {
    let process = u64::from(std::process::id());
    (process << 32 | reader as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Wire;

    fn subject(name: &str, namespaced: bool) -> Subject {
        Subject {
            name: name.to_owned(),
            go_type: String::new(),
            group: String::new(),
            version: "v1".to_owned(),
            plural: name.to_owned(),
            namespaced,
            wire: Wire::Object,
            headers: Vec::new(),
            render: Box::new(|_, _| Ok(())),
        }
    }

    #[track_caller]
    fn check(subject: &Subject, options: &Options, expect: &[(Option<&str>, &str)]) {
        let found = scopes(subject, options);
        let found: Vec<_> = found
            .iter()
            .map(|scope| (scope.namespace.as_deref(), scope.field_selector.as_str()))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn namespaces_and_nodes() {
        let (pods, nodes) = (subject("pods", true), subject("nodes", false));
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let mut options = Options::default();
        check(&pods, &options, &[(None, "")]);
        options.namespaces_denylist = list(&["a", "b"]);
        check(
            &pods,
            &options,
            &[(None, "metadata.namespace!=a,metadata.namespace!=b")],
        );
        check(&nodes, &options, &[(None, "")]);
        options.namespaces = list(&["b", "c"]);
        options.node = "pi4".to_owned();
        check(&pods, &options, &[(Some("c"), "spec.nodeName=pi4")]);
        check(&nodes, &options, &[(None, "")]);
        options.track_unscheduled_pods = true;
        check(&pods, &options, &[(Some("c"), "spec.nodeName=")]);
    }
}
