//! What the fuzzer feeds: everything here that reads bytes of a client or of a file. Exists only in its builds.

use std::path::Path;
use std::time::Duration;

use crate::auth::Credentials;
use crate::listen::ListenAddress;
use crate::tls::certificate::Certificate;
use crate::{deadline, negotiate, query, tls, web_config};

/// Reads and checks a web configuration, and loads its TLS where that is inline.
pub fn web_config(text: &str) {
    // A file that is named is not there, which is an error like another.
    match web_config::parse(text, Path::new("/nonexistent")) {
        Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
        Ok(config) => {
            if let Some(plan) = &config.tls {
                // Errors are fine, only a panic is not.
                let _ = tls::load(plan);
            }
        }
    }
}

/// Reads the values of request headers, a query and a listen address.
pub fn headers(bytes: &[u8]) {
    if let Some(given) = Credentials::parse(bytes) {
        assert!(given.user.len() + given.password.len() < bytes.len());
    }
    let text = String::from_utf8_lossy(bytes);
    let _ = negotiate::format(&text);
    let _ = negotiate::accepts_gzip(&text);
    let wait = deadline::collect_time(Some(&text));
    assert!(wait > Duration::ZERO && wait <= Duration::from_secs(600));
    let _ = query::parse(Some(&text));
    if let Ok(address) = text.parse::<ListenAddress>() {
        assert_eq!(address.to_string().parse().as_ref(), Ok(&address));
    }
}

/// Reads a certificate.
pub fn certificate(bytes: &[u8]) {
    let _ = Certificate::parse(bytes);
}
