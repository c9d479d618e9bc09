//! Data source names in both forms, targets of probes, and version ranges of custom queries.

#![no_main]

use libfuzzer_sys::fuzz_target;
use postgres_exporter::Version;
use postgres_exporter::custom::ranges::Range;
use postgres_exporter::dsn::options::ServerLimits;
use postgres_exporter::dsn::sources;
use postgres_exporter::dsn::{Dsn, DsnError};

fn check(parsed: Result<Dsn, DsnError>) {
    match parsed {
        // A message is one line of the log.
        Err(error) => assert!(!error.to_string().contains(['\n', '\0'])),
        Ok(dsn) => {
            assert!(dsn.port != 0 && !dsn.host.is_empty());
            if let Some(password) = &dsn.password {
                assert!(!password.is_empty());
            }
            // Every name of a setting is one that SQL takes as it is.
            for (name, _) in ServerLimits::default().settings(&dsn) {
                assert!(!name.is_empty() && !name.contains([' ', ';', '\'', '"']));
            }
        }
    }
}

fuzz_target!(|text: &str| {
    check(Dsn::parse(text, &[]));
    check(Dsn::target(text, &[]));
    let named = |variable: &str| (variable == "DATA_SOURCE_NAME").then(|| text.to_owned());
    if let Ok(several) = sources::sources(&named) {
        several.into_iter().for_each(|dsn| check(Ok(dsn)));
    }
    let parts = |variable: &str| (variable == "DATA_SOURCE_URI").then(|| text.to_owned());
    let _ = sources::sources(&parts);
    if let Some(range) = Range::parse(text) {
        range.includes(Version(150_018));
    }
});
