//! Segments and size of the WAL, from `pg_ls_waldir()`; needs `pg_monitor`. Costs a look at every file of the directory.

use metrics_registry::Family;

use super::rows::{self, Null};
use super::{Context, Sql, Statement};

const FAMILIES: [Family<0>; 2] = [
    Family::gauge("pg_wal_segments", "Segments of the WAL on disk.", []),
    Family::gauge("pg_wal_size_bytes", "Space on disk that the WAL takes.", []),
];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql,
    write: |_, table, samples| {
        rows::write(table, &FAMILIES, Null::Zero, samples);
        Ok(())
    },
}];

fn sql(context: &Context<'_>) -> Sql {
    context
        .is_from(10)
        .then_some("SELECT count(*), sum(size) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'".into())
}
