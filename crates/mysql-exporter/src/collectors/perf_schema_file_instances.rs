//! Reads and writes by file, from `performance_schema.file_summary_by_instance`.

use metrics_registry::Family;
use sqlx::AssertSqlSafe;

use crate::row::Row;
use crate::samples::Samples;
use crate::visit::{Answer, Visit, quoted};

const OPERATIONS: Family<3> = Family::counter(
    "mysql_perf_schema_file_instances_total",
    "Operations on the file, by mode.",
    ["event_name", "file_name", "mode"],
);
const BYTES: Family<3> = Family::counter(
    "mysql_perf_schema_file_instances_bytes",
    "Bytes read from and written to the file, by mode.",
    ["event_name", "file_name", "mode"],
);

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        let settings = visit.settings;
        let query = format!(
            "SELECT FILE_NAME, EVENT_NAME, COUNT_READ, COUNT_WRITE, SUM_NUMBER_OF_BYTES_READ, \
             SUM_NUMBER_OF_BYTES_WRITE FROM performance_schema.file_summary_by_instance \
             WHERE FILE_NAME REGEXP {}",
            quoted(&settings.file_filter)
        );
        let prefix = &settings.file_remove_prefix;
        visit
            .rows(AssertSqlSafe(query), |row, samples| write(row, prefix, samples))
            .await
    })
}

fn write(row: &impl Row, prefix: &str, samples: &mut Samples<'_>) {
    let (file, event) = (row.text(0), row.text(1));
    let file = file.strip_prefix(prefix).unwrap_or(&file);
    for (family, mode, column) in [
        (&OPERATIONS, "read", 2),
        (&OPERATIONS, "write", 3),
        (&BYTES, "read", 4),
        (&BYTES, "write", 5),
    ] {
        if let Some(value) = row.number(column) {
            samples.sample(family, [&*event, file, mode], value);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;

    #[test]
    fn the_prefix_is_cut_off() {
        expect![[r#"
            mysql_perf_schema_file_instances_bytes{event_name="wait/io/file/innodb",file_name="shop/a.ibd",mode="read"} 4096
            mysql_perf_schema_file_instances_bytes{event_name="wait/io/file/innodb",file_name="shop/a.ibd",mode="write"} 0
            mysql_perf_schema_file_instances_total{event_name="wait/io/file/innodb",file_name="shop/a.ibd",mode="read"} 1
            mysql_perf_schema_file_instances_total{event_name="wait/io/file/innodb",file_name="shop/a.ibd",mode="write"} 2
        "#]]
        .assert_eq(&samples(
            "FILE_NAME|EVENT_NAME|COUNT_READ|COUNT_WRITE|SUM_NUMBER_OF_BYTES_READ|SUM_NUMBER_OF_BYTES_WRITE",
            &["/var/lib/mysql/shop/a.ibd|wait/io/file/innodb|1|2|4096|0"],
            |row, out| write(row, "/var/lib/mysql/", out),
        ));
    }
}
