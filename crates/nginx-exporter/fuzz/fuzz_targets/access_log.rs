//! Access logs: the first byte says in which pieces the rest comes. Lines are the same however they come, and labels are bounded.

#![no_main]

use libfuzzer_sys::fuzz_target;
use nginx_exporter::access_log::{Format, Lines};

fuzz_target!(|bytes: &[u8]| {
    let Some((size, text)) = bytes.split_first() else {
        return;
    };
    let mut lines = Lines::default();
    let mut found = Vec::new();
    for piece in text.chunks(usize::from(*size) + 1) {
        lines.push(piece, |line| {
            found.extend_from_slice(line);
            found.push(b'\n');
            for entry in [Format::Combined, Format::Json]
                .iter()
                .filter_map(|format| format.parse(line))
            {
                assert!(entry.method < 10);
                assert!(entry.status == 0 || (100..600).contains(&entry.status));
                assert!(
                    entry
                        .time_seconds
                        .is_none_or(|seconds| seconds.is_finite() && seconds >= 0.0)
                );
            }
        });
    }
    if lines.too_long() == 0 {
        assert!(text.starts_with(&found));
        assert!(!text[found.len()..].contains(&b'\n'));
    }
});
