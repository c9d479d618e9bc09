//! Work of MyRocks by table, from `information_schema.rocksdb_perf_context`.
//!
//! Each row is one counter, whose name is in the column `STAT_TYPE`; those not listed here are passed over.

use metrics_registry::Family;

use crate::row::Row;
use crate::samples::Samples;
use crate::visit::{Answer, Visit};

const QUERY: &str = "SELECT TABLE_SCHEMA, TABLE_NAME, IFNULL(PARTITION_NAME, ''), STAT_TYPE, VALUE \
    FROM information_schema.rocksdb_perf_context";

const USER_KEY_COMPARISON_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_user_key_comparison_count",
    "Keys compared in searches, by table and part.",
    ["part", "schema", "table"],
);
const BLOCK_CACHE_HIT_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_block_cache_hit_count",
    "Blocks found in the cache, by table and part.",
    ["part", "schema", "table"],
);
const BLOCK_READ_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_block_read_count",
    "Blocks read from disk, by table and part.",
    ["part", "schema", "table"],
);
const BLOCK_READ_BYTE: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_block_read_byte",
    "Bytes of blocks read from disk, by table and part.",
    ["part", "schema", "table"],
);
const GET_READ_BYTES: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_get_read_bytes",
    "Bytes read by Get, by table and part.",
    ["part", "schema", "table"],
);
const MULTIGET_READ_BYTES: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_multiget_read_bytes",
    "Bytes read by MultiGet, by table and part.",
    ["part", "schema", "table"],
);
const ITER_READ_BYTES: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_iter_read_bytes",
    "Bytes read by iterators, by table and part.",
    ["part", "schema", "table"],
);
const INTERNAL_KEY_SKIPPED_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_internal_key_skipped_count",
    "Keys that iterators passed over, by table and part.",
    ["part", "schema", "table"],
);
const INTERNAL_DELETE_SKIPPED_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_internal_delete_skipped_count",
    "Deleted keys that iterators passed over, by table and part.",
    ["part", "schema", "table"],
);
const INTERNAL_RECENT_SKIPPED_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_internal_recent_skipped_count",
    "Keys too new for a snapshot that iterators passed over, by table and part.",
    ["part", "schema", "table"],
);
const INTERNAL_MERGE_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_internal_merge_count",
    "Values merged by iterators, by table and part.",
    ["part", "schema", "table"],
);
const GET_FROM_MEMTABLE_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_get_from_memtable_count",
    "Gets that asked a memtable, by table and part.",
    ["part", "schema", "table"],
);
const SEEK_ON_MEMTABLE_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_seek_on_memtable_count",
    "Seeks in memtables, by table and part.",
    ["part", "schema", "table"],
);
const NEXT_ON_MEMTABLE_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_next_on_memtable_count",
    "Steps forward in memtables, by table and part.",
    ["part", "schema", "table"],
);
const PREV_ON_MEMTABLE_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_prev_on_memtable_count",
    "Steps back in memtables, by table and part.",
    ["part", "schema", "table"],
);
const SEEK_CHILD_SEEK_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_seek_child_seek_count",
    "Seeks in the parts of an iterator, by table and part.",
    ["part", "schema", "table"],
);
const BLOOM_MEMTABLE_HIT_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_bloom_memtable_hit_count",
    "Hits of memtables' bloom filters, by table and part.",
    ["part", "schema", "table"],
);
const BLOOM_MEMTABLE_MISS_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_bloom_memtable_miss_count",
    "Misses of memtables' bloom filters, by table and part.",
    ["part", "schema", "table"],
);
const BLOOM_SST_HIT_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_bloom_sst_hit_count",
    "Hits of files' bloom filters, by table and part.",
    ["part", "schema", "table"],
);
const BLOOM_SST_MISS_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_bloom_sst_miss_count",
    "Misses of files' bloom filters, by table and part.",
    ["part", "schema", "table"],
);
const KEY_LOCK_WAIT_COUNT: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_key_lock_wait_count",
    "Waits for locks of keys, by table and part.",
    ["part", "schema", "table"],
);
const IO_BYTES_WRITTEN: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_io_bytes_written",
    "Bytes written, by table and part.",
    ["part", "schema", "table"],
);
const IO_BYTES_READ: Family<3> = Family::counter(
    "mysql_info_schema_rocksdb_perf_context_io_bytes_read",
    "Bytes read, by table and part.",
    ["part", "schema", "table"],
);

