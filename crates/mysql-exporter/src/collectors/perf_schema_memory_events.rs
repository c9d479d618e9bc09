//! Memory by instrument, from `performance_schema.memory_summary_global_by_event_name`: those that were used.

use metrics_registry::Family;

use crate::row::Row;
use crate::samples::Samples;
use crate::visit::{Answer, Visit};

const QUERY: &str = "SELECT EVENT_NAME, SUM_NUMBER_OF_BYTES_ALLOC, SUM_NUMBER_OF_BYTES_FREE, \
    CURRENT_NUMBER_OF_BYTES_USED FROM performance_schema.memory_summary_global_by_event_name WHERE COUNT_ALLOC > 0";

const ALLOCATED: Family<1> = Family::counter(
    "mysql_perf_schema_memory_events_alloc_bytes_total",
    "Bytes that were allocated, by instrument.",
    ["event_name"],
);
const FREED: Family<1> = Family::counter(
    "mysql_perf_schema_memory_events_free_bytes_total",
    "Bytes that were freed, by instrument.",
    ["event_name"],
);
const USED: Family<1> = Family::gauge(
    "mysql_perf_schema_memory_events_used_bytes",
    "Bytes in use, by instrument.",
    ["event_name"],
);

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        let prefix = &visit.settings.memory_remove_prefix;
        visit
            .rows(QUERY, |row, samples| write(row, prefix, samples))
            .await
    })
}

fn write(row: &impl Row, prefix: &str, samples: &mut Samples<'_>) {
    let event = row.text(0);
    let event = event.strip_prefix(prefix).unwrap_or(&event);
    for (family, column) in [(&ALLOCATED, 1), (&FREED, 2), (&USED, 3)] {
        if let Some(bytes) = row.number(column) {
            samples.sample(family, [event], bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;

    #[test]
    fn what_is_freed_elsewhere_is_below_zero() {
        expect![[r#"
            mysql_perf_schema_memory_events_alloc_bytes_total{event_name="innodb/event1"} 1001
            mysql_perf_schema_memory_events_free_bytes_total{event_name="innodb/event1"} 1500
            mysql_perf_schema_memory_events_used_bytes{event_name="innodb/event1"} -499
        "#]]
        .assert_eq(&samples(
            "EVENT_NAME|ALLOC|FREE|USED",
            &["memory/innodb/event1|1001|1500|-499"],
            |row, out| {
                write(row, "memory/", out);
            },
        ));
    }
}
