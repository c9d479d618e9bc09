//! The collectors, in the order of their names.
//!
//! A collector is data: statements, and how the rows of each become samples. What runs them is [`crate::server`].

pub(crate) mod buffercache_summary;
pub(crate) mod database;
pub(crate) mod database_conflicts;
pub(crate) mod database_wraparound;
pub(crate) mod locks;
pub(crate) mod long_running_transactions;
pub(crate) mod postmaster;
pub(crate) mod process_idle;
pub(crate) mod replication;
pub(crate) mod replication_slots;
pub(crate) mod roles;
pub(crate) mod rows;
pub(crate) mod settings;
pub(crate) mod stat_activity;
pub(crate) mod stat_activity_autovacuum;
pub(crate) mod stat_archiver;
pub(crate) mod stat_bgwriter;
pub(crate) mod stat_checkpointer;
pub(crate) mod stat_database;
pub(crate) mod stat_progress_vacuum;
pub(crate) mod stat_replication;
pub(crate) mod stat_statements;
pub(crate) mod stat_user_tables;
pub(crate) mod stat_wal_receiver;
pub(crate) mod static_version;
pub(crate) mod statio_user_indexes;
pub(crate) mod statio_user_tables;
pub(crate) mod wal;
pub(crate) mod xlog_location;

use std::borrow::Cow;

use clap::Arg;

use crate::plan::{Compat, Plan};
use crate::samples::Samples;
use crate::session::Identity;
use crate::table::Table;
use crate::{Error, Version};

/// What a statement may depend on.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The server that is asked.
    pub identity: &'a Identity,
    /// What the command line says.
    pub plan: &'a Plan,
}

impl Context<'_> {
    /// Whether the server is at least of this major version.
    #[must_use]
    pub fn is_from(&self, major: u32) -> bool {
        Version::major(major) <= self.identity.version
    }
}

/// A statement; `None` where this server has nothing of it.
pub type Sql = Option<Cow<'static, str>>;

/// One statement and what becomes of its rows.
#[derive(Clone, Copy)]
pub struct Statement {
    /// The text for this server.
    pub sql: fn(&Context<'_>) -> Sql,
    /// Writes the rows.
    pub write: fn(&Context<'_>, &Table, &mut Samples<'_>) -> Result<(), Error>,
}

/// Where a collector stands in the contract of version 0.19.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum In019 {
    /// The same collector.
    Same,
    /// A part of the default metrics: always on, with the label `server`, and no family that tells its success.
    DefaultMetrics,
    /// Only there.
    Only,
}

/// One source of numbers and how it is switched.
#[derive(Clone, Copy)]
pub struct Collector {
    /// As in `--collector.NAME` and the label `collector`.
    pub name: &'static str,
    /// Whether it runs without being asked for.
    pub on: bool,
    /// What it reads, for `--help`.
    pub help: &'static str,
    /// Flags of its own, `--collector.NAME.…`.
    pub flags: fn() -> Vec<Arg>,
    /// Where it stands in the older contract.
    pub in_019: In019,
    /// Whether its rows belong to one database, and are asked for in each with `--auto-discover-databases`.
    pub per_database: bool,
    /// What it asks, in this order.
    pub statements: &'static [Statement],
}

impl Collector {
    const fn on(name: &'static str, help: &'static str, statements: &'static [Statement]) -> Self {
        Self {
            name,
            on: true,
            help,
            flags: Vec::new,
            in_019: In019::Same,
            per_database: false,
            statements,
        }
    }

    const fn off(name: &'static str, help: &'static str, statements: &'static [Statement]) -> Self {
        Self {
            on: false,
            ..Self::on(name, help, statements)
        }
    }

    const fn default_metrics_in_019(self) -> Self {
        Self {
            in_019: In019::DefaultMetrics,
            ..self
        }
    }

    const fn per_database(self) -> Self {
        Self {
            per_database: true,
            ..self
        }
    }

    /// Whether the contract has it as a collector of its own.
    #[must_use]
    pub fn is_in(&self, compat: Compat) -> bool {
        match compat {
            Compat::V019 => self.in_019 != In019::DefaultMetrics,
            Compat::V020 => self.in_019 != In019::Only,
        }
    }
}

