//! Waits for locks by table, from `performance_schema.table_lock_waits_summary_by_table`.

use metrics_registry::Family;

use crate::rules::{Label, Rule, Table, Unit};

const SQL: Family<3> = Family::counter(
    "mysql_perf_schema_sql_lock_waits_total",
    "Waits for locks of the SQL layer, by table and operation.",
    ["name", "operation", "schema"],
);
const SQL_SECONDS: Family<3> = Family::counter(
    "mysql_perf_schema_sql_lock_waits_seconds_total",
    "Seconds of waits for locks of the SQL layer, by table and operation.",
    ["name", "operation", "schema"],
);
const EXTERNAL: Family<3> = Family::counter(
    "mysql_perf_schema_external_lock_waits_total",
    "Waits for locks of storage engines, by table and operation.",
    ["name", "operation", "schema"],
);
const EXTERNAL_SECONDS: Family<3> = Family::counter(
    "mysql_perf_schema_external_lock_waits_seconds_total",
    "Seconds of waits for locks of storage engines, by table and operation.",
    ["name", "operation", "schema"],
);

/// One statement and its rules.
pub(super) const TABLE: Table = Table {
    query: "SELECT OBJECT_SCHEMA, OBJECT_NAME, COUNT_READ_NORMAL, COUNT_READ_WITH_SHARED_LOCKS, COUNT_READ_HIGH_PRIORITY, \
        COUNT_READ_NO_INSERT, COUNT_WRITE_NORMAL, COUNT_WRITE_ALLOW_WRITE, \
        COUNT_WRITE_CONCURRENT_INSERT, COUNT_WRITE_LOW_PRIORITY, COUNT_READ_EXTERNAL, COUNT_WRITE_EXTERNAL, \
        SUM_TIMER_READ_NORMAL, SUM_TIMER_READ_WITH_SHARED_LOCKS, SUM_TIMER_READ_HIGH_PRIORITY, \
        SUM_TIMER_READ_NO_INSERT, SUM_TIMER_WRITE_NORMAL, SUM_TIMER_WRITE_ALLOW_WRITE, \
        SUM_TIMER_WRITE_CONCURRENT_INSERT, SUM_TIMER_WRITE_LOW_PRIORITY, SUM_TIMER_READ_EXTERNAL, SUM_TIMER_WRITE_EXTERNAL \
        FROM performance_schema.table_lock_waits_summary_by_table \
        WHERE OBJECT_SCHEMA NOT IN ('mysql', 'performance_schema', 'information_schema')",
    rules: &[
        Rule::new(
            &SQL,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("read_normal"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_READ_NORMAL",
        ),
        Rule::new(
            &SQL,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("read_with_shared_locks"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_READ_WITH_SHARED_LOCKS",
        ),
        Rule::new(
            &SQL,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("read_high_priority"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_READ_HIGH_PRIORITY",
        ),
        Rule::new(
            &SQL,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("read_no_insert"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_READ_NO_INSERT",
        ),
        Rule::new(
            &SQL,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("write_normal"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_WRITE_NORMAL",
        ),
        Rule::new(
            &SQL,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("write_allow_write"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_WRITE_ALLOW_WRITE",
        ),
        Rule::new(
            &SQL,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("write_concurrent_insert"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_WRITE_CONCURRENT_INSERT",
        ),
        Rule::new(
            &SQL,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("write_low_priority"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_WRITE_LOW_PRIORITY",
        ),
        Rule::new(
            &EXTERNAL,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("read"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_READ_EXTERNAL",
        ),
        Rule::new(
            &EXTERNAL,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("write"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "COUNT_WRITE_EXTERNAL",
        ),
        Rule::new(
            &SQL_SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("read_normal"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_READ_NORMAL",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &SQL_SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("read_with_shared_locks"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_READ_WITH_SHARED_LOCKS",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &SQL_SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("read_high_priority"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_READ_HIGH_PRIORITY",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &SQL_SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("read_no_insert"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_READ_NO_INSERT",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &SQL_SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("write_normal"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_WRITE_NORMAL",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &SQL_SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("write_allow_write"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_WRITE_ALLOW_WRITE",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &SQL_SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("write_concurrent_insert"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_WRITE_CONCURRENT_INSERT",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &SQL_SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("write_low_priority"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_WRITE_LOW_PRIORITY",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &EXTERNAL_SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("read"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_READ_EXTERNAL",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &EXTERNAL_SECONDS,
            &[
                Label::Column("OBJECT_NAME"),
                Label::Is("write"),
                Label::Column("OBJECT_SCHEMA"),
            ],
            "SUM_TIMER_WRITE_EXTERNAL",
        )
        .of(Unit::Picoseconds),
    ],
};
