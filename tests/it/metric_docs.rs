//! `docs/metrics/*.md`: every family that a crate declares, read from its sources.
//!
//! `make docs` writes the pages; the test compares them with what is committed. A crate below `crates/` that declares a
//! family has a page, without a list of crates anywhere. What counts as a declaration is known in one place,
//! [`declaration`]; names that are made at run time are told by a line `Names:` in the module doc, see [`names`].

mod catalogue;
mod declaration;
pub mod names;
mod page;
mod reader;
mod registered;
mod roster;
mod sources;
mod value;

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::peer;

/// Collectors of the reference that this version does not have.
const ABSENT: [&str; 4] = ["ntp", "perf", "runit", "supervisord"];

/// Where the pages are.
pub fn folder() -> PathBuf {
    peer::checkout().join("docs/metrics")
}

/// File name and text of every page.
fn pages() -> BTreeMap<String, String> {
    let crates = sources::crates();
    let catalogues: Vec<_> = crates.iter().map(catalogue::Catalogue::of).collect();
    let problems: Vec<_> = catalogues
        .iter()
        .flat_map(|catalogue| &catalogue.problems)
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
    let with_families: Vec<_> = catalogues
        .into_iter()
        .filter(|catalogue| !catalogue.sections.is_empty())
        .collect();
    with_families
        .iter()
        .map(|catalogue| {
            (
                page::file_name(&catalogue.name),
                page::text(catalogue, &with_families),
            )
        })
        .collect()
}

#[test]
fn pages_are_those_of_the_sources() {
    let pages = pages();
    let folder = folder();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in &pages {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let mut committed = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        committed.insert(name, std::fs::read_to_string(entry.path()).unwrap());
    }
    let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names(&committed),
        names(&pages),
        "files of docs/metrics: run `make docs`"
    );
    for (name, text) in &pages {
        let differs = std::iter::zip(text.lines(), committed[name].lines()).find(|(a, b)| a != b);
        assert!(
            *text == committed[name],
            "docs/metrics/{name} is not that of the sources, run `make docs`: {differs:?}"
        );
    }
}

#[test]
fn every_name_of_the_reference_is_documented() {
    let Some(table) = peer::reference("reference/node_exporter.tsv") else {
        return;
    };
    let page = |name: &str| std::fs::read_to_string(folder().join(name)).unwrap();
    let text = ["node.md", "exporter-http.md", "metrics-registry.md"]
        .map(page)
        .concat();
    let documented: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let table = std::fs::read_to_string(table).unwrap();
    let mut missing = Vec::new();
    for row in table.lines().skip(1) {
        let fields: Vec<_> = row.split('\t').collect();
        let (collector, name) = (fields[0], fields[2]);
        // There is no Go runtime here.
        let is_ours = !ABSENT.contains(&collector) && !name.starts_with("go_");
        if is_ours && !documented.iter().any(|pattern| names::matches(pattern, name)) {
            missing.push((collector, name));
        }
    }
    assert!(missing.is_empty(), "not in docs/metrics: {missing:#?}");
}
