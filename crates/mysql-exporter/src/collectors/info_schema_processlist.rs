//! Threads by command and state, from `information_schema.processlist`, without the exporter's own.

use std::collections::BTreeMap;

use metrics_registry::Family;
use sqlx::AssertSqlSafe;

use super::Settings;
use crate::row::Row;
use crate::samples::Samples;
use crate::visit::{Answer, Visit};

const THREADS: Family<2> = Family::gauge(
    "mysql_info_schema_processlist_threads",
    "Threads, by command and state.",
    ["command", "state"],
);
const SECONDS: Family<2> = Family::gauge(
    "mysql_info_schema_processlist_seconds",
    "Seconds that threads have been in their state, by command and state.",
    ["command", "state"],
);
const BY_USER: Family<1> = Family::gauge(
    "mysql_info_schema_processlist_processes_by_user",
    "Threads, by user.",
    ["mysql_user"],
);
const BY_HOST: Family<1> = Family::gauge(
    "mysql_info_schema_processlist_processes_by_host",
    "Threads, by host.",
    ["client_host"],
);

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        let seconds_min = visit.settings.processlist_min_seconds;
        let query = format!(
            "SELECT user, SUBSTRING_INDEX(host, ':', 1) AS host, command, state, COUNT(*), SUM(time) \
             FROM information_schema.processlist WHERE id != CONNECTION_ID() AND time >= {seconds_min} \
             GROUP BY 1, 2, 3, 4"
        );
        let mut threads = Threads::default();
        visit
            .rows(AssertSqlSafe(query), |row, _| threads.add(row))
            .await?;
        threads.write(visit.settings, &mut visit.samples);
        Ok(())
    })
}

#[derive(Default)]
struct Threads {
    /// Threads and seconds by command and state.
    states: BTreeMap<(String, String), (f64, f64)>,
    users: BTreeMap<String, f64>,
    hosts: BTreeMap<String, f64>,
}

impl Threads {
    fn add(&mut self, row: &impl Row) {
        let (count, seconds) = (
            row.number(4).unwrap_or_default(),
            row.number(5).unwrap_or_default(),
        );
        let state = self
            .states
            .entry((word(&row.text(2)), word(&row.text(3))))
            .or_default();
        state.0 += count;
        state.1 += seconds;
        *self.users.entry(row.text(0).into_owned()).or_default() += count;
        let host = row.text(1);
        let host = if host.is_empty() { "unknown" } else { &host };
        *self.hosts.entry(host.to_owned()).or_default() += count;
    }

    fn write(&self, settings: &Settings, samples: &mut Samples<'_>) {
        for ((command, state), (count, seconds)) in &self.states {
            samples.sample(&THREADS, [command, state], *count);
            samples.sample(&SECONDS, [command, state], *seconds);
        }
        if settings.processes_by_user {
            for (user, count) in &self.users {
                samples.sample(&BY_USER, [user], *count);
            }
        }
        if settings.processes_by_host {
            for (host, count) in &self.hosts {
                samples.sample(&BY_HOST, [host], *count);
            }
        }
    }
}

/// A command or a state as a label: in lower case, without punctuation, `unknown` where there is none.
fn word(text: &str) -> String {
    if text.is_empty() {
        return "unknown".to_owned();
    }
    let mut word = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ';' | ',' | ':' | '.' | '(' | ')' => {}
            ' ' | '-' => word.push('_'),
            other => word.extend(other.to_lowercase()),
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;
    use crate::flags;

    #[test]
    fn threads_are_grouped() {
        let matches = flags::command().get_matches_from([
            "x",
            "--collect.info_schema.processlist.processes_by_user",
            "--collect.info_schema.processlist.processes_by_host",
        ]);
        let mut threads = Threads::default();
        let rows = [
            "app|10.0.0.1|Query|Sending data|2|7",
            "app|10.0.0.2|Query|sending data|1|1",
            "app|10.0.0.2|Sleep||3|100",
            "system user||Binlog Dump|Master has sent all binlog to slave; waiting for more updates|1|\\N",
        ];
        let _ = samples("user|host|command|state|processes|seconds", &rows, |row, _| {
            threads.add(row)
        });
        let text = samples("", &[""], |_, out| threads.write(&flags::settings(&matches), out));
        expect![[r#"
            mysql_info_schema_processlist_processes_by_host{client_host="10.0.0.1"} 2
            mysql_info_schema_processlist_processes_by_host{client_host="10.0.0.2"} 4
            mysql_info_schema_processlist_processes_by_host{client_host="unknown"} 1
            mysql_info_schema_processlist_processes_by_user{mysql_user="app"} 6
            mysql_info_schema_processlist_processes_by_user{mysql_user="system user"} 1
            mysql_info_schema_processlist_seconds{command="binlog_dump",state="master_has_sent_all_binlog_to_slave_waiting_for_more_updates"} 0
            mysql_info_schema_processlist_seconds{command="query",state="sending_data"} 8
            mysql_info_schema_processlist_seconds{command="sleep",state="unknown"} 100
            mysql_info_schema_processlist_threads{command="binlog_dump",state="master_has_sent_all_binlog_to_slave_waiting_for_more_updates"} 1
            mysql_info_schema_processlist_threads{command="query",state="sending_data"} 3
            mysql_info_schema_processlist_threads{command="sleep",state="unknown"} 3
        "#]]
        .assert_eq(&text);
    }
}
