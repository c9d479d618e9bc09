//! The `pi-postgres-exporter` binary.

use std::process::ExitCode;

use exporter_http::About;
use postgres_exporter::{PostgresExporter, flags};

const ABOUT: About = About {
    binary: "pi-postgres-exporter",
    name: "postgres_exporter",
    title: "Postgres Exporter",
    description: "Metrics of PostgreSQL servers, under the names of Prometheus' postgres_exporter",
    version: env!("CARGO_PKG_VERSION"),
    listen_address: ":9187",
    negotiates_openmetrics: false,
};

fn main() -> ExitCode {
    let rewrite = |given| Ok(flags::with_web_variables(given, |name| std::env::var(name).ok()));
    exporter_http::serve::run_with(&ABOUT, flags::command(), rewrite, async |matches| {
        PostgresExporter::new(matches).await
    })
}
