//! Rows read and changed by table, from `information_schema.table_statistics`: needs `userstat=1`.

use metrics_registry::Family;

use crate::rules::{Label, Rule, Table};
use crate::visit::{Answer, Visit};

const READ: Family<2> = Family::counter(
    "mysql_info_schema_table_statistics_rows_read_total",
    "Rows read, by table.",
    ["schema", "table"],
);
const CHANGED: Family<2> = Family::counter(
    "mysql_info_schema_table_statistics_rows_changed_total",
    "Rows changed, by table.",
    ["schema", "table"],
);
const CHANGED_X_INDEXES: Family<2> = Family::counter(
    "mysql_info_schema_table_statistics_rows_changed_x_indexes_total",
    "Rows changed times the indexes that had to follow, by table.",
    ["schema", "table"],
);

const TABLE: Table = Table {
    query: "SELECT TABLE_SCHEMA, TABLE_NAME, ROWS_READ, ROWS_CHANGED, ROWS_CHANGED_X_INDEXES \
        FROM information_schema.table_statistics",
    rules: &[
        Rule::new(
            &READ,
            &[Label::Column("TABLE_SCHEMA"), Label::Column("TABLE_NAME")],
            "ROWS_READ",
        ),
        Rule::new(
            &CHANGED,
            &[Label::Column("TABLE_SCHEMA"), Label::Column("TABLE_NAME")],
            "ROWS_CHANGED",
        ),
        Rule::new(
            &CHANGED_X_INDEXES,
            &[Label::Column("TABLE_SCHEMA"), Label::Column("TABLE_NAME")],
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
