//! Rows read and changed by schema, from `information_schema.table_statistics`: needs `userstat=1`.

use metrics_registry::Family;

use crate::rules::{Label, Rule, Table};
use crate::visit::{Answer, Visit};

const READ: Family<1> = Family::counter(
    "mysql_info_schema_schema_statistics_rows_read_total",
    "Rows read, by schema.",
    ["schema"],
);
const CHANGED: Family<1> = Family::counter(
    "mysql_info_schema_schema_statistics_rows_changed_total",
    "Rows changed, by schema.",
    ["schema"],
);
const CHANGED_X_INDEXES: Family<1> = Family::counter(
    "mysql_info_schema_schema_statistics_rows_changed_x_indexes_total",
    "Rows changed times the indexes that had to follow, by schema.",
    ["schema"],
);

const TABLE: Table = Table {
    query: "SELECT TABLE_SCHEMA, SUM(ROWS_READ) AS ROWS_READ, SUM(ROWS_CHANGED) AS ROWS_CHANGED, \
        SUM(ROWS_CHANGED_X_INDEXES) AS ROWS_CHANGED_X_INDEXES \
        FROM information_schema.table_statistics GROUP BY TABLE_SCHEMA",
    rules: &[
        Rule::new(&READ, &[Label::Column("TABLE_SCHEMA")], "ROWS_READ"),
        Rule::new(&CHANGED, &[Label::Column("TABLE_SCHEMA")], "ROWS_CHANGED"),
        Rule::new(
            &CHANGED_X_INDEXES,
            &[Label::Column("TABLE_SCHEMA")],
            "ROWS_CHANGED_X_INDEXES",
        ),
    ],
};

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        if visit.has_userstat().await? {
            visit.table(&TABLE).await?;
        }
        Ok(())
    })
}
