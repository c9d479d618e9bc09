//! Stored samples, as they stand in a file and as they are after checksum and compression. The first byte says which.

#![no_main]

use libfuzzer_sys::fuzz_target;
use scraper::forward::spill::fuzzing;

fuzz_target!(|bytes: &[u8]| {
    match bytes.split_first() {
        Some((b's', rest)) => {
            fuzzing::segment(rest);
        }
        Some((_, rest)) => {
            fuzzing::content(rest);
        }
        None => {}
    }
});
