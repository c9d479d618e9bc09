//! The `pi-setup` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    setup::app::main(std::env::args_os())
}
