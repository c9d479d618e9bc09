//! The `pi-mysql-exporter` binary.

use std::process::ExitCode;

use mysql_exporter::{MysqlExporter, flags};

fn main() -> ExitCode {
    exporter_http::anew::after_a_panic();
    exporter_http::serve::run_or_print(&flags::ABOUT, flags::command(), MysqlExporter::begin)
}
