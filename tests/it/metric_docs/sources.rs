//! The crates of the workspace and their parsed sources, without what is compiled for tests only.

use std::path::Path;

use crate::peer;

/// A crate below `crates/`.
pub struct Crate {
    /// Its folder and package name.
    pub name: String,
    /// `description` of its manifest.
    pub description: String,
    /// Other crates of the workspace that it uses.
    pub uses: Vec<String>,
    pub files: Vec<File>,
}

/// One source file.
pub struct File {
    /// Path below `src`, without `.rs`: `collectors/netdev/family`; `mod.rs` has the name of its folder.
    pub module: String,
    pub syntax: syn::File,
}

impl File {
    /// Last part of the module's path.
    pub fn stem(&self) -> &str {
        self.module.rsplit('/').next().unwrap_or_default()
    }
}

/// All crates, by name.
pub fn crates() -> Vec<Crate> {
    let mut crates = Vec::new();
    for entry in std::fs::read_dir(peer::checkout().join("crates"))
        .unwrap()
        .flatten()
    {
        let manifest = entry.path().join("Cargo.toml");
        if let Ok(manifest) = std::fs::read_to_string(manifest) {
            let mut files = Vec::new();
            read(&entry.path().join("src"), "", &mut files);
            files.sort_by(|a, b| a.module.cmp(&b.module));
            crates.push(Crate {
                name: entry.file_name().to_string_lossy().into_owned(),
                description: description(&manifest).to_owned(),
                uses: uses(&manifest),
                files,
            });
        }
    }
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    crates
}

fn description(manifest: &str) -> &str {
    let line = manifest
        .lines()
        .find_map(|line| line.strip_prefix("description = \""));
    line.unwrap_or_default().trim_end_matches('"')
}

/// Names of the dependencies, not those of tests and builds.
fn uses(manifest: &str) -> Vec<String> {
    manifest
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn read(folder: &Path, module: &str, files: &mut Vec<File>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let stem = name.strip_suffix(".rs").unwrap_or(&name);
        let below = match (module, stem) {
            (module, "mod") => module.to_owned(),
            ("", stem) => stem.to_owned(),
            (module, stem) => format!("{module}/{stem}"),
        };
        if stem == "tests" {
            continue;
        }
        if entry.path().is_dir() {
            read(&entry.path(), &below, files);
        } else if name.ends_with(".rs") {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            let syntax =
                syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", entry.path().display()));
            files.push(File {
                module: below,
                syntax,
            });
        }
    }
}

/// The text of doc comments, a line each, without the space that follows the slashes.
pub fn doc(attributes: &[syn::Attribute]) -> Vec<String> {
    let mut lines = Vec::new();
    for attribute in attributes {
        if attribute.path().is_ident("doc")
            && let syn::Meta::NameValue(pair) = &attribute.meta
            && let syn::Expr::Lit(literal) = &pair.value
            && let syn::Lit::Str(text) = &literal.lit
        {
            let text = text.value();
            lines.push(text.strip_prefix(' ').unwrap_or(&text).to_owned());
        }
    }
    lines
}

/// Whether an item is there in tests only.
pub fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => attribute.path().is_ident("test"),
    })
}
