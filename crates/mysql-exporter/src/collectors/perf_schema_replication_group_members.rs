//! Members of a replication group, from `performance_schema.replication_group_members`: every column is a label.
//!
//! MariaDB has no such table; the collector fails there, as in the reference.
//!
//! Names: `mysql_perf_schema_replication_group_member_info` gauge by `<column>`: a member of the group; always 1.

use std::borrow::Cow;

use metrics_registry::Kind;

use crate::row::Row;
use crate::samples::Samples;
use crate::visit::{Answer, Visit};

const QUERY: &str = "SELECT * FROM performance_schema.replication_group_members";
const NAME: &str = "mysql_perf_schema_replication_group_member_info";

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move { visit.rows(QUERY, write).await })
}

fn write(row: &impl Row, samples: &mut Samples<'_>) {
    let columns = 0..row.width();
    let mut cells: Vec<(String, Cow<'_, str>)> = columns
        .map(|column| (row.name(column).to_ascii_lowercase(), row.text(column)))
        .collect();
    cells.sort();
    let labels: Vec<_> = cells
        .iter()
        .map(|(name, text)| (name.as_str(), &**text))
        .collect();
    samples.dynamic(
        NAME,
        format_args!("A member of the replication group."),
        Kind::Gauge,
        &labels,
        1.0,
    );
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;

    #[test]
    fn columns_are_labels() {
        expect![[r#"
            mysql_perf_schema_replication_group_member_info{channel_name="group_replication_applier",member_host="pi1",member_id="e14c",member_port="3306",member_role="PRIMARY",member_state="ONLINE"} 1
        "#]]
        .assert_eq(&samples(
            "CHANNEL_NAME|MEMBER_ID|MEMBER_HOST|MEMBER_PORT|MEMBER_STATE|MEMBER_ROLE",
            &["group_replication_applier|e14c|pi1|3306|ONLINE|PRIMARY"],
            write,
        ));
    }
}
