//! What the monitoring user must be allowed, by brand and version of the server.
//!
//! The reference's three grants are not enough on MariaDB since 10.5, where the state of a replica has a privilege of
//! its own, and more than enough elsewhere: the default collectors read no table.

use std::collections::BTreeSet;
use std::fmt;

use crate::account::{Account, Address};
use crate::collectors::{Collector, Settings};
use crate::server::Server;
use crate::visit::{identifier, quoted};

/// One privilege and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grant {
    /// On everything.
    Global(&'static str),
    /// `SELECT` on a database, `*` for all, or a table of it.
    Select(&'static str),
    /// `SELECT` on the heartbeat's table, which a flag names.
    Heartbeat,
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Global(privilege) => write!(f, "{privilege} ON *.*"),
            Self::Select(on) => write!(f, "SELECT ON {on}"),
            Self::Heartbeat => f.write_str("SELECT ON the heartbeat's table"),
        }
    }
}

/// What a collector needs beyond a login; nothing for those that need nothing.
#[must_use]
pub fn needed(collector: &str, server: &Server) -> Option<Grant> {
    let grant = match collector {
        "slave_status" if server.is_mariadb_since((10, 5, 9)) => Grant::Global("SLAVE MONITOR"),
        "slave_status" => Grant::Global("REPLICATION CLIENT"),
        "binlog_size" if server.is_mariadb_since((10, 5, 2)) => Grant::Global("BINLOG MONITOR"),
        "binlog_size" => Grant::Global("REPLICATION CLIENT"),
        "slave_hosts" if server.is_mariadb_since((10, 5, 2)) => Grant::Global("REPLICATION MASTER ADMIN"),
        "slave_hosts" => Grant::Global("REPLICATION SLAVE"),
        "engine_innodb_status"
        | "engine_tokudb_status"
        | "info_schema.clientstats"
        | "info_schema.innodb_cmp"
        | "info_schema.innodb_cmpmem"
        | "info_schema.innodb_metrics"
        | "info_schema.innodb_tablespaces"
        | "info_schema.processlist"
        | "info_schema.query_response_time"
        | "info_schema.rocksdb_perf_context"
        | "info_schema.userstats" => Grant::Global("PROCESS"),
        // Only tables that the user may see are there.
        "auto_increment.columns"
        | "info_schema.schemastats"
        | "info_schema.tables"
        | "info_schema.tablestats" => Grant::Select("*.*"),
        "mysql.user" => Grant::Select("mysql.user"),
        "heartbeat" => Grant::Heartbeat,
        "sys.user_summary" => Grant::Select("sys.*"),
        collector if collector.starts_with("perf_schema.") => Grant::Select("performance_schema.*"),
        _ => return None,
    };
    Some(grant)
}

/// The SQL that creates the monitoring user for the collectors that are on.
#[must_use]
pub fn script(
    server: &Server,
    account: &Account,
    collectors: &[&'static Collector],
    settings: &Settings,
) -> String {
    let user = match account.user.as_str() {
        "root" | "" => "exporter",
        user => user,
    };
    let host = match &account.address {
        Address::Tcp { host, .. } if !matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1") => "%",
        _ => "localhost",
    };
    let who = format!("{}@{}", quoted(user), quoted(host));
    let names = collectors.iter().map(|collector| collector.name());
    let mut grants: BTreeSet<_> = names.clone().filter_map(|name| needed(name, server)).collect();
    if names.clone().any(|name| name == "sys.user_summary") {
        // Its views read the tables below with the rights of who asks.
        grants.insert(Grant::Select("performance_schema.*"));
    }
    if grants.contains(&Grant::Select("*.*")) {
        grants.retain(|grant| !matches!(grant, Grant::Select(on) if *on != "*.*"));
    }
    let mut sql = format!(
        "-- {}\n-- for: {}\nCREATE USER IF NOT EXISTS {who} IDENTIFIED BY '<password>' WITH MAX_USER_CONNECTIONS 3;\n",
        server.text.replace('\n', " "),
        names.collect::<Vec<_>>().join(" "),
    );
    for grant in grants {
        let on = match grant {
            Grant::Heartbeat => format!(
                "SELECT ON {}.{}",
                identifier(&settings.heartbeat_database),
                identifier(&settings.heartbeat_table)
            ),
            other => other.to_string(),
        };
        sql.push_str(&format!("GRANT {on} TO {who};\n"));
    }
    sql
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::{collectors, dsn, flags};

    #[track_caller]
    fn check(version: &str, dsn: &str, names: &[&str], expect: Expect) {
        let settings = flags::settings(&flags::command().get_matches_from(["x"]));
        let chosen: Vec<_> = collectors::ALL
            .iter()
            .filter(|collector| names.contains(&collector.name()) || (names.is_empty() && collector.on))
            .collect();
        let account = dsn::parse(dsn).unwrap();
        expect.assert_eq(&script(&Server::parse(version), &account, &chosen, &settings));
    }

    #[test]
    fn the_default_collectors() {
        check(
            "10.11.6-MariaDB",
            "root@unix(/s)/",
            &[],
            expect![[r#"
                -- 10.11.6-MariaDB
                -- for: global_status global_variables info_schema.innodb_cmp info_schema.innodb_cmpmem info_schema.query_response_time slave_status
                CREATE USER IF NOT EXISTS 'exporter'@'localhost' IDENTIFIED BY '<password>' WITH MAX_USER_CONNECTIONS 3;
                GRANT PROCESS ON *.* TO 'exporter'@'localhost';
                GRANT SLAVE MONITOR ON *.* TO 'exporter'@'localhost';
            "#]],
        );
        check(
            "8.4.3",
            "mon@tcp(db:3306)/",
            &[],
            expect![[r#"
                -- 8.4.3
                -- for: global_status global_variables info_schema.innodb_cmp info_schema.innodb_cmpmem info_schema.query_response_time slave_status
                CREATE USER IF NOT EXISTS 'mon'@'%' IDENTIFIED BY '<password>' WITH MAX_USER_CONNECTIONS 3;
                GRANT PROCESS ON *.* TO 'mon'@'%';
                GRANT REPLICATION CLIENT ON *.* TO 'mon'@'%';
            "#]],
        );
    }

    #[test]
    fn tables_that_are_read() {
        check(
            "10.11.6-MariaDB",
            "u@tcp(localhost:3306)/",
            &["heartbeat", "sys.user_summary", "slave_hosts"],
            expect![[r#"
                -- 10.11.6-MariaDB
                -- for: heartbeat slave_hosts sys.user_summary
                CREATE USER IF NOT EXISTS 'u'@'localhost' IDENTIFIED BY '<password>' WITH MAX_USER_CONNECTIONS 3;
                GRANT REPLICATION MASTER ADMIN ON *.* TO 'u'@'localhost';
                GRANT SELECT ON performance_schema.* TO 'u'@'localhost';
                GRANT SELECT ON sys.* TO 'u'@'localhost';
                GRANT SELECT ON `heartbeat`.`heartbeat` TO 'u'@'localhost';
            "#]],
        );
    }
}
