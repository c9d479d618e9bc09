//! The configuration and files of target lists: what is taken, what is said of what is not, and what is shown.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use scraper::config::{Config, LIMITS, redacted};
use scraper::discovery::fuzzing;

/// No folder, so that no file is read that the text names.
const PATH: &str = "/nowhere/prometheus.yml";

fuzz_target!(|text: &str| {
    let path = Path::new(PATH);
    // Whatever else is read by name stays out of it.
    let names_files = text.contains("scrape_config_files");
    if !names_files && let Err(error) = Config::parse(path, text) {
        let line = error.to_string();
        assert!(line.starts_with(PATH) && !line.contains(['\n', '\r', '\0']), "{line:?}");
        assert!(line.len() < text.len() + 1000, "{line:?}");
    }
    for name in ["/nowhere/targets.yml", "/nowhere/targets.json"] {
        if let Err(reason) = fuzzing::file(Path::new(name), text) {
            assert!(!reason.contains(['\n', '\r', '\0']), "{reason:?}");
        }
    }
    let shown = redacted::yaml(text);
    if shown.len() as u64 <= LIMITS.bytes {
        assert_eq!(redacted::yaml(&shown), shown);
    }
});
