//! Waits by event, from `performance_schema.events_waits_summary_global_by_event_name`.

use metrics_registry::Family;

use crate::rules::{Label, Rule, Table, Unit};

const WAITS: Family<1> = Family::counter(
    "mysql_perf_schema_events_waits_total",
    "Waits, by event.",
    ["event_name"],
);
const SECONDS: Family<1> = Family::counter(
    "mysql_perf_schema_events_waits_seconds_total",
    "Seconds of waits, by event.",
    ["event_name"],
);

/// One statement and its rules.
pub(super) const TABLE: Table = Table {
    query: "SELECT EVENT_NAME, COUNT_STAR, SUM_TIMER_WAIT \
        FROM performance_schema.events_waits_summary_global_by_event_name",
    rules: &[
        Rule::new(&WAITS, &[Label::Column("EVENT_NAME")], "COUNT_STAR"),
        Rule::new(&SECONDS, &[Label::Column("EVENT_NAME")], "SUM_TIMER_WAIT").of(Unit::Picoseconds),
    ],
};
