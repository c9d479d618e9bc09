//! The `pi-scraper` binary.

use std::process::ExitCode;

use scraper::app::{self, App};

fn main() -> ExitCode {
    match app::file_to_check(std::env::args_os()) {
        Some(path) => check(&path),
        None => exporter_http::serve::run(&app::ABOUT, app::flags(), async |flags| App::start(flags)),
    }
}

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "--check-config is a command whose answer goes to the terminal"
)]
fn check(path: &std::path::Path) -> ExitCode {
    match app::check(path) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(line) => {
            eprintln!("{line}");
            ExitCode::FAILURE
        }
    }
}
