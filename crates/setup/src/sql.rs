//! The statements that make and drop the account of the exporters.
//!
//! What is granted comes from the exporters themselves (`--print-grants`), which know their collectors and the server.

use crate::step::Login;

/// Connections of the account: the exporter keeps one, has a second one while it replaces it, and a person looks with a third.
const CONNECTIONS_MAX: u32 = 3;

/// The rights in the output of `--print-grants`: `PROCESS ON *.*`.
#[must_use]
pub fn granted(script: &str) -> Vec<String> {
    let lines = script.lines().filter_map(|line| line.strip_prefix("GRANT "));
    lines
        .filter_map(|line| Some(line.rsplit_once(" TO ")?.0.to_owned()))
        .collect()
}

/// The host part of the account in MySQL.
#[must_use]
pub fn mysql_host(host: Option<&str>) -> &'static str {
    match host {
        None => "localhost",
        Some(_) => "%",
    }
}

/// Makes the account on MariaDB or MySQL. `password` is used where the login wants one.
#[must_use]
pub fn create_mysql(host: Option<&str>, login: &Login, rights: &[String], password: &str) -> String {
    let who = format!("'prometheus'@'{}'", mysql_host(host));
    let identified = match login {
        Login::Process { plugin } => {
            // MySQL says WITH, MariaDB says both.
            format!("IDENTIFIED WITH {plugin}")
        }
        Login::Password { .. } => format!("IDENTIFIED BY '{password}'"),
    };
    let mut sql = format!("CREATE USER {who} {identified} WITH MAX_USER_CONNECTIONS {CONNECTIONS_MAX};\n");
    for right in rights {
        sql.push_str(&format!("GRANT {right} TO {who};\n"));
    }
    sql
}

/// Drops it, if it is there.
#[must_use]
pub fn drop_mysql(host: Option<&str>) -> String {
    format!("DROP USER IF EXISTS 'prometheus'@'{}';\n", mysql_host(host))
}

/// Makes the role on PostgreSQL, all or nothing.
#[must_use]
pub fn create_postgres(login: &Login, rights: &[String], password: &str) -> String {
    let password = match login {
        Login::Process { .. } => String::new(),
        Login::Password { .. } => format!(" PASSWORD '{password}'"),
    };
    let mut sql = format!(
        "BEGIN;\n\
         -- The statement has a password in it, and belongs into no log.\n\
         SET LOCAL log_statement = 'none';\n\
         SET LOCAL log_min_error_statement = 'panic';\n\
         CREATE ROLE prometheus LOGIN CONNECTION LIMIT {CONNECTIONS_MAX}{password};\n\
         ALTER ROLE prometheus SET default_transaction_read_only = on;\n\
         ALTER ROLE prometheus SET statement_timeout = '10s';\n"
    );
    for right in rights {
        sql.push_str(&format!("GRANT {right} TO prometheus;\n"));
    }
    sql.push_str("COMMIT;\n");
    sql
}

/// Drops it, if it is there. Fails where it owns something.
#[must_use]
pub fn drop_postgres() -> &'static str {
    "DO $$ BEGIN\n\
     IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'prometheus') THEN\n\
     \x20   REVOKE ALL ON DATABASE postgres FROM prometheus;\n\
     \x20   DROP ROLE prometheus;\n\
     END IF;\n\
     END $$;\n"
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn process(plugin: &str) -> Login {
        Login::Process {
            plugin: plugin.to_owned(),
        }
    }

    #[track_caller]
    fn check(sql: &str, expect: Expect) {
        expect.assert_eq(sql);
    }

    #[test]
    fn what_the_exporters_ask_for() {
        let script = "-- 10.11\nCREATE USER x;\nGRANT PROCESS ON *.* TO 'a'@'b';\nGRANT pg_monitor TO postgres;\n-- GRANT no TO x\n";
        assert_eq!(granted(script), ["PROCESS ON *.*", "pg_monitor"]);
    }

    #[test]
    fn by_process() {
        check(
            &create_mysql(None, &process("unix_socket"), &["PROCESS ON *.*".to_owned()], ""),
            expect![[r#"
                CREATE USER 'prometheus'@'localhost' IDENTIFIED WITH unix_socket WITH MAX_USER_CONNECTIONS 3;
                GRANT PROCESS ON *.* TO 'prometheus'@'localhost';
            "#]],
        );
        check(
            &create_postgres(&process("peer"), &["pg_monitor".to_owned()], ""),
            expect![[r#"
                BEGIN;
                -- The statement has a password in it, and belongs into no log.
                SET LOCAL log_statement = 'none';
                SET LOCAL log_min_error_statement = 'panic';
                CREATE ROLE prometheus LOGIN CONNECTION LIMIT 3;
                ALTER ROLE prometheus SET default_transaction_read_only = on;
                ALTER ROLE prometheus SET statement_timeout = '10s';
                GRANT pg_monitor TO prometheus;
                COMMIT;
            "#]],
        );
    }

    #[test]
    fn by_password() {
        let login = Login::Password {
            file: "/f".to_owned(),
        };
        check(
            &create_mysql(Some("db:3306"), &login, &[], "abc"),
            expect![[r#"
                CREATE USER 'prometheus'@'%' IDENTIFIED BY 'abc' WITH MAX_USER_CONNECTIONS 3;
            "#]],
        );
        assert!(create_postgres(&login, &[], "abc").contains("LIMIT 3 PASSWORD 'abc';"));
        assert_eq!(drop_mysql(Some("db")), "DROP USER IF EXISTS 'prometheus'@'%';\n");
    }
}
