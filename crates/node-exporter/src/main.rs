//! The `pi-node-exporter` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::FAILURE
}
