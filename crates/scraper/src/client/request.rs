//! The request of a scrape, header by header as Prometheus 3 sends it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HOST, HeaderValue, USER_AGENT};

use super::Error;
use crate::config::Secret;
use crate::config::http::{Credentials, HttpSettings};
use crate::target::Url;

/// The formats that are read, as Prometheus 3.5 prefers them; recorded from its requests.
const FORMATS: &str = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
    application/openmetrics-text;version=0.0.1;q=0.5,\
    text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,\
    text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

const SELF: &str = concat!("pi-scraper/", env!("CARGO_PKG_VERSION"));

/// Builds the request to `url`. Fails where a secret's file cannot be read or a secret cannot stand in a header.
pub fn build(
    url: &Url,
    settings: &HttpSettings,
    credentials: Option<&Credentials>,
    timeout_seconds: &str,
) -> Result<Request<Full<Bytes>>, Error> {
    let encoding = if settings.enable_compression {
        "gzip"
    } else {
        "identity"
    };
    let mut request = Request::get(url.path_and_query())
        .header(HOST, url.authority())
        .header(USER_AGENT, SELF)
        .header(ACCEPT, FORMATS)
        .header(ACCEPT_ENCODING, encoding)
        .header("X-Prometheus-Scrape-Timeout-Seconds", timeout_seconds);
    if let Some(value) = credentials
        .map(authorization)
        .transpose()
        .map_err(Error::Settings)?
        .flatten()
    {
        request = request.header(AUTHORIZATION, value);
    }
    request
        .body(Full::default())
        .map_err(|error| Error::Settings(format!("request: {error}")))
}

/// The value of a header that holds a secret.
pub fn secret_value(secret: &Secret) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_str(secret.expose()).map_err(|_| {
        Error::Settings("a header of the configuration holds characters that no header takes".into())
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// The value of the `Authorization` header. Fails with a reason where a secret cannot be read or sent.
pub fn authorization(credentials: &Credentials) -> Result<Option<HeaderValue>, String> {
    let text = match credentials {
        Credentials::None => return Ok(None),
        Credentials::Basic { username, password } => {
            let pair = format!("{}:{}", username.read()?.expose(), password.read()?.expose());
            format!("Basic {}", STANDARD.encode(pair))
        }
        Credentials::Scheme { scheme, credentials } => format!("{scheme} {}", credentials.read()?.expose()),
    };
    let mut value = HeaderValue::from_str(&text)
        .map_err(|_| "credentials hold characters that no header takes".to_owned())?;
    value.set_sensitive(true);
    Ok(Some(value))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::config::http::SecretSource;

    #[track_caller]
    fn check(credentials: Credentials, enable_compression: bool, expect: Expect) {
        let settings = HttpSettings {
            credentials,
            tls: crate::config::http::TlsSettings::default(),
            follow_redirects: true,
            enable_compression,
        };
        let url = Url::build("http", "pi:9100", "/metrics", &BTreeMap::new()).unwrap();
        let request = build(&url, &settings, Some(&settings.credentials), "10").unwrap();
        let mut text = format!("{} {}\n", request.method(), request.uri());
        for (name, value) in request.headers() {
            text.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
        }
        expect.assert_eq(&text);
    }

    #[test]
    fn headers_of_prometheus() {
        check(
            Credentials::None,
            true,
            expect![[r#"
                GET /metrics
                host: pi:9100
                user-agent: pi-scraper/0.1.0
                accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2
                accept-encoding: gzip
                x-prometheus-scrape-timeout-seconds: 10
            "#]],
        );
    }

    #[test]
    fn credentials_in_the_header() {
        let inline = |text: &str| SecretSource::Inline(Secret::new(text.to_owned()));
        let line = |credentials| authorization(&credentials).unwrap().unwrap();
        let basic = Credentials::Basic {
            username: inline("u"),
            password: inline("p"),
        };
        assert_eq!(line(basic), "Basic dTpw");
        let token = Credentials::Scheme {
            scheme: "Token".into(),
            credentials: inline("t"),
        };
        assert_eq!(line(token), "Token t");
        let file = Credentials::Scheme {
            scheme: "Bearer".into(),
            credentials: SecretSource::File("/nowhere/token".into()),
        };
        assert_eq!(
            authorization(&file).unwrap_err(),
            "read /nowhere/token: No such file or directory (os error 2)"
        );
    }
}
