//! State of a replica, from `SHOW ALL SLAVES STATUS` (MariaDB), `SHOW SLAVE STATUS` (MySQL before 8.4) or
//! `SHOW REPLICA STATUS`. There are no samples where the server is no replica.
//!
//! MySQL 8.4 renamed the columns, and with them the families that every alert asks for. They are written under both
//! names; `--no-collect.slave_status.old_names` leaves the old ones out.
//!
//! Names: `mysql_slave_status_<column>` untyped by `channel_name`, `connection_name`, `master_host`, `master_uuid`: a column that is a number or a switch, its name in lower case.

use std::borrow::Cow;

use metrics_registry::{Family, Kind};

use super::global_status::push_sanitized;
use crate::row::Row;
use crate::samples::Samples;
use crate::server::Server;
use crate::value;
use crate::visit::{Answer, Visit};

const PREFIX: &str = "mysql_slave_status_";

const GTID_IO_POSITION: Family<6> = Family::gauge(
    "mysql_slave_status_gtid_io_pos",
    "Sequence number of the newest transaction that was fetched, by replication domain; MariaDB only.",
    [
        "channel_name",
        "connection_name",
        "domain_id",
        "master_host",
        "master_uuid",
        "server_id",
    ],
);
const GTID_SLAVE_POSITION: Family<6> = Family::gauge(
    "mysql_slave_status_gtid_slave_pos",
    "Sequence number of the newest transaction that was applied, by replication domain; MariaDB only.",
    [
        "channel_name",
        "connection_name",
        "domain_id",
        "master_host",
        "master_uuid",
        "server_id",
    ],
);

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        let old_names = visit.settings.old_replica_names && !visit.server.is_mariadb;
        let mut name = String::new();
        visit
            .rows(query(visit.server), |row, samples| {
                write(row, old_names, &mut name, samples)
            })
            .await
    })
}

fn query(server: &Server) -> &'static str {
    if server.is_mariadb {
        "SHOW ALL SLAVES STATUS"
    } else if server.is_mysql_since((8, 4, 0)) {
        "SHOW REPLICA STATUS"
    } else {
        "SHOW SLAVE STATUS"
    }
}

fn write(row: &impl Row, old_names: bool, name: &mut String, samples: &mut Samples<'_>) {
    let either = |old: &str, new: &str| row.position(old).or_else(|| row.position(new));
    let text = |position: Option<usize>| position.map_or(Cow::Borrowed(""), |column| row.text(column));
    let channel = text(row.position("Channel_Name"));
    let connection = text(row.position("Connection_name"));
    let host = text(either("Master_Host", "Source_Host"));
    let uuid = text(either("Master_UUID", "Source_UUID"));
    let labels = [
        ("channel_name", &*channel),
        ("connection_name", &*connection),
        ("master_host", &*host),
        ("master_uuid", &*uuid),
    ];
    for column in 0..row.width() {
        let title = row.name(column);
        let text = row.text(column);
        let positions = match title {
            "Gtid_IO_Pos" => Some(&GTID_IO_POSITION),
            "Gtid_Slave_Pos" => Some(&GTID_SLAVE_POSITION),
            _ => None,
        };
        if let Some(family) = positions {
            for (domain, server, sequence) in transactions(&text) {
                let values = [&*channel, &*connection, domain, &*host, &*uuid, server];
                samples.sample(family, values, sequence);
            }
            continue;
        }
        let Some(value) = value::status(&text) else {
            continue;
        };
        name.clear();
        name.push_str(PREFIX);
        push_sanitized(name, title);
        let help = format_args!("Column {title} of the replica's state.");
        samples.dynamic(name, help, Kind::Untyped, &labels, value);
        if old_names && let Some(old) = old_name(name) {
            let help =
                format_args!("Column {title} of the replica's state, under its name of before MySQL 8.4.");
            samples.dynamic(&old, help, Kind::Untyped, &labels, value);
        }
    }
}

/// The name that a family had before MySQL 8.4, where it has another now.
fn old_name(name: &str) -> Option<String> {
    let column = name.strip_prefix(PREFIX)?;
    let old = match column.strip_prefix("replica_") {
        Some(rest) => format!("slave_{rest}"),
        None => column.to_owned(),
    };
    let old = old.replace("source", "master");
    (old != column).then(|| format!("{PREFIX}{old}"))
}

