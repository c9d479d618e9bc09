//! Statements by digest, from `performance_schema.events_statements_summary_by_digest`: those that took most time.
//!
//! Lock and CPU time and the quantiles are 0 but on MySQL since 8.0.28, and the quantiles' labels are `95`, `99` and
//! `999`, as in the reference.

use metrics_registry::Family;
use sqlx::AssertSqlSafe;

use super::Settings;
use crate::row::Row;
use crate::samples::Samples;
use crate::server::Server;
use crate::visit::{Answer, Visit, quoted};

const STATEMENTS: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_total",
    "Statements, by digest.",
    ["digest", "digest_text", "schema"],
);
const SECONDS: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_seconds_total",
    "Seconds that statements took, by digest.",
    ["digest", "digest_text", "schema"],
);
const LOCK_SECONDS: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_lock_time_seconds_total",
    "Seconds that statements waited for locks of tables, by digest.",
    ["digest", "digest_text", "schema"],
);
const CPU_SECONDS: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_cpu_time_seconds_total",
    "Seconds of CPU time that statements took, by digest.",
    ["digest", "digest_text", "schema"],
);
const ERRORS: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_errors_total",
    "Errors of statements, by digest.",
    ["digest", "digest_text", "schema"],
);
const WARNINGS: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_warnings_total",
    "Warnings of statements, by digest.",
    ["digest", "digest_text", "schema"],
);
const ROWS_AFFECTED: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_rows_affected_total",
    "Rows that statements changed, by digest.",
    ["digest", "digest_text", "schema"],
);
const ROWS_SENT: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_rows_sent_total",
    "Rows that statements returned, by digest.",
    ["digest", "digest_text", "schema"],
);
const ROWS_EXAMINED: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_rows_examined_total",
    "Rows that statements read, by digest.",
    ["digest", "digest_text", "schema"],
);
const TMP_TABLES: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_tmp_tables_total",
    "Temporary tables that statements made, by digest.",
    ["digest", "digest_text", "schema"],
);
const TMP_DISK_TABLES: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_tmp_disk_tables_total",
    "Temporary tables that statements made on disk, by digest.",
    ["digest", "digest_text", "schema"],
);
const SORT_MERGE_PASSES: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_sort_merge_passes_total",
    "Passes that sorts needed to merge, by digest.",
    ["digest", "digest_text", "schema"],
);
const SORT_ROWS: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_sort_rows_total",
    "Rows that were sorted, by digest.",
    ["digest", "digest_text", "schema"],
);
const NO_INDEX_USED: Family<3> = Family::counter(
    "mysql_perf_schema_events_statements_no_index_used_total",
    "Statements that read a table without an index, by digest.",
    ["digest", "digest_text", "schema"],
);
const LATENCY: Family<3> = Family::summary(
    "mysql_perf_schema_events_statements_latency",
    "Seconds that statements took, in quantiles, by digest.",
    ["digest", "digest_text", "schema"],
);

/// Columns after the three of the digest, in the order of the statement; picoseconds are divided.
const COLUMNS: [(&str, &Family<3>, f64); 14] = [
    ("COUNT_STAR", &STATEMENTS, 1.0),
    ("SUM_TIMER_WAIT", &SECONDS, 1e12),
    ("SUM_LOCK_TIME", &LOCK_SECONDS, 1e12),
    ("SUM_CPU_TIME", &CPU_SECONDS, 1e12),
    ("SUM_ERRORS", &ERRORS, 1.0),
    ("SUM_WARNINGS", &WARNINGS, 1.0),
    ("SUM_ROWS_AFFECTED", &ROWS_AFFECTED, 1.0),
    ("SUM_ROWS_SENT", &ROWS_SENT, 1.0),
    ("SUM_ROWS_EXAMINED", &ROWS_EXAMINED, 1.0),
    ("SUM_CREATED_TMP_TABLES", &TMP_TABLES, 1.0),
    ("SUM_CREATED_TMP_DISK_TABLES", &TMP_DISK_TABLES, 1.0),
    ("SUM_SORT_MERGE_PASSES", &SORT_MERGE_PASSES, 1.0),
    ("SUM_SORT_ROWS", &SORT_ROWS, 1.0),
    ("SUM_NO_INDEX_USED", &NO_INDEX_USED, 1.0),
];
/// Label and column of the quantiles.
const QUANTILES: [(f64, &str); 3] = [
    (95.0, "QUANTILE_95"),
    (99.0, "QUANTILE_99"),
    (999.0, "QUANTILE_999"),
];

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        let query = query(visit.server, visit.settings);
        visit.rows(AssertSqlSafe(query), write).await
    })
}

