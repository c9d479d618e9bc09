//! What families an exposition shows: names, types, and the label names of their samples.

use std::collections::{BTreeMap, BTreeSet};

/// A family as an exposition shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Family {
    /// Its type as `# TYPE` tells it.
    pub kind: String,
    /// Label names of its samples, without `le` and `quantile`, comma between; an entry for each set that occurs.
    pub labels: BTreeSet<String>,
}

/// Families by name.
pub type Families = BTreeMap<String, Family>;

/// Reads the families of a text 0.0.4, but for those that tell of a process and not of what it watches.
#[track_caller]
pub fn families(text: &str) -> Families {
    let mut families = Families::new();
    let mut newest = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            newest = name.to_owned();
            let before = families.insert(
                newest.clone(),
                Family {
                    kind: kind.to_owned(),
                    labels: BTreeSet::new(),
                },
            );
            assert_eq!(before, None, "a second TYPE for {name}");
        } else if !line.starts_with('#') && !line.is_empty() {
            let (name, labels) = series(line);
            let family = families
                .get_mut(&newest)
                .unwrap_or_else(|| panic!("no TYPE before {line}"));
            assert!(name.starts_with(&newest), "{name} stands under {newest}");
            family.labels.insert(labels.join(","));
        }
    }
    let own = ["go_", "process_", "promhttp_"];
    families.retain(|name, _| !own.iter().any(|prefix| name.starts_with(prefix)));
    families
}

/// Name and sorted label names of a sample line.
fn series(line: &str) -> (&str, Vec<&str>) {
    let end = line.find(['{', ' ']).unwrap();
    let (name, mut rest) = line.split_at(end);
    let mut labels = Vec::new();
    if let Some(inside) = rest.strip_prefix('{') {
        rest = inside;
        while !rest.starts_with('}') {
            let (label, value) = rest.split_once("=\"").unwrap();
            if label != "le" && label != "quantile" {
                labels.push(label);
            }
            rest = behind_quote(value).trim_start_matches(',');
        }
    }
    labels.sort_unstable();
    (name, labels)
}

/// What stands behind the quote that ends a label's value.
fn behind_quote(value: &str) -> &str {
    let mut escaped = false;
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return &value[at + 1..],
            _ => {}
        }
    }
    panic!("a label's value without an end: {value}")
}

/// Value of the first sample that starts with `series`; `None` where there is none.
pub fn value(text: &str, series: &str) -> Option<f64> {
    let mut lines = text.lines().filter(|line| line.starts_with(series));
    lines.find_map(|line| line.rsplit(' ').next()?.parse().ok())
}

/// How two expositions of the same server differ, a line each: `KIND NAME THERE -> HERE`.
pub fn differences(there: &Families, here: &Families) -> Vec<Difference> {
    let names: BTreeSet<&String> = there.keys().chain(here.keys()).collect();
    let mut differences = Vec::new();
    for name in names {
        let said = match (there.get(name), here.get(name)) {
            (Some(_), None) => "missing".to_owned(),
            (None, Some(_)) => "new".to_owned(),
            (Some(there), Some(here)) if there.kind != here.kind => {
                format!("{} is {}", there.kind, here.kind)
            }
            // A family without samples at one side says nothing of its labels.
            (Some(there), Some(here)) if there.labels.is_empty() || here.labels.is_empty() => continue,
            (Some(there), Some(here)) if there.labels != here.labels => {
                format!("{:?} are {:?}", there.labels, here.labels)
            }
            _ => continue,
        };
        differences.push(Difference {
            name: name.clone(),
            said,
        });
    }
    differences
}

/// One family that the reference serves otherwise than we do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    pub name: String,
    /// `missing`, `new`, `counter is gauge`, or the labels.
    pub said: String,
}
