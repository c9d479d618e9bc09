//! Replication slots and the WAL that they hold back, from `pg_replication_slots`; empty without slots.
//!
//! 0.19 knows the second half as `pg_replication_slot_…`, and the first half as a part of its default metrics.

use metrics_registry::{Family, Kind};

use super::{Context, Sql, Statement};
use crate::Error;
use crate::plan::Compat;
use crate::samples::Samples;
use crate::table::Table;

const ACTIVE: Family<2> = Family::gauge(
    "pg_replication_slots_active",
    "Whether the slot is in use.",
    ["database", "slot_name"],
);
const WAL_LSN_DIFF: Family<2> = Family::gauge(
    "pg_replication_slots_pg_wal_lsn_diff",
    "Bytes of WAL that the slot holds back.",
    ["database", "slot_name"],
);
const XLOG_LOCATION_DIFF: Family<2> = Family::untyped(
    "pg_replication_slots_pg_xlog_location_diff",
    "Bytes of WAL that the slot holds back, before 10.",
    ["database", "slot_name"],
);

/// The families that changed their names with 0.20.
struct Slot {
    current: Family<2>,
    confirmed: Family<2>,
    is_active: Family<2>,
    safe: Family<2>,
    status: Family<3>,
}

const SLOT_OF_020: Slot = Slot {
    current: Family::gauge(
        "pg_replication_slots_slot_current_wal_lsn",
        "Position of the WAL.",
        ["slot_name", "slot_type"],
    ),
    confirmed: Family::gauge(
        "pg_replication_slots_slot_confirmed_flush_lsn",
        "Position up to which the reader of the slot has confirmed; only of slots in use.",
        ["slot_name", "slot_type"],
    ),
    is_active: Family::gauge(
        "pg_replication_slots_slot_is_active",
        "Whether the slot is in use.",
        ["slot_name", "slot_type"],
    ),
    safe: Family::gauge(
        "pg_replication_slots_safe_wal_size_bytes",
        "WAL that may be written before the slot is in danger of being lost.",
        ["slot_name", "slot_type"],
    ),
    status: Family::gauge(
        "pg_replication_slots_wal_status",
        "Always 1; the label tells whether the WAL that the slot needs is still there.",
        ["slot_name", "slot_type", "wal_status"],
    ),
};

const SLOT_OF_019: Slot = Slot {
    current: Family::gauge(
        "pg_replication_slot_slot_current_wal_lsn",
        "Position of the WAL.",
        ["slot_name", "slot_type"],
    ),
    confirmed: Family::gauge(
        "pg_replication_slot_slot_confirmed_flush_lsn",
        "Position up to which the reader of the slot has confirmed; only of slots in use.",
        ["slot_name", "slot_type"],
    ),
    is_active: Family::gauge(
        "pg_replication_slot_slot_is_active",
        "Whether the slot is in use.",
        ["slot_name", "slot_type"],
    ),
    safe: Family::gauge(
        "pg_replication_slot_safe_wal_size_bytes",
        "WAL that may be written before the slot is in danger of being lost.",
        ["slot_name", "slot_type"],
    ),
    status: Family::gauge(
        "pg_replication_slot_wal_status",
        "Always 1; the label tells whether the WAL that the slot needs is still there.",
        ["slot_name", "slot_type", "wal_status"],
    ),
};

pub(super) const STATEMENTS: &[Statement] = &[
    Statement {
        sql: held_back_sql,
        write: held_back,
    },
    Statement {
        // In the older contract a collector of its own.
        sql: |context| match context.plan.compat {
            Compat::V019 => None,
            Compat::V020 => slot_sql(context),
        },
        write: |_, table, samples| slot(&SLOT_OF_020, table, samples),
    },
];

pub(super) const STATEMENTS_OF_019: &[Statement] = &[Statement {
    sql: slot_sql,
    write: |_, table, samples| slot(&SLOT_OF_019, table, samples),
}];

fn held_back_sql(context: &Context<'_>) -> Sql {
    let newest = match (context.is_from(10), context.identity.is_standby) {
        (true, false) => "pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)",
        (true, true) => "pg_wal_lsn_diff(pg_last_wal_receive_lsn(), restart_lsn)",
        (false, false) => "pg_xlog_location_diff(pg_current_xlog_location(), restart_lsn)",
        (false, true) => "pg_xlog_location_diff(pg_last_xlog_receive_location(), restart_lsn)",
    };
    Some(
        format!("SELECT database, slot_name, active, {newest} FROM pg_replication_slots ORDER BY slot_name")
            .into(),
    )
}

