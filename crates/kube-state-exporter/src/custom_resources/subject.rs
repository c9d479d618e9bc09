//! A kind that is there and configured, as a reader reads it.

use std::rc::Rc;

use metrics_registry::Kind;
use serde_json::Value;

use super::config::Entry;
use super::definition::Definition;
use super::family::Family;
use super::labels::Labels;
use crate::filter::Filter;
use crate::resource::{DecodeError, Object, Rendered, TEXT_BYTES_MAX, Wire};
use crate::subject::{Header, Subject};
use crate::telemetry::CustomCounts;

/// Families of one name, of all entries that mean the kind.
type Named = Vec<Rc<Family>>;

/// Makes the subject; families that `filter` does not want are left out.
pub fn subject(
    definition: &Definition,
    entries: &[Rc<Entry>],
    filter: &Filter,
    counts: &Rc<CustomCounts>,
) -> Rc<Subject> {
    let families = families(entries, filter);
    let headers = families
        .iter()
        .filter_map(|named| named.first())
        // An info or a state set is a gauge to whoever reads it: text knows no other word, OpenMetrics wants other names.
        .map(|family| Header::new(&family.name, &family.help, Kind::Gauge))
        .collect();
    let kind = [
        ("customresource_group", &definition.group),
        ("customresource_version", &definition.version),
        ("customresource_kind", &definition.kind),
    ];
    let kind_labels: Labels = kind
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    let counts = Rc::clone(counts);
    Rc::new(Subject {
        name: name(definition),
        go_type: "*unstructured.Unstructured".to_owned(),
        group: definition.group.clone(),
        version: definition.version.clone(),
        plural: definition.plural.clone(),
        namespaced: definition.namespaced,
        wire: Wire::Json,
        headers,
        render: Box::new(move |object, out| render(&families, &kind_labels, &counts, object, out)),
    })
}

/// `foos.v1.myteam.io`, as kubectl takes it; the plural alone may be that of another group or version too.
pub fn name(definition: &Definition) -> String {
    let Definition {
        plural,
        version,
        group,
        ..
    } = definition;
    format!("{plural}.{version}.{group}")
}

fn families(entries: &[Rc<Entry>], filter: &Filter) -> Vec<Named> {
    let mut families: Vec<Named> = Vec::new();
    let all = entries.iter().flat_map(|entry| &entry.families);
    for (family, _) in all.filter(|(family, _)| filter.is_on(&family.name, false)) {
        let same = |named: &&mut Named| named.first().is_some_and(|first| first.name == family.name);
        match families.iter_mut().find(same) {
            Some(named) => named.push(Rc::clone(family)),
            None => families.push(vec![Rc::clone(family)]),
        }
    }
    families
}

fn render(
    families: &[Named],
    kind_labels: &Labels,
    counts: &CustomCounts,
    object: Object<'_>,
    out: &mut Rendered,
) -> Result<(), DecodeError> {
    let Object::Json(bytes) = object else {
        return Err(DecodeError::NotJson);
    };
    let object: Value = serde_json::from_slice(bytes)?;
    let metadata = object.get("metadata");
    let fields = [
        (&mut out.uid, "uid"),
        (&mut out.namespace, "namespace"),
        (&mut out.name, "name"),
        (&mut out.resource_version, "resourceVersion"),
    ];
    for (to, key) in fields {
        let value = metadata
            .and_then(|metadata| metadata.get(key))
            .and_then(Value::as_str);
        to.clear();
        to.push_str(value.unwrap_or_default());
    }
    out.ends.clear();
    out.text.clear();
    let mut text = String::from_utf8(std::mem::take(&mut out.text)).unwrap_or_default();
    for named in families {
        for family in named {
            let faults = family.write(&object, kind_labels, &mut text);
            if 0 < faults {
                counts.unresolved(&family.name, faults);
            }
        }
        if TEXT_BYTES_MAX < text.len() {
            return Err(DecodeError::TooLong);
        }
        // `TEXT_BYTES_MAX` keeps the length far below 4 GiB.
        out.ends.push(text.len() as u32);
    }
    out.text = text.into_bytes();
    Ok(())
}
