//! Counters of the server, from `SHOW GLOBAL STATUS`.
//!
//! Rows are sorted by the front of their name into families with a label; all others become an untyped family of their
//! own. Rows that are no number vanish, as in the reference.
//!
//! Names: `mysql_global_status_<variable>` untyped: every other row that is a number or a switch, its name in lower case.

use metrics_registry::{Family, Kind};

use crate::row::Row;
use crate::samples::Samples;
use crate::value;
use crate::variables::Variables;
use crate::visit::{Answer, Visit};

const PREFIX: &str = "mysql_global_status_";

const COMMANDS: Family<1> = Family::counter(
    "mysql_global_status_commands_total",
    "Statements that were run, by kind (Com_*).",
    ["command"],
);
const HANDLERS: Family<1> = Family::counter(
    "mysql_global_status_handlers_total",
    "Requests to storage engines, by kind (Handler_*).",
    ["handler"],
);
const CONNECTION_ERRORS: Family<1> = Family::counter(
    "mysql_global_status_connection_errors_total",
    "Connections that failed, by reason (Connection_errors_*).",
    ["error"],
);
const BUFFER_POOL_PAGES: Family<1> = Family::gauge(
    "mysql_global_status_buffer_pool_pages",
    "Pages of InnoDB's buffer pool, by state.",
    ["state"],
);
const BUFFER_POOL_DIRTY_PAGES: Family<0> = Family::gauge(
    "mysql_global_status_buffer_pool_dirty_pages",
    "Pages of InnoDB's buffer pool that are not written yet.",
    [],
);
const BUFFER_POOL_PAGE_CHANGES: Family<1> = Family::counter(
    "mysql_global_status_buffer_pool_page_changes_total",
    "Changes of the state of pages of InnoDB's buffer pool.",
    ["operation"],
);
const ROW_OPERATIONS: Family<1> = Family::counter(
    "mysql_global_status_innodb_row_ops_total",
    "Operations on rows of InnoDB, by kind; MariaDB since 10.6 does not count them.",
    ["operation"],
);
const LOST: Family<1> = Family::counter(
    "mysql_global_status_performance_schema_lost_total",
    "Instruments of the performance schema that found no room.",
    ["instrumentation"],
);
const GALERA_STATUS: Family<3> = Family::gauge(
    "mysql_galera_status_info",
    "State of this node of a Galera cluster.",
    [
        "wsrep_cluster_state_uuid",
        "wsrep_local_state_uuid",
        "wsrep_provider_version",
    ],
);
const LATENCY_MIN: Family<0> = Family::gauge(
    "mysql_galera_evs_repl_latency_min_seconds",
    "Shortest time in seconds for a message through the Galera group.",
    [],
);
const LATENCY_AVG: Family<0> = Family::gauge(
    "mysql_galera_evs_repl_latency_avg_seconds",
    "Mean time in seconds for a message through the Galera group.",
    [],
);
const LATENCY_MAX: Family<0> = Family::gauge(
    "mysql_galera_evs_repl_latency_max_seconds",
    "Longest time in seconds for a message through the Galera group.",
    [],
);
const LATENCY_STDEV: Family<0> = Family::gauge(
    "mysql_galera_evs_repl_latency_stdev",
    "Standard deviation in seconds of the time for a message through the Galera group.",
    [],
);
const LATENCY_SAMPLES: Family<0> = Family::gauge(
    "mysql_galera_evs_repl_latency_sample_size",
    "Messages that the Galera group's latency was measured with.",
    [],
);

/// In the order in which `wsrep_evs_repl_latency` has them, between slashes.
const LATENCIES: [&Family<0>; 5] = [
    &LATENCY_MIN,
    &LATENCY_AVG,
    &LATENCY_MAX,
    &LATENCY_STDEV,
    &LATENCY_SAMPLES,
];

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        let (mut name, mut galera) = (String::new(), Galera::default());
        visit
            .variables(Variables::Status, |row, samples| {
                write(row, &mut name, &mut galera, samples)
            })
            .await?;
        galera.write(&mut visit.samples);
        Ok(())
    })
}

/// What a cluster says of itself in words.
#[derive(Default)]
struct Galera {
    local_state_uuid: String,
    cluster_state_uuid: String,
    provider_version: String,
    latency: String,
}

impl Galera {
    fn note(&mut self, key: &str, text: &str) {
        let field = match key {
            "wsrep_local_state_uuid" => &mut self.local_state_uuid,
            "wsrep_cluster_state_uuid" => &mut self.cluster_state_uuid,
            "wsrep_provider_version" => &mut self.provider_version,
            "wsrep_evs_repl_latency" => &mut self.latency,
            _ => return,
        };
        text.clone_into(field);
    }

    fn write(&self, samples: &mut Samples<'_>) {
        if !self.local_state_uuid.is_empty() {
            let values = [
                &self.cluster_state_uuid,
                &self.local_state_uuid,
                &self.provider_version,
            ];
            samples.sample(&GALERA_STATUS, values.map(String::as_str), 1.0);
        }
        let parts: Vec<_> = self.latency.split('/').map(value::number).collect();
        if parts.len() == LATENCIES.len() {
            for (family, part) in std::iter::zip(LATENCIES, parts) {
                if let Some(value) = part {
                    samples.sample(family, [], value);
                }
            }
        }
    }
}

