//! The `pi-node-exporter` binary.

use std::process::ExitCode;

use node_exporter::{NodeExporter, flags};

fn main() -> ExitCode {
    exporter_http::serve::run(&flags::ABOUT, flags::command(), async |matches| {
        NodeExporter::new(matches)
    })
}
