//! The API server: one client for all readers, made again where its credentials are not accepted any more.
//!
//! The `kube` crate finds and renews credentials and speaks TLS; what is asked and how answers are read is ours.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::header::{ACCEPT, CONTENT_TYPE, HeaderMap, RETRY_AFTER, USER_AGENT};
use hyper::http::request::Builder;
use hyper::{Response, StatusCode};
use kube::Client;
use kube::client::Body;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::connect::{self, Source};
use crate::error::Error;
use crate::read::frames::Format;
use crate::read::request::Request;
use crate::read::status::Status;

/// How long the server may take to begin its answer; a list of everything takes a k3s on a Pi some seconds.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// Bytes of a refusal that are read.
const REFUSAL_BYTES_MAX: usize = 64 << 10;
const REFUSAL_WAIT: Duration = Duration::from_secs(5);
/// Bytes of one object: a few times what etcd takes.
const OBJECT_BYTES_MAX: usize = 16 << 20;
/// How long the answer with one object may pause.
const OBJECT_SILENCE: Duration = Duration::from_secs(10);
/// Credentials are not read again sooner than this.
const RENEW_PAUSE: Duration = Duration::from_secs(20);

const SELF: &str = concat!("pi-kube-state-exporter/", env!("CARGO_PKG_VERSION"));

/// The API server of one cluster.
pub struct Api {
    source: Source,
    client: RefCell<Client>,
    /// Whether it was told that the server cannot be read, and whether because we are not let in.
    told: Cell<Option<bool>>,
    /// When credentials were last read again.
    renewed: Cell<Option<Instant>>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Api")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

/// The head of an answer, and its body on the way.
pub struct Answer {
    /// How the body is written.
    pub format: Format,
    /// The body.
    pub body: Body,
}

impl Api {
    /// A client for what `source` says. Nothing is connected yet. Fails where credentials cannot be read.
    pub async fn new(source: Source) -> Result<Self, Error> {
        let client = connect::client(&source).await?;
        Ok(Self {
            source,
            client: RefCell::new(client),
            told: Cell::new(None),
            renewed: Cell::new(None),
        })
    }

    /// Reads the credentials again, because the server refused those in use.
    pub async fn renew(&self) {
        if self
            .renewed
            .get()
            .is_some_and(|renewed| renewed.elapsed() < RENEW_PAUSE)
        {
            return;
        }
        self.renewed.set(Some(Instant::now()));
        match connect::client(&self.source).await {
            Ok(client) => {
                log::info!("credentials read again");
                self.client.replace(client);
            }
            Err(error) => log::warn!(error:%; "credentials not read again, the old ones stay"),
        }
    }

    /// Tells that the server as a whole cannot be read: once for all readers, until it is read again.
    pub fn tell(&self, error: &Error) {
        let is_refusal = matches!(error, Error::Refused { .. });
        if self.told.replace(Some(is_refusal)) != Some(is_refusal) {
            let cure = error.cure().unwrap_or("what was read is served on");
            log::warn!(error:%; "API server not read; {cure}");
        }
    }

    /// Asks, and waits for the head of the answer. Fails where it is not a success.
    pub async fn get(&self, request: &Request) -> Result<Answer, Error> {
        let response = self.send(&request.path_and_query, request.accept).await?;
        if response.status() != StatusCode::UNAUTHORIZED && self.told.take().is_some() {
            log::info!("API server is read again");
        }
        answered(response).await
    }

    /// Asks for one object, and reads what `T` holds of it. Fails where the answer is not a success.
    pub async fn read_json<T: DeserializeOwned>(&self, path_and_query: String) -> Result<T, Error> {
        let accept = "application/json";
        let answer = self
            .get(&Request {
                path_and_query,
                accept,
            })
            .await?;
        parsed(answer).await
    }

