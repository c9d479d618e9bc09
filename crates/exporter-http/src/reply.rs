//! An answer before it is encoded, and the headers that every answer has.

use std::time::Duration;

use bytes::Bytes;
use hyper::header::{
    ALLOW, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER,
    VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

use crate::payload::{Encoder, Payload};

const PLAIN_TEXT: &str = "text/plain; charset=utf-8";

/// Status, type and body of an answer.
pub(crate) struct Reply {
    status: StatusCode,
    content_type: &'static str,
    body: Content,
    extra: Option<(HeaderName, HeaderValue)>,
}

enum Content {
    Text(Bytes),
    /// Finished samples, and whether they are compressed.
    Samples(Payload, bool),
}

impl Reply {
    /// Plain text.
    pub(crate) fn text(status: StatusCode, text: String) -> Self {
        Self {
            status,
            content_type: PLAIN_TEXT,
            body: Content::Text(Bytes::from(text)),
            extra: None,
        }
    }

    /// What the exporter made. A status that is none becomes 500.
    pub(crate) fn page(response: crate::Response) -> Self {
        Self {
            status: StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            content_type: response.content_type,
            body: Content::Text(response.body),
            extra: None,
        }
    }

    /// Samples.
    pub(crate) fn samples(content_type: &'static str, payload: Payload, gzip: bool) -> Self {
        Self {
            status: StatusCode::OK,
            content_type,
            body: Content::Samples(payload, gzip),
            extra: None,
        }
    }

    pub(crate) fn unauthorized() -> Self {
        Self::text(StatusCode::UNAUTHORIZED, "Unauthorized\n".to_owned()).with(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"metrics\""),
        )
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self::text(
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET, HEAD and POST are answered\n".to_owned(),
        )
        .with(ALLOW, HeaderValue::from_static("GET, HEAD, POST"))
    }

    pub(crate) fn too_many_requests(interval: Duration) -> Self {
        let seconds = interval.as_secs_f64().ceil().max(1.0) as u64;
        Self::text(
            StatusCode::TOO_MANY_REQUESTS,
            "more requests than rate_limit allows\n".to_owned(),
        )
        .with(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// Something is at its limit; a second later it may not be.
    pub(crate) fn busy(reason: &str) -> Self {
        Self::text(
            StatusCode::SERVICE_UNAVAILABLE,
            format!("{reason}; try again later\n"),
        )
        .with(RETRY_AFTER, HeaderValue::from_static("1"))
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.extra = Some((name, value));
        self
    }

    /// Encodes the body and puts the headers on. Those of the web configuration come last and win.
    pub(crate) fn into_response(
        self,
        encoder: &Encoder,
        configured: &[(HeaderName, HeaderValue)],
        gzip: bool,
    ) -> Response<Payload> {
        let varies = matches!(self.body, Content::Samples(..)) || is_text(self.content_type);
        let policy = match &self.body {
            Content::Text(body) if self.content_type.starts_with("text/html") => Some(content_policy(body)),
            _ => None,
        };
        let encoded = match self.body {
            Content::Samples(payload, compressed) => Ok((payload, compressed)),
            Content::Text(body) => encoder.text(body, gzip && varies),
        };
        let (payload, compressed) = match encoded {
            Ok(encoded) => encoded,
            Err(error) => {
                log::error!(error:%; "answer not compressed");
                let mut response = Response::new(Payload::empty());
                *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                return response;
            }
        };
        let mut response = Response::new(payload);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if varies {
            headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        if compressed {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if let Some(policy) = policy {
            headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        }
        headers.extend(self.extra);
        for (name, value) in configured {
            headers.insert(name, value.clone());
        }
        response
    }
}

/// What compresses well.
fn is_text(content_type: &str) -> bool {
    content_type.starts_with("text/")
        || content_type.starts_with("application/json")
        || content_type.starts_with("application/openmetrics-text")
        || content_type.starts_with("image/svg+xml")
}

/// What a page may do: nothing from another origin, and inline scripts only where it brings one.
fn content_policy(page: &[u8]) -> &'static str {
    match memchr::memmem::find(page, b"<script") {
        Some(_) => {
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
        }
        None => {
            "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
        }
    }
}
