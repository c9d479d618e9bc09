//! Waits for rows by index, from `performance_schema.table_io_waits_summary_by_index_usage`.
//!
//! Rows of the index `NONE` are what no index was used for; only there do inserts count.

use metrics_registry::Family;

use crate::row::Row;
use crate::samples::Samples;
use crate::visit::{Answer, Visit};

const QUERY: &str = "SELECT OBJECT_SCHEMA, OBJECT_NAME, IFNULL(INDEX_NAME, 'NONE') AS INDEX_NAME, \
    COUNT_FETCH, COUNT_INSERT, COUNT_UPDATE, COUNT_DELETE, \
    SUM_TIMER_FETCH, SUM_TIMER_INSERT, SUM_TIMER_UPDATE, SUM_TIMER_DELETE \
    FROM performance_schema.table_io_waits_summary_by_index_usage \
    WHERE OBJECT_SCHEMA NOT IN ('mysql', 'performance_schema')";

const WAITS: Family<4> = Family::counter(
    "mysql_perf_schema_index_io_waits_total",
    "Waits for rows, by index and operation.",
    ["index", "name", "operation", "schema"],
);
const SECONDS: Family<4> = Family::counter(
    "mysql_perf_schema_index_io_waits_seconds_total",
    "Seconds of waits for rows, by index and operation.",
    ["index", "name", "operation", "schema"],
);

/// In the order of the columns.
const OPERATIONS: [&str; 4] = ["fetch", "insert", "update", "delete"];

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move { visit.rows(QUERY, write).await })
}

fn write(row: &impl Row, samples: &mut Samples<'_>) {
    let (schema, name, index) = (row.text(0), row.text(1), row.text(2));
    for (family, first, divisor) in [(&WAITS, 3, 1.0), (&SECONDS, 7, 1e12)] {
        for (at, operation) in OPERATIONS.into_iter().enumerate() {
            let counts = operation != "insert" || index == "NONE";
            if let (true, Some(value)) = (counts, row.number(first + at)) {
                samples.sample(family, [&*index, &*name, operation, &*schema], value / divisor);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;

    #[test]
    fn inserts_only_without_an_index() {
        let rows = [
            "shop|a|t|10|11|12|13|14000000000000|15|16|17",
            "shop|a|NONE|20|21|22|23|0|25|26|27",
        ];
        let text = samples("", &rows, write);
        let waits: String = text
            .lines()
            .filter(|line| !line.contains("seconds"))
            .flat_map(|line| [line, "\n"])
            .collect();
        expect![[r#"
            mysql_perf_schema_index_io_waits_total{index="t",name="a",operation="fetch",schema="shop"} 10
            mysql_perf_schema_index_io_waits_total{index="t",name="a",operation="update",schema="shop"} 12
            mysql_perf_schema_index_io_waits_total{index="t",name="a",operation="delete",schema="shop"} 13
            mysql_perf_schema_index_io_waits_total{index="NONE",name="a",operation="fetch",schema="shop"} 20
            mysql_perf_schema_index_io_waits_total{index="NONE",name="a",operation="insert",schema="shop"} 21
            mysql_perf_schema_index_io_waits_total{index="NONE",name="a",operation="update",schema="shop"} 22
            mysql_perf_schema_index_io_waits_total{index="NONE",name="a",operation="delete",schema="shop"} 23
        "#]]
        .assert_eq(&waits);
        assert!(
            text.contains("seconds_total{index=\"t\",name=\"a\",operation=\"fetch\",schema=\"shop\"} 14\n")
        );
    }
}