/// Domain, server and sequence number of each part of a MariaDB position: `0-1-100,1-2-7`.
fn transactions(position: &str) -> impl Iterator<Item = (&str, &str, f64)> {
    position.split(',').filter_map(|part| {
        let mut numbers = part.trim().split('-');
        let (domain, server, sequence) = (numbers.next()?, numbers.next()?, numbers.next()?);
        Some((domain, server, sequence.parse::<u64>().ok()? as f64))
    })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::tests::samples;
    use super::*;

    #[track_caller]
    fn check(names: &str, row: &str, old_names: bool, expect: Expect) {
        let mut name = String::new();
        expect.assert_eq(&samples(names, &[row], |row, out| {
            write(row, old_names, &mut name, out)
        }));
    }

    #[test]
    fn mariadb_10_11() {
        check(
            "Connection_name|Slave_IO_State|Master_Host|Master_Port|Slave_IO_Running|Slave_SQL_Running|Seconds_Behind_Master|Gtid_IO_Pos|Gtid_Slave_Pos|Using_Gtid",
            "north|Waiting for master to send event|db1|3306|Yes|No|\\N|0-1-100,1-2-7|0-1-99|Slave_Pos",
            false,
            expect![[r#"
                mysql_slave_status_gtid_io_pos{channel_name="",connection_name="north",domain_id="0",master_host="db1",master_uuid="",server_id="1"} 100
                mysql_slave_status_gtid_io_pos{channel_name="",connection_name="north",domain_id="1",master_host="db1",master_uuid="",server_id="2"} 7
                mysql_slave_status_gtid_slave_pos{channel_name="",connection_name="north",domain_id="0",master_host="db1",master_uuid="",server_id="1"} 99
                mysql_slave_status_master_port{channel_name="",connection_name="north",master_host="db1",master_uuid=""} 3306
                mysql_slave_status_slave_io_running{channel_name="",connection_name="north",master_host="db1",master_uuid=""} 1
                mysql_slave_status_slave_sql_running{channel_name="",connection_name="north",master_host="db1",master_uuid=""} 0
            "#]],
        );
    }

    const MYSQL_9: &str = "Replica_IO_State|Source_Host|Source_Port|Read_Source_Log_Pos|Replica_IO_Running|Seconds_Behind_Source|Replicate_Ignore_Server_Ids|Source_Server_Id|Source_UUID|Get_Source_public_key|Channel_Name";
    const ROW: &str = "Waiting|db1|3306|157|Connecting|0||1|3e11fa47|1|";

    #[test]
    fn mysql_9_under_both_names() {
        check(
            MYSQL_9,
            ROW,
            true,
            expect![[r#"
                mysql_slave_status_get_master_public_key{channel_name="",connection_name="",master_host="db1",master_uuid="3e11fa47"} 1
                mysql_slave_status_get_source_public_key{channel_name="",connection_name="",master_host="db1",master_uuid="3e11fa47"} 1
                mysql_slave_status_master_port{channel_name="",connection_name="",master_host="db1",master_uuid="3e11fa47"} 3306
                mysql_slave_status_master_server_id{channel_name="",connection_name="",master_host="db1",master_uuid="3e11fa47"} 1
                mysql_slave_status_read_master_log_pos{channel_name="",connection_name="",master_host="db1",master_uuid="3e11fa47"} 157
                mysql_slave_status_read_source_log_pos{channel_name="",connection_name="",master_host="db1",master_uuid="3e11fa47"} 157
                mysql_slave_status_replica_io_running{channel_name="",connection_name="",master_host="db1",master_uuid="3e11fa47"} 0
                mysql_slave_status_seconds_behind_master{channel_name="",connection_name="",master_host="db1",master_uuid="3e11fa47"} 0
                mysql_slave_status_seconds_behind_source{channel_name="",connection_name="",master_host="db1",master_uuid="3e11fa47"} 0
                mysql_slave_status_slave_io_running{channel_name="",connection_name="",master_host="db1",master_uuid="3e11fa47"} 0
                mysql_slave_status_source_port{channel_name="",connection_name="",master_host="db1",master_uuid="3e11fa47"} 3306
                mysql_slave_status_source_server_id{channel_name="",connection_name="",master_host="db1",master_uuid="3e11fa47"} 1
            "#]],
        );
    }

    #[test]
    fn mysql_9_under_the_new_names_alone() {
        check(
            "Replica_IO_Running|Source_Host",
            "Yes|db1",
            false,
            expect![[r#"
                mysql_slave_status_replica_io_running{channel_name="",connection_name="",master_host="db1",master_uuid=""} 1
            "#]],
        );
    }

    #[test]
    fn statements_by_server() {
        for (version, statement) in [
            ("10.11.6-MariaDB", "SHOW ALL SLAVES STATUS"),
            ("8.0.36", "SHOW SLAVE STATUS"),
            ("8.4.0", "SHOW REPLICA STATUS"),
        ] {
            assert_eq!(query(&Server::parse(version)), statement);
        }
    }
}
