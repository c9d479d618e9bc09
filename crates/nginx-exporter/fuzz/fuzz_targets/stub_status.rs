//! The page of `stub_status`: whatever comes, there are seven samples or none.

#![no_main]

use libfuzzer_sys::fuzz_target;
use metrics_registry::Exposition;
use nginx_exporter::sink::Sink;
use nginx_exporter::stub_status::StubStatus;

fuzz_target!(|bytes: &[u8]| {
    if let Some(status) = StubStatus::parse(&String::from_utf8_lossy(bytes)) {
        let mut out = Exposition::default();
        status.write(&mut Sink::new(&mut out, &[]));
        assert_eq!(out.sample_count(), 7);
    }
});
