//! The `pi-mysql-exporter` binary.

use std::process::ExitCode;

use exporter_http::About;
use mysql_exporter::{MysqlExporter, flags};

const ABOUT: About = About {
    binary: "pi-mysql-exporter",
    name: "mysqld_exporter",
    title: "MySQL Exporter",
    description: "MariaDB and MySQL metrics, under the names of Prometheus' mysqld_exporter",
    version: env!("CARGO_PKG_VERSION"),
    listen_address: ":9104",
    negotiates_openmetrics: false,
};

fn main() -> ExitCode {
    exporter_http::serve::run_or_print(&ABOUT, flags::command(), MysqlExporter::begin)
}
