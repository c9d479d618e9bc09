//! The labels of a target, and how they join those that a target exposes.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Label names and values, sorted by name.
pub type Labels = BTreeMap<String, String>;

/// One label of a series while it is looked at.
pub type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// Joins exposed labels with those of the target into `out`, sorted by name and without empty values.
///
/// The target's labels win; an exposed label of the same name becomes `exported_<name>`, with the prefix repeated until
/// the name is free, shortest names first. With `honor_labels` the exposed label stays, even an empty one.
pub fn join<'a>(
    exposed: impl Iterator<Item = Pair<'a>>,
    target: &'a Labels,
    honor_labels: bool,
    out: &mut Vec<Pair<'a>>,
) {
    out.clear();
    out.extend(exposed);
    let own = out.len();
    let mut displaced: Vec<Pair<'a>> = Vec::new();
    for (name, value) in target {
        match out[..own].iter_mut().find(|(other, _)| other == name) {
            None => out.push((Cow::Borrowed(name), Cow::Borrowed(value))),
            Some(_) if honor_labels => {}
            Some((_, exposed)) => {
                let exposed = std::mem::replace(exposed, Cow::Borrowed(value));
                if !exposed.is_empty() {
                    displaced.push((Cow::Borrowed(name), exposed));
                }
            }
        }
    }
    displaced.sort_by_key(|(name, _)| name.len());
    for (name, value) in displaced {
        let mut free = format!("exported_{name}");
        while out.iter().any(|(other, _)| *other == free) {
            free.insert_str(0, "exported_");
        }
        out.push((Cow::Owned(free), value));
    }
    out.retain(|(_, value)| !value.is_empty());
    out.sort_by(|(left, _), (right, _)| left.cmp(right));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(exposed: &[(&str, &str)], target: &[(&str, &str)], honor_labels: bool, expect: &str) {
        let target: Labels = target
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut out = Vec::new();
        let exposed = exposed
            .iter()
            .map(|(name, value)| (Cow::Borrowed(*name), Cow::Borrowed(*value)));
        join(exposed, &target, honor_labels, &mut out);
        let shown: Vec<String> = out
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(shown.join(","), expect);
    }

    #[test]
    fn target_labels_are_added() {
        check(
            &[("mode", "idle")],
            &[("job", "node"), ("instance", "pi:9100")],
            false,
            "instance=pi:9100,job=node,mode=idle",
        );
    }

    #[test]
    fn exposed_label_is_renamed() {
        check(
            &[("job", "mine")],
            &[("job", "node")],
            false,
            "exported_job=mine,job=node",
        );
    }

    #[test]
    fn prefix_is_repeated_until_free() {
        check(
            &[("job", "a"), ("exported_job", "b")],
            &[("job", "node")],
            false,
            "exported_exported_job=a,exported_job=b,job=node",
        );
    }

    #[test]
    fn shortest_names_move_first() {
        check(
            &[("foo", "1"), ("exported_foo", "2")],
            &[("foo", "a"), ("exported_foo", "b")],
            false,
            "exported_exported_exported_foo=2,exported_exported_foo=1,exported_foo=b,foo=a",
        );
    }

    #[test]
    fn exposed_labels_are_honored() {
        check(
            &[("job", "mine")],
            &[("job", "node"), ("instance", "i")],
            true,
            "instance=i,job=mine",
        );
        check(&[("job", "")], &[("job", "node")], true, "");
    }

    #[test]
    fn empty_labels_are_no_labels() {
        check(&[("a", ""), ("job", "")], &[("job", "node")], false, "job=node");
    }
}