fn write(row: &impl Row, name: &mut String, galera: &mut Galera, samples: &mut Samples<'_>) {
    name.clear();
    name.push_str(PREFIX);
    push_sanitized(name, &row.text(0));
    let key = name.get(PREFIX.len()..).unwrap_or_default();
    let value = match row.status(1) {
        Ok(value) => value,
        Err(text) => return galera.note(key, &text),
    };
    if let Some(command) = key.strip_prefix("com_") {
        samples.sample(&COMMANDS, [command], value);
    } else if let Some(handler) = key.strip_prefix("handler_") {
        samples.sample(&HANDLERS, [handler], value);
    } else if let Some(error) = key.strip_prefix("connection_errors_") {
        samples.sample(&CONNECTION_ERRORS, [error], value);
    } else if let Some(state) = key.strip_prefix("innodb_buffer_pool_pages_") {
        match state {
            "data" | "free" | "misc" | "old" => samples.sample(&BUFFER_POOL_PAGES, [state], value),
            "dirty" => samples.sample(&BUFFER_POOL_DIRTY_PAGES, [], value),
            // The sum of the others.
            "total" => {}
            operation => samples.sample(&BUFFER_POOL_PAGE_CHANGES, [operation], value),
        }
    } else if let Some(operation) = key.strip_prefix("innodb_rows_") {
        samples.sample(&ROW_OPERATIONS, [operation], value);
    } else if let Some(instrumentation) = key.strip_prefix("performance_schema_") {
        samples.sample(&LOST, [instrumentation], value);
    } else {
        let help = format_args!("Status variable {key}.");
        samples.dynamic(name, help, Kind::Untyped, &[], value);
    }
}

/// Appends a name in lower case, with `_` for what a metric's name cannot hold.
pub(super) fn push_sanitized(name: &mut String, text: &str) {
    let start = name.len();
    name.push_str(text);
    if let Some(added) = name.get_mut(start..) {
        added.make_ascii_lowercase();
    }
    let is_legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    // Without a way out of the loop, many bytes are looked at at once.
    if !text.bytes().fold(true, |legal, byte| legal & is_legal(byte)) {
        let legal = |character: char| match character {
            'a'..='z' | '0'..='9' | '_' => character,
            _ => '_',
        };
        let added = name.split_off(start);
        name.extend(added.chars().map(legal));
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::tests::samples;
    use super::*;

    #[track_caller]
    fn check(rows: &[&str], expect: Expect) {
        let (mut name, mut galera) = (String::new(), Galera::default());
        let mut text = samples("Variable_name|Value", rows, |row, out| {
            write(row, &mut name, &mut galera, out)
        });
        text += &samples("", &[""], |_, out| galera.write(out));
        expect.assert_eq(&text);
    }

    #[test]
    fn families_by_the_front_of_the_name() {
        check(
            &[
                "Com_select|1500000",
                "Com_stmt_execute|2",
                "Connection_errors_max_connections|3",
                "Handler_read_rnd_next|4",
                "Innodb_buffer_pool_pages_data|5",
                "Innodb_buffer_pool_pages_dirty|6",
                "Innodb_buffer_pool_pages_flushed|7",
                "Innodb_buffer_pool_pages_total|8",
                "Innodb_rows_read|9",
                "Performance_schema_mutex_instances_lost|10",
                "Threads_running|11",
                "Ssl_server_not_after|Jan  9 08:30:00 2030 GMT",
                "Rsa_public_key|-----BEGIN",
                "Tls_library_version|OpenSSL 3.0.2",
                "Mysqlx_ssl-ctx|1",
            ],
            expect![[r#"
                mysql_global_status_buffer_pool_dirty_pages 6
                mysql_global_status_buffer_pool_page_changes_total{operation="flushed"} 7
                mysql_global_status_buffer_pool_pages{state="data"} 5
                mysql_global_status_commands_total{command="select"} 1.5e+06
                mysql_global_status_commands_total{command="stmt_execute"} 2
                mysql_global_status_connection_errors_total{error="max_connections"} 3
                mysql_global_status_handlers_total{handler="read_rnd_next"} 4
                mysql_global_status_innodb_row_ops_total{operation="read"} 9
                mysql_global_status_mysqlx_ssl_ctx 1
                mysql_global_status_performance_schema_lost_total{instrumentation="mutex_instances_lost"} 10
                mysql_global_status_ssl_server_not_after 1.8941778e+09
                mysql_global_status_threads_running 11
            "#]],
        );
    }

    #[test]
    fn a_galera_cluster() {
        check(
            &[
                "wsrep_local_state_uuid|d75349c6",
                "wsrep_cluster_state_uuid|c09d5a38",
                "wsrep_provider_version|26.4.16(r)",
                "wsrep_cluster_status|Primary",
                "wsrep_evs_repl_latency|0.000228/0.000544/0.001121/0.000202/15",
            ],
            expect![[r#"
                mysql_global_status_wsrep_cluster_status 1
                mysql_galera_evs_repl_latency_avg_seconds 0.000544
                mysql_galera_evs_repl_latency_max_seconds 0.001121
                mysql_galera_evs_repl_latency_min_seconds 0.000228
                mysql_galera_evs_repl_latency_sample_size 15
                mysql_galera_evs_repl_latency_stdev 0.000202
                mysql_galera_status_info{wsrep_cluster_state_uuid="c09d5a38",wsrep_local_state_uuid="d75349c6",wsrep_provider_version="26.4.16(r)"} 1
            "#]],
        );
    }
}
