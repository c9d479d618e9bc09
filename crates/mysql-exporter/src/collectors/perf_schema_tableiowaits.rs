//! Waits for rows by table, from `performance_schema.table_io_waits_summary_by_table`.

use metrics_registry::Family;

use crate::rules::{Label, Rule, Table, Unit};

const WAITS: Family<3> = Family::counter(
    "mysql_perf_schema_table_io_waits_total",
    "Waits for rows, by table and operation.",
    ["name", "operation", "schema"],
);
const SECONDS: Family<3> = Family::counter(
    "mysql_perf_schema_table_io_waits_seconds_total",
    "Seconds of waits for rows, by table and operation.",
    ["name", "operation", "schema"],
);

/// One statement and its rules.
pub(super) const TABLE: Table = Table {
    query: "SELECT OBJECT_SCHEMA, OBJECT_NAME, COUNT_FETCH, COUNT_INSERT, COUNT_UPDATE, COUNT_DELETE, \
        SUM_TIMER_FETCH, SUM_TIMER_INSERT, SUM_TIMER_UPDATE, SUM_TIMER_DELETE \
        FROM performance_schema.table_io_waits_summary_by_table \
        WHERE OBJECT_SCHEMA NOT IN ('mysql', 'performance_schema')",
    rules: &[
        Rule::new(
            &WAITS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("fetch"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_FETCH",
        ),
        Rule::new(
            &WAITS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("insert"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_INSERT",
        ),
        Rule::new(
            &WAITS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("update"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_UPDATE",
        ),
        Rule::new(
            &WAITS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("delete"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_DELETE",
        ),
        Rule::new(
            &SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("fetch"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_FETCH",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("insert"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_INSERT",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("update"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_UPDATE",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("delete"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_DELETE",
        )
        .of(Unit::Picoseconds),
    ],
};
