//! The families of a crate, by what they are from: a section for each collector and each other module.

use std::collections::BTreeMap;

use super::declaration::Declared;
use super::sources::{Crate, doc};
use super::{names, reader, roster};

/// What a page tells of a crate.
pub struct Catalogue {
    pub name: String,
    pub description: String,
    /// Crates that it uses.
    pub uses: Vec<String>,
    pub sections: Vec<Section>,
    /// What could not be read, and what to do.
    pub problems: Vec<String>,
}

/// A collector with the modules below it, or another module.
#[derive(Default)]
pub struct Section {
    /// Name of the collector, or of the module.
    pub title: String,
    /// Names of the rows and whether they are on by default; empty for what cannot be turned off.
    pub switches: Vec<(String, bool)>,
    /// The module doc.
    pub paragraphs: Vec<String>,
    /// Families by name.
    pub families: BTreeMap<String, Family>,
}

/// A family, perhaps declared more than once.
pub struct Family {
    pub kind: String,
    pub help: String,
    /// Labels, and whether every declaration has them.
    pub labels: Vec<(String, bool)>,
}

impl Catalogue {
    /// Reads a crate.
    pub fn of(sources: &Crate) -> Self {
        let (found, open) = reader::read(sources);
        let tables = roster::tables(sources);
        let mut problems: Vec<_> = open
            .into_iter()
            .map(|function| {
                format!(
                    "{}/{function}: a family is declared in a shape that is not known",
                    sources.name
                )
            })
            .collect();
        let mut sections: BTreeMap<String, Section> = BTreeMap::new();
        let mut run_time = BTreeMap::new();
        for (file, found) in std::iter::zip(&sources.files, found) {
            let place = tables.iter().find_map(|table| table.place(&file.module));
            let (module, rows) = place.unwrap_or_else(|| (file.module.clone(), Vec::new()));
            let section = sections.entry(module.clone()).or_default();
            section.switches = rows.iter().map(|row| (row.name.clone(), row.on)).collect();
            section.title = title(&module, &section.switches);
            let at = format!("{}/src/{}.rs", sources.name, file.module);
            let described = match names::split(&doc(&file.syntax.attrs)) {
                Ok((paragraphs, described)) => {
                    if file.module == module {
                        section.paragraphs = paragraphs;
                    }
                    described
                }
                Err(line) => {
                    problems.push(format!("{at}: not of the form of names: {line:?}"));
                    Vec::new()
                }
            };
            problems.extend(found.unread.iter().map(|what| format!("{at}: {what}")));
            let told = run_time.entry(module).or_insert((None, false));
            told.1 |= !described.is_empty();
            if found.run_time {
                told.0 = Some(at);
            }
            for declared in found.declared.into_iter().chain(described) {
                section.add(declared);
            }
        }
        for (at, told) in run_time.into_values() {
            if let (Some(at), false) = (at, told) {
                problems.push(format!(
                    "{at}: a name is made at run time; tell of it in a line `Names:`"
                ));
            }
        }
        let mut sections: Vec<_> = sections
            .into_values()
            .filter(|s| !s.families.is_empty())
            .collect();
        // Collectors first.
        sections.sort_by(|a, b| (a.switches.is_empty(), &a.title).cmp(&(b.switches.is_empty(), &b.title)));
        Self {
            name: sources.name.clone(),
            description: sources.description.clone(),
            uses: sources.uses.clone(),
            sections,
            problems,
        }
    }
}

fn title(module: &str, switches: &[(String, bool)]) -> String {
    let names: Vec<_> = switches.iter().map(|(name, _)| name.as_str()).collect();
    match names.as_slice() {
        [] => module.rsplit('/').next().unwrap_or_default().to_owned(),
        names => names.join(", "),
    }
}

impl Section {
    fn add(&mut self, declared: Declared) {
        match self.families.get_mut(&declared.name) {
            None => {
                let family = Family {
                    kind: declared.kind,
                    help: declared.help,
                    labels: declared.labels,
                };
                self.families.insert(declared.name, family);
            }
            Some(family) => {
                for (label, always) in &mut family.labels {
                    *always &= declared.labels.contains(&(label.clone(), true));
                }
                for (label, _) in declared.labels {
                    if !family.labels.iter().any(|(known, _)| *known == label) {
                        family.labels.push((label, false));
                    }
                }
                family.labels.sort();
            }
        }
    }
}
