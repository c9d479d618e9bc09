//! The `pi-kube-state-exporter` binary.

use std::process::ExitCode;

use kube_state_exporter::{KubeStateExporter, flags};

fn main() -> ExitCode {
    exporter_http::serve::run(&flags::ABOUT, flags::command(), async |matches| {
        KubeStateExporter::new(matches).await
    })
}
