use expect_test::{Expect, expect};
use metrics_registry::Exposition;

use super::*;
use crate::samples::{Extra, Seen};

/// Writes the rows of `table` as `statement` does, for a server of this version.
pub(crate) fn written(statement: &Statement, version: u32, plan: &Plan, table: &str) -> String {
    let identity = Identity {
        version: Version(version),
        ..Identity::default()
    };
    let context = Context {
        identity: &identity,
        plan,
    };
    let mut out = Exposition::default();
    let mut seen = Seen::default();
    let extra = Extra::default();
    let mut samples = Samples::new(&mut out, &mut seen, &extra);
    match (statement.write)(&context, &Table::made(table), &mut samples) {
        Ok(()) => out.to_text(),
        Err(error) => format!("{}error: {error}", out.to_text()),
    }
}

/// Without the header lines.
pub(crate) fn sample_lines(text: &str) -> String {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[track_caller]
fn check_names(compat: Compat, is_on: bool, expect: Expect) {
    let names: Vec<_> = ALL
        .iter()
        .filter(|collector| collector.is_in(compat) && collector.on == is_on)
        .map(|collector| collector.name)
        .collect();
    expect.assert_eq(&names.join(" "));
}

#[test]
fn names_are_in_order() {
    assert!(ALL.windows(2).all(|pair| pair[0].name < pair[1].name));
}

#[test]
fn collectors_of_each_contract() {
    check_names(
        Compat::V020,
        true,
        expect![
            "database locks postmaster replication replication_slots roles settings stat_activity stat_archiver stat_bgwriter stat_database stat_progress_vacuum stat_replication stat_user_tables statio_user_tables wal"
        ],
    );
    check_names(
        Compat::V020,
        false,
        expect![
            "buffercache_summary database_wraparound long_running_transactions process_idle stat_activity_autovacuum stat_checkpointer stat_statements stat_wal_receiver statio_user_indexes xlog_location"
        ],
    );
    check_names(
        Compat::V019,
        true,
        expect![
            "database locks postmaster replication replication_slot roles stat_bgwriter stat_database stat_progress_vacuum stat_user_tables statio_user_tables wal"
        ],
    );
}

#[test]
fn every_collector_has_statements() {
    let statements: usize = ALL.iter().map(|collector| collector.statements.len()).sum();
    assert!(ALL.len() < statements);
}
