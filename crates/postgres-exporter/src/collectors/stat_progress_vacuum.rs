//! Progress of running vacuums, from `pg_stat_progress_vacuum`; empty most of the time.
//!
//! From 17 on the two families of dead tuples are in bytes, because the server counts so.
//! A table of another database is told by its number, because its name is known only there.

use metrics_registry::Family;

use super::rows::{self, Null};
use super::{Context, Sql, Statement};

const FAMILIES: [Family<2>; 6] = [
    Family::gauge(
        "pg_stat_progress_vacuum_heap_blks",
        "Blocks of the table.",
        ["datname", "relname"],
    ),
    Family::gauge(
        "pg_stat_progress_vacuum_heap_blks_scanned",
        "Blocks scanned so far.",
        ["datname", "relname"],
    ),
    Family::gauge(
        "pg_stat_progress_vacuum_heap_blks_vacuumed",
        "Blocks vacuumed so far.",
        ["datname", "relname"],
    ),
    Family::gauge(
        "pg_stat_progress_vacuum_index_vacuums",
        "Rounds through the indexes so far.",
        ["datname", "relname"],
    ),
    Family::gauge(
        "pg_stat_progress_vacuum_max_dead_tuples",
        "Dead tuples that fit before the indexes must be vacuumed; bytes from 17 on.",
        ["datname", "relname"],
    ),
    Family::gauge(
        "pg_stat_progress_vacuum_num_dead_tuples",
        "Dead tuples since the last round through the indexes; bytes from 17 on.",
        ["datname", "relname"],
    ),
];

const PHASE: Family<3> = Family::gauge(
    "pg_stat_progress_vacuum_phase",
    "Whether the vacuum is in this phase.",
    ["datname", "phase", "relname"],
);

/// The phases as the server calls them, in their order.
const PHASES: [&str; 7] = [
    "initializing",
    "scanning heap",
    "vacuuming indexes",
    "vacuuming heap",
    "cleaning up indexes",
    "truncating heap",
    "performing final cleanup",
];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql,
    write: |_, table, samples| {
        rows::write(table, &FAMILIES, Null::Zero, samples);
        for row in table.rows() {
            for phase in PHASES {
                let is_now = row.text(2 + FAMILIES.len()) == Some(phase);
                let labels = [row.label(0), phase, row.label(1)];
                samples.sample(&PHASE, labels, f64::from(u8::from(is_now)));
            }
        }
        Ok(())
    },
}];

fn sql(context: &Context<'_>) -> Sql {
    let dead = if context.is_from(17) {
        "max_dead_tuple_bytes, dead_tuple_bytes"
    } else {
        "max_dead_tuples, num_dead_tuples"
    };
    Some(
        format!(
            "SELECT datname, CASE WHEN datname = current_database() THEN relid::regclass::text \
             ELSE relid::text END, heap_blks_total, heap_blks_scanned, heap_blks_vacuumed, \
             index_vacuum_count, {dead}, phase FROM pg_stat_progress_vacuum ORDER BY 1, 2"
        )
        .into(),
    )
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::collectors::tests::{sample_lines, written};
    use crate::plan::Plan;

    #[test]
    fn a_vacuum_in_its_second_phase() {
        let table = "datname|relname|total|scanned|vacuumed|rounds|max|num|phase\n\
            app|public.t|100|40|0|0|291|7|scanning heap";
        let text = written(&STATEMENTS[0], 150_000, &Plan::default(), table);
        expect![[r#"
            pg_stat_progress_vacuum_heap_blks{datname="app",relname="public.t"} 100
            pg_stat_progress_vacuum_heap_blks_scanned{datname="app",relname="public.t"} 40
            pg_stat_progress_vacuum_heap_blks_vacuumed{datname="app",relname="public.t"} 0
            pg_stat_progress_vacuum_index_vacuums{datname="app",relname="public.t"} 0
            pg_stat_progress_vacuum_max_dead_tuples{datname="app",relname="public.t"} 291
            pg_stat_progress_vacuum_num_dead_tuples{datname="app",relname="public.t"} 7
            pg_stat_progress_vacuum_phase{datname="app",phase="initializing",relname="public.t"} 0
            pg_stat_progress_vacuum_phase{datname="app",phase="scanning heap",relname="public.t"} 1
            pg_stat_progress_vacuum_phase{datname="app",phase="vacuuming indexes",relname="public.t"} 0
            pg_stat_progress_vacuum_phase{datname="app",phase="vacuuming heap",relname="public.t"} 0
            pg_stat_progress_vacuum_phase{datname="app",phase="cleaning up indexes",relname="public.t"} 0
            pg_stat_progress_vacuum_phase{datname="app",phase="truncating heap",relname="public.t"} 0
            pg_stat_progress_vacuum_phase{datname="app",phase="performing final cleanup",relname="public.t"} 0
        "#]]
        .assert_eq(&sample_lines(&text));
    }
}
