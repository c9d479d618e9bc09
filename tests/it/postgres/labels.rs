//! Names that somebody chose to break a graph: escaped, held short, and read by promtool.

use super::exporter;
use crate::exporters::scrape;
use crate::peer;
use crate::servers::postgres::Postgres;
use crate::servers::postgres_programs::debian_version;

/// Longest line that may come of any name, in bytes.
const LINE_BYTES: usize = 16 << 10;

#[test]
fn names_with_quotes_newlines_and_a_long_query_are_escaped() {
    let server = Postgres::start(debian_version());
    // A name has at most 63 bytes; a double quote is doubled between double quotes.
    let hostile = "we\"\"ird\\ \n# TYPE pg_up counter\n{}";
    for statement in [
        format!("CREATE DATABASE \"{hostile}\""),
        format!("CREATE ROLE \"{hostile}\""),
        format!("CREATE SCHEMA \"{hostile}\""),
        format!("CREATE TABLE \"{hostile}\".\"{hostile}\" (id int PRIMARY KEY)"),
        format!("SELECT length('{}') AS \"q{hostile}\"", "x".repeat(64 << 10)),
    ] {
        server.sql(&statement);
    }
    let mut client = server.client("psql");
    client
        .env("PGAPPNAME", "we\"ird\\ \n{}")
        .args(["-X", "-q", "-d", "postgres", "-c", "SELECT 1"]);
    crate::servers::scratch::output(&mut client);
    let daemon = exporter(
        &server,
        &[
            "--collector.stat_statements",
            "--collector.stat_statements.include_query",
            "--collector.statio_user_indexes",
            "--collector.process_idle",
        ],
    );
    let text = scrape(&daemon);
    assert_eq!(
        text.lines()
            .filter(|line| line.starts_with("# TYPE pg_up "))
            .count(),
        1
    );
    assert!(
        text.contains(r#"datname="we\"ird\\ \n# TYPE pg_up counter\n{}""#),
        "the name is there, escaped"
    );
    let longest = text.lines().map(str::len).max().unwrap();
    assert!(longest <= LINE_BYTES, "a line of {longest} bytes");
    let broken: Vec<_> = peer::lint(&text)
        .into_iter()
        .filter(|line| !line.starts_with("pg_"))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}
