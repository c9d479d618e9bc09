//! InnoDB's own counters, from `information_schema.innodb_metrics`: those that are enabled there.
//!
//! Names: `mysql_info_schema_innodb_metrics_<subsystem>_<name>` gauge: a value that is enabled there.
//! Names: `mysql_info_schema_innodb_metrics_<subsystem>_<name>_total` counter: a counter that is enabled there and not negative.

use metrics_registry::{Family, Kind};

use crate::row::Row;
use crate::samples::Samples;
use crate::server::Server;
use crate::visit::{Answer, Visit};

const PREFIX: &str = "mysql_info_schema_innodb_metrics_";

const PAGES_READ: Family<1> = Family::counter(
    "mysql_info_schema_innodb_metrics_buffer_page_read_total",
    "Pages read, by type.",
    ["type"],
);
const PAGES_WRITTEN: Family<1> = Family::counter(
    "mysql_info_schema_innodb_metrics_buffer_page_written_total",
    "Pages written, by type.",
    ["type"],
);
const POOL_PAGES: Family<1> = Family::gauge(
    "mysql_info_schema_innodb_metrics_buffer_pool_pages",
    "Pages of the buffer pool, by state.",
    ["state"],
);
const POOL_DIRTY_PAGES: Family<0> = Family::gauge(
    "mysql_info_schema_innodb_metrics_buffer_pool_dirty_pages",
    "Pages of the buffer pool that are not written yet.",
    [],
);

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move { visit.rows(query(visit.server), write).await })
}

fn query(server: &Server) -> &'static str {
    if server.is_mariadb_since((10, 5, 0)) {
        "SELECT name, subsystem, type, comment, count FROM information_schema.innodb_metrics WHERE enabled = 1"
    } else {
        "SELECT name, subsystem, type, comment, count FROM information_schema.innodb_metrics WHERE status = 'enabled'"
    }
}

fn write(row: &impl Row, samples: &mut Samples<'_>) {
    let Some(value) = row.number(4) else {
        return;
    };
    let (name, subsystem) = (row.text(0), row.text(1));
    if subsystem == "buffer_page_io" {
        if let Some(kind) = name.strip_prefix("buffer_page_read_") {
            samples.sample(&PAGES_READ, [kind], value);
        } else if let Some(kind) = name.strip_prefix("buffer_page_written_") {
            samples.sample(&PAGES_WRITTEN, [kind], value);
        }
        return;
    }
    if subsystem == "buffer"
        && let Some(state) = name.strip_prefix("buffer_pool_pages_")
    {
        match state {
            // The sum of the others.
            "total" => {}
            "dirty" => samples.sample(&POOL_DIRTY_PAGES, [], value),
            state => samples.sample(&POOL_PAGES, [state], value),
        }
        return;
    }
    // A counter below zero is one that went over its end (MySQL bug 75966).
    let (kind, suffix) = match &*row.text(2) {
        "counter" | "status_counter" if 0.0 <= value => (Kind::Counter, "_total"),
        _ => (Kind::Gauge, ""),
    };
    let family = [PREFIX, &subsystem, "_", &name, suffix].concat();
    let family = family.replace(
        |character: char| !character.is_ascii_alphanumeric() && character != '_',
        "_",
    );
    samples.dynamic(&family, format_args!("{}", row.text(3)), kind, &[], value);
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::text;
    use super::*;

    #[test]
    fn families_by_subsystem_and_type() {
        let rows = [
            "lock_timeouts|lock|counter|Number of lock timeouts|0",
            "buffer_pool_reads|buffer|status_counter|Reads|1",
            "buffer_pool_size|server|value|Size|2",
            "buffer_page_read_system_page|buffer_page_io|counter|Read|3",
            "buffer_page_written_undo_log|buffer_page_io|counter|Written|4",
            "buffer_pool_pages_dirty|buffer|gauge|Dirty|5",
            "buffer_pool_pages_data|buffer|gauge|Data|6",
            "buffer_pool_pages_total|buffer|gauge|Total|7",
            "NOPE|buffer_page_io|counter|Invalid|8",
            "log_lsn|recovery|counter|Wrapped|-9",
        ];
        expect![[r#"
            # HELP mysql_info_schema_innodb_metrics_buffer_buffer_pool_reads_total Reads
            # TYPE mysql_info_schema_innodb_metrics_buffer_buffer_pool_reads_total counter
            mysql_info_schema_innodb_metrics_buffer_buffer_pool_reads_total 1
            # HELP mysql_info_schema_innodb_metrics_buffer_page_read_total Pages read, by type.
            # TYPE mysql_info_schema_innodb_metrics_buffer_page_read_total counter
            mysql_info_schema_innodb_metrics_buffer_page_read_total{type="system_page"} 3
            # HELP mysql_info_schema_innodb_metrics_buffer_page_written_total Pages written, by type.
            # TYPE mysql_info_schema_innodb_metrics_buffer_page_written_total counter
            mysql_info_schema_innodb_metrics_buffer_page_written_total{type="undo_log"} 4
            # HELP mysql_info_schema_innodb_metrics_buffer_pool_dirty_pages Pages of the buffer pool that are not written yet.
            # TYPE mysql_info_schema_innodb_metrics_buffer_pool_dirty_pages gauge
            mysql_info_schema_innodb_metrics_buffer_pool_dirty_pages 5
            # HELP mysql_info_schema_innodb_metrics_buffer_pool_pages Pages of the buffer pool, by state.
            # TYPE mysql_info_schema_innodb_metrics_buffer_pool_pages gauge
            mysql_info_schema_innodb_metrics_buffer_pool_pages{state="data"} 6
            # HELP mysql_info_schema_innodb_metrics_lock_lock_timeouts_total Number of lock timeouts
            # TYPE mysql_info_schema_innodb_metrics_lock_lock_timeouts_total counter
            mysql_info_schema_innodb_metrics_lock_lock_timeouts_total 0
            # HELP mysql_info_schema_innodb_metrics_recovery_log_lsn Wrapped
            # TYPE mysql_info_schema_innodb_metrics_recovery_log_lsn gauge
            mysql_info_schema_innodb_metrics_recovery_log_lsn -9
            # HELP mysql_info_schema_innodb_metrics_server_buffer_pool_size Size
            # TYPE mysql_info_schema_innodb_metrics_server_buffer_pool_size gauge
            mysql_info_schema_innodb_metrics_server_buffer_pool_size 2
        "#]]
        .assert_eq(&text("name|subsystem|type|comment|count", &rows, write));
    }
}
