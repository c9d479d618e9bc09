//! Queries and read views inside InnoDB, from the text of `SHOW ENGINE INNODB STATUS`.
//!
//! MariaDB since 10.6 does not tell the queries.

use metrics_registry::Family;

use crate::row::Row as _;
use crate::samples::Samples;
use crate::value;
use crate::visit::{Answer, Visit};

const QUERY: &str = "SHOW ENGINE INNODB STATUS";

const INSIDE: Family<0> = Family::gauge(
    "mysql_engine_innodb_queries_inside_innodb",
    "Queries inside InnoDB.",
    [],
);
const QUEUED: Family<0> = Family::gauge(
    "mysql_engine_innodb_queries_in_queue",
    "Queries that wait to enter InnoDB.",
    [],
);
const VIEWS: Family<0> = Family::gauge(
    "mysql_engine_innodb_read_views_open_inside_innodb",
    "Read views that are open inside InnoDB.",
    [],
);

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move {
        visit
            .rows(QUERY, |row, samples| write(&row.text(2), samples))
            .await
    })
}

fn write(text: &str, samples: &mut Samples<'_>) {
    for line in text.lines() {
        for part in line.split(',') {
            let Some((count, what)) = part.trim().split_once(' ') else {
                continue;
            };
            let family = match what {
                "queries inside InnoDB" => &INSIDE,
                "queries in queue" => &QUEUED,
                "read views open inside InnoDB" => &VIEWS,
                _ => continue,
            };
            if let Some(count) = value::number(count) {
                samples.sample(family, [], count);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;

    #[test]
    fn lines_of_the_text() {
        let text = "ROW OPERATIONS\n--------------\n4 queries inside InnoDB, 5 queries in queue\n6 read views open inside InnoDB\nProcess ID=1\n";
        expect![[r#"
            mysql_engine_innodb_queries_in_queue 5
            mysql_engine_innodb_queries_inside_innodb 4
            mysql_engine_innodb_read_views_open_inside_innodb 6
        "#]]
        .assert_eq(&samples("", &[""], |_, out| write(text, out)));
    }
}
