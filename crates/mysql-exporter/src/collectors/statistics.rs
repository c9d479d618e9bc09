//! The statistics of users and of clients: one row each, whose first column is the label and the others numbers.
//!
//! Columns that are not known here become untyped families, as in the reference.
//!
//! Names: `mysql_info_schema_user_statistics_<column>` untyped by `user`: a column that this version does not know.
//! Names: `mysql_info_schema_client_statistics_<column>` untyped by `client`: a column that this version does not know.

use metrics_registry::{Family, Kind};

use super::global_status::push_sanitized;
use crate::Error;
use crate::row::Row;
use crate::samples::Samples;
use crate::visit::Visit;

/// One of the two.
#[derive(Debug)]
pub(super) struct Statistics {
    pub(super) query: &'static str,
    /// Of the families that are not known.
    pub(super) prefix: &'static str,
    pub(super) label: &'static str,
    pub(super) columns: &'static [Column],
}

/// A column that is known.
#[derive(Debug)]
pub(super) struct Column {
    title: &'static str,
    family: &'static Family<1>,
}

impl Column {
    pub(super) const fn new(title: &'static str, family: &'static Family<1>) -> Self {
        Self { title, family }
    }
}

impl Statistics {
    /// Asks and writes; nothing where the server does not count (`userstat`).
    pub(super) async fn collect(&self, visit: &mut Visit<'_>) -> Result<(), Error> {
        if visit.has_userstat().await? {
            visit
                .rows(self.query, |row, samples| self.write(row, samples))
                .await?;
        }
        Ok(())
    }

    fn write(&self, row: &impl Row, samples: &mut Samples<'_>) {
        let who = row.text(0);
        for column in 1..row.width() {
            let title = row.name(column);
            let Some(value) = row.number(column) else {
                continue;
            };
            match self.columns.iter().find(|known| known.title == title) {
                Some(known) => samples.sample(known.family, [&*who], value),
                None => {
                    let mut name = self.prefix.to_owned();
                    push_sanitized(&mut name, title);
                    let help = format_args!("Column {title}, which this version does not know.");
                    samples.dynamic(&name, help, Kind::Untyped, &[(self.label, &*who)], value);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::text;
    use super::*;

    const TOTAL: Family<1> = Family::counter("x_total_connections", "Connections.", ["user"]);
    const STATISTICS: Statistics = Statistics {
        query: "",
        prefix: "x_",
        label: "user",
        columns: &[Column::new("TOTAL_CONNECTIONS", &TOTAL)],
    };

    #[test]
    fn known_and_unknown_columns() {
        let rows = ["root|12|3", "app|1|\\N"];
        expect![[r#"
            # HELP x_key_read_hits Column KEY_READ_HITS, which this version does not know.
            # TYPE x_key_read_hits untyped
            x_key_read_hits{user="root"} 3
            # HELP x_total_connections Connections.
            # TYPE x_total_connections counter
            x_total_connections{user="root"} 12
            x_total_connections{user="app"} 1
        "#]]
        .assert_eq(&text(
            "USER|TOTAL_CONNECTIONS|KEY_READ_HITS",
            &rows,
            |row, out| STATISTICS.write(row, out),
        ));
    }
}
