//! Directories, named or by a pattern, and the files in them.

use std::path::{Component, Path, PathBuf};

use regex_lite::Regex;

/// Entries of one directory that are looked at; more than that is no directory of metrics.
const ENTRIES_MAX: usize = 65_536;
/// Directories that one pattern stands for at most.
const MATCHES_MAX: usize = 1024;
/// What makes a name a pattern.
const META: [char; 4] = ['*', '?', '[', '\\'];

/// A directory or several, as the flag names them.
#[derive(Debug)]
pub(super) struct Directory {
    /// As given; read itself where the pattern matches nothing.
    path: PathBuf,
    /// Its components, where it is a pattern.
    pattern: Option<Vec<Part>>,
}

/// One component of a pattern.
#[derive(Debug)]
enum Part {
    Plain(PathBuf),
    Pattern(Regex),
}

impl Directory {
    /// Takes the text of the flag. One that is not a valid pattern is a plain name.
    pub(super) fn new(text: &str) -> Self {
        let path = PathBuf::from(text);
        let pattern = text.contains(META).then(|| {
            let parts = path.components().map(|component| match component {
                Component::Normal(name) if name.to_string_lossy().contains(META) => {
                    regex_of(&name.to_string_lossy()).map(Part::Pattern)
                }
                other => Some(Part::Plain(PathBuf::from(other.as_os_str()))),
            });
            parts.collect::<Option<Vec<_>>>()
        });
        Self {
            path,
            pattern: pattern.flatten(),
        }
    }

    /// The files `*.prom`, sorted within each directory. A directory that cannot be read is a fault.
    pub(super) fn files(&self, faults: &mut Vec<String>) -> Vec<PathBuf> {
        let mut directories = self.pattern.as_deref().map(expand).unwrap_or_default();
        if directories.is_empty() {
            directories.push(self.path.clone());
        }
        let mut files = Vec::new();
        for directory in directories {
            let entries = match std::fs::read_dir(&directory) {
                Ok(entries) => entries,
                Err(error) => {
                    faults.push(format!("{}: {error}", directory.display()));
                    continue;
                }
            };
            let names = entries.take(ENTRIES_MAX).filter_map(Result::ok);
            let mut names: Vec<_> = names.map(|entry| entry.file_name()).collect();
            names.retain(|name| name.as_encoded_bytes().ends_with(b".prom"));
            names.sort_unstable();
            files.extend(names.iter().map(|name| directory.join(name)));
        }
        files
    }
}

/// A path as the label `file` has it: without `./` and doubled slashes; bytes that are not UTF-8 become U+FFFD.
pub(super) fn shown(path: &Path) -> String {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    parts.collect::<PathBuf>().to_string_lossy().into_owned()
}

/// The paths that match, sorted. A directory that cannot be read matches nothing.
fn expand(pattern: &[Part]) -> Vec<PathBuf> {
    let mut paths = vec![PathBuf::new()];
    for part in pattern {
        paths = match part {
            Part::Plain(name) => paths.into_iter().map(|path| path.join(name)).collect(),
            Part::Pattern(regex) => paths
                .iter()
                .flat_map(|path| matches(path, regex))
                .take(MATCHES_MAX)
                .collect(),
        };
    }
    paths.retain(|path| path.exists());
    paths
}

fn matches(directory: &Path, regex: &Regex) -> Vec<PathBuf> {
    let listed = if directory.as_os_str().is_empty() {
        Path::new(".")
    } else {
        directory
    };
    let Ok(entries) = std::fs::read_dir(listed) else {
        return Vec::new();
    };
    let names = entries.take(ENTRIES_MAX).filter_map(Result::ok);
    let names = names.map(|entry| entry.file_name());
    let mut names: Vec<_> = names
        .filter(|name| regex.is_match(&name.to_string_lossy()))
        .collect();
    names.sort_unstable();
    names.iter().map(|name| directory.join(name)).collect()
}

/// A shell pattern as an expression: `*`, `?`, `[a-z]`, `[^a-z]`, and `\` before what stands for itself.
fn regex_of(pattern: &str) -> Option<Regex> {
    let mut text = String::from("^(?s:");
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' => text.push_str(".*"),
            '?' => text.push('.'),
            '\\' => text.push_str(&regex_lite::escape(rest.next()?.encode_utf8(&mut [0; 4]))),
            '[' => {
                let (class, after) = rest.as_str().split_once(']')?;
                let (negated, class) = match class.strip_prefix('^') {
                    Some(class) => ("^", class),
                    None => ("", class),
                };
                // All that a class of an expression knows and a shell's does not stands for itself.
                let class: String = class
                    .chars()
                    .flat_map(|c| ['\\'].into_iter().filter(move |_| "&~[^".contains(c)).chain([c]))
                    .collect();
                text.extend(["[", negated, &class, "]"]);
                rest = after.chars();
            }
            c => text.push_str(&regex_lite::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    text.push_str(")$");
    Regex::new(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, matching: &[&str], other: &[&str]) {
        let regex = regex_of(pattern).unwrap();
        for name in matching {
            assert!(regex.is_match(name), "{pattern} {name}");
        }
        for name in other {
            assert!(!regex.is_match(name), "{pattern} {name}");
        }
    }

    #[test]
    fn patterns() {
        check("*_extra", &["a_extra", "_extra", ".b_extra"], &["a_extra_"]);
        check("a?c", &["abc", "a.c"], &["ac", "abbc"]);
        check("[a-c]x", &["ax", "cx"], &["dx", "x"]);
        check("[^a-c]x", &["dx", "^x"], &["ax"]);
        check("a\\*b", &["a*b"], &["axb"]);
        check("a.b(+)", &["a.b(+)"], &["axb(+)"]);
        check("[a&&b]", &["&"], &["c"]);
        assert!(regex_of("[a").is_none() && regex_of("a\\").is_none());
    }

    #[test]
    fn paths_as_they_are_shown() {
        assert_eq!(shown(Path::new("./a//b/./c.prom")), "a/b/c.prom");
        assert_eq!(shown(Path::new("/a/../b.prom")), "/a/../b.prom");
    }
}
