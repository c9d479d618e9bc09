//! Which kinds the configuration means, of those that there are.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::config::{Config, Entry};
use super::definition::Definition;

/// Kinds that are watched at most: each costs a connection.
const KINDS_MAX: usize = 200;

/// What came of the entries.
#[derive(Debug, Default)]
pub struct Resolved {
    /// Kinds, each with the entries that mean it, in their order.
    pub kinds: BTreeMap<Definition, Vec<Rc<Entry>>>,
    /// Entries that name one kind which is not known.
    pub missing: Vec<Rc<Entry>>,
    /// Kinds beyond what is watched at most.
    pub left_out: usize,
}

/// Looks up every entry in `known`.
pub fn resolve(config: &Config, known: &[Definition]) -> Resolved {
    let mut resolved = Resolved::default();
    for entry in &config.entries {
        let mut found = false;
        for definition in known.iter().filter(|definition| entry.means(definition)) {
            found = true;
            let mut definition = definition.clone();
            if let Some(plural) = &entry.plural
                && entry.is_one_kind()
            {
                definition.plural.clone_from(plural);
            }
            if resolved.kinds.len() < KINDS_MAX || resolved.kinds.contains_key(&definition) {
                resolved
                    .kinds
                    .entry(definition)
                    .or_default()
                    .push(Rc::clone(entry));
            } else {
                resolved.left_out += 1;
            }
        }
        if !found && entry.is_one_kind() {
            resolved.missing.push(Rc::clone(entry));
        }
    }
    resolved
}

impl Entry {
    /// Whether it means one kind in one version.
    pub fn is_one_kind(&self) -> bool {
        self.version.is_some() && self.kind.is_some()
    }

    fn means(&self, definition: &Definition) -> bool {
        let matches =
            |wanted: &Option<String>, name: &str| wanted.as_deref().is_none_or(|wanted| wanted == name);
        self.group == definition.group
            && matches(&self.version, &definition.version)
            && matches(&self.kind, &definition.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(version: &str, kind: &str) -> Rc<Entry> {
        let word = |text: &str| Some(text.to_owned()).filter(|text| text != "*");
        Rc::new(Entry {
            group: "myteam.io".to_owned(),
            version: word(version),
            kind: word(kind),
            plural: None,
            families: Vec::new(),
        })
    }

    fn definition(group: &str, version: &str, kind: &str) -> Definition {
        Definition {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            plural: kind.to_lowercase() + "s",
            namespaced: true,
        }
    }

    #[track_caller]
    fn check(entries: &[(&str, &str)], expect: &[(&str, usize)], missing: usize) {
        let config = Config {
            entries: entries
                .iter()
                .map(|(version, kind)| entry(version, kind))
                .collect(),
        };
        let known = [
            definition("myteam.io", "v1", "Foo"),
            definition("myteam.io", "v1beta1", "Foo"),
            definition("myteam.io", "v1", "Bar"),
            definition("other.io", "v1", "Foo"),
        ];
        let resolved = resolve(&config, &known);
        let kinds: Vec<_> = resolved
            .kinds
            .iter()
            .map(|(kind, entries)| {
                (
                    format!("{}/{}/{}", kind.group, kind.version, kind.kind),
                    entries.len(),
                )
            })
            .collect();
        let kinds: Vec<_> = kinds
            .iter()
            .map(|(kind, count)| (kind.as_str(), *count))
            .collect();
        assert_eq!((kinds.as_slice(), resolved.missing.len()), (expect, missing));
    }

    #[test]
    fn wildcards_are_every_version_and_kind() {
        check(&[("v1", "Foo")], &[("myteam.io/v1/Foo", 1)], 0);
        check(
            &[("*", "Foo")],
            &[("myteam.io/v1/Foo", 1), ("myteam.io/v1beta1/Foo", 1)],
            0,
        );
        check(
            &[("v1", "*")],
            &[("myteam.io/v1/Bar", 1), ("myteam.io/v1/Foo", 1)],
            0,
        );
        check(
            &[("*", "*"), ("v1", "Foo")],
            &[
                ("myteam.io/v1/Bar", 1),
                ("myteam.io/v1/Foo", 2),
                ("myteam.io/v1beta1/Foo", 1),
            ],
            0,
        );
    }

    #[test]
    fn what_is_not_there() {
        check(&[("v2", "Foo"), ("*", "Baz")], &[], 1);
    }

    #[test]
    fn too_many_kinds_are_left_out() {
        let known: Vec<_> = (0..KINDS_MAX + 5)
            .map(|number| definition("myteam.io", "v1", &format!("K{number}")))
            .collect();
        let config = Config {
            entries: vec![entry("*", "*")],
        };
        let resolved = resolve(&config, &known);
        assert_eq!((resolved.kinds.len(), resolved.left_out), (KINDS_MAX, 5));
    }
}
