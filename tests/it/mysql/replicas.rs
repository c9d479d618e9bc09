//! Two replicas that report the same name.

use super::{SERVER, exporter};
use crate::exporters::scrape;
use crate::families::value;
use crate::peer;
use crate::servers::mariadb::Mariadb;

#[test]
fn two_replicas_of_one_name_do_not_cost_the_scrape() {
    let replicas = [2, 3].map(|id| Mariadb::replica_named(&SERVER, id, "twin"));
    let daemon = exporter(
        &SERVER,
        &["--collect.slave_hosts", "--collect.info_schema.processlist"],
    );
    let text = scrape(&daemon);
    assert_eq!(value(&text, "mysql_up "), Some(1.0), "{}", daemon.log());
    assert_eq!(
        value(
            &text,
            "mysql_exporter_collector_success{collector=\"collect.slave_hosts\"}"
        ),
        Some(1.0)
    );
    let twins = text.lines().filter(|line| line.contains("host=\"twin\""));
    assert_eq!(twins.count(), replicas.len(), "{text}");
    let broken: Vec<_> = peer::lint(&text)
        .into_iter()
        .filter(|line| !line.starts_with("mysql"))
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}
