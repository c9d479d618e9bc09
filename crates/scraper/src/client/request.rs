//! The request of a scrape, header by header as Prometheus 3 sends it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HOST, HeaderMap, HeaderName, HeaderValue, PROXY_AUTHORIZATION,
    USER_AGENT,
};
use hyper::http::request::Builder;

use super::Error;
use crate::config::Secret;
use crate::config::http::{Credentials, HttpSettings};
use crate::target::Url;

/// What requests say of who sends them.
pub const SELF: &str = concat!("pi-scraper/", env!("CARGO_PKG_VERSION"));

/// The headers of every scrape: what the target may answer with, and how long it has.
pub fn of_scrape(accept: &str, timeout_seconds: f64) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let text = timeout_seconds.to_string();
    let named = [
        (ACCEPT, accept),
        (
            HeaderName::from_static("x-prometheus-scrape-timeout-seconds"),
            text.as_str(),
        ),
    ];
    for (name, value) in named {
        // Both are made of digits and of this program's own words.
        headers.extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
    }
    headers
}

/// Builds the request to `url`. Fails where a secret's file cannot be read or a secret cannot stand in a header.
pub fn build(
    url: &Url,
    settings: &HttpSettings,
    credentials: Option<&Credentials>,
    headers: &HeaderMap,
) -> Result<Request<Full<Bytes>>, Error> {
    let encoding = if settings.enable_compression {
        "gzip"
    } else {
        "identity"
    };
    let mut request = Request::get(target(url, settings))
        .header(HOST, url.authority())
        .header(USER_AGENT, SELF)
        .header(ACCEPT_ENCODING, encoding);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    // Whoever gets no credentials gets no other header of the configuration either: it may be a key.
    if let Some(credentials) = credentials {
        request = with_settings(request, settings, credentials)?;
    }
    request
        .body(Full::default())
        .map_err(|error| Error::Settings(format!("request: {error}")))
}

/// What goes into the request line: a proxy that is asked without TLS needs the whole address.
pub fn target(url: &Url, settings: &HttpSettings) -> String {
    match settings.proxy {
        Some(_) if !url.is_https() && url.socket().is_none() => url.to_string(),
        _ => url.path_and_query().to_owned(),
    }
}

/// Adds `Authorization` and the headers that the configuration names.
pub fn with_settings(
    mut request: Builder,
    settings: &HttpSettings,
    credentials: &Credentials,
) -> Result<Builder, Error> {
    if let Some(value) = authorization(credentials).map_err(Error::Settings)? {
        request = request.header(AUTHORIZATION, value);
    }
    for (name, values) in &settings.headers {
        for value in values {
            let value = value.read().map_err(Error::Settings)?;
            request = request.header(name, secret_value(&value)?);
        }
    }
    if let Some(proxy) = settings.proxy.as_ref().filter(|_| request_is_absolute(&request))
        && let Some(value) = super::proxy::authorization(proxy)?
    {
        request = request.header(PROXY_AUTHORIZATION, value);
    }
    Ok(request)
}

fn request_is_absolute(request: &Builder) -> bool {
    request.uri_ref().is_some_and(|uri| uri.scheme().is_some())
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
        Credentials::Oauth2(tokens) => return Ok(tokens.header()),
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
            enable_compression,
            ..HttpSettings::plain()
        };
        let headers = of_scrape(&crate::config::scrape_protocol::default_accept(), 10.0);
        let url = Url::build("http", "pi:9100", "/metrics", &BTreeMap::new()).unwrap();
        let request = build(&url, &settings, Some(&settings.credentials), &headers).unwrap();
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
                accept-encoding: gzip
                accept: application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2
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
