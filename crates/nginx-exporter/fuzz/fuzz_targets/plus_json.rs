//! Answers of the API of NGINX Plus: an object whose members are the parts of the API.

#![no_main]

use libfuzzer_sys::fuzz_target;
use metrics_registry::Exposition;
use nginx_exporter::plus::Plus;
use nginx_exporter::sink::Sink;

fuzz_target!(|bytes: &[u8]| {
    let Ok(serde_json::Value::Object(parts)) = serde_json::from_slice(bytes) else {
        return;
    };
    let mut plus = Plus::default();
    for (part, value) in parts {
        plus.insert(&part, value);
    }
    let mut out = Exposition::default();
    plus.write(&mut Sink::new(&mut out, &[("addr".into(), "x".into())]));
    let _ = out.to_text();
});
