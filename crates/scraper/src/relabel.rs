//! Relabelling: rules that change, keep or drop a set of labels. Prometheus' eleven actions, with its edge cases.
//!
//! Expressions match a whole value and never see it line by line (`^(?s:…)$`). They are `regex-lite`: RE2's syntax
//! without Unicode classes.

mod template;
pub mod trace;

use md5::{Digest as _, Md5};
use regex_lite::Regex;

use crate::labels::Labels;

pub use self::template::Template;

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Labels whose values, joined, are looked at.
    pub source_labels: Vec<String>,
    /// What stands between those values.
    pub separator: String,
    /// The expression as it was written.
    pub expression: String,
    /// What is done.
    pub action: Action,
    regex: Regex,
}

/// What a rule does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Sets a label to the replacement where the expression matches; an empty one removes it.
    Replace {
        /// Name of the label; may name parts of the match.
        target: Template,
        /// Its value; may name parts of the match.
        replacement: Template,
    },
    /// Drops what does not match.
    Keep,
    /// Drops what matches.
    Drop,
    /// Drops where the values and this label differ.
    KeepEqual(String),
    /// Drops where the values and this label are the same.
    DropEqual(String),
    /// Sets a label to the values' hash, modulo a number.
    HashMod {
        /// Name of the label.
        target: String,
        /// Never 0.
        modulus: u64,
    },
    /// Sets a label to the values in lower case.
    Lowercase(String),
    /// Sets a label to the values in upper case.
    Uppercase(String),
    /// Copies every label whose name matches to the name that the replacement gives.
    LabelMap(Template),
    /// Removes every label whose name matches.
    LabelDrop,
    /// Removes every label whose name does not match.
    LabelKeep,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        (&self.source_labels, &self.separator) == (&other.source_labels, &other.separator)
            && (&self.expression, &self.action) == (&other.expression, &other.action)
    }
}

impl Eq for Rule {}

impl Rule {
    /// A rule. Fails with the reason where the expression is none.
    pub fn new(
        source_labels: Vec<String>,
        separator: String,
        expression: String,
        action: Action,
    ) -> Result<Self, String> {
        let regex = Regex::new(&format!("^(?s:{expression})$"))
            .map_err(|error| format!("expression {expression:?}: {error}"))?;
        Ok(Self {
            source_labels,
            separator,
            expression,
            action,
            regex,
        })
    }

    /// Applies the rule. Returns whether the labels are kept.
    fn apply(&self, labels: &mut Labels) -> bool {
        let values = self.values(labels);
        let label = |name: &str| labels.get(name).map_or("", String::as_str);
        match &self.action {
            Action::Keep => return self.regex.is_match(&values),
            Action::Drop => return !self.regex.is_match(&values),
            Action::KeepEqual(name) => return label(name) == values,
            Action::DropEqual(name) => return label(name) != values,
            Action::Replace { target, replacement } => {
                let Some(captures) = self.regex.captures(&values) else {
                    return true;
                };
                let target = target.expand(&captures);
                let value = replacement.expand(&captures);
                set(labels, &target, value);
            }
            Action::HashMod { target, modulus } => {
                let hash = hash(&values) % modulus;
                set(labels, target, hash.to_string());
            }
            Action::Lowercase(target) => set(labels, target, values.to_lowercase()),
            Action::Uppercase(target) => set(labels, target, values.to_uppercase()),
            Action::LabelMap(replacement) => {
                for (name, value) in labels.clone() {
                    if let Some(captures) = self.regex.captures(&name) {
                        set(labels, &replacement.expand(&captures), value);
                    }
                }
            }
            Action::LabelDrop => labels.retain(|name, _| !self.regex.is_match(name)),
            Action::LabelKeep => labels.retain(|name, _| self.regex.is_match(name)),
        }
        true
    }

    fn values(&self, labels: &Labels) -> String {
        let mut joined = String::new();
        for (at, name) in self.source_labels.iter().enumerate() {
            if at != 0 {
                joined.push_str(&self.separator);
            }
            joined.push_str(labels.get(name).map_or("", String::as_str));
        }
        joined
    }
}

/// Applies rules one after the other. Returns where one of them dropped the labels: its place, from 0.
pub fn apply(rules: &[Rule], labels: &mut Labels) -> Result<(), usize> {
    for (at, rule) in rules.iter().enumerate() {
        if !rule.apply(labels) {
            return Err(at);
        }
    }
    Ok(())
}

/// An empty value removes the label; a name that a replacement left empty is none.
fn set(labels: &mut Labels, name: &str, value: String) {
    match (name.is_empty(), value.is_empty()) {
        (true, _) => None,
        (false, true) => labels.remove(name),
        (false, false) => labels.insert(name.to_owned(), value),
    };
}

/// The last eight bytes of the MD5 sum, as Prometheus hashes.
fn hash(text: &str) -> u64 {
    let sum = Md5::digest(text.as_bytes());
    sum.iter()
        .skip(8)
        .fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests;
