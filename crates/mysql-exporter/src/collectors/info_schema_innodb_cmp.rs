//! Compressed pages of InnoDB by page size, from `information_schema.innodb_cmp`.

use metrics_registry::Family;

use crate::rules::{Label, Rule, Table};

const COMPRESSED: Family<1> = Family::counter(
    "mysql_info_schema_innodb_cmp_compress_ops_total",
    "Pages that were compressed, or tried to be.",
    ["page_size"],
);
const COMPRESSED_WELL: Family<1> = Family::counter(
    "mysql_info_schema_innodb_cmp_compress_ops_ok_total",
    "Pages that were compressed and fitted.",
    ["page_size"],
);
const COMPRESS_SECONDS: Family<1> = Family::counter(
    "mysql_info_schema_innodb_cmp_compress_time_seconds_total",
    "Seconds spent compressing pages.",
    ["page_size"],
);
const UNCOMPRESSED: Family<1> = Family::counter(
    "mysql_info_schema_innodb_cmp_uncompress_ops_total",
    "Pages that were uncompressed.",
    ["page_size"],
);
const UNCOMPRESS_SECONDS: Family<1> = Family::counter(
    "mysql_info_schema_innodb_cmp_uncompress_time_seconds_total",
    "Seconds spent uncompressing pages.",
    ["page_size"],
);

/// One statement and its rules.
pub(super) const TABLE: Table = Table {
    query: "SELECT page_size, compress_ops, compress_ops_ok, compress_time, uncompress_ops, uncompress_time \
        FROM information_schema.innodb_cmp",
    rules: &[
        Rule::new(&COMPRESSED, &[Label::Column("page_size")], "compress_ops"),
        Rule::new(&COMPRESSED_WELL, &[Label::Column("page_size")], "compress_ops_ok"),
        Rule::new(&COMPRESS_SECONDS, &[Label::Column("page_size")], "compress_time"),
        Rule::new(&UNCOMPRESSED, &[Label::Column("page_size")], "uncompress_ops"),
        Rule::new(
            &UNCOMPRESS_SECONDS,
            &[Label::Column("page_size")],
            "uncompress_time",
        ),
    ],
};
