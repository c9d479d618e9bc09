//! What is told of every kind of object alike: times, versions, owners, labels and annotations.

use crate::generator::Named;
use crate::label_name;
use crate::lines::Lines;
use crate::wire::meta::OwnerReference;

/// A sample that says no more than that the object is there.
pub fn one<T: Named>(_: &T, out: &mut Lines<'_>) {
    out.value(1.0);
}

/// When the object was made, in seconds since 1970.
pub fn created<T: Named>(object: &T, out: &mut Lines<'_>) {
    out.time(&object.metadata().creation_timestamp);
}

/// When the object's deletion was asked for, in seconds since 1970.
pub fn deletion_timestamp<T: Named>(object: &T, out: &mut Lines<'_>) {
    out.time(&object.metadata().deletion_timestamp);
}

/// The number that rises with each change of the specification.
pub fn generation<T: Named>(object: &T, out: &mut Lines<'_>) {
    out.value(object.metadata().generation as f64);
}

/// The version in the store, where it is a number, which Kubernetes does not promise.
pub fn resource_version<T: Named>(object: &T, out: &mut Lines<'_>) {
    if let Ok(version) = object.metadata().resource_version.parse() {
        out.value(version);
    }
}

/// Who made the object: kind, name and whether it is the controller; all empty where nobody is named.
pub fn owner<T: Named>(object: &T, out: &mut Lines<'_>) {
    let owners = &object.metadata().owner_references;
    if owners.is_empty() {
        out.sample(["", "", ""], 1.0);
    }
    for OwnerReference {
        kind,
        name,
        controller,
    } in owners
    {
        out.sample([kind, name, text(controller.unwrap_or_default())], 1.0);
    }
}

/// The object's labels, those that are allowed.
pub fn labels<T: Named>(object: &T, out: &mut Lines<'_>) {
    let allowed = &out.settings.labels;
    if !allowed.is_empty() {
        let labels = &object.metadata().labels;
        map(out, "label", labels.iter().filter(|(key, _)| allowed.allows(key)));
    }
}

/// The object's annotations, those that are allowed.
pub fn annotations<T: Named>(object: &T, out: &mut Lines<'_>) {
    let allowed = &out.settings.annotations;
    if !allowed.is_empty() {
        let annotations = &object.metadata().annotations;
        map(
            out,
            "annotation",
            annotations.iter().filter(|(key, _)| allowed.allows(key)),
        );
    }
}

/// A sample with a label for each entry.
pub fn map<'a>(
    out: &mut Lines<'_>,
    prefix: &str,
    entries: impl Iterator<Item = (&'a String, &'a String)> + Clone,
) {
    let names = label_name::names(prefix, entries.clone().map(|(key, _)| key.as_str()));
    let values = entries.map(|(_, value)| value.as_str());
    out.labeled(std::iter::zip(names.iter().map(String::as_str), values), 1.0);
}

/// `true` or `false`.
pub fn text(is: bool) -> &'static str {
    if is { "true" } else { "false" }
}
