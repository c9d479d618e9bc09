//! Age of a heartbeat, from the table that `pt-heartbeat` writes.

use metrics_registry::Family;
use sqlx::AssertSqlSafe;

use super::Settings;
use crate::row::Row;
use crate::samples::Samples;
use crate::visit::{Answer, Visit, identifier};

const STORED: Family<1> = Family::gauge(
    "mysql_heartbeat_stored_timestamp_seconds",
    "Unix time of the newest heartbeat.",
    ["server_id"],
);
const NOW: Family<1> = Family::gauge(
    "mysql_heartbeat_now_timestamp_seconds",
    "Unix time of this server when the heartbeat was read.",
    ["server_id"],
);

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        let query = AssertSqlSafe(query(visit.settings));
        visit.rows(query, write).await
    })
}

fn query(settings: &Settings) -> String {
    let now = if settings.heartbeat_utc {
        "UTC_TIMESTAMP(6)"
    } else {
        "NOW(6)"
    };
    let (database, table) = (
        identifier(&settings.heartbeat_database),
        identifier(&settings.heartbeat_table),
    );
    format!("SELECT UNIX_TIMESTAMP(ts), UNIX_TIMESTAMP({now}), server_id FROM {database}.{table}")
}

fn write(row: &impl Row, samples: &mut Samples<'_>) {
    let server = row.text(2);
    for (family, column) in [(&NOW, 1), (&STORED, 0)] {
        if let Some(seconds) = row.number(column) {
            samples.sample(family, [&*server], seconds);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;

    #[test]
    fn rows_by_server() {
        expect![[r#"
            mysql_heartbeat_now_timestamp_seconds{server_id="7"} 1.4876e+09
            mysql_heartbeat_stored_timestamp_seconds{server_id="7"} 1.487598113448e+09
        "#]]
        .assert_eq(&samples(
            "ts|now|server_id",
            &["1487598113.448|1487600000|7"],
            write,
        ));
    }
}
