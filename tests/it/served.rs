//! Whether queries name only what is served.

use crate::metric_docs::{folder, names};

/// How the names of our daemons begin.
const OURS: [&str; 11] = [
    "exporter_http_",
    "kube_",
    "mysql_",
    "nginx_",
    "nginxplus_",
    "node_",
    "pg_",
    "process_",
    "prometheus_",
    "promhttp_",
    "scraper_",
];

/// What a name of a histogram or summary may end with.
const PARTS: [&str; 3] = ["_bucket", "_count", "_sum"];

/// Names in `text` that begin as those of our daemons and are in no page of `docs/metrics`.
pub fn unknown(text: &str) -> Vec<String> {
    let pages = std::fs::read_dir(folder()).unwrap().flatten();
    let pages: String = pages
        .map(|page| std::fs::read_to_string(page.path()).unwrap())
        .collect();
    let patterns: Vec<&str> = pages
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        // Queries that an owner writes have any name.
        .filter(|pattern| !pattern.starts_with('<'))
        .collect();
    let is_served = |name: &str| {
        let mut spellings = PARTS
            .iter()
            .filter_map(|part| name.strip_suffix(part))
            .chain([name]);
        spellings.any(|name| patterns.iter().any(|pattern| names::matches(pattern, name)))
    };
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':');
    let mut unknown: Vec<_> = words
        .filter(|word| OURS.iter().any(|start| word.starts_with(start)) && !is_served(word))
        .map(str::to_owned)
        .collect();
    unknown.sort();
    unknown.dedup();
    unknown
}

#[test]
fn names_that_nobody_serves() {
    let text = "rate(node_lode1{pg_x=\"\"}[5m]) + node_load1 / http_request + node_memory_MemFree_bytes";
    assert_eq!(unknown(text), ["node_lode1", "pg_x"]);
}
