//! The `pi-node-exporter` binary.

use std::process::ExitCode;

use exporter_http::About;
use node_exporter::{NodeExporter, flags};

const ABOUT: About = About {
    binary: "pi-node-exporter",
    name: "node_exporter",
    title: "Node Exporter",
    description: "Hardware and operating system metrics of this machine, under the names of Prometheus' node_exporter",
    version: env!("CARGO_PKG_VERSION"),
    listen_address: ":9100",
    negotiates_openmetrics: false,
};

fn main() -> ExitCode {
    exporter_http::serve::run(&ABOUT, flags::command(), async |matches| {
        NodeExporter::new(matches)
    })
}