/// Every collector.
pub const ALL: &[Collector] = &[
    Collector::off(
        "buffercache_summary",
        "what fills the shared buffers, from the extension pg_buffercache (16+)",
        buffercache_summary::STATEMENTS,
    ),
    Collector::on(
        "database",
        "sizes and connection limits of databases",
        database::STATEMENTS,
    ),
    Collector::off(
        "database_wraparound",
        "how far each database is from a wraparound of transaction numbers",
        database_wraparound::STATEMENTS,
    ),
    Collector::on("locks", "locks by database and mode", locks::STATEMENTS),
    Collector::off(
        "long_running_transactions",
        "number and age of open transactions",
        long_running_transactions::STATEMENTS,
    ),
    Collector::on(
        "postmaster",
        "when the server was started",
        postmaster::STATEMENTS,
    ),
    Collector::off(
        "process_idle",
        "how long idle sessions have been idle",
        process_idle::STATEMENTS,
    ),
    Collector::on(
        "replication",
        "how far a standby is behind",
        replication::STATEMENTS,
    ),
    Collector {
        in_019: In019::Only,
        ..Collector::on(
            "replication_slot",
            "replication slots under their names of 0.19 (only with --metrics.compat=0.19)",
            replication_slots::STATEMENTS_OF_019,
        )
    },
    Collector::on(
        "replication_slots",
        "replication slots and the WAL that they hold back",
        replication_slots::STATEMENTS,
    )
    .default_metrics_in_019(),
    Collector::on("roles", "connection limits of roles", roles::STATEMENTS),
    Collector::on("settings", "settings that are numbers", settings::STATEMENTS).default_metrics_in_019(),
    Collector::on(
        "stat_activity",
        "sessions by database, state, user, application and what they wait for",
        stat_activity::STATEMENTS,
    )
    .default_metrics_in_019(),
    Collector::off(
        "stat_activity_autovacuum",
        "running autovacuums",
        stat_activity_autovacuum::STATEMENTS,
    ),
    Collector::on("stat_archiver", "archived WAL files", stat_archiver::STATEMENTS).default_metrics_in_019(),
    Collector::on(
        "stat_bgwriter",
        "background writer and checkpoints",
        stat_bgwriter::STATEMENTS,
    ),
    Collector::off(
        "stat_checkpointer",
        "checkpoints (17+)",
        stat_checkpointer::STATEMENTS,
    ),
    Collector::on(
        "stat_database",
        "transactions, rows and blocks by database",
        stat_database::STATEMENTS,
    ),
    Collector::on(
        "stat_progress_vacuum",
        "progress of running vacuums",
        stat_progress_vacuum::STATEMENTS,
    ),
    Collector::on(
        "stat_replication",
        "standbys of this server and how far they are behind",
        stat_replication::STATEMENTS,
    )
    .default_metrics_in_019(),
    Collector {
        flags: stat_statements::flags,
        ..Collector::off(
            "stat_statements",
            "statements by time, from the extension pg_stat_statements",
            stat_statements::STATEMENTS,
        )
    },
    Collector::on(
        "stat_user_tables",
        "rows, scans, vacuums and sizes of tables",
        stat_user_tables::STATEMENTS,
    )
    .per_database(),
    Collector::off(
        "stat_wal_receiver",
        "what a standby receives",
        stat_wal_receiver::STATEMENTS,
    ),
    Collector::off(
        "statio_user_indexes",
        "blocks of indexes read and hit",
        statio_user_indexes::STATEMENTS,
    ),
    Collector::on(
        "statio_user_tables",
        "blocks of tables read and hit",
        statio_user_tables::STATEMENTS,
    )
    .per_database(),
    Collector::on("wal", "segments and size of the WAL", wal::STATEMENTS),
    Collector::off(
        "xlog_location",
        "position in the transaction log (before 10)",
        xlog_location::STATEMENTS,
    ),
];

/// What has no collector in either contract: asked with the default metrics, with the label `server`.
pub const DEFAULT_METRICS: (&str, &[Statement]) = ("stat_database_conflicts", database_conflicts::STATEMENTS);

#[cfg(test)]
pub(crate) mod tests;
