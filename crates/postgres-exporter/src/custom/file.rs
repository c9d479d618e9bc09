//! The file of custom queries.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use settings::document::{self, Limits, Node};
use settings::read::{parsed, section};
use settings::{Keys, Read, Refused, Value};

use super::ranges::Range;
use super::usage::Usage;

/// The largest collection that circulates has 60 queries in 100 kB.
const LIMITS: Limits = Limits {
    bytes: 4 << 20,
    depth: 16,
    parts: 100_000,
};

/// One section of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Key of the section.
    pub name: String,
    /// The statement.
    pub sql: String,
    /// `master`: with `--auto-discover-databases` only the first database is asked.
    pub is_for_first: bool,
    /// How long a result is served again.
    pub cache: Duration,
    /// `runonserver`: versions that are asked.
    pub runs_on: Range,
    /// The columns that the file names.
    pub columns: Vec<Column>,
}

/// One column of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Name in the result.
    pub name: String,
    /// What becomes of it.
    pub usage: Usage,
    /// Text for `# HELP`.
    pub description: String,
    /// Numbers of the texts of a `MAPPEDMETRIC`.
    pub mapping: BTreeMap<String, f64>,
    /// `pg_version`: versions on which the column is served.
    pub runs_on: Range,
}

/// Reads a file: the SHA-256 of its text, empty where it cannot be read, and its sections.
pub fn load(path: &Path) -> (String, Result<Vec<Definition>, document::Error>) {
    let text = match document::load(path, &LIMITS) {
        Ok(text) => text,
        Err(error) => return (String::new(), Err(error)),
    };
    let hash = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    let hash = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let sections = document::parse::<Sections>(path, &text, &LIMITS);
    (hash, sections.map(|sections| sections.0))
}

#[derive(Debug, Default)]
struct Sections(Vec<Definition>);

impl Read for Sections {
    fn read(node: Node) -> Result<Self, Refused> {
        let mut definitions = Vec::new();
        for (name, place, node) in section(node)? {
            if !is_metric_name(&name) {
                return Err((place, format!("{name:?} cannot begin the name of a metric")));
            }
            definitions.push(definition(name, node)?);
        }
        Ok(Self(definitions))
    }
}

fn definition(name: String, node: Node) -> Result<Definition, Refused> {
    let place = node.place;
    let known = ["query", "master", "cache_seconds", "runonserver", "metrics"];
    let mut keys = Keys::of(node, &known)?;
    let sql = keys.take::<String>("query")?.unwrap_or_default();
    if sql.trim().is_empty() {
        return Err((place, format!("{name}: expected a query")));
    }
    let mut columns = Vec::new();
    for Entry(entry) in keys.take::<Vec<Entry>>("metrics")?.unwrap_or_default() {
        columns.extend(entry);
    }
    Ok(Definition {
        sql: sql.trim().trim_end_matches(';').to_owned(),
        is_for_first: keys.take("master")?.unwrap_or(false),
        cache: Duration::from_secs(keys.take::<u64>("cache_seconds")?.unwrap_or(0)),
        runs_on: keys.take("runonserver")?.unwrap_or_default(),
        columns,
        name,
    })
}

/// One item of `metrics`: usually one column.
struct Entry(Vec<Column>);

