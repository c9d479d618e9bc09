//! The `pi-postgres-exporter` binary.

use std::process::ExitCode;

use postgres_exporter::{PostgresExporter, flags};

fn main() -> ExitCode {
    exporter_http::anew::after_a_panic();
    let rewrite = |given| Ok(flags::with_web_variables(given, |name| std::env::var(name).ok()));
    exporter_http::serve::run_with(&flags::ABOUT, flags::command(), rewrite, async |matches| {
        PostgresExporter::new(matches).await
    })
}
