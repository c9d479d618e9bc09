//! Reads and writes of files by event, from `performance_schema.file_summary_by_event_name`.

use metrics_registry::Family;

use crate::rules::{Label, Rule, Table, Unit};

const EVENTS: Family<2> = Family::counter(
    "mysql_perf_schema_file_events_total",
    "Operations on files, by event and mode.",
    ["event_name", "mode"],
);
const SECONDS: Family<2> = Family::counter(
    "mysql_perf_schema_file_events_seconds_total",
    "Seconds of operations on files, by event and mode.",
    ["event_name", "mode"],
);
const BYTES: Family<2> = Family::counter(
    "mysql_perf_schema_file_events_bytes_total",
    "Bytes read from and written to files, by event and mode.",
    ["event_name", "mode"],
);

/// One statement and its rules.
pub(super) const TABLE: Table = Table {
    query: "SELECT EVENT_NAME, COUNT_READ, SUM_TIMER_READ, SUM_NUMBER_OF_BYTES_READ, \
        COUNT_WRITE, SUM_TIMER_WRITE, SUM_NUMBER_OF_BYTES_WRITE, COUNT_MISC, SUM_TIMER_MISC \
        FROM performance_schema.file_summary_by_event_name",
    rules: &[
        Rule::new(
            &EVENTS,
            &[Label::Column("EVENT_NAME"), Label::Is("read")],
            "COUNT_READ",
        ),
        Rule::new(
            &SECONDS,
            &[Label::Column("EVENT_NAME"), Label::Is("read")],
            "SUM_TIMER_READ",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &BYTES,
            &[Label::Column("EVENT_NAME"), Label::Is("read")],
            "SUM_NUMBER_OF_BYTES_READ",
        ),
        Rule::new(
            &EVENTS,
            &[Label::Column("EVENT_NAME"), Label::Is("write")],
            "COUNT_WRITE",
        ),
        Rule::new(
            &SECONDS,
            &[Label::Column("EVENT_NAME"), Label::Is("write")],
            "SUM_TIMER_WRITE",
        )
        .of(Unit::Picoseconds),
        Rule::new(
            &BYTES,
            &[Label::Column("EVENT_NAME"), Label::Is("write")],
            "SUM_NUMBER_OF_BYTES_WRITE",
        ),
        Rule::new(
            &EVENTS,
            &[Label::Column("EVENT_NAME"), Label::Is("misc")],
            "COUNT_MISC",
        ),
        Rule::new(
            &SECONDS,
            &[Label::Column("EVENT_NAME"), Label::Is("misc")],
            "SUM_TIMER_MISC",
        )
        .of(Unit::Picoseconds),
    ],
};
