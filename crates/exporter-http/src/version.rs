//! What was built, from what and with what: `--version` and `<name>_build_info`.
//!
//! Names: `<exporter>_build_info` gauge by `branch`, `goarch`, `goos`, `goversion`, `revision`, `tags`, `version`:
//! what was built, from what and with what; always 1.

use std::fmt::Write;

use metrics_registry::{Exposition, Kind};

use crate::About;

/// Version of the compiler: `1.95.0`.
const RUSTC: &str = env!("EXPORTER_HTTP_RUSTC");
/// Target triple: `aarch64-unknown-linux-gnu`.
const TARGET: &str = env!("EXPORTER_HTTP_TARGET");
/// Commit that was built; release builds set it.
const REVISION: &str = match option_env!("PI_EXPORTERS_REVISION") {
    Some(revision) => revision,
    None => "unknown",
};
/// Branch that was built; release builds set it.
const BRANCH: &str = match option_env!("PI_EXPORTERS_BRANCH") {
    Some(branch) => branch,
    None => "unknown",
};

/// The text of `--version`: several lines, the first one in the form that the reference has.
pub(crate) fn text(about: &About) -> String {
    format!(
        "{}, version {} (branch: {BRANCH}, revision: {REVISION})\n  binary:           {}\n  rustc version:    {RUSTC}\n  platform:         linux/{}\n  target:           {TARGET}\n",
        about.name,
        about.version,
        about.binary,
        architecture(),
    )
}

/// Writes `<name>_build_info`, with the label names of the reference; `goversion` tells the Rust compiler.
pub(crate) fn write_build_info(about: &About, out: &mut Exposition) {
    let mut name = String::with_capacity(48);
    // Writing to a string does not fail.
    let _ = write!(name, "{}_build_info", about.name);
    out.dynamic(
        &name,
        format_args!("What was built, from what and with what; the value is always 1."),
        Kind::Gauge,
        [
            ("branch", BRANCH),
            ("goarch", architecture()),
            ("goos", "linux"),
            ("goversion", concat!("rustc", env!("EXPORTER_HTTP_RUSTC"))),
            ("revision", REVISION),
            ("tags", "unknown"),
            ("version", about.version),
        ],
        1.0,
    );
}

/// The machine as the reference spells it, so that dashboards' filters keep working.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => other,
    }
}
