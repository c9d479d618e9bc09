//! The `pi-nginx-exporter` binary.

use std::process::ExitCode;

use exporter_http::About;
use nginx_exporter::{NginxExporter, arguments, flags};

const ABOUT: About = About {
    binary: "pi-nginx-exporter",
    name: "nginx_exporter",
    title: "NGINX Exporter",
    description: "What nginx tells of itself, under the names of nginx-prometheus-exporter",
    version: env!("CARGO_PKG_VERSION"),
    listen_address: ":9113",
    negotiates_openmetrics: false,
};

fn main() -> ExitCode {
    let rewrite = |given| arguments::complete(given, |name| std::env::var(name).ok());
    exporter_http::serve::run_with(&ABOUT, flags::command(), rewrite, async |matches| {
        NginxExporter::new(matches)
    })
}
