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

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use settings::document::{Limits, Node, Place, Refused};
use settings::read::{Anything, At, Keys, Read, parsed};

use super::family::Family;
use super::labels::{FromPaths, Labels};
use super::metric::{Each, Metric};
use super::number::ValueType;
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

impl Read for Metric {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        let mut keys = Keys::of(node, &["type", "gauge", "info", "stateSet"])?;
        let kind: At<String> = keys
            .take("type")?
            .ok_or_else(|| (place, "type is missing: Gauge, Info or StateSet".to_owned()))?;
        let (key, read): (_, ReadMetric) = match kind.value.to_lowercase().as_str() {
            "gauge" => ("gauge", gauge),
            "info" => ("info", info),
            "stateset" => ("stateSet", state_set),
            other => {
                let reason = format!("{other:?} is not Gauge, Info or StateSet");
                return Err((kind.place, reason));
            }
        };
        let Section(node) = keys
            .take(key)?
            .ok_or_else(|| (place, format!("type is {}, but {key} is missing", kind.value)))?;
        read(node)
    }
}

/// Reads the section of one type.
type ReadMetric = fn(Node) -> Result<Metric, Refused>;

/// A section that is read later.
struct Section(Node);

impl Read for Section {
    fn read(node: Node) -> Result<Self, Refused> {
        Ok(Self(node))
    }
}

fn gauge(node: Node) -> Result<Metric, Refused> {
    let known = [
        "path",
        "labelsFromPath",
        "valueFrom",
        "valueType",
        "labelFromKey",
        "nilIsZero",
    ];
    let mut keys = Keys::of(node, &known)?;
    let each = Each::Gauge {
        value_from: keys.take("valueFrom")?.unwrap_or_default(),
        value_type: keys.take("valueType")?.unwrap_or_default(),
        label_from_key: take_label_name(&mut keys, "labelFromKey")?,
        nil_is_zero: keys.take("nilIsZero")?.unwrap_or_default(),
    };
    metric(keys, each)
}

fn info(node: Node) -> Result<Metric, Refused> {
    let mut keys = Keys::of(node, &["path", "labelsFromPath", "labelFromKey"])?;
    let each = Each::Info {
        label_from_key: take_label_name(&mut keys, "labelFromKey")?,
    };
    metric(keys, each)
}

fn state_set(node: Node) -> Result<Metric, Refused> {
    let place = node.place;
    let mut keys = Keys::of(
        node,
        &["path", "labelsFromPath", "valueFrom", "labelName", "list"],
    )?;
    let each = Each::StateSet {
        value_from: keys.take("valueFrom")?.unwrap_or_default(),
        label_name: take_label_name(&mut keys, "labelName")?,
        list: keys.take("list")?.unwrap_or_default(),
    };
    match &each {
        Each::StateSet { label_name, .. } if label_name.is_empty() => {
            Err((place, "labelName is missing".to_owned()))
        }
        _ => metric(keys, each),
    }
}

fn metric(mut keys: Keys, each: Each) -> Result<Metric, Refused> {
    let paths: BTreeMap<String, Path> = keys.take("labelsFromPath")?.unwrap_or_default();
    Ok(Metric {
        path: keys.take("path")?.unwrap_or_default(),
        labels: FromPaths::new(paths),
        each,
    })
}

impl Read for ValueType {
    fn read(node: Node) -> Result<Self, Refused> {
        parsed(node, "duration or quantity", |text| match text {
            "" => Some(Self::Any),
            "duration" => Some(Self::Duration),
            "quantity" => Some(Self::Quantity),
            _ => None,
        })
    }
}

