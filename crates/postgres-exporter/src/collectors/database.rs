//! Sizes and connection limits of databases, from `pg_database`.
//!
//! Adding up the files of a database takes a millisecond for every few hundred tables.
//! A database that this user may neither enter nor measure has no size, and does not spoil the others.

use metrics_registry::Family;

use super::rows::{self, Null};
use super::{Context, Sql, Statement};
use crate::session::quoted;

const FAMILIES: [Family<1>; 2] = [
    Family::gauge(
        "pg_database_connection_limit",
        "Connections that the database allows; -1 is no limit.",
        ["datname"],
    ),
    Family::gauge(
        "pg_database_size_bytes",
        "Space on disk that the database takes.",
        ["datname"],
    ),
];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql,
    write: |_, table, samples| {
        rows::write(table, &FAMILIES, Null::Skip, samples);
        Ok(())
    },
}];

fn sql(context: &Context<'_>) -> Sql {
    // The role that may measure all databases exists since 10.
    let may = if context.is_from(10) {
        "has_database_privilege(oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'USAGE')"
    } else {
        "has_database_privilege(oid, 'CONNECT')"
    };
    let excluded: Vec<String> = context
        .plan
        .exclude_databases
        .iter()
        .map(|name| quoted(name))
        .collect();
    let filter = if excluded.is_empty() {
        String::new()
    } else {
        format!(" WHERE datname NOT IN ({})", excluded.join(", "))
    };
    Some(
        format!(
            "SELECT datname, datconnlimit, CASE WHEN {may} THEN pg_database_size(oid) END \
             FROM pg_database{filter} ORDER BY datname"
        )
        .into(),
    )
}
