//! Tokens of OAuth 2.0: asked for with `client_credentials` (RFC 6749 section 4.4), kept until shortly before they end.
//!
//! All targets of a job share one token. The client names itself in the `Authorization` header; where that is refused, in
//! the body, as older servers want it, and from then on so.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT,
};
use hyper::{Request, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::connection::Connection;
use super::{Error, Trust, proxy, request};
use crate::config::Secret;
use crate::config::http::{Credentials, HttpSettings};
use crate::config::oauth2::Oauth2;

/// How long before its end a token is not used any more, so that none ends on its way.
const EARLY: Duration = Duration::from_secs(10);

/// After a refusal the giver of tokens is left alone for as long, however many targets wait.
const AFTER_REFUSAL: Duration = Duration::from_secs(5);

/// A token that is refused by a target is asked for anew once it is older than this.
const FORGET_AFTER: Duration = Duration::from_secs(30);

/// How long one request for a token may take.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// Bytes of an answer; a signed token has a few thousand.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// Characters of a refusal that are told.
const REASON_CHARACTERS_MAX: usize = 200;

/// What a form escapes.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// The tokens of one section `oauth2`; clones share them.
#[derive(Clone)]
pub struct Tokens(Rc<State>);

struct State {
    settings: Oauth2,
    known: RefCell<Option<Token>>,
    /// When and why the last one was refused.
    refused: RefCell<Option<(Instant, String)>>,
    /// Whether the client names itself in the body.
    in_body: Cell<bool>,
    /// One asks, the others wait for what it gets.
    asking: Mutex<()>,
}

/// A token as it is sent.
#[derive(Clone, Debug)]
pub struct Token {
    /// The value of `Authorization`; not shown, as it is marked as sensitive.
    pub header: HeaderValue,
    /// When it came.
    pub got_at: Instant,
    /// When it is not used any more; `None` of one that has no end.
    pub end: Option<Instant>,
}

/// An answer with a token, or with the reason why there is none.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Answer {
    access_token: String,
    token_type: String,
    expires_in: Option<serde_json::Value>,
    error: String,
    error_description: String,
}

/// Why a request brought no token.
enum Failure {
    /// The client or its request is refused.
    Refused(String),
    Other(Error),
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.settings.fmt(f)
    }
}

impl PartialEq for Tokens {
    fn eq(&self, other: &Self) -> bool {
        self.0.settings == other.0.settings
    }
}

impl Eq for Tokens {}

/// Makes sure that there is a token where `credentials` want one. Fails with one line that says who gives none and why.
pub async fn ready(credentials: &Credentials) -> Result<(), Error> {
    match credentials {
        Credentials::Oauth2(tokens) => tokens.refresh().await,
        Credentials::None | Credentials::Basic { .. } | Credentials::Scheme { .. } => Ok(()),
    }
}

/// Takes note that a request with `credentials` was refused. Returns whether another one may get through.
pub fn refused(credentials: &Credentials) -> bool {
    match credentials {
        Credentials::Oauth2(tokens) => tokens.forget(),
        Credentials::None | Credentials::Basic { .. } | Credentials::Scheme { .. } => false,
    }
}

impl Tokens {
    /// Asks for nothing yet.
    pub fn new(settings: Oauth2) -> Self {
        Self(Rc::new(State {
            settings,
            known: RefCell::default(),
            refused: RefCell::default(),
            in_body: Cell::default(),
            asking: Mutex::default(),
        }))
    }

    /// The value of `Authorization`, after [`ready`].
    pub fn header(&self) -> Option<HeaderValue> {
        let known = self.0.known.borrow();
        known.as_ref().map(|token| token.header.clone())
    }

    fn is_known(&self) -> bool {
        let known = self.0.known.borrow();
        let is_good = |token: &Token| token.end.is_none_or(|end| Instant::now() < end);
        known.as_ref().is_some_and(is_good)
    }

    async fn refresh(&self) -> Result<(), Error> {
        if self.is_known() {
            return Ok(());
        }
        let _asking = self.0.asking.lock().await;
        if self.is_known() {
            return Ok(());
        }
        if let Some((at, reason)) = &*self.0.refused.borrow()
            && at.elapsed() < AFTER_REFUSAL
        {
            return Err(self.failure(reason.clone()));
        }
        let token = match timeout(ANSWER_MAX, self.fetch()).await {
            Ok(Ok(token)) => token,
            Ok(Err(reason)) => {
                self.0.known.take();
                self.0.refused.replace(Some((Instant::now(), reason.clone())));
                return Err(self.failure(reason));
            }
            Err(_) => return Err(self.failure(format!("no answer within {ANSWER_MAX:?}"))),
        };
        self.0.refused.take();
        self.0.known.replace(Some(token));
        Ok(())
    }

