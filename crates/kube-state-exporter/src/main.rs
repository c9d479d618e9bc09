//! The `pi-kube-state-exporter` binary.

use std::process::ExitCode;

use exporter_http::serve::Begin;
use exporter_http::{About, StartError};
use kube_state_exporter::{KubeStateExporter, cluster_role, flags};

const ABOUT: About = About {
    binary: "pi-kube-state-exporter",
    name: "kube_state_metrics",
    title: "Kube State Exporter",
    description: "What a Kubernetes cluster consists of, under the names of kube-state-metrics",
    version: env!("CARGO_PKG_VERSION"),
    listen_address: ":8080",
    negotiates_openmetrics: true,
};

fn main() -> ExitCode {
    exporter_http::serve::run_or_print(
        &ABOUT,
        flags::command(),
        async |matches| match cluster_role::asked(&flags::given(matches)).map_err(StartError)? {
            Some(text) => Ok(Begin::Print(text)),
            None => KubeStateExporter::new(matches).await.map(Begin::Serve),
        },
    )
}
