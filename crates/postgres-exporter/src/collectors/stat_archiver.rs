//! Archived WAL files, from `pg_stat_archiver`. The age is absent before the first one; 0.19 serves it as NaN.

use metrics_registry::Family;

use super::Statement;
use super::rows::{self, Null};
use crate::plan::Compat;

const FAMILIES: [Family<0>; 3] = [
    Family::counter("pg_stat_archiver_archived_count", "WAL files archived.", []),
    Family::counter(
        "pg_stat_archiver_failed_count",
        "Attempts to archive a WAL file that failed.",
        [],
    ),
    Family::gauge(
        "pg_stat_archiver_last_archive_age",
        "Seconds since the last WAL file was archived.",
        [],
    ),
];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql: |_| {
        Some(
            "SELECT archived_count, failed_count, extract(epoch FROM clock_timestamp() - last_archived_time) \
             FROM pg_stat_archiver"
                .into(),
        )
    },
    write: |context, table, samples| {
        let null = match context.plan.compat {
            Compat::V019 => Null::NaN,
            Compat::V020 => Null::Skip,
        };
        rows::write(table, &FAMILIES, null, samples);
        Ok(())
    },
}];
