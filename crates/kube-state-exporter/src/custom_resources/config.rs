//! The configuration of custom resources, in the reference's format.
//!
//! ```yaml
//! kind: CustomResourceStateMetrics
//! spec:
//!   resources:
//!     - groupVersionKind: {group: myteam.io, version: v1, kind: Foo}
//!       labelsFromPath: {name: [metadata, name]}
//!       metrics:
//!         - name: uptime
//!           help: Foo uptime
//!           each: {type: Gauge, gauge: {path: [status, uptime]}}
//! ```
//!
//! What the reference would ignore silently, a key that it does not know, is refused here with its place.

mod each;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use settings::document::{Limits, Node, Place, Refused};
use settings::read::{Anything, At, Keys, Read, parsed};

use super::family::Family;
use super::labels::{FromPaths, Labels};
use super::metric::Metric;
use super::path::Path;

/// Configurations of all kinds of Flux, Argo CD and Cluster API have 4,000 lines.
pub const LIMITS: Limits = Limits {
    bytes: 4 << 20,
    depth: 32,
    parts: 200_000,
};
/// Names of families begin with this where nothing else is said.
const PREFIX: &str = "kube_customresource";

/// What is told of which kinds.
#[derive(Debug, Default)]
pub struct Config {
    /// In the order of the file.
    pub entries: Vec<Rc<Entry>>,
}

/// The kinds that one entry means, and what is told of them.
#[derive(Debug)]
pub struct Entry {
    /// API group.
    pub group: String,
    /// Version; `None` is all.
    pub version: Option<String>,
    /// Kind; `None` is all.
    pub kind: Option<String>,
    /// Name in paths, where it is said.
    pub plural: Option<String>,
    /// What is told, with the place of its name.
    pub families: Vec<(Rc<Family>, Place)>,
}

impl Config {
    /// Fails at a family whose name `is_taken`, with its place.
    pub fn refuse_names(&self, is_taken: impl Fn(&str) -> bool) -> Result<(), Refused> {
        let mut families = self.entries.iter().flat_map(|entry| &entry.families);
        match families.find(|(family, _)| is_taken(&family.name)) {
            Some((family, place)) => Err((
                *place,
                format!(
                    "{:?} is told of Kubernetes' own objects already; choose another name or metricNamePrefix",
                    family.name
                ),
            )),
            None => Ok(()),
        }
    }
}

impl Read for Config {
    fn read(node: Node) -> Result<Self, Refused> {
        let mut keys = Keys::of(node, &["apiVersion", "kind", "metadata", "spec"])?;
        keys.take::<Anything>("metadata")?;
        match keys.take::<Spec>("spec")? {
            Some(Spec(resources)) => Ok(Self {
                entries: resources.into_iter().map(Rc::new).collect(),
            }),
            None => Ok(Self::default()),
        }
    }
}

struct Spec(Vec<Entry>);

impl Read for Spec {
    fn read(node: Node) -> Result<Self, Refused> {
        let mut keys = Keys::of(node, &["resources"])?;
        Ok(Self(keys.take("resources")?.unwrap_or_default()))
    }
}

impl Read for Entry {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        let known = [
            "groupVersionKind",
            "commonLabels",
            "labelsFromPath",
            "metricNamePrefix",
            "resourcePlural",
            "metrics",
            "errorLogV",
        ];
        let mut keys = Keys::of(node, &known)?;
        let kind: Kind = keys
            .take("groupVersionKind")?
            .ok_or_else(|| (place, "groupVersionKind is missing".to_owned()))?;
        let labels = take_labels(&mut keys)?;
        let prefix = keys.take::<String>("metricNamePrefix")?;
        let prefix = prefix.unwrap_or_else(|| PREFIX.to_owned());
        let quiet = is_quiet(&mut keys)?;
        let generators: Vec<Generator> = keys.take("metrics")?.unwrap_or_default();
        let families = generators
            .into_iter()
            .map(|generator| generator.family(&prefix, &labels, quiet))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            group: kind.group,
            version: kind.version,
            kind: kind.kind,
            plural: keys
                .take::<PathWord>("resourcePlural")?
                .map(|PathWord(word)| word),
            families,
        })
    }
}