fn held_back(context: &Context<'_>, table: &Table, samples: &mut Samples<'_>) -> Result<(), Error> {
    let diff = if context.is_from(10) {
        &WAL_LSN_DIFF
    } else {
        &XLOG_LOCATION_DIFF
    };
    debug_assert!(matches!(diff.kind, Kind::Gauge | Kind::Untyped));
    for row in table.rows() {
        let labels = [row.label(0), row.label(1)];
        if let Some(active) = row.number(2) {
            samples.sample(&ACTIVE, labels, active);
        }
        match (row.number(3), context.plan.compat) {
            (Some(bytes), _) => samples.sample(diff, labels, bytes),
            (None, Compat::V019) => samples.sample(diff, labels, f64::NAN),
            (None, Compat::V020) => {}
        }
    }
    Ok(())
}

fn slot_sql(context: &Context<'_>) -> Sql {
    if !context.is_from(10) {
        return None;
    }
    let current = if context.identity.is_standby {
        "pg_last_wal_receive_lsn()"
    } else {
        "pg_current_wal_lsn()"
    };
    let from_13 = if context.is_from(13) {
        ", safe_wal_size, wal_status"
    } else {
        ""
    };
    Some(
        format!(
            "SELECT slot_name, slot_type, {current} - '0/0'::pg_lsn, \
             coalesce(confirmed_flush_lsn, '0/0') - '0/0'::pg_lsn, active{from_13} \
             FROM pg_replication_slots ORDER BY slot_name"
        )
        .into(),
    )
}

fn slot(families: &Slot, table: &Table, samples: &mut Samples<'_>) -> Result<(), Error> {
    for row in table.rows() {
        let labels = [row.label(0), row.label(1)];
        let is_active = row.number(4);
        let confirmed = row.number(3).filter(|_| is_active == Some(1.0));
        for (family, value) in [
            (&families.current, row.number(2)),
            (&families.confirmed, confirmed),
            (&families.is_active, is_active),
            (&families.safe, row.number(5)),
        ] {
            if let Some(value) = value {
                samples.sample(family, labels, value);
            }
        }
        if let Some(status) = row.text(6) {
            samples.sample(&families.status, [labels[0], labels[1], status], 1.0);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::collectors::tests::{sample_lines, written};
    use crate::plan::Plan;

    #[track_caller]
    fn check(statement: &Statement, table: &str, expect: Expect) {
        let text = written(statement, 150_000, &Plan::default(), table);
        expect.assert_eq(&sample_lines(&text));
    }

    #[test]
    fn a_slot_that_never_had_a_reader() {
        check(
            &STATEMENTS[0],
            "database|slot_name|active|diff\nNULL|standby|f|NULL\napp|logical|t|1024",
            expect![[r#"
                pg_replication_slots_active{database="",slot_name="standby"} 0
                pg_replication_slots_active{database="app",slot_name="logical"} 1
                pg_replication_slots_pg_wal_lsn_diff{database="app",slot_name="logical"} 1024
            "#]],
        );
    }

    #[test]
    fn slots_in_use_and_not() {
        let table = "slot_name|slot_type|current|confirmed|active|safe|status\n\
            standby|physical|27361280|0|f|NULL|reserved\nlogical|logical|27361280|27361000|t|900|NULL";
        check(
            &STATEMENTS[1],
            table,
            expect![[r#"
            pg_replication_slots_safe_wal_size_bytes{slot_name="logical",slot_type="logical"} 900
            pg_replication_slots_slot_confirmed_flush_lsn{slot_name="logical",slot_type="logical"} 2.7361e+07
            pg_replication_slots_slot_current_wal_lsn{slot_name="standby",slot_type="physical"} 2.736128e+07
            pg_replication_slots_slot_current_wal_lsn{slot_name="logical",slot_type="logical"} 2.736128e+07
            pg_replication_slots_slot_is_active{slot_name="standby",slot_type="physical"} 0
            pg_replication_slots_slot_is_active{slot_name="logical",slot_type="logical"} 1
            pg_replication_slots_wal_status{slot_name="standby",slot_type="physical",wal_status="reserved"} 1
        "#]],
        );
        check(
            &STATEMENTS_OF_019[0],
            table,
            expect![[r#"
            pg_replication_slot_safe_wal_size_bytes{slot_name="logical",slot_type="logical"} 900
            pg_replication_slot_slot_confirmed_flush_lsn{slot_name="logical",slot_type="logical"} 2.7361e+07
            pg_replication_slot_slot_current_wal_lsn{slot_name="standby",slot_type="physical"} 2.736128e+07
            pg_replication_slot_slot_current_wal_lsn{slot_name="logical",slot_type="logical"} 2.736128e+07
            pg_replication_slot_slot_is_active{slot_name="standby",slot_type="physical"} 0
            pg_replication_slot_slot_is_active{slot_name="logical",slot_type="logical"} 1
            pg_replication_slot_wal_status{slot_name="standby",slot_type="physical",wal_status="reserved"} 1
        "#]],
        );
    }
}