    fn forget(&self) -> bool {
        let mut known = self.0.known.borrow_mut();
        let is_old = |token: &Token| FORGET_AFTER <= token.got_at.elapsed();
        known.take_if(|token| is_old(token)).is_some()
    }

    fn failure(&self, reason: String) -> Error {
        Error::Token {
            url: self.0.settings.token_url.to_string(),
            reason,
        }
    }

    async fn fetch(&self) -> Result<Token, String> {
        let secret = self.0.settings.client_secret.read()?;
        let asked = self.ask(&secret, self.0.in_body.get()).await;
        let failure = match asked {
            Ok(token) => return Ok(token),
            Err(failure) => failure,
        };
        match failure {
            Failure::Refused(reason) if !self.0.in_body.get() => match self.ask(&secret, true).await {
                Ok(token) => {
                    self.0.in_body.set(true);
                    Ok(token)
                }
                // What is said of the usual form is of more use.
                Err(_) => Err(reason),
            },
            Failure::Refused(reason) => Err(reason),
            Failure::Other(error) => Err(error.to_string()),
        }
    }

    async fn ask(&self, secret: &Secret, in_body: bool) -> Result<Token, Failure> {
        let settings = &self.0.settings;
        let request = settings.request(secret, in_body).map_err(Failure::Other)?;
        let trust = Trust::new(settings.tls.clone());
        let mut connection = Connection::open(&settings.token_url, &trust, settings.proxy.as_ref())
            .await
            .map_err(Failure::Other)?;
        let answer = connection
            .send(request)
            .await
            .map_err(|error| Failure::Other(error.into()))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        let body = body.map_err(|error| Failure::Refused(format!("read its answer: {error}")))?;
        token(status, &body.to_bytes(), Instant::now())
            .map_err(|reason| Failure::Refused(one_line(&reason, secret)))
    }
}

impl Oauth2 {
    fn request(&self, secret: &Secret, in_body: bool) -> Result<Request<Full<Bytes>>, Error> {
        let mut pairs = vec![("grant_type", "client_credentials".to_owned())];
        if !self.scopes.is_empty() {
            pairs.push(("scope", self.scopes.join(" ")));
        }
        if in_body {
            pairs.push(("client_id", self.client_id.clone()));
            pairs.push(("client_secret", secret.expose().to_owned()));
        }
        for (name, value) in &self.endpoint_params {
            pairs.push((name, value.clone()));
        }
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", form(name), form(value)))
            .collect();
        let through = HttpSettings {
            proxy: self.proxy.clone(),
            ..HttpSettings::plain()
        };
        let mut request = Request::post(request::target(&self.token_url, &through))
            .header(HOST, self.token_url.authority())
            .header(USER_AGENT, request::SELF)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, FORM_TYPE);
        if !in_body {
            let pair = format!("{}:{}", form(&self.client_id), form(secret.expose()));
            let basic = Secret::new(format!("Basic {}", STANDARD.encode(pair)));
            request = request.header(AUTHORIZATION, request::secret_value(&basic)?);
        }
        // With TLS the proxy was told when it was asked for the way.
        if let Some(proxy) = self.proxy.as_ref().filter(|_| !self.token_url.is_https())
            && let Some(value) = proxy::authorization(proxy)?
        {
            request = request.header(PROXY_AUTHORIZATION, value);
        }
        request
            .body(Full::from(pairs.join("&")))
            .map_err(|error| Error::Settings(format!("request: {error}")))
    }
}

/// Reads an answer that came at `now`. Fails with what the giver says, as it says it: see [`one_line`].
pub fn token(status: StatusCode, body: &[u8], now: Instant) -> Result<Token, String> {
    let answer: Answer = match serde_json::from_slice(body) {
        Ok(answer) => answer,
        Err(_) if !status.is_success() => return Err(format!("HTTP status {status}")),
        Err(error) => return Err(format!("its answer is no token: {error}")),
    };
    let said = [answer.error, answer.error_description];
    let said: Vec<String> = said.into_iter().filter(|text| !text.is_empty()).collect();
    if !status.is_success() || !said.is_empty() {
        let mut reason = vec![format!("HTTP status {status}")];
        reason.extend(said);
        return Err(reason.join(": "));
    }
    if answer.access_token.is_empty() {
        return Err("its answer has no access_token".into());
    }
    let scheme = match answer.token_type.as_str() {
        "" => "Bearer",
        kind if kind.eq_ignore_ascii_case("bearer") => "Bearer",
        kind => kind,
    };
    let mut header = HeaderValue::from_str(&format!("{scheme} {}", answer.access_token))
        .map_err(|_| "its token holds characters that no header takes".to_owned())?;
    header.set_sensitive(true);
    // Some write the number as a text.
    let seconds = answer.expires_in.and_then(|value| match value {
        serde_json::Value::String(text) => text.parse().ok(),
        value => value.as_f64(),
    });
    let lives = seconds.and_then(|seconds: f64| Duration::try_from_secs_f64(seconds).ok());
    let lives = lives.filter(|lives| !lives.is_zero());
    Ok(Token {
        header,
        got_at: now,
        end: lives.and_then(|lives| now.checked_add(lives - EARLY.min(lives / 4))),
    })
}

