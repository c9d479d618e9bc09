//! The `pi-kube-state-exporter` binary.

use std::process::ExitCode;

use exporter_http::StartError;
use exporter_http::serve::Begin;
use kube_state_exporter::{KubeStateExporter, cluster_role, flags};

fn main() -> ExitCode {
    exporter_http::serve::run_or_print(&flags::ABOUT, flags::command(), async |matches| {
        match cluster_role::asked(&flags::given(matches)).map_err(StartError)? {
            Some(text) => Ok(Begin::Print(text)),
            None => KubeStateExporter::new(matches).await.map(Begin::Serve),
        }
    })
}
