//! The PostgreSQL exporter on PostgreSQL 13 to 18: beside the reference, and when the server is not well.

mod comparison;
mod faults;
mod grants;
mod labels;
mod pooled;
mod published;
mod replicas;
mod secrets;

use std::sync::LazyLock;

use crate::daemon::{self, Daemon};
use crate::exporters;
use crate::servers::postgres::{Follower, Postgres, Session};
use crate::servers::postgres_programs::debian_version;

/// The server of all tests that leave it as it was: Debian's.
pub static SERVER: LazyLock<Postgres> = LazyLock::new(|| Postgres::start(debian_version()));

/// Major versions that come as npm packages; Debian's own stands between them.
const OTHER_VERSIONS: [u32; 4] = [13, 16, 17, 18];

/// Our exporter on this server with these flags.
#[track_caller]
fn exporter(server: &Postgres, flags: &[&str]) -> Daemon {
    exporters::ours("postgres", flags, &[("DATA_SOURCE_NAME", &server.uri())])
}

/// What goes on at a server while it is asked.
struct Furniture {
    _sessions: [Session; 2],
    _subscriber: Follower,
}

/// Makes what collectors tell of: slots, a subscriber, an archive, an extension, an idle client, a transaction that lasts.
#[track_caller]
fn furnish(server: &Postgres) -> Furniture {
    server.sql("SELECT pg_create_physical_replication_slot('for_a_standby', true)");
    server.sql("SELECT pg_create_logical_replication_slot('for_a_subscriber', 'test_decoding')");
    let subscription = [
        "-d",
        "postgres",
        "--slot=for_a_subscriber",
        "--start",
        "--no-loop",
        "-f",
        "/dev/null",
    ];
    let subscriber = server.follow("pg_recvlogical", "subscriber", &subscription);
    if server.version >= 16 {
        server.sql("CREATE EXTENSION pg_buffercache");
    }
    server.sql("VACUUM ANALYZE");
    server.sql("SELECT pg_switch_wal()");
    for (what, query) in [
        (
            "a segment to be archived",
            "SELECT count(*) > 0 FROM pg_stat_archiver WHERE last_archived_time IS NOT NULL",
        ),
        (
            "the subscriber",
            "SELECT count(*) > 0 FROM pg_replication_slots WHERE slot_type = 'logical' AND active",
        ),
    ] {
        daemon::until(what, || (server.sql(query).trim() == "t").then_some(()));
    }
    Furniture {
        _sessions: [
            server.session("SELECT 1;"),
            server.session("BEGIN; SELECT * FROM readings;"),
        ],
        _subscriber: subscriber,
    }
}