/// `groupVersionKind`; `*` and nothing are any version and any kind.
struct Kind {
    group: String,
    version: Option<String>,
    kind: Option<String>,
}

impl Read for Kind {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        let mut keys = Keys::of(node, &["group", "version", "kind"])?;
        let mut word = |key| -> Result<_, Refused> {
            let word = keys.take::<PathWord>(key)?.map(|PathWord(word)| word);
            Ok(word.filter(|word| !word.is_empty() && word != "*"))
        };
        Ok(Self {
            group: word("group")?.ok_or_else(|| (place, "group is missing, and cannot be *".to_owned()))?,
            version: word("version")?,
            kind: word("kind")?,
        })
    }
}

/// A word that becomes part of a path at the API server.
struct PathWord(String);

impl Read for PathWord {
    fn read(node: Node) -> Result<Self, Refused> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        parsed(node, "a name of Kubernetes", |text| {
            let allowed = text == "*" || (text.chars().all(is_allowed) && !text.starts_with('.'));
            allowed.then(|| Self(text.to_owned()))
        })
    }
}

/// Labels that are said, and labels that are looked up.
#[derive(Clone, Default)]
struct SomeLabels {
    common: Labels,
    paths: BTreeMap<String, Path>,
}

fn take_labels(keys: &mut Keys) -> Result<SomeLabels, Refused> {
    let common: BTreeMap<String, At<String>> = keys.take("commonLabels")?.unwrap_or_default();
    let common = common.into_iter().map(|(name, At { value, place })| {
        let name = label_name(name).map_err(|reason| (place, reason))?;
        Ok((name, value))
    });
    Ok(SomeLabels {
        common: common.collect::<Result<_, Refused>>()?,
        paths: keys.take("labelsFromPath")?.unwrap_or_default(),
    })
}

/// The reference tells a fault at a verbosity that nobody sets; here that is the level debug.
fn is_quiet(keys: &mut Keys) -> Result<bool, Refused> {
    Ok(0 < keys.take::<u64>("errorLogV")?.unwrap_or_default())
}

impl Read for Path {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        Self::parse(&Vec::<String>::read(node)?).map_err(|reason| (place, reason))
    }
}

/// One item of `metrics`.
struct Generator {
    name: At<String>,
    help: String,
    labels: SomeLabels,
    quiet: bool,
    metric: Metric,
}

impl Read for Generator {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        let known = [
            "name",
            "help",
            "each",
            "commonLabels",
            "labelsFromPath",
            "errorLogV",
        ];
        let mut keys = Keys::of(node, &known)?;
        let missing = |key| move || (place, format!("{key} is missing"));
        Ok(Self {
            name: keys.take("name")?.ok_or_else(missing("name"))?,
            help: keys.take("help")?.unwrap_or_default(),
            labels: take_labels(&mut keys)?,
            quiet: is_quiet(&mut keys)?,
            metric: keys.take("each")?.ok_or_else(missing("each"))?,
        })
    }
}

impl Generator {
    fn family(
        self,
        prefix: &str,
        resource: &SomeLabels,
        quiet: bool,
    ) -> Result<(Rc<Family>, Place), Refused> {
        let At { value, place } = self.name;
        let name = match prefix {
            "" => value,
            prefix => format!("{prefix}_{value}"),
        };
        let starts = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | ':');
        if !name.starts_with(starts) || !name.chars().all(|c| starts(c) || c.is_ascii_digit()) {
            return Err((place, format!("{name:?} cannot be the name of a metric")));
        }
        let mut paths = resource.paths.clone();
        paths.extend(self.labels.paths);
        let family = Family {
            name,
            help: self.help,
            resource_labels: resource.common.clone(),
            labels: self.labels.common,
            from_paths: FromPaths::new(paths),
            metric: self.metric,
            quiet: quiet || self.quiet,
            told: Cell::new(false),
        };
        Ok((Rc::new(family), place))
    }
}

fn label_name(name: String) -> Result<String, String> {
    let starts = |c: char| c.is_ascii_alphabetic() || c == '_';
    if name.starts_with(starts) && name.chars().all(|c| starts(c) || c.is_ascii_digit()) {
        return Ok(name);
    }
    Err(format!("{name:?} cannot be the name of a label"))
}

#[cfg(test)]
mod tests;
