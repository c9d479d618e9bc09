//! Which Kubernetes labels and annotations become labels: `--metric-labels-allowlist` and `--metric-annotations-allowlist`.
//!
//! `pods=[app,app.kubernetes.io/*],nodes=[*],*=[team]`: for each resource a list of keys. One `*` in a key stands for any text; a
//! `*` alone means every key, but only as the first of a list. The resource `*` replaces all others.

use crate::resources;

/// Characters of one value of the flag; far more than a command line has.
const TEXT_CHARACTERS_MAX: usize = 64 * 1024;

/// The allow list of one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList {
    keys: Vec<Key>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Every,
    Exactly(String),
    Around { before: String, after: String },
}

impl AllowList {
    /// A list of keys. Fails where a key has more than one `*`.
    pub fn new<S: AsRef<str>>(keys: &[S]) -> Result<Self, AllowListError> {
        let mut list = Self::default();
        for (at, key) in keys.iter().map(AsRef::as_ref).enumerate() {
            match key.split_once('*') {
                _ if key == "*" && at == 0 => list.keys.push(Key::Every),
                // Not the first: it stands for no key, but the list is not empty.
                _ if key == "*" => list.keys.push(Key::Exactly(key.to_owned())),
                Some((_, after)) if after.contains('*') => {
                    return Err(AllowListError::Wildcards { key: key.to_owned() });
                }
                Some((before, after)) => list.keys.push(Key::Around {
                    before: before.to_owned(),
                    after: after.to_owned(),
                }),
                None => list.keys.push(Key::Exactly(key.to_owned())),
            }
        }
        Ok(list)
    }

    /// Whether nothing is allowed, so that the family has no samples.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether a key is allowed.
    #[must_use]
    pub fn allows(&self, name: &str) -> bool {
        self.keys.iter().any(|key| match key {
            Key::Every => true,
            Key::Exactly(key) => key == name,
            // What `before` and `after` match must not overlap.
            Key::Around { before, after } => name
                .strip_prefix(before.as_str())
                .is_some_and(|rest| rest.ends_with(after.as_str())),
        })
    }
}

/// The allow lists of all resources.
#[derive(Clone, Debug, Default)]
pub struct AllowLists {
    lists: Vec<(String, AllowList)>,
}

impl AllowLists {
    /// Reads `resource=[key,key],…`.
    pub fn parse(text: &str) -> Result<Self, AllowListError> {
        let mut found: Vec<(String, Vec<String>)> = Vec::new();
        let characters: Vec<char> = text.chars().take(TEXT_CHARACTERS_MAX + 1).collect();
        if characters.len() > TEXT_CHARACTERS_MAX {
            return Err(AllowListError::Format {
                at: TEXT_CHARACTERS_MAX,
            });
        }
        let mut word = 0;
        for (at, character) in characters.iter().enumerate() {
            let next = characters.get(at + 1);
            let previous = characters.get(at.wrapping_sub(1)).unwrap_or(character);
            let refuse = Err(AllowListError::Format { at });
            let taken = || characters[word..at].iter().collect::<String>().trim().to_owned();
            match character {
                '=' if *previous == ',' || next != Some(&'[') => return refuse,
                '=' => found.push((taken(), Vec::new())),
                '[' if *previous != '=' => return refuse,
                ']' if next.is_some_and(|next| *next != ',') => return refuse,
                ',' if *previous == ',' || next.is_none_or(|next| *next == ']') => return refuse,
                ']' if *previous == '[' => {}
                ',' if *previous == ']' => {}
                ']' | ',' => match found.last_mut() {
                    Some((_, keys)) => keys.push(taken()),
                    None => return refuse,
                },
                '[' => {}
                _ => continue,
            }
            word = at + 1;
        }
        Self::from_entries(found)
    }

    /// From pairs of resource and keys, as a configuration file has them. A resource named twice counts the last time.
    pub fn from_entries(
        entries: impl IntoIterator<Item = (String, Vec<String>)>,
    ) -> Result<Self, AllowListError> {
        let mut lists: Vec<(String, AllowList)> = Vec::new();
        for (resource, keys) in entries {
            if resource != "*" && !resources::ALL.iter().any(|known| known.name == resource) {
                return Err(AllowListError::Resource { resource });
            }
            let list = AllowList::new(&keys)?;
            lists.retain(|(other, _)| *other != resource);
            lists.push((resource, list));
        }
        Ok(Self { lists })
    }

    /// The list of a resource, empty where it has none.
    #[must_use]
    pub fn of(&self, resource: &str) -> AllowList {
        let named = |name: &str| self.lists.iter().find(|(other, _)| other == name);
        named("*")
            .or_else(|| named(resource))
            .map(|(_, list)| list.clone())
            .unwrap_or_default()
    }
}

/// Why an allow list is not understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum AllowListError {
    /// Not `resource=[key,…],…`; `at` counts characters.
    #[error("allow list at character {at}: expected resource=[key,key],resource=[*]")]
    Format {
        /// Characters before the one that does not fit.
        at: usize,
    },
    /// No such resource.
    #[error("allow list for unknown resource {resource:?}")]
    Resource {
        /// As it was written.
        resource: String,
    },
    /// More than one `*` in a key.
    #[error("allow list key {key:?}: only one * is allowed")]
    Wildcards {
        /// As it was written.
        key: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, resource: &str, allowed: &[&str], refused: &[&str]) {
        let list = AllowLists::parse(text).unwrap().of(resource);
        for key in allowed {
            assert!(list.allows(key), "{key}");
        }
        for key in refused {
            assert!(!list.allows(key), "{key}");
        }
    }

    #[test]
    fn keys_of_resources() {
        let text = "pods=[app.kubernetes.io/component, app],nodes=[]";
        check(
            text,
            "pods",
            &["app.kubernetes.io/component", "app"],
            &["other", ""],
        );
        assert!(AllowLists::parse(text).unwrap().of("nodes").is_empty());
        assert!(AllowLists::parse(text).unwrap().of("jobs").is_empty());
        assert!(AllowLists::parse("").unwrap().of("pods").is_empty());
    }

    #[test]
    fn wildcards() {
        check("pods=[*]", "pods", &["anything", ""], &[]);
        check("pods=[x,*]", "pods", &["x"], &["anything"]);
        check(
            "pods=[app*,*.io/name]",
            "pods",
            &["app", "apple", "k.io/name"],
            &["ap", "io/name"],
        );
        check("pods=[aa*aa]", "pods", &["aaaa", "aaxaa"], &["aaa"]);
        check("*=[team],pods=[app]", "pods", &["team"], &["app"]);
    }

    #[track_caller]
    fn check_refused(text: &str, expect: &str) {
        assert_eq!(AllowLists::parse(text).unwrap_err().to_string(), expect);
    }

    #[test]
    fn refused() {
        let format = |at| format!("allow list at character {at}: expected resource=[key,key],resource=[*]");
        check_refused("pods=app", &format(4));
        check_refused("pods[app]", &format(4));
        check_refused(",pods=[app]", &format(0));
        check_refused("pods=[app],", &format(10));
        check_refused("pods=[app,]", &format(9));
        check_refused("pods=[a,,b]", &format(8));
        check_refused("pods=[app]nodes=[app]", &format(9));
        check_refused("pods,nodes", &format(4));
        check_refused("nope=[a]", "allow list for unknown resource \"nope\"");
        check_refused("pods=[*a*]", "allow list key \"*a*\": only one * is allowed");
    }
}
