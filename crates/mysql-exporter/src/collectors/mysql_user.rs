//! Limits and, where the flag asks for them, privileges of users, from `mysql.user`.
//!
//! Names: `mysql_mysql_<privilege>` gauge by `hostmask`, `mysql_user`: whether the user has it (1).

use metrics_registry::{Family, Kind};

use super::global_status::push_sanitized;
use crate::row::Row;
use crate::samples::Samples;
use crate::value;
use crate::visit::{Answer, Visit};

const QUERY: &str = "SELECT user, host, Select_priv, Insert_priv, Update_priv, Delete_priv, Create_priv, Drop_priv, \
    Reload_priv, Shutdown_priv, Process_priv, File_priv, Grant_priv, References_priv, Index_priv, Alter_priv, \
    Show_db_priv, Super_priv, Create_tmp_table_priv, Lock_tables_priv, Execute_priv, Repl_slave_priv, \
    Repl_client_priv, Create_view_priv, Show_view_priv, Create_routine_priv, Alter_routine_priv, Create_user_priv, \
    Event_priv, Trigger_priv, Create_tablespace_priv, max_questions, max_updates, max_connections, \
    max_user_connections FROM mysql.user";
const PREFIX: &str = "mysql_mysql_";

const QUESTIONS: Family<2> = Family::gauge(
    "mysql_mysql_max_questions",
    "Statements that the user may send in an hour; 0 is no limit.",
    ["hostmask", "mysql_user"],
);
const UPDATES: Family<2> = Family::gauge(
    "mysql_mysql_max_updates",
    "Changes that the user may make in an hour; 0 is no limit.",
    ["hostmask", "mysql_user"],
);
const CONNECTIONS: Family<2> = Family::gauge(
    "mysql_mysql_max_connections",
    "Connections that the user may make in an hour; 0 is no limit.",
    ["hostmask", "mysql_user"],
);
const USER_CONNECTIONS: Family<2> = Family::gauge(
    "mysql_mysql_max_user_connections",
    "Connections that the user may have at once; 0 is no limit of the user's own.",
    ["hostmask", "mysql_user"],
);

/// By the name of the column.
const LIMITS: [(&str, &Family<2>); 4] = [
    ("max_questions", &QUESTIONS),
    ("max_updates", &UPDATES),
    ("max_connections", &CONNECTIONS),
    ("max_user_connections", &USER_CONNECTIONS),
];

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        let privileges = visit.settings.user_privileges;
        visit
            .rows(QUERY, |row, samples| write(row, privileges, samples))
            .await
    })
}

fn write(row: &impl Row, privileges: bool, samples: &mut Samples<'_>) {
    let (user, host) = (row.text(0), row.text(1));
    for column in 2..row.width() {
        let title = row.name(column);
        if let Some((_, family)) = LIMITS.iter().find(|(name, _)| title.eq_ignore_ascii_case(name)) {
            samples.sample(family, [&*host, &*user], row.number(column).unwrap_or_default());
        } else if privileges && let Some(value) = value::privilege(&row.text(column)) {
            let mut name = PREFIX.to_owned();
            push_sanitized(&mut name, title);
            let labels = [("hostmask", &*host), ("mysql_user", &*user)];
            samples.dynamic(
                &name,
                format_args!("Whether the user has {title}."),
                Kind::Gauge,
                &labels,
                value,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;

    #[test]
    fn privileges_only_where_asked_for() {
        let names = "user|host|Select_priv|Super_priv|max_questions|max_user_connections";
        let rows = ["app|%|Y|N|0|3"];
        expect![[r#"
            mysql_mysql_max_questions{hostmask="%",mysql_user="app"} 0
            mysql_mysql_max_user_connections{hostmask="%",mysql_user="app"} 3
            mysql_mysql_select_priv{hostmask="%",mysql_user="app"} 1
            mysql_mysql_super_priv{hostmask="%",mysql_user="app"} 0
        "#]]
        .assert_eq(&samples(names, &rows, |row, out| write(row, true, out)));
        expect![[r#"
            mysql_mysql_max_questions{hostmask="%",mysql_user="app"} 0
            mysql_mysql_max_user_connections{hostmask="%",mysql_user="app"} 3
        "#]]
        .assert_eq(&samples(names, &rows, |row, out| write(row, false, out)));
    }
}
