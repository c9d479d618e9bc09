//! Records which compiler built the program and for which machine, for `--version` and `<name>_build_info`.

use std::process::Command;

fn main() {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(compiler)
        .arg("--version")
        .output()
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .and_then(|line| line.split_whitespace().nth(1).map(str::to_owned))
        .unwrap_or_else(|| "unknown".to_owned());
    let target = std::env::var("TARGET").unwrap_or_else(|_| "unknown".to_owned());
    println!("cargo::rustc-env=EXPORTER_HTTP_RUSTC={version}");
    println!("cargo::rustc-env=EXPORTER_HTTP_TARGET={target}");
    // Set by cargo-fuzz.
    println!("cargo::rustc-check-cfg=cfg(fuzzing)");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=PI_EXPORTERS_REVISION");
    println!("cargo::rerun-if-env-changed=PI_EXPORTERS_BRANCH");
}
