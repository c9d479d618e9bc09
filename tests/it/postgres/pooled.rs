//! Through pgbouncer, which pools by transaction and refuses startup parameters that it does not know.

use super::SERVER;
use crate::exporters::{self, Holdings, scrape};
use crate::families::{families, value};
use crate::servers::pgbouncer::Pgbouncer;

#[test]
fn a_pooler_serves_what_the_server_serves() {
    let pooler = Pgbouncer::start(&SERVER);
    let daemon = exporters::ours("postgres", &[], &[("DATA_SOURCE_NAME", &pooler.uri())]);
    let direct = super::exporter(&SERVER, &[]);
    let pooled = scrape(&daemon);
    assert_eq!(value(&pooled, "pg_up "), Some(1.0), "{}", daemon.log());
    let (pooled, direct) = (families(&pooled), families(&scrape(&direct)));
    let lost: Vec<_> = direct.keys().filter(|name| !pooled.contains_key(*name)).collect();
    assert!(lost.is_empty(), "{lost:#?}\n{}", daemon.log());
    let before = Holdings::of(&daemon);
    for _ in 0..100 {
        assert_eq!(value(&scrape(&daemon), "pg_up "), Some(1.0), "{}", daemon.log());
    }
    Holdings::of(&daemon).assert_not_grown(before);
}

#[test]
fn timeouts_do_not_leak_to_other_clients_of_the_pool() {
    let pooler = Pgbouncer::start(&SERVER);
    let daemon = exporters::ours("postgres", &[], &[("DATA_SOURCE_NAME", &pooler.uri())]);
    for _ in 0..5 {
        assert_eq!(value(&scrape(&daemon), "pg_up "), Some(1.0), "{}", daemon.log());
    }
    // The pool has two connections to the server at most; a transaction each looks at what it was given.
    let direct = SERVER.sql("SHOW statement_timeout");
    for _ in 0..8 {
        assert_eq!(pooler.sql("SHOW statement_timeout"), direct);
        assert_eq!(pooler.sql("SHOW lock_timeout").trim(), "0");
    }
}
