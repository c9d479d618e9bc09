//! Which rights the monitoring user needs, who lacks them, and the SQL that gives them.

use std::borrow::Cow;

use crate::session::{Identity, Session};
use crate::table::Table;
use crate::{Error, Version};

/// A right that the user of a connection lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The role or function.
    pub right: &'static str,
    /// Collectors that see less or nothing without it.
    pub needed_by: &'static str,
    /// The SQL that gives it.
    pub grant: String,
}

/// Rights, in the order of the columns of [`ASKED`].
const RIGHTS: [(&str, &str, &str); 3] = [
    (
        "pg_read_all_stats",
        "stat_activity stat_replication stat_wal_receiver stat_statements database",
        "pg_monitor",
    ),
    ("pg_read_all_settings", "settings", "pg_monitor"),
    ("pg_ls_waldir()", "wal", "pg_monitor"),
];

/// All of it exists since 10.
const ASKED: &str = "SELECT pg_has_role('pg_read_all_stats', 'USAGE'), pg_has_role('pg_read_all_settings', 'USAGE'), \
    has_function_privilege('pg_ls_waldir()', 'EXECUTE')";

/// Asks which rights the user of a session lacks; nothing before 10, which has no roles for it.
pub async fn missing(
    session: &mut Session,
    identity: &Identity,
    table: &mut Table,
) -> Result<Vec<Missing>, Error> {
    if identity.version < Version::major(10) {
        return Ok(Vec::new());
    }
    session.query(Cow::Borrowed(ASKED), table).await?;
    Ok(lacking(table, &identity.user))
}

fn lacking(table: &Table, user: &str) -> Vec<Missing> {
    let Some(row) = table.rows().next() else {
        return Vec::new();
    };
    RIGHTS
        .iter()
        .enumerate()
        .filter(|(column, _)| row.text(*column) == Some("f"))
        .map(|(_, (right, needed_by, role))| Missing {
            right,
            needed_by,
            grant: format!("GRANT {role} TO {};", name(user)),
        })
        .collect()
}

/// The SQL that creates the monitoring user on a server of this version.
#[must_use]
pub fn sql(version: Version, user: &str, database: &str) -> String {
    let (user, database) = (name(user), name(database));
    let mut sql = format!(
        "-- For PostgreSQL {version}. Run as a superuser in the database {database}.\n\
         -- With peer authentication no password is needed; else: ALTER ROLE {user} PASSWORD '...';\n\
         CREATE ROLE {user} LOGIN;\n\
         GRANT CONNECT ON DATABASE {database} TO {user};\n"
    );
    if version < Version::major(10) {
        sql.push_str(
            "-- Before 10 only a superuser sees the sessions and statements of others,\n\
             -- and wal, stat_wal_receiver and a part of settings stay empty for this user.\n",
        );
    } else {
        sql.push_str(&format!(
            "-- Sessions, settings, replication, WAL, sizes of all databases:\nGRANT pg_monitor TO {user};\n"
        ));
    }
    sql.push_str(
        "-- Only for --collector.stat_statements, which also needs shared_preload_libraries = 'pg_stat_statements':\n\
         -- CREATE EXTENSION IF NOT EXISTS pg_stat_statements;\n",
    );
    if Version::major(16) <= version {
        sql.push_str(
            "-- Only for --collector.buffercache_summary:\n\
             -- CREATE EXTENSION IF NOT EXISTS pg_buffercache;\n",
        );
    }
    sql
}

/// A name in SQL, in quotes where it needs them.
fn name(text: &str) -> String {
    let is_plain = text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if is_plain && !RESERVED.contains(&text) {
        text.to_owned()
    } else {
        format!("\"{}\"", text.replace('"', "\"\""))
    }
}

/// Words that a user or database is likely to be called and that SQL reads otherwise.
const RESERVED: [&str; 8] = [
    "all",
    "default",
    "group",
    "none",
    "public",
    "session_user",
    "table",
    "user",
];

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(version: u32, user: &str, expect: Expect) {
        expect.assert_eq(&sql(Version(version), user, "postgres"));
    }

    #[test]
    fn of_each_version() {
        check(
            90_624,
            "prometheus",
            expect![[r#"
            -- For PostgreSQL 9.6.24. Run as a superuser in the database postgres.
            -- With peer authentication no password is needed; else: ALTER ROLE prometheus PASSWORD '...';
            CREATE ROLE prometheus LOGIN;
            GRANT CONNECT ON DATABASE postgres TO prometheus;
            -- Before 10 only a superuser sees the sessions and statements of others,
            -- and wal, stat_wal_receiver and a part of settings stay empty for this user.
            -- Only for --collector.stat_statements, which also needs shared_preload_libraries = 'pg_stat_statements':
            -- CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
        "#]],
        );
        check(
            150_018,
            "Mon\"itor",
            expect![[r#"
            -- For PostgreSQL 15.18.0. Run as a superuser in the database postgres.
            -- With peer authentication no password is needed; else: ALTER ROLE "Mon""itor" PASSWORD '...';
            CREATE ROLE "Mon""itor" LOGIN;
            GRANT CONNECT ON DATABASE postgres TO "Mon""itor";
            -- Sessions, settings, replication, WAL, sizes of all databases:
            GRANT pg_monitor TO "Mon""itor";
            -- Only for --collector.stat_statements, which also needs shared_preload_libraries = 'pg_stat_statements':
            -- CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
        "#]],
        );
        check(
            170_000,
            "user",
            expect![[r#"
            -- For PostgreSQL 17.0.0. Run as a superuser in the database postgres.
            -- With peer authentication no password is needed; else: ALTER ROLE "user" PASSWORD '...';
            CREATE ROLE "user" LOGIN;
            GRANT CONNECT ON DATABASE postgres TO "user";
            -- Sessions, settings, replication, WAL, sizes of all databases:
            GRANT pg_monitor TO "user";
            -- Only for --collector.stat_statements, which also needs shared_preload_libraries = 'pg_stat_statements':
            -- CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
            -- Only for --collector.buffercache_summary:
            -- CREATE EXTENSION IF NOT EXISTS pg_buffercache;
        "#]],
        );
    }

    #[test]
    fn what_is_missing() {
        let missing = lacking(&Table::made("a|b|c\nt|f|f"), "me");
        let shown: Vec<_> = missing
            .iter()
            .map(|missing| format!("{}: {} {}", missing.needed_by, missing.right, missing.grant))
            .collect();
        assert_eq!(
            shown,
            [
                "settings: pg_read_all_settings GRANT pg_monitor TO me;",
                "wal: pg_ls_waldir() GRANT pg_monitor TO me;"
            ]
        );
    }
}