fn query(server: &Server, settings: &Settings) -> String {
    let has_quantiles = server.is_mysql_since((8, 0, 28));
    let mut columns = String::new();
    for (column, ..) in COLUMNS {
        let absent = !has_quantiles && matches!(column, "SUM_LOCK_TIME" | "SUM_CPU_TIME");
        columns.push_str(if absent { ", 0 AS " } else { ", " });
        columns.push_str(column);
    }
    for (_, column) in QUANTILES {
        columns.push_str(if has_quantiles { ", " } else { ", 0 AS " });
        columns.push_str(column);
    }
    let mut excluded = "'mysql', 'performance_schema', 'information_schema'".to_owned();
    for schema in settings
        .statements_exclude
        .iter()
        .filter(|schema| !schema.is_empty())
    {
        excluded.push_str(", ");
        excluded.push_str(&quoted(schema));
    }
    format!(
        "SELECT SCHEMA_NAME, DIGEST, LEFT(DIGEST_TEXT, {text}) AS DIGEST_TEXT{columns} \
         FROM performance_schema.events_statements_summary_by_digest \
         WHERE SCHEMA_NAME NOT IN ({excluded}) AND LAST_SEEN > DATE_SUB(NOW(), INTERVAL {age} SECOND) \
         ORDER BY SUM_TIMER_WAIT DESC LIMIT {most}",
        text = settings.statements_text_length,
        age = settings.statements_seconds,
        most = settings.statements_max,
    )
}

fn write(row: &impl Row, samples: &mut Samples<'_>) {
    let (schema, digest, text) = (row.text(0), row.text(1), row.text(2));
    let labels = [&*digest, &*text, &*schema];
    let number = |column| row.number(column).unwrap_or_default();
    for (index, (_, family, divisor)) in COLUMNS.iter().enumerate() {
        samples.sample(family, labels, number(3 + index) / divisor);
    }
    let mut quantiles = [(0.0, 0.0); QUANTILES.len()];
    for (index, (pair, (quantile, _))) in std::iter::zip(&mut quantiles, QUANTILES).enumerate() {
        *pair = (quantile, number(3 + COLUMNS.len() + index) / 1e12);
    }
    // The count and the sum are the first two columns.
    samples.summary(&LATENCY, labels, &quantiles, number(4) / 1e12, number(3) as u64);
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;
    use crate::flags;

    #[test]
    fn quantiles_of_mysql_8() {
        let row = "shop|8e6d|SELECT ?|2|3000000000000|0|500000000000|1|0|0|2|2|0|0|0|0|1|1000000000000|2000000000000|2500000000000";
        let text = samples("", &[row], write);
        let some = text
            .lines()
            .filter(|line| line.contains("latency") || line.contains("seconds_total"));
        let some: String = some.flat_map(|line| [line, "\n"]).collect();
        expect![[r#"
            mysql_perf_schema_events_statements_cpu_time_seconds_total{digest="8e6d",digest_text="SELECT ?",schema="shop"} 0.5
            mysql_perf_schema_events_statements_latency{digest="8e6d",digest_text="SELECT ?",schema="shop",quantile="95"} 1
            mysql_perf_schema_events_statements_latency{digest="8e6d",digest_text="SELECT ?",schema="shop",quantile="99"} 2
            mysql_perf_schema_events_statements_latency{digest="8e6d",digest_text="SELECT ?",schema="shop",quantile="999"} 2.5
            mysql_perf_schema_events_statements_latency_sum{digest="8e6d",digest_text="SELECT ?",schema="shop"} 3
            mysql_perf_schema_events_statements_latency_count{digest="8e6d",digest_text="SELECT ?",schema="shop"} 2
            mysql_perf_schema_events_statements_lock_time_seconds_total{digest="8e6d",digest_text="SELECT ?",schema="shop"} 0
            mysql_perf_schema_events_statements_seconds_total{digest="8e6d",digest_text="SELECT ?",schema="shop"} 3
        "#]]
        .assert_eq(&some);
        assert_eq!(text.lines().count(), COLUMNS.len() + 5);
    }

    #[test]
    fn schemas_that_are_left_out() {
        let flag = "--collect.perf_schema.eventsstatements.exclude_schemas=o'x";
        let settings = flags::settings(&flags::command().get_matches_from(["x", flag]));
        let sql = query(&Server::parse("10.11.6-MariaDB"), &settings);
        assert!(sql.contains("'information_schema', 'o''x')"), "{sql}");
        assert!(
            sql.contains("0 AS SUM_CPU_TIME") && sql.contains("0 AS QUANTILE_999"),
            "{sql}"
        );
        let sql = query(&Server::parse("8.0.28"), &settings);
        assert!(!sql.contains("0 AS"), "{sql}");
    }
}
