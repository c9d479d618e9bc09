//! Values and versions that a server sends.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mysql_exporter::server::Server;
use mysql_exporter::value;

fuzz_target!(|text: &str| {
    if let Some(seconds) = value::timestamp(text) {
        assert!(seconds.is_finite());
    }
    let _ = value::status(text);
    let _ = Server::parse(text);
});
