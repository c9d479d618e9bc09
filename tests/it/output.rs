//! The node exporter's output beside the reference's: names, types, labels, values, and what promtool says.

use std::collections::{BTreeMap, BTreeSet};

use crate::{daemon, http, peer};

/// A family as an exposition shows it: type and the label names seen.
pub type Catalogue = BTreeMap<String, (String, BTreeSet<String>)>;

/// The families of an exposition.
pub fn catalogue(text: &str) -> Catalogue {
    let mut families = Catalogue::new();
    let mut newest = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            newest = name.to_owned();
            families.insert(newest.clone(), (kind.to_owned(), BTreeSet::new()));
        } else if !line.starts_with('#')
            && let Some((_, labels)) = line.split_once('{')
        {
            let names = labels
                .split("=\"")
                .filter_map(|part| part.rsplit(['{', ',', '"']).next());
            let names = names.filter(|name| {
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            });
            families
                .get_mut(&newest)
                .unwrap()
                .1
                .extend(names.map(str::to_owned));
        }
    }
    families
}

/// What promtool says of the reference's own output.
const REFERENCE_COMPLAINTS: [&str; 3] = [
    "metric names should be written in 'snake_case' not 'camelCase'",
    "node_entropy_available_bits use base unit",
    "node_entropy_pool_size_bits use base unit",
];

#[test]
fn promtool_accepts_what_is_served() {
    let node = daemon::node(&[]);
    let text = http::get(&node.address, "/metrics").text();
    // The reference's own names are all that may be complained of.
    let complaints: Vec<_> = peer::lint(&text)
        .into_iter()
        .filter(|line| {
            !REFERENCE_COMPLAINTS
                .iter()
                .any(|complaint| line.contains(complaint))
        })
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn shared_families_have_the_reference_s_types_and_labels() {
    let Some(table) = peer::reference("reference/node_exporter.tsv") else {
        return;
    };
    let table = std::fs::read_to_string(table).unwrap();
    let mut reference: BTreeMap<&str, (&str, BTreeSet<String>)> = BTreeMap::new();
    for row in table.lines().skip(1) {
        let fields: Vec<_> = row.split('\t').collect();
        let labels = fields
            .get(4)
            .copied()
            .unwrap_or_default()
            .split(',')
            .filter(|label| !label.is_empty());
        reference
            .entry(fields[2])
            .or_insert((fields[3], BTreeSet::new()))
            .1
            .extend(labels.map(str::to_owned));
    }
    let node = daemon::node(&["--collector.cpu.info", "--collector.stat.softirq"]);
    let served = catalogue(&http::get(&node.address, "/metrics").text());
    let mut shared = 0;
    for (name, (kind, labels)) in &served {
        let Some((expected_kind, expected_labels)) = reference.get(name.as_str()) else {
            continue;
        };
        assert_eq!(kind, expected_kind, "type of {name}");
        assert!(
            labels.is_subset(expected_labels),
            "labels of {name}: {labels:?}, not {expected_labels:?}"
        );
        shared += 1;
    }
    assert!(shared > 200, "only {shared} families are the reference's");
}

#[test]
fn every_name_and_value_survives_prometheus_own_parser() {
    let node = daemon::node(&[]);
    let text = http::get(&node.address, "/metrics").text();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (_, value) = line.rsplit_once(' ').unwrap();
        assert!(
            value.parse::<f64>().is_ok() || ["+Inf", "-Inf", "NaN"].contains(&value),
            "{line}"
        );
    }
    let names: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    assert!(names.is_sorted(), "families are sorted");
    assert_eq!(
        names.iter().collect::<BTreeSet<_>>().len(),
        names.len(),
        "a family stands once"
    );
}
