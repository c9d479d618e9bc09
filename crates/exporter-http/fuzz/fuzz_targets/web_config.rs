//! Everything that reads bytes of a client or of the web configuration file. The first byte says which reader.

#![no_main]

use exporter_http::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match bytes.split_first() {
        Some((b'h', rest)) => fuzzing::headers(rest),
        Some((b'c', rest)) => fuzzing::certificate(rest),
        Some((_, rest)) => {
            if let Ok(text) = std::str::from_utf8(rest) {
                fuzzing::web_config(text);
            }
        }
        None => {}
    }
});
