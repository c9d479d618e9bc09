//! Connection limits of roles, from `pg_roles`.

use metrics_registry::Family;

use super::Statement;
use super::rows::{self, Null};

const LIMIT: [Family<1>; 1] = [Family::gauge(
    "pg_roles_connection_limit",
    "Connections that the role allows; -1 is no limit.",
    ["rolname"],
)];

pub(super) const STATEMENTS: &[Statement] = &[Statement {
    sql: |_| Some("SELECT rolname, rolconnlimit FROM pg_roles ORDER BY rolname".into()),
    write: |_, table, samples| {
        rows::write(table, &LIMIT, Null::Skip, samples);
        Ok(())
    },
}];