/// By `STAT_TYPE`.
const COUNTERS: [(&str, &Family<3>); 23] = [
    ("USER_KEY_COMPARISON_COUNT", &USER_KEY_COMPARISON_COUNT),
    ("BLOCK_CACHE_HIT_COUNT", &BLOCK_CACHE_HIT_COUNT),
    ("BLOCK_READ_COUNT", &BLOCK_READ_COUNT),
    ("BLOCK_READ_BYTE", &BLOCK_READ_BYTE),
    ("GET_READ_BYTES", &GET_READ_BYTES),
    ("MULTIGET_READ_BYTES", &MULTIGET_READ_BYTES),
    ("ITER_READ_BYTES", &ITER_READ_BYTES),
    ("INTERNAL_KEY_SKIPPED_COUNT", &INTERNAL_KEY_SKIPPED_COUNT),
    ("INTERNAL_DELETE_SKIPPED_COUNT", &INTERNAL_DELETE_SKIPPED_COUNT),
    ("INTERNAL_RECENT_SKIPPED_COUNT", &INTERNAL_RECENT_SKIPPED_COUNT),
    ("INTERNAL_MERGE_COUNT", &INTERNAL_MERGE_COUNT),
    ("GET_FROM_MEMTABLE_COUNT", &GET_FROM_MEMTABLE_COUNT),
    ("SEEK_ON_MEMTABLE_COUNT", &SEEK_ON_MEMTABLE_COUNT),
    ("NEXT_ON_MEMTABLE_COUNT", &NEXT_ON_MEMTABLE_COUNT),
    ("PREV_ON_MEMTABLE_COUNT", &PREV_ON_MEMTABLE_COUNT),
    ("SEEK_CHILD_SEEK_COUNT", &SEEK_CHILD_SEEK_COUNT),
    ("BLOOM_MEMTABLE_HIT_COUNT", &BLOOM_MEMTABLE_HIT_COUNT),
    ("BLOOM_MEMTABLE_MISS_COUNT", &BLOOM_MEMTABLE_MISS_COUNT),
    ("BLOOM_SST_HIT_COUNT", &BLOOM_SST_HIT_COUNT),
    ("BLOOM_SST_MISS_COUNT", &BLOOM_SST_MISS_COUNT),
    ("KEY_LOCK_WAIT_COUNT", &KEY_LOCK_WAIT_COUNT),
    ("IO_BYTES_WRITTEN", &IO_BYTES_WRITTEN),
    ("IO_BYTES_READ", &IO_BYTES_READ),
];

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move { visit.rows(QUERY, write).await })
}

fn write(row: &impl Row, samples: &mut Samples<'_>) {
    let kind = row.text(3);
    let family = COUNTERS.iter().find(|(name, _)| *name == kind);
    if let (Some((_, family)), Some(value)) = (family, row.number(4)) {
        let (schema, table, part) = (row.text(0), row.text(1), row.text(2));
        samples.sample(family, [&*part, &*schema, &*table], value);
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;

    #[test]
    fn rows_by_their_type() {
        let rows = [
            "shop|a|p0|IO_BYTES_READ|4096",
            "shop|a||BLOCK_READ_COUNT|2",
            "shop|a||NEW_COUNT|1",
        ];
        expect![[r#"
            mysql_info_schema_rocksdb_perf_context_block_read_count{part="",schema="shop",table="a"} 2
            mysql_info_schema_rocksdb_perf_context_io_bytes_read{part="p0",schema="shop",table="a"} 4096
        "#]]
        .assert_eq(&samples(
            "TABLE_SCHEMA|TABLE_NAME|PARTITION_NAME|STAT_TYPE|VALUE",
            &rows,
            write,
        ));
    }
}