fn take_label_name(keys: &mut Keys, key: &str) -> Result<String, Refused> {
    match keys.take::<At<String>>(key)? {
        Some(At { value, .. }) if value.is_empty() => Ok(value),
        Some(At { value, place }) => label_name(value).map_err(|reason| (place, reason)),
        None => Ok(String::new()),
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
mod tests {
    use std::path::Path as FilePath;

    use settings::document;

    use super::*;

    /// The entry around what is tested: its first line has the number 3 and six spaces before it.
    fn resource(text: &str) -> String {
        format!("spec:\n  resources:\n    - {}\n", text.replace('\n', "\n      "))
    }

    fn read(text: &str) -> Result<Config, String> {
        document::parse(FilePath::new("crs.yml"), text, &LIMITS).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refused(text: &str, expect: &str) {
        let error = read(&resource(text)).expect_err("refused");
        assert_eq!(error, format!("crs.yml:{expect}"));
    }

    const KIND: &str = "groupVersionKind: {group: myteam.io, version: v1, kind: Foo}\n";

    #[test]
    fn names_and_wildcards() {
        let names = |text: &str| {
            let config = read(&resource(text)).unwrap();
            let entry = Rc::clone(&config.entries[0]);
            let families = entry.families.iter();
            let names: Vec<_> = families.map(|(family, _)| family.name.clone()).collect();
            (
                entry.version.clone(),
                entry.kind.clone(),
                entry.plural.clone(),
                names,
            )
        };
        let info = "metrics:\n- name: up\n  each: {type: info, info: {}}";
        assert_eq!(
            names(&format!("{KIND}{info}")),
            (
                Some("v1".to_owned()),
                Some("Foo".to_owned()),
                None,
                vec!["kube_customresource_up".to_owned()]
            )
        );
        assert_eq!(
            names(&format!(
                "groupVersionKind: {{group: myteam.io, version: '*'}}\nmetricNamePrefix: ''\nresourcePlural: foos\n{info}"
            )),
            (None, None, Some("foos".to_owned()), vec!["up".to_owned()])
        );
        assert_eq!(
            names(&format!("{KIND}metricNamePrefix: myteam_foos\n{info}")).3,
            ["myteam_foos_up"]
        );
        assert!(
            read("kind: CustomResourceStateMetrics\nspec:\n")
                .unwrap()
                .entries
                .is_empty()
        );
    }

    #[test]
    fn wrong_entries_are_told_with_their_place() {
        refused("metrics: []", "3:7: groupVersionKind is missing");
        refused(
            "groupVersionKind: {group: '*', kind: Foo}",
            "3:25: group is missing, and cannot be *",
        );
        refused(
            "groupVersionKind: {group: a/b}",
            "3:33: \"a/b\" is not a name of Kubernetes",
        );
        refused(
            &format!("{KIND}metric: []"),
            "4:7: unknown key \"metric\", did you mean \"metrics\"?",
        );
        refused(
            &format!("{KIND}metricNamePrefix: 1\nmetrics:\n- name: up\n  each: {{type: info, info: {{}}}}"),
            "6:15: \"1_up\" cannot be the name of a metric",
        );
        refused(
            &format!("{KIND}commonLabels: {{a-b: c}}"),
            "4:27: \"a-b\" cannot be the name of a label",
        );
        refused(
            &format!("{KIND}labelsFromPath: {{x: [status, '[Ready]']}}"),
            "4:27: \"[Ready]\" is no lookup in a list: expected \"[field=value]\"",
        );
    }

    #[test]
    fn wrong_metrics_are_told_with_their_place() {
        let metric = |text: &str| format!("{KIND}metrics:\n- name: up\n  each: {text}");
        refused(
            &metric("{gauge: {}}"),
            "6:15: type is missing: Gauge, Info or StateSet",
        );
        refused(
            &metric("{type: Counter}"),
            "6:22: \"counter\" is not Gauge, Info or StateSet",
        );
        refused(
            &metric("{type: Gauge, info: {}}"),
            "6:15: type is Gauge, but gauge is missing",
        );
        refused(
            &metric("{type: StateSet, stateSet: {list: [a]}}"),
            "6:42: labelName is missing",
        );
        refused(
            &metric("{type: Gauge, gauge: {valueFrom: {celExpr: x}}}"),
            "6:48: expected a list",
        );
        refused(
            &metric("{type: Gauge, gauge: {valueType: text}}"),
            "6:48: \"text\" is not duration or quantity",
        );
        refused(
            &metric("{type: Gauge, gauge: {labelFromKey: a.b}}"),
            "6:51: \"a.b\" cannot be the name of a label",
        );
        refused(&format!("{KIND}metrics:\n- help: x"), "5:9: name is missing");
    }

    #[test]
    fn names_that_are_taken() {
        let text = resource(&format!(
            "{KIND}metricNamePrefix: kube\nmetrics:\n- name: pod_info\n  each: {{type: info, info: {{}}}}"
        ));
        let (place, reason) = read(&text)
            .unwrap()
            .refuse_names(|name| name == "kube_pod_info")
            .unwrap_err();
        assert_eq!((place.line, place.column), (6, 15));
        assert!(reason.starts_with("\"kube_pod_info\" is told of"), "{reason}");
    }
}
