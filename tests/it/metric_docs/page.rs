//! The text of a page.

use std::fmt::Write as _;

use super::catalogue::{Catalogue, Family, Section};

/// File name of a crate's page: `node.md` for `node-exporter`.
pub fn file_name(name: &str) -> String {
    format!("{}.md", name.strip_suffix("-exporter").unwrap_or(name))
}

/// The page of a crate; `all` are those that have pages.
pub fn text(catalogue: &Catalogue, all: &[Catalogue]) -> String {
    let mut page = format!("# {}\n\n{}.\n\n", catalogue.name, catalogue.description);
    page.push_str("<!-- Made by `make docs` from the sources; do not edit. -->\n\n");
    let families: usize = catalogue
        .sections
        .iter()
        .map(|section| section.families.len())
        .sum();
    let collectors = |on: bool| {
        let of_sections = catalogue.sections.iter().flat_map(|section| &section.switches);
        of_sections.filter(|(_, is_on)| *is_on == on).count()
    };
    let _ = match (collectors(true), collectors(false)) {
        (0, 0) => writeln!(page, "{families} names."),
        (on, off) => writeln!(
            page,
            "{families} names, of {on} collectors that are on by default and {off} that are off."
        ),
    };
    page.push_str("`<…>` in a name varies. A label in parentheses is not on every sample.\n");
    let shared: Vec<_> = used(catalogue, all)
        .iter()
        .map(|name| format!("[{name}]({})", file_name(name)))
        .collect();
    if !shared.is_empty() {
        let _ = writeln!(page, "Served beside these: {}.", shared.join(", "));
    }
    for section in &catalogue.sections {
        write_section(section, &mut page);
    }
    page
}

/// The crates with pages that a crate uses, also through others.
fn used<'a>(catalogue: &Catalogue, all: &'a [Catalogue]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for other in all.iter().filter(|other| catalogue.uses.contains(&other.name)) {
        names.push(&other.name);
        names.extend(used(other, all));
    }
    names.sort_unstable();
    names.dedup();
    names
}

fn write_section(section: &Section, page: &mut String) {
    let _ = write!(page, "\n## {}\n\n", section.title);
    let word = |on: &bool| if *on { "On" } else { "Off" };
    match section.switches.as_slice() {
        [] => {}
        [(_, on)] => {
            let _ = write!(page, "{} by default.\n\n", word(on));
        }
        switches => {
            for (name, on) in switches {
                let _ = writeln!(page, "- `{name}`: {} by default", word(on).to_lowercase());
            }
            page.push('\n');
        }
    }
    for paragraph in &section.paragraphs {
        // A link to an item of the code leads nowhere here.
        let plain = paragraph.replace("[`", "`").replace("`]", "`");
        let _ = writeln!(page, "{plain}");
    }
    page.push_str("| name | type | labels | meaning |\n|---|---|---|---|\n");
    for (name, family) in &section.families {
        let Family { kind, help, .. } = family;
        let help = help.replace('|', "\\|").replace('\n', " ");
        let _ = writeln!(page, "| `{name}` | {kind} | {} | {help} |", labels(family));
    }
}

fn labels(family: &Family) -> String {
    let labels = family.labels.iter().map(|(label, always)| match always {
        true => format!("`{label}`"),
        false => format!("(`{label}`)"),
    });
    labels.collect::<Vec<_>>().join(" ")
}