impl Read for Entry {
    fn read(node: Node) -> Result<Self, Refused> {
        let columns = section(node)?.into_iter();
        columns
            .map(|(name, _, node)| column(name, node))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

fn column(name: String, node: Node) -> Result<Column, Refused> {
    let place = node.place;
    let mut keys = Keys::of(node, &["usage", "description", "metric_mapping", "pg_version"])?;
    let usage = keys
        .take::<Usage>("usage")?
        .ok_or_else(|| (place, format!("{name}: expected a usage")))?;
    let mapping = keys
        .take::<BTreeMap<String, Number>>("metric_mapping")?
        .unwrap_or_default();
    Ok(Column {
        usage,
        description: keys.take("description")?.unwrap_or_default(),
        mapping: mapping
            .into_iter()
            .map(|(text, Number(value))| (text, value))
            .collect(),
        runs_on: keys.take("pg_version")?.unwrap_or_default(),
        name,
    })
}

struct Number(f64);

impl Read for Number {
    fn read(node: Node) -> Result<Self, Refused> {
        parsed(node, "a number", |text| text.parse().ok()).map(Self)
    }
}

impl Read for Range {
    fn read(node: Node) -> Result<Self, Refused> {
        parsed(node, "a range of versions, as in \">=10.0.0\"", Self::parse)
    }
}

impl Read for Usage {
    fn read(node: Node) -> Result<Self, Refused> {
        let place = node.place;
        let what = "one of LABEL, COUNTER, GAUGE, HISTOGRAM, MAPPEDMETRIC, DURATION, DISCARD";
        match node.value {
            Value::Scalar(text) => {
                Self::parse(&text).ok_or_else(|| (place, format!("{text:?} is not {what}")))
            }
            _ => Err((place, format!("expected {what}"))),
        }
    }
}

fn is_metric_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_' || first == ':')
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':')
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let shown = match document::parse::<Sections>(Path::new("queries.yaml"), text, &LIMITS) {
            Ok(sections) => format!("{:#?}", sections.0),
            Err(error) => error.to_string(),
        };
        expect.assert_eq(&shown);
    }

    #[test]
    fn all_keys() {
        check(
            r#"
pg_queue:
  query: |
    SELECT name, depth, state FROM queue;
  master: true
  cache_seconds: 30
  runonserver: ">=10.0.0"
  metrics:
    - name:
        usage: "LABEL"
        description: "Name of the queue"
    - depth: {usage: GAUGE, description: Depth}
    - state:
        usage: MAPPEDMETRIC
        metric_mapping: {on: 1, off: 0}
        pg_version: "<20"
"#,
            expect![[r#"
                [
                    Definition {
                        name: "pg_queue",
                        sql: "SELECT name, depth, state FROM queue",
                        is_for_first: true,
                        cache: 30s,
                        runs_on: Range(
                            [
                                [
                                    (
                                        AtLeast,
                                        [
                                            10,
                                            0,
                                            0,
                                        ],
                                    ),
                                ],
                            ],
                        ),
                        columns: [
                            Column {
                                name: "name",
                                usage: Label,
                                description: "Name of the queue",
                                mapping: {},
                                runs_on: Range(
                                    [],
                                ),
                            },
                            Column {
                                name: "depth",
                                usage: Gauge,
                                description: "Depth",
                                mapping: {},
                                runs_on: Range(
                                    [],
                                ),
                            },
                            Column {
                                name: "state",
                                usage: Mapped,
                                description: "",
                                mapping: {
                                    "off": 0.0,
                                    "on": 1.0,
                                },
                                runs_on: Range(
                                    [
                                        [
                                            (
                                                Less,
                                                [
                                                    20,
                                                    0,
                                                    0,
                                                ],
                                            ),
                                        ],
                                    ],
                                ),
                            },
                        ],
                    },
                ]"#]],
        );
    }

    #[test]
    fn refused() {
        check(
            "a-b: {query: SELECT 1}",
            expect![[r#"queries.yaml:1:1: "a-b" cannot begin the name of a metric"#]],
        );
        check(
            "a: {metrics: []}",
            expect!["queries.yaml:1:4: a: expected a query"],
        );
        check(
            "a: {query: SELECT 1, metrics: [{b: {usage: GUAGE}}]}",
            expect![[
                r#"queries.yaml:1:44: "GUAGE" is not one of LABEL, COUNTER, GAUGE, HISTOGRAM, MAPPEDMETRIC, DURATION, DISCARD"#
            ]],
        );
        check(
            "a: {query: SELECT 1, metrics: [{b: {description: x}}]}",
            expect!["queries.yaml:1:36: b: expected a usage"],
        );
        check(
            "a: {query: SELECT 1, cache_second: 3}",
            expect![[r#"queries.yaml:1:22: unknown key "cache_second", did you mean "cache_seconds"?"#]],
        );
        check(
            "a: {query: SELECT 1, runonserver: soon}",
            expect![[r#"queries.yaml:1:35: "soon" is not a range of versions, as in ">=10.0.0""#]],
        );
        check(
            "- a",
            expect!["queries.yaml:1:1: expected a section of `key: value` lines"],
        );
    }

    #[test]
    fn a_file_that_is_not_there() {
        let (hash, error) = load(Path::new("/absent.yaml"));
        assert_eq!(hash, "");
        let error = error.expect_err("no file").to_string();
        assert_eq!(error, "/absent.yaml: No such file or directory (os error 2)");
    }
}
