//! How long queries take, from `information_schema.query_response_time` and its read and write parts.
//!
//! MariaDB with the plugin `query_response_time`, Percona Server 5.6 and 5.7; nothing where it is not there or off.

use metrics_registry::Family;

use crate::error::number;
use crate::row::Row;
use crate::value;
use crate::visit::{Answer, Visit};

const CHECK: &str = "SELECT @@query_response_time_stats";

const ALL: Family<0> = Family::histogram(
    "mysql_info_schema_query_response_time_seconds",
    "Seconds that queries took.",
    [],
);
const READ: Family<0> = Family::histogram(
    "mysql_info_schema_read_query_response_time_seconds",
    "Seconds that reading queries took; Percona Server only.",
    [],
);
const WRITE: Family<0> = Family::histogram(
    "mysql_info_schema_write_query_response_time_seconds",
    "Seconds that writing queries took; Percona Server only.",
    [],
);

/// In upper case: in lower case, Percona Server answers all three with the first one's rows.
const TABLES: [(&str, &Family<0>); 3] = [
    (
        "SELECT TIME, COUNT, TOTAL FROM INFORMATION_SCHEMA.QUERY_RESPONSE_TIME",
        &ALL,
    ),
    (
        "SELECT TIME, COUNT, TOTAL FROM INFORMATION_SCHEMA.QUERY_RESPONSE_TIME_READ",
        &READ,
    ),
    (
        "SELECT TIME, COUNT, TOTAL FROM INFORMATION_SCHEMA.QUERY_RESPONSE_TIME_WRITE",
        &WRITE,
    ),
];

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        match visit.scalar(CHECK).await {
            Ok(state) if state.as_deref().and_then(value::status) == Some(1.0) => {}
            Ok(_) => return Ok(()),
            Err(error) if error.number() == Some(number::UNKNOWN_VARIABLE) => return Ok(()),
            Err(error) => return Err(error),
        }
        for (query, family) in TABLES {
            let mut times = Times::default();
            match visit.rows(query, |row, _| times.add(row)).await {
                Ok(()) => visit
                    .samples
                    .histogram(family, [], &times.finish(), times.sum, times.count),
                Err(error) if family.name != ALL.name && error.number().is_some() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    })
}

/// The rows as a histogram.
#[derive(Default)]
struct Times {
    /// Bound in seconds, and queries up to it.
    buckets: Vec<(f64, u64)>,
    count: u64,
    sum: f64,
}

impl Times {
    fn add(&mut self, row: &impl Row) {
        let number = |column| value::number(row.text(column).trim());
        self.count += number(1).unwrap_or_default() as u64;
        self.sum += number(2).unwrap_or_default();
        // The last row, TOO LONG, counts but bounds nothing.
        if let Some(bound) = number(0).filter(|bound| *bound != 0.0) {
            self.buckets.push((bound, self.count));
        }
    }

    fn finish(&mut self) -> Vec<(f64, u64)> {
        self.buckets.push((f64::INFINITY, self.count));
        std::mem::take(&mut self.buckets)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;

    #[test]
    fn too_long_counts_and_bounds_nothing() {
        let mut times = Times::default();
        let rows = [
            "      0.000001|1|      0.000000",
            "      1.000000|2|      0.500000",
            "TOO LONG|3|TOO LONG",
        ];
        let _ = samples("TIME|COUNT|TOTAL", &rows, |row, _| times.add(row));
        let text = samples("", &[""], |_, out| {
            out.histogram(&ALL, [], &times.finish(), times.sum, times.count)
        });
        expect![[r#"
            mysql_info_schema_query_response_time_seconds_bucket{le="1e-06"} 1
            mysql_info_schema_query_response_time_seconds_bucket{le="1"} 3
            mysql_info_schema_query_response_time_seconds_bucket{le="+Inf"} 6
            mysql_info_schema_query_response_time_seconds_sum 0.5
            mysql_info_schema_query_response_time_seconds_count 6
        "#]]
        .assert_eq(&text);
    }
}