/// One line of what was said, in which the secret does not stand.
pub fn one_line(reason: &str, secret: &Secret) -> String {
    let reason = match secret.expose() {
        "" => reason.to_owned(),
        secret => reason.replace(secret, "<secret>"),
    };
    let line = reason.replace(char::is_control, " ");
    line.chars().take(REASON_CHARACTERS_MAX).collect()
}

fn form(text: &str) -> String {
    utf8_percent_encode(text, FORM).to_string().replace("%20", "+")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::http::SecretSource;
    use crate::target::Url;
    use http_client::TlsSettings;

    fn check(status: u16, body: &str, expect: &str) {
        let now = Instant::now();
        let shown = match token(StatusCode::from_u16(status).unwrap(), body.as_bytes(), now) {
            Ok(token) => {
                let lives = token.end.map(|end| (end - now).as_secs());
                format!("{} {lives:?}", token.header.to_str().unwrap())
            }
            Err(reason) => one_line(&reason, &Secret::new("hunter2".into())),
        };
        assert_eq!(shown, expect);
    }

    #[test]
    fn tokens() {
        check(
            200,
            r#"{"access_token": "t", "token_type": "bearer", "expires_in": 3600}"#,
            "Bearer t Some(3590)",
        );
        check(
            200,
            r#"{"access_token": "t", "token_type": "MAC", "expires_in": "8"}"#,
            "MAC t Some(6)",
        );
        for no_end in ["0", "-1", "null", "1e300", "\"soon\""] {
            check(
                200,
                &format!(r#"{{"access_token": "t", "expires_in": {no_end}}}"#),
                "Bearer t None",
            );
        }
    }

    #[test]
    fn refusals() {
        check(
            401,
            r#"{"error": "invalid_client", "error_description": "hunter2 is\nwrong"}"#,
            "HTTP status 401 Unauthorized: invalid_client: <secret> is wrong",
        );
        check(503, "<html>", "HTTP status 503 Service Unavailable");
        check(200, r#"{"error": "slow_down"}"#, "HTTP status 200 OK: slow_down");
        check(200, "{}", "its answer has no access_token");
        check(
            200,
            "<html>",
            "its answer is no token: expected value at line 1 column 1",
        );
        check(
            200,
            r#"{"access_token": "a\nb"}"#,
            "its token holds characters that no header takes",
        );
    }

    #[tokio::test]
    async fn requests() {
        let settings = Oauth2 {
            client_id: "me & you".into(),
            client_secret: SecretSource::Inline(Secret::new("hunter2".into())),
            token_url: Url::parse("http://login/token").unwrap(),
            scopes: vec!["read".into(), "write".into()],
            endpoint_params: [("audience".to_owned(), "https://x/".to_owned())].into(),
            tls: TlsSettings::default(),
            proxy: None,
        };
        let secret = settings.client_secret.read().unwrap();
        let common = "grant_type=client_credentials&scope=read+write";
        for (in_body, authorization, body) in [
            (
                false,
                Some("Basic bWUrJTI2K3lvdTpodW50ZXIy"),
                format!("{common}&audience=https%3A%2F%2Fx%2F"),
            ),
            (
                true,
                None,
                format!("{common}&client_id=me+%26+you&client_secret=hunter2&audience=https%3A%2F%2Fx%2F"),
            ),
        ] {
            let request = settings.request(&secret, in_body).unwrap();
            let header = request.headers().get(AUTHORIZATION);
            assert_eq!(header.map(|header| header.to_str().unwrap()), authorization);
            let sent = request.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(String::from_utf8(sent.to_vec()).unwrap(), body);
        }
        let tokens = Tokens::new(settings);
        assert!(!format!("{tokens:?}").contains("hunter2"));
    }
}