    /// Hands in a question as JSON, and reads what `T` holds of the answer. Fails where that is not a success.
    pub async fn ask<T: DeserializeOwned>(&self, path: &str, question: &impl Serialize) -> Result<T, Error> {
        let json = "application/json";
        let body = serde_json::to_vec(question).map_err(crate::read::event::Error::Json)?;
        let head = hyper::Request::post(path)
            .header(ACCEPT, json)
            .header(CONTENT_TYPE, json);
        let response = self.request(head, Body::from(body), path).await?;
        parsed(answered(response).await?).await
    }

    /// Asks for a page that says how the server is. Returns its status and text.
    pub async fn health(&self, path: &str) -> Result<(StatusCode, Vec<u8>), Error> {
        let response = self.send(path, "*/*").await?;
        let status = response.status();
        let answer = Answer {
            format: Format::Json,
            body: response.into_body(),
        };
        Ok((status, answer.whole(REFUSAL_BYTES_MAX, REFUSAL_WAIT).await?))
    }

    async fn send(&self, path_and_query: &str, accept: &'static str) -> Result<Response<Body>, Error> {
        self.request(
            hyper::Request::get(path_and_query).header(ACCEPT, accept),
            Body::empty(),
            path_and_query,
        )
        .await
    }

    async fn request(
        &self,
        head: Builder,
        body: Body,
        path_and_query: &str,
    ) -> Result<Response<Body>, Error> {
        let request = head
            .header(USER_AGENT, SELF)
            .body(body)
            .map_err(|error| Error::Config(format!("request {path_and_query:?}: {error}")))?;
        let client = self.client.borrow().clone();
        match tokio::time::timeout(ANSWER_WAIT, client.send(request)).await {
            Ok(Ok(response)) => Ok(response),
            // The wrapper says nothing that the error in it does not say.
            Ok(Err(kube::Error::Service(error))) => Err(Error::Connect(causes(&*error))),
            Ok(Err(error)) => Err(Error::Connect(causes(&error))),
            Err(_) => Err(Error::NoAnswer(ANSWER_WAIT)),
        }
    }
}

impl Answer {
    /// All of the body. Fails where it is longer than `bytes_max`, or nothing arrives within `silence`.
    pub async fn whole(mut self, bytes_max: usize, silence: Duration) -> Result<Vec<u8>, Error> {
        let mut whole = Vec::new();
        loop {
            let frame = tokio::time::timeout(silence, self.body.frame()).await;
            let frame = match frame.map_err(|_| Error::Stalled(silence))? {
                None => return Ok(whole),
                Some(Ok(frame)) => frame,
                Some(Err(error)) => return Err(crate::read::frames::Error::Read(error).into()),
            };
            if let Ok(bytes) = frame.into_data() {
                if bytes_max < whole.len() + bytes.len() {
                    return Err(Error::TooLong(bytes_max));
                }
                whole.extend_from_slice(&bytes);
            }
        }
    }
}

/// The head of an answer that is a success. Fails with what the server says otherwise.
async fn answered(response: Response<Body>) -> Result<Answer, Error> {
    let format = format(response.headers());
    let status = response.status();
    let retry_after = retry_after(response.headers());
    let body = response.into_body();
    if status.is_success() {
        return Ok(Answer { format, body });
    }
    let answer = Answer { format, body };
    let told = answer
        .whole(REFUSAL_BYTES_MAX, REFUSAL_WAIT)
        .await
        .unwrap_or_default();
    let told = Status::from_body(format, &told);
    if status == StatusCode::GONE {
        return Err(Error::Expired);
    }
    Err(Error::Refused {
        code: status.as_u16(),
        message: told.message,
        retry_after,
    })
}

async fn parsed<T: DeserializeOwned>(answer: Answer) -> Result<T, Error> {
    let body = answer.whole(OBJECT_BYTES_MAX, OBJECT_SILENCE).await?;
    serde_json::from_slice(&body).map_err(|error| crate::read::event::Error::Json(error).into())
}

fn format(headers: &HeaderMap) -> Format {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    Format::from_content_type(value.unwrap_or_default())
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

/// An error with its causes, which the client's own message leaves out; none of them twice.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}
