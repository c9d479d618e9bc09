//! How long idle sessions have been idle, from `pg_stat_activity`, by state and application.
//!
//! The reference fails on a server without idle sessions and else serves the first group only; here every group is served.

use metrics_registry::Family;

use super::Statement;

/// Upper bounds of the buckets, in seconds.
const BOUNDS: [f64; 9] = [1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 90.0, 120.0, 300.0];

const IDLE: Family<2> = Family::histogram(
    "pg_process_idle_seconds",
    "How long idle sessions have been idle.",
    ["application_name", "state"],
);

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql: |_| {
        let buckets: String = BOUNDS
            .iter()
            .map(|bound| format!(", count(*) FILTER (WHERE idle <= {bound})"))
            .collect();
        Some(
            format!(
                "SELECT state, application_name, count(*), sum(floor(idle)){buckets} FROM (SELECT state, \
                 application_name, extract(epoch FROM clock_timestamp() - state_change) AS idle FROM pg_stat_activity \
                 WHERE state LIKE 'idle%') sessions GROUP BY 1, 2 ORDER BY 1, 2"
            )
            .into(),
        )
    },
    write: |_, table, samples| {
        for row in table.rows() {
            let count = |column| row.number(column).unwrap_or(0.0) as u64;
            let buckets: Vec<(f64, u64)> = BOUNDS
                .iter()
                .enumerate()
                .map(|(index, bound)| (*bound, count(4 + index)))
                .collect();
            samples.histogram(
                IDLE.name,
                format_args!("{}", IDLE.help),
                std::iter::zip(IDLE.labels, [row.label(1), row.label(0)]),
                &buckets,
                (row.number(3).unwrap_or(0.0), count(2)),
            );
        }
        Ok(())
    },
}];

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::collectors::tests::{sample_lines, written};
    use crate::plan::Plan;

    #[test]
    fn every_group() {
        let table = "state|application_name|count|sum|1|2|5|15|30|60|90|120|300\n\
            idle|psql|2|31|0|0|0|0|1|2|2|2|2\n\
            idle in transaction||1|0|1|1|1|1|1|1|1|1|1";
        let text = written(&STATEMENTS[0], 150_000, &Plan::default(), table);
        expect![[r#"
            pg_process_idle_seconds_bucket{application_name="psql",state="idle",le="1"} 0
            pg_process_idle_seconds_bucket{application_name="psql",state="idle",le="2"} 0
            pg_process_idle_seconds_bucket{application_name="psql",state="idle",le="5"} 0
            pg_process_idle_seconds_bucket{application_name="psql",state="idle",le="15"} 0
            pg_process_idle_seconds_bucket{application_name="psql",state="idle",le="30"} 1
            pg_process_idle_seconds_bucket{application_name="psql",state="idle",le="60"} 2
            pg_process_idle_seconds_bucket{application_name="psql",state="idle",le="90"} 2
            pg_process_idle_seconds_bucket{application_name="psql",state="idle",le="120"} 2
            pg_process_idle_seconds_bucket{application_name="psql",state="idle",le="300"} 2
            pg_process_idle_seconds_bucket{application_name="psql",state="idle",le="+Inf"} 2
            pg_process_idle_seconds_sum{application_name="psql",state="idle"} 31
            pg_process_idle_seconds_count{application_name="psql",state="idle"} 2
            pg_process_idle_seconds_bucket{application_name="",state="idle in transaction",le="1"} 1
            pg_process_idle_seconds_bucket{application_name="",state="idle in transaction",le="2"} 1
            pg_process_idle_seconds_bucket{application_name="",state="idle in transaction",le="5"} 1
            pg_process_idle_seconds_bucket{application_name="",state="idle in transaction",le="15"} 1
            pg_process_idle_seconds_bucket{application_name="",state="idle in transaction",le="30"} 1
            pg_process_idle_seconds_bucket{application_name="",state="idle in transaction",le="60"} 1
            pg_process_idle_seconds_bucket{application_name="",state="idle in transaction",le="90"} 1
            pg_process_idle_seconds_bucket{application_name="",state="idle in transaction",le="120"} 1
            pg_process_idle_seconds_bucket{application_name="",state="idle in transaction",le="300"} 1
            pg_process_idle_seconds_bucket{application_name="",state="idle in transaction",le="+Inf"} 1
            pg_process_idle_seconds_sum{application_name="",state="idle in transaction"} 0
            pg_process_idle_seconds_count{application_name="",state="idle in transaction"} 1
        "#]]
        .assert_eq(&sample_lines(&text));
    }
}
