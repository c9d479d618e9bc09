//! Files of the binary log, from `SHOW BINARY LOGS`. There are no samples where the log is off.

use metrics_registry::Family;

use crate::row::Row;
use crate::value;
use crate::visit::{Answer, Visit};

const SIZE: Family<0> = Family::gauge(
    "mysql_binlog_size_bytes",
    "Bytes of all files of the binary log.",
    [],
);
const FILES: Family<0> = Family::gauge("mysql_binlog_files", "Files of the binary log.", []);
const NUMBER: Family<0> = Family::gauge(
    "mysql_binlog_file_number",
    "Number of the newest file of the binary log.",
    [],
);

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        // Without a log the statement below is an error.
        let on = visit.scalar("SELECT @@log_bin").await?;
        if on.as_deref().and_then(value::status) != Some(1.0) {
            return Ok(());
        }
        let mut files = Files::default();
        visit.rows("SHOW BINARY LOGS", |row, _| files.add(row)).await?;
        visit.samples.sample(&SIZE, [], files.size_bytes);
        visit.samples.sample(&FILES, [], files.count);
        visit.samples.sample(&NUMBER, [], files.newest);
        Ok(())
    })
}

#[derive(Debug, Default, PartialEq)]
struct Files {
    size_bytes: f64,
    count: f64,
    newest: f64,
}

impl Files {
    fn add(&mut self, row: &impl Row) {
        self.size_bytes += row.number(1).unwrap_or_default();
        self.count += 1.0;
        let name = row.text(0);
        let number = name
            .rsplit_once('.')
            .and_then(|(_, number)| value::number(number));
        self.newest = number.unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::samples;
    use super::*;

    #[test]
    fn the_last_row_is_the_newest() {
        let mut files = Files::default();
        let rows = ["db.example-bin.000009|100|No", "db.example-bin.000010|23|No"];
        let _ = samples("Log_name|File_size|Encrypted", &rows, |row, _| files.add(row));
        let expected = Files {
            size_bytes: 123.0,
            count: 2.0,
            newest: 10.0,
        };
        assert_eq!(files, expected);
    }
}
