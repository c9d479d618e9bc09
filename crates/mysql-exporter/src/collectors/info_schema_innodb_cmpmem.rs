//! Memory of compressed pages of InnoDB by page size, from `information_schema.innodb_cmpmem`.
//!
//! The reference calls the pages counters and divides the microseconds of `relocation_time` by a thousand; so does this.

use metrics_registry::Family;

use crate::rules::{Label, Rule, Table, Unit};

const USED: Family<2> = Family::counter(
    "mysql_info_schema_innodb_cmpmem_pages_used_total",
    "Blocks of this size in use.",
    ["buffer_pool", "page_size"],
);
const FREE: Family<2> = Family::counter(
    "mysql_info_schema_innodb_cmpmem_pages_free_total",
    "Blocks of this size that are free.",
    ["buffer_pool", "page_size"],
);
const RELOCATED: Family<2> = Family::counter(
    "mysql_info_schema_innodb_cmpmem_relocation_ops_total",
    "Blocks of this size that were moved.",
    ["buffer_pool", "page_size"],
);
const RELOCATION_SECONDS: Family<2> = Family::counter(
    "mysql_info_schema_innodb_cmpmem_relocation_time_seconds_total",
    "Seconds spent moving blocks of this size.",
    ["buffer_pool", "page_size"],
);

/// One statement and its rules.
pub(super) const TABLE: Table = Table {
    query: "SELECT page_size, buffer_pool_instance, pages_used, pages_free, relocation_ops, relocation_time \
        FROM information_schema.innodb_cmpmem",
    rules: &[
        Rule::new(
            &USED,
            &[Label::Column("buffer_pool_instance"), Label::Column("page_size")],
            "pages_used",
        ),
        Rule::new(
            &FREE,
            &[Label::Column("buffer_pool_instance"), Label::Column("page_size")],
            "pages_free",
        ),
        Rule::new(
            &RELOCATED,
            &[Label::Column("buffer_pool_instance"), Label::Column("page_size")],
            "relocation_ops",
        ),
        Rule::new(
            &RELOCATION_SECONDS,
            &[Label::Column("buffer_pool_instance"), Label::Column("page_size")],
            "relocation_time",
        )
        .of(Unit::Milliseconds),
    ],
};
