//! Kubernetes' label and annotation keys as names of labels: `app.kubernetes.io/partOf` becomes `app_kubernetes_io_part_of`.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// `key` with `_` for every character that a label name cannot have.
pub fn sanitize(key: &str) -> Cow<'_, str> {
    if key
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        Cow::Borrowed(key)
    } else {
        Cow::Owned(key.chars().map(sanitized).collect())
    }
}

/// Appends `key` sanitized and respelled from camel case to words with `_` between.
fn push_snake_case(out: &mut String, key: &str) {
    let mut previous = '_';
    for character in key.chars().map(sanitized) {
        if character.is_ascii_uppercase() && (previous.is_ascii_lowercase() || previous.is_ascii_digit()) {
            out.push('_');
        }
        out.push(character.to_ascii_lowercase());
        previous = character;
    }
}

fn sanitized(character: char) -> char {
    if character.is_ascii_alphanumeric() {
        character
    } else {
        '_'
    }
}

/// The names of labels for these keys, which are sorted, each begun with `prefix` and `_`.
///
/// Where two keys come to the same name, all that do are numbered: `_conflict1`, `_conflict2`, numbers that make a name
/// which another key came to left out.
pub fn names<'a>(prefix: &str, keys: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    // Name to the position of its owner, and colliding name to the last number given.
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    let mut conflicts: BTreeMap<String, u32> = BTreeMap::new();
    for key in keys {
        let mut name = String::with_capacity(prefix.len() + 1 + key.len());
        name.push_str(prefix);
        name.push('_');
        push_snake_case(&mut name, key);
        if let Some(count) = conflicts.get_mut(&name) {
            name = next_free(&name, count, &used);
        } else if let Some(owner) = used.remove(&name) {
            let mut count = 0;
            // The name is looked for as if still taken, so that it is not given again.
            let renamed = next_free(&name, &mut count, &used);
            used.insert(renamed.clone(), owner);
            names[owner] = renamed;
            let second = next_free(&name, &mut count, &used);
            conflicts.insert(name, count);
            name = second;
        }
        used.insert(name.clone(), names.len());
        names.push(name);
    }
    names
}

fn next_free(base: &str, count: &mut u32, used: &BTreeMap<String, usize>) -> String {
    loop {
        *count += 1;
        let name = format!("{base}_conflict{count}");
        if !used.contains_key(&name) {
            return name;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(keys: &[&str], expect: &[&str]) {
        assert_eq!(names("label", keys.iter().copied()), expect);
    }

    #[test]
    fn sanitized_and_in_snake_case() {
        check(
            &[
                "app.kubernetes.io/partOf",
                "ABCDef",
                "a1B",
                "ünï",
                "_x-",
                "HTTPServer",
            ],
            &[
                "label_app_kubernetes_io_part_of",
                "label_abcdef",
                "label_a1_b",
                "label__n_",
                "label__x_",
                "label_httpserver",
            ],
        );
    }

    #[test]
    fn conflicts_are_numbered() {
        check(
            &["a-b", "a.b", "a_b", "c"],
            &[
                "label_a_b_conflict1",
                "label_a_b_conflict2",
                "label_a_b_conflict3",
                "label_c",
            ],
        );
    }

    #[test]
    fn numbers_that_are_taken_are_left_out() {
        check(
            &["a-b", "a-b-conflict2", "a.b"],
            &[
                "label_a_b_conflict1",
                "label_a_b_conflict2",
                "label_a_b_conflict3",
            ],
        );
        check(
            &["a-b", "a.b", "a_b_conflict1", "a_b_conflict2"],
            &[
                "label_a_b_conflict1_conflict1",
                "label_a_b_conflict2_conflict1",
                "label_a_b_conflict1_conflict2",
                "label_a_b_conflict2_conflict2",
            ],
        );
    }

    #[test]
    fn plain_names_keep_case_and_become_underscores() {
        assert_eq!(sanitize("memory"), "memory");
        assert_eq!(sanitize("hugepages-2Mi"), "hugepages_2Mi");
        assert_eq!(sanitize("/é"), "__");
    }
}
