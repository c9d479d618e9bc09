//! Replicas that are connected to this server, from `SHOW SLAVE HOSTS`, in MySQL since 8.0.22 `SHOW REPLICAS`.
//!
//! The family is really called `mysql_heartbeat_…`, in the reference too.

use std::borrow::Cow;

use metrics_registry::Family;

use crate::row::Row;
use crate::samples::Samples;
use crate::server::Server;
use crate::visit::{Answer, Visit};

const INFO: Family<5> = Family::gauge(
    "mysql_heartbeat_mysql_slave_hosts_info",
    "A replica that is connected.",
    ["master_id", "port", "server_id", "slave_host", "slave_uuid"],
);

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move { visit.rows(query(visit.server), write).await })
}

fn query(server: &Server) -> &'static str {
    if server.is_mysql_since((8, 0, 22)) {
        "SHOW REPLICAS"
    } else {
        "SHOW SLAVE HOSTS"
    }
}

fn write(row: &impl Row, samples: &mut Samples<'_>) {
    let either = |old: &str, new: &str| match row.position(old).or_else(|| row.position(new)) {
        Some(column) => row.text(column),
        None => Cow::Borrowed(""),
    };
    let values = [
        &*either("Master_id", "Source_Id"),
        &*row.text_of("Port"),
        &*row.text_of("Server_id"),
        &*row.text_of("Host"),
        &*either("Slave_UUID", "Replica_UUID"),
    ];
    samples.sample(&INFO, values, 1.0);
}

#[cfg(test)]
mod tests {
    use super::super::tests::samples;
    use super::*;

    #[test]
    fn both_brands() {
        for (names, row, expected) in [
            (
                "Server_Id|Host|Port|Source_Id|Replica_UUID",
                "380239978|pi2|3306|11|4e8f",
                "{master_id=\"11\",port=\"3306\",server_id=\"380239978\",slave_host=\"pi2\",slave_uuid=\"4e8f\"} 1\n",
            ),
            (
                "Server_id|Host|Port|Master_id",
                "2|pi2|3306|1",
                "{master_id=\"1\",port=\"3306\",server_id=\"2\",slave_host=\"pi2\",slave_uuid=\"\"} 1\n",
            ),
        ] {
            let text = samples(names, &[row], write);
            assert_eq!(text.strip_prefix(INFO.name), Some(expected));
        }
    }
}
