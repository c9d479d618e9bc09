//! Names that somebody chose to break a graph: escaped, held short, and read by promtool.

use super::{SERVER, exporter};
use crate::exporters::scrape;
use crate::peer;

/// Longest line that may come of any name, in bytes.
const LINE_BYTES: usize = 16 << 10;

#[test]
fn names_with_quotes_newlines_and_a_long_query_are_escaped() {
    let hostile = "we\"ird\\ \n# TYPE mysql_up counter\n{}";
    SERVER.sql(&format!(
        "CREATE DATABASE `{hostile}`; CREATE TABLE `{hostile}`.`t\"\\\n1` (id INT AUTO_INCREMENT PRIMARY KEY)"
    ));
    SERVER.sql(&format!(
        "INSERT INTO `{hostile}`.`t\"\\\n1` VALUES (); SELECT '{}' AS `q\"\\\n`",
        "x".repeat(64 << 10)
    ));
    let daemon = exporter(
        &SERVER,
        &[
            "--collect.info_schema.tables",
            "--collect.info_schema.tablestats",
            "--collect.info_schema.schemastats",
            "--collect.auto_increment.columns",
            "--collect.perf_schema.eventsstatements",
            "--collect.info_schema.processlist",
            "--collect.mysql.user",
        ],
    );
    let text = scrape(&daemon);
    let ups: Vec<_> = text
        .lines()
        .filter(|line| line.contains("mysql_up"))
        .filter(|line| !line.contains('{'))
        .collect();
    assert_eq!(
        ups.iter()
            .filter(|line| line.starts_with("# TYPE mysql_up "))
            .count(),
        1,
        "{ups:?}"
    );
    assert!(
        text.contains(r#"schema="we\"ird\\ \n# TYPE mysql_up counter\n{}""#),
        "the name is there, escaped"
    );
    let longest = text.lines().map(str::len).max().unwrap();
    assert!(longest <= LINE_BYTES, "a line of {longest} bytes");
    let broken: Vec<_> = peer::lint(&text)
        .into_iter()
        .filter(|line| !line.starts_with("mysql"))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
    SERVER.sql(&format!("DROP DATABASE `{hostile}`"));
}
