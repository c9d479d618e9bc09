//! Columns that count by themselves (`AUTO_INCREMENT`), and how far their type lets them, from `information_schema`.
//!
//! Only tables that the user may see. Not cheap on servers with many tables.

use metrics_registry::Family;

use crate::rules::{Label, Rule, Table};

const NEXT: Family<3> = Family::gauge(
    "mysql_info_schema_auto_increment_column",
    "Value that the next row gets.",
    ["column", "schema", "table"],
);
const LARGEST: Family<3> = Family::gauge(
    "mysql_info_schema_auto_increment_column_max",
    "Largest value that the column's type holds.",
    ["column", "schema", "table"],
);

/// One statement and its rules.
pub(super) const TABLE: Table = Table {
    query: "SELECT c.table_schema AS `schema`, c.table_name AS `table`, c.column_name AS `column`, t.auto_increment AS value, \
        POW(2, CASE c.data_type WHEN 'tinyint' THEN 7 WHEN 'smallint' THEN 15 WHEN 'mediumint' THEN 23 \
        WHEN 'int' THEN 31 WHEN 'bigint' THEN 63 END + (c.column_type LIKE '% unsigned')) - 1 AS largest \
        FROM information_schema.columns c STRAIGHT_JOIN information_schema.tables t \
        ON BINARY c.table_schema = t.table_schema AND BINARY c.table_name = t.table_name \
        WHERE c.extra = 'auto_increment' AND t.auto_increment IS NOT NULL",
    rules: &[
        Rule::new(
            &NEXT,
            &[
                Label::Column("column"),
                Label::Column("schema"),
                Label::Column("table"),
            ],
            "value",
        ),
        Rule::new(
            &LARGEST,
            &[
                Label::Column("column"),
                Label::Column("schema"),
                Label::Column("table"),
            ],
            "largest",
        ),
    ],
};
