//! The `pi-nginx-exporter` binary.

use std::process::ExitCode;

use nginx_exporter::{NginxExporter, arguments, flags};

fn main() -> ExitCode {
    let rewrite = |given| arguments::complete(given, |name| std::env::var(name).ok());
    exporter_http::serve::run_with(&flags::ABOUT, flags::command(), rewrite, async |matches| {
        NginxExporter::new(matches)
    })
}
