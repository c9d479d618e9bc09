//! The text of `.my.cnf`: sections, `key = value`, keys without a value, comments.
//!
//! A value ends with its line: a `#` inside is part of it, because passwords have one. Quotes around it are taken off.
//! `${NAME}` stands for a variable of the environment, empty where that is not set, and `$NAME` for one that is set.
//! `!include` lines are passed over, as the reference does.

use std::fmt;

/// Bytes that are read; real files are below 2 kB.
pub const FILE_BYTES_MAX: usize = 256 * 1024;
/// Sections that are kept; one per server behind `/probe`.
const SECTIONS_MAX: usize = 1024;

/// One section: its name and its keys in the order of the file.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Section {
    /// `client`, `client.replica`.
    pub name: String,
    /// Key in lower case with `-` for `_`, and its value; keys without a value have none.
    pub entries: Vec<(String, Option<String>)>,
}

impl Section {
    /// The last value of a key; nothing where it is not there or has no value.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        let entry = self.entries.iter().rev().find(|(name, _)| name == key)?;
        entry.1.as_deref()
    }

    /// Whether the key stands there, with a value or without.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, _)| name == key)
    }
}

impl fmt::Debug for Section {
    /// Without the values: one of them is a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.entries.iter().map(|(key, _)| key);
        write!(f, "[{}] ", self.name)?;
        f.debug_list().entries(keys).finish()
    }
}

/// A line that cannot be read. Never shows the line, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// `[` without `]`.
    #[error("line {0}: a section's name ends with ']'")]
    Bracket(usize),
    /// `= value`.
    #[error("line {0}: nothing before the '='")]
    Key(usize),
    /// Too large.
    #[error("larger than {FILE_BYTES_MAX} bytes")]
    Large,
    /// Too many.
    #[error("more than {SECTIONS_MAX} sections")]
    Sections,
}

/// Reads a file. `environment` gives the values of variables.
///
/// Sections of the same name are one. What stands before the first section is passed over.
pub fn parse(text: &str, environment: &dyn Fn(&str) -> Option<String>) -> Result<Vec<Section>, Fault> {
    if FILE_BYTES_MAX < text.len() {
        return Err(Fault::Large);
    }
    let mut sections: Vec<Section> = Vec::new();
    let mut current = None;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let (number, line) = (index + 1, line.trim());
        if line.is_empty() || line.starts_with(['#', ';', '!']) {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let name = rest.split_once(']').ok_or(Fault::Bracket(number))?.0.trim();
            current = Some(open(&mut sections, name)?);
            continue;
        }
        let (key, value) = entry(line, environment).ok_or(Fault::Key(number))?;
        if let Some(section) = current.and_then(|at: usize| sections.get_mut(at)) {
            section.entries.push((key, value));
        }
    }
    Ok(sections)
}

/// The index of the section of this name, which is made where there is none.
fn open(sections: &mut Vec<Section>, name: &str) -> Result<usize, Fault> {
    if let Some(at) = sections.iter().position(|section| section.name == name) {
        return Ok(at);
    }
    if sections.len() == SECTIONS_MAX {
        return Err(Fault::Sections);
    }
    sections.push(Section {
        name: name.to_owned(),
        entries: Vec::new(),
    });
    Ok(sections.len() - 1)
}

fn entry(line: &str, environment: &dyn Fn(&str) -> Option<String>) -> Option<(String, Option<String>)> {
    let (key, value) = match line.find(['=', ':']) {
        Some(at) => (line.get(..at)?, line.get(at + 1..)),
        None => (line, None),
    };
    let key = key.trim().to_ascii_lowercase().replace('_', "-");
    if key.is_empty() {
        return None;
    }
    let value = value.map(|value| expand(unquoted(value.trim()), environment));
    Some((key, value))
}

fn unquoted(value: &str) -> &str {
    for quote in ['"', '\'', '`'] {
        let inner = value
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inner) = inner {
            return inner;
        }
    }
    value
}

fn expand(value: &str, environment: &dyn Fn(&str) -> Option<String>) -> String {
    let mut expanded = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('$') {
        expanded.push_str(before);
        if let Some((name, next)) = after.strip_prefix('{').and_then(|braced| braced.split_once('}')) {
            expanded.push_str(&environment(name).unwrap_or_default());
            rest = next;
            continue;
        }
        let end = after
            .find(|character: char| !character.is_ascii_alphanumeric() && character != '_')
            .unwrap_or(after.len());
        let (name, next) = after.split_at(end);
        match environment(name).filter(|_| !name.is_empty()) {
            Some(value) => {
                expanded.push_str(&value);
                rest = next;
            }
            // A dollar that is part of the password.
            None => {
                expanded.push('$');
                rest = after;
            }
        }
    }
    expanded.push_str(rest);
    expanded
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let environment = |name: &str| (name == "SECRET").then(|| "hunter#2".to_owned());
        let shown = match parse(text, &environment) {
            Err(fault) => format!("{fault}\n"),
            Ok(sections) => sections
                .iter()
                .flat_map(|section| {
                    let name = &section.name;
                    section
                        .entries
                        .iter()
                        .map(move |(key, value)| format!("{name} {key} {value:?}\n"))
                })
                .collect(),
        };
        expect.assert_eq(&shown);
    }

    #[test]
    fn sections_and_values() {
        check(
            "user=lost\n# comment\n[client]\nuser = root\npassword=a#b;c = d\nssl_ca: \"/etc/ca #1.pem\"\n\n[client.x]\nhost='db'\nskip-auto-rehash\n!includedir /etc\n[client]\nport=3307\n",
            expect![[r##"
                client user Some("root")
                client password Some("a#b;c = d")
                client ssl-ca Some("/etc/ca #1.pem")
                client port Some("3307")
                client.x host Some("db")
                client.x skip-auto-rehash None
            "##]],
        );
    }

    #[test]
    fn variables_of_the_environment() {
        check(
            "[client]\na=${SECRET}\nb=x${NONE}y\nc=$SECRET!\nd=pa$$word$\ne=${SECRET\nf=\"$SECRET\"\n",
            expect![[r##"
                client a Some("hunter#2")
                client b Some("xy")
                client c Some("hunter#2!")
                client d Some("pa$$word$")
                client e Some("${SECRET")
                client f Some("hunter#2")
            "##]],
        );
    }

    #[test]
    fn faults_tell_the_line_and_not_its_text() {
        check(
            "[client]\n[secret\n",
            expect!["line 2: a section's name ends with ']'\n"],
        );
        check(
            "[client]\n = secret\n",
            expect!["line 2: nothing before the '='\n"],
        );
        check(
            &"x".repeat(FILE_BYTES_MAX + 1),
            expect!["larger than 262144 bytes\n"],
        );
    }

    #[test]
    fn values_are_not_shown() {
        let sections = parse("[client]\npassword=hunter2\n", &|_| None).unwrap();
        assert_eq!(format!("{sections:?}"), "[[client] [\"password\"]]");
        assert_eq!(sections[0].get("password"), Some("hunter2"));
    }
}
