//! Statements that a standby cancelled for its recovery, from `pg_stat_database_conflicts`.
//!
//! A part of the default metrics in both contracts: it carries the label `server`.
//! Columns that newer servers add are served untyped, as the reference does (`confl_active_logicalslot` from 16 on).
//!
//! Names: `pg_stat_database_conflicts_<column>` untyped by `datid`, `datname`: a column that this version does not know.

use metrics_registry::{Family, Kind};

use super::Statement;

const FAMILIES: [Family<2>; 5] = [
    Family::counter(
        "pg_stat_database_conflicts_confl_tablespace",
        "Statements cancelled because a tablespace was dropped.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_conflicts_confl_lock",
        "Statements cancelled because they waited too long for a lock.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_conflicts_confl_snapshot",
        "Statements cancelled because they needed rows that are gone.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_conflicts_confl_bufferpin",
        "Statements cancelled because they held a buffer.",
        ["datid", "datname"],
    ),
    Family::counter(
        "pg_stat_database_conflicts_confl_deadlock",
        "Statements cancelled because of a deadlock with the recovery.",
        ["datid", "datname"],
    ),
];
const NAME: &str = "pg_stat_database_conflicts_";

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql: |_| Some("SELECT * FROM pg_stat_database_conflicts ORDER BY datid".into()),
    write: |_, table, samples| {
        let (Some(datid), Some(datname)) = (table.column("datid"), table.column("datname")) else {
            return Ok(());
        };
        for row in table.rows() {
            let labels = [row.label(datid), row.label(datname)];
            for (index, column) in table.columns().enumerate() {
                if index == datid || index == datname {
                    continue;
                }
                let value = row.number(index).unwrap_or(f64::NAN);
                let known = FAMILIES
                    .iter()
                    .find(|family| family.name.strip_prefix(NAME) == Some(column));
                match known {
                    Some(family) => samples.sample(family, labels, value),
                    None => samples.dynamic(
                        &format!("{NAME}{column}"),
                        format_args!("Column {column} of pg_stat_database_conflicts."),
                        Kind::Untyped,
                        [("datid", labels[0]), ("datname", labels[1])],
                        value,
                    ),
                }
            }
        }
        Ok(())
    },
}];

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::collectors::tests::written;
    use crate::plan::Plan;

    #[test]
    fn a_column_of_the_future() {
        let table = "datid|datname|confl_lock|confl_news\n5|postgres|2|7";
        expect![[r##"
            # HELP pg_stat_database_conflicts_confl_lock Statements cancelled because they waited too long for a lock.
            # TYPE pg_stat_database_conflicts_confl_lock counter
            pg_stat_database_conflicts_confl_lock{datid="5",datname="postgres"} 2
            # HELP pg_stat_database_conflicts_confl_news Column confl_news of pg_stat_database_conflicts.
            # TYPE pg_stat_database_conflicts_confl_news untyped
            pg_stat_database_conflicts_confl_news{datid="5",datname="postgres"} 7
        "##]].assert_eq(&written(&STATEMENTS[0], 190_000, &Plan::default(), table));
    }
}
