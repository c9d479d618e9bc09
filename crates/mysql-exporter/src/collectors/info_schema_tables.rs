//! Rows and sizes of tables, from `information_schema.tables`, one statement per database.
//!
//! Not cheap with many tables: the server opens each of them, and each becomes five series.

use metrics_registry::Family;
use sqlx::AssertSqlSafe;

use crate::row::Row;
use crate::samples::Samples;
use crate::visit::{Answer, Visit, quoted};

const DATABASES: &str = "SELECT SCHEMA_NAME FROM information_schema.schemata \
    WHERE SCHEMA_NAME NOT IN ('mysql', 'performance_schema', 'information_schema', 'sys')";

const VERSION: Family<6> = Family::gauge(
    "mysql_info_schema_table_version",
    "Version of the table's definition; 0 for views.",
    [
        "create_options",
        "engine",
        "row_format",
        "schema",
        "table",
        "type",
    ],
);
const ROWS: Family<2> = Family::gauge(
    "mysql_info_schema_table_rows",
    "Rows of the table, for InnoDB an estimate.",
    ["schema", "table"],
);
const SIZE: Family<3> = Family::gauge(
    "mysql_info_schema_table_size",
    "Bytes of the table, by part.",
    ["component", "schema", "table"],
);

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        let mut databases: Vec<String> = Vec::new();
        match visit.settings.tables_databases.as_str() {
            "*" => {
                visit
                    .rows(DATABASES, |row, _| databases.push(row.text(0).into_owned()))
                    .await?
            }
            list => databases.extend(list.split(',').map(|name| name.trim().to_owned())),
        }
        for database in databases {
            visit.rows(AssertSqlSafe(query(&database)), write).await?;
        }
        Ok(())
    })
}

fn query(database: &str) -> String {
    format!(
        "SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, IFNULL(ENGINE, 'NONE'), IFNULL(VERSION, 0), \
         IFNULL(ROW_FORMAT, 'NONE'), IFNULL(TABLE_ROWS, 0), IFNULL(DATA_LENGTH, 0), IFNULL(INDEX_LENGTH, 0), \
         IFNULL(DATA_FREE, 0), IFNULL(CREATE_OPTIONS, 'NONE') \
         FROM information_schema.tables WHERE TABLE_SCHEMA = {}",
        quoted(database)
    )
}

fn write(row: &impl Row, samples: &mut Samples<'_>) {
    let (schema, table) = (row.text(0), row.text(1));
    let number = |column| row.number(column).unwrap_or_default();
    let (kind, engine, format, options) = (row.text(2), row.text(3), row.text(5), row.text(10));
    samples.sample(
        &VERSION,
        [&*options, &*engine, &*format, &*schema, &*table, &*kind],
        number(4),
    );
    samples.sample(&ROWS, [&*schema, &*table], number(6));
    for (component, column) in [("data_length", 7), ("index_length", 8), ("data_free", 9)] {
        samples.sample(&SIZE, [component, &*schema, &*table], number(column));
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;

    #[test]
    fn five_samples_a_table() {
        expect![[r#"
            mysql_info_schema_table_rows{schema="shop",table="a"} 3
            mysql_info_schema_table_size{component="data_length",schema="shop",table="a"} 16384
            mysql_info_schema_table_size{component="index_length",schema="shop",table="a"} 8192
            mysql_info_schema_table_size{component="data_free",schema="shop",table="a"} 0
            mysql_info_schema_table_version{create_options="",engine="InnoDB",row_format="Dynamic",schema="shop",table="a",type="BASE TABLE"} 10
        "#]]
        .assert_eq(&samples(
            "TABLE_SCHEMA|TABLE_NAME|TABLE_TYPE|ENGINE|VERSION|ROW_FORMAT|TABLE_ROWS|DATA_LENGTH|INDEX_LENGTH|DATA_FREE|CREATE_OPTIONS",
            &["shop|a|BASE TABLE|InnoDB|10|Dynamic|3|16384|8192|0|"],
            write,
        ));
    }
}
