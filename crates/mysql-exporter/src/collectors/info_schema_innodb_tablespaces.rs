//! Sizes of InnoDB's files, from `information_schema.innodb_tablespaces` (MySQL 8) or `innodb_sys_tablespaces`.

use metrics_registry::Family;

use crate::row::Row;
use crate::samples::Samples;
use crate::server::Server;
use crate::visit::{Answer, Visit};

const INFO: Family<4> = Family::gauge(
    "mysql_info_schema_innodb_tablespace_space_info",
    "What the file is; the value is its number.",
    ["file_format", "row_format", "space_type", "tablespace_name"],
);
const FILE_SIZE: Family<1> = Family::gauge(
    "mysql_info_schema_innodb_tablespace_file_size_bytes",
    "Bytes of the file, holes counted.",
    ["tablespace_name"],
);
const ALLOCATED_SIZE: Family<1> = Family::gauge(
    "mysql_info_schema_innodb_tablespace_allocated_size_bytes",
    "Bytes that the file takes on disk.",
    ["tablespace_name"],
);

pub(super) fn collect<'a>(visit: &'a mut Visit<'_>) -> Answer<'a> {
    Box::pin(async move { visit.rows(query(visit.server), write).await })
}

fn query(server: &Server) -> &'static str {
    if server.is_mysql_since((8, 0, 0)) {
        "SELECT SPACE, NAME, IFNULL(ROW_FORMAT, 'NONE') AS ROW_FORMAT, IFNULL(SPACE_TYPE, 'NONE') AS SPACE_TYPE, \
         FILE_SIZE, ALLOCATED_SIZE FROM information_schema.innodb_tablespaces"
    } else {
        "SELECT SPACE, NAME, IFNULL(ROW_FORMAT, 'NONE') AS ROW_FORMAT, '' AS SPACE_TYPE, \
         FILE_SIZE, ALLOCATED_SIZE FROM information_schema.innodb_sys_tablespaces"
    }
}

fn write(row: &impl Row, samples: &mut Samples<'_>) {
    let (name, row_format, space_type) = (row.text(1), row.text(2), row.text(3));
    if let Some(space) = row.number(0) {
        // No server has had file formats since MySQL 8.0 and MariaDB 10.3.
        samples.sample(&INFO, ["NONE", &*row_format, &*space_type, &*name], space);
    }
    for (family, column) in [(&FILE_SIZE, 4), (&ALLOCATED_SIZE, 5)] {
        if let Some(bytes) = row.number(column) {
            samples.sample(family, [&*name], bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::tests::samples;
    use super::*;

    #[test]
    fn the_number_is_the_value() {
        expect![[r#"
            mysql_info_schema_innodb_tablespace_allocated_size_bytes{tablespace_name="sys/sys_config"} 90112
            mysql_info_schema_innodb_tablespace_file_size_bytes{tablespace_name="sys/sys_config"} 98304
            mysql_info_schema_innodb_tablespace_space_info{file_format="NONE",row_format="Dynamic",space_type="Single",tablespace_name="sys/sys_config"} 6
        "#]]
        .assert_eq(&samples(
            "SPACE|NAME|ROW_FORMAT|SPACE_TYPE|FILE_SIZE|ALLOCATED_SIZE",
            &["6|sys/sys_config|Dynamic|Single|98304|90112"],
            write,
        ));
    }
}
