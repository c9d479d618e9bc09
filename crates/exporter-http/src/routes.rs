//! Which path gets which answer, and who may ask.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::time::Instant;

use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HeaderMap, HeaderName};
use hyper::{Method, Request, Response, StatusCode};

use crate::auth::{Gate, Verdict};
use crate::limits::Limits;
use crate::pace::{Flights, Pace};
use crate::payload::{Encoder, Payload};
use crate::rate_limit::Bucket;
use crate::reply::Reply;
use crate::runs::Runs;
use crate::telemetry::Telemetry;
use crate::web_config::watch::{Loaded, Watch};
use crate::{About, Admission, Caller, Exporter, landing, negotiate, query, scrape};

/// Everything that is served, and what it needs.
pub(crate) struct Site<E> {
    pub about: &'static About,
    pub exporter: E,
    pub telemetry_path: String,
    pub telemetry: Telemetry,
    pub encoder: Encoder,
    pub expositions: scrape::Expositions,
    pub flights: Flights,
    /// Runs that the next client may share.
    pub runs: Runs,
    /// Whether the newest scrape did not finish in time.
    pub late: Cell<bool>,
    watch: Watch,
    limits: Limits,
    gate: Gate,
    bucket: Bucket,
}

impl<E: Exporter> Site<E> {
    pub(crate) fn new(
        about: &'static About,
        exporter: E,
        settings: &crate::flags::Settings,
        watch: Watch,
        limits: Limits,
    ) -> Self {
        Self {
            about,
            exporter,
            telemetry_path: settings.telemetry_path.clone(),
            telemetry: Telemetry::new(about, settings.exporter_metrics),
            encoder: Encoder::default(),
            expositions: scrape::Expositions::default(),
            flights: Flights::new(settings.max_requests),
            runs: Runs::default(),
            late: Cell::new(false),
            watch,
            limits,
            gate: Gate::new(),
            bucket: Bucket::default(),
        }
    }

    pub(crate) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Answers one request, whatever it is.
    pub(crate) async fn answer(
        self: &Rc<Self>,
        request: Request<Incoming>,
        pace: &Rc<Pace>,
    ) -> Response<Payload> {
        let loaded = self.watch.current();
        let gzip = negotiate::accepts_gzip(&joined(request.headers(), &ACCEPT_ENCODING));
        let reply = match self.refusal(&loaded, &request, pace).await {
            Some(refusal) => refusal,
            None => self.route(request, gzip, pace).await,
        };
        reply.into_response(&self.encoder, &loaded.config.headers, gzip)
    }

    /// Why this request is not even looked at; reads its body, which nothing needs.
    async fn refusal(&self, loaded: &Rc<Loaded>, request: &Request<Incoming>, pace: &Pace) -> Option<Reply> {
        let has_body = !request.body().is_end_stream();
        let refuse = |reply| {
            if has_body {
                pace.leave_unread();
            }
            Some(reply)
        };
        if let Some(rate) = loaded.config.rate
            && !self.bucket.take(rate, Instant::now())
        {
            return refuse(Reply::too_many_requests(rate.interval));
        }
        if !loaded.config.users.is_empty() {
            let header = request.headers().get(AUTHORIZATION).map(|value| value.as_bytes());
            match self.gate.check(&loaded.config.users, header).await {
                Verdict::Allowed => {}
                Verdict::Denied => return refuse(Reply::unauthorized()),
                Verdict::Busy => return refuse(Reply::busy("too many passwords wait to be checked")),
            }
        }
        match *request.method() {
            Method::GET | Method::HEAD | Method::POST => None,
            _ => refuse(Reply::method_not_allowed()),
        }
    }

    async fn route(self: &Rc<Self>, request: Request<Incoming>, gzip: bool, pace: &Rc<Pace>) -> Reply {
        let (parts, body) = request.into_parts();
        if !body.is_end_stream()
            && let Err(refusal) = self.drain(body).await
        {
            pace.leave_unread();
            return refusal;
        }
        let path = parts.uri.path();
        let is_probe = path == "/probe" && self.exporter.has_probe();
        if path == self.telemetry_path || is_probe {
            return match self.flights.take() {
                Some(permit) => {
                    pace.hold(permit);
                    match self.not_admitted(&parts).await {
                        Some(refusal) => {
                            if !is_probe {
                                self.telemetry.answered(refusal.status());
                            }
                            refusal
                        }
                        None => scrape::answer(self, &parts, gzip, is_probe, pace).await,
                    }
                }
                None => {
                    if !is_probe {
                        self.telemetry.answered(StatusCode::SERVICE_UNAVAILABLE);
                    }
                    self.too_many_in_flight()
                }
            };
        }
        match path {
            "/-/healthy" => Reply::text(StatusCode::OK, format!("{} is healthy.\n", self.about.title)),
            "/-/ready" if self.exporter.is_ready() => {
                Reply::text(StatusCode::OK, format!("{} is ready.\n", self.about.title))
            }
            "/-/ready" => Reply::text(
                StatusCode::SERVICE_UNAVAILABLE,
                format!("{} is not ready yet.\n", self.about.title),
            ),
            _ => match self.flights.take() {
                Some(permit) => {
                    pace.hold(permit);
                    self.own_page(&parts).await
                }
                None => self.too_many_in_flight(),
            },
        }
    }

    /// Why the exporter does not give this client samples.
    async fn not_admitted(&self, parts: &hyper::http::request::Parts) -> Option<Reply> {
        let caller = Caller {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            authorization: parts.headers.get(AUTHORIZATION).map(|value| value.as_bytes()),
        };
        Some(match self.exporter.admit(&caller).await {
            Admission::Allowed => return None,
            Admission::Unknown => {
                Reply::text(StatusCode::UNAUTHORIZED, "a bearer token is wanted\n".to_owned())
            }
            Admission::Forbidden(reason) => Reply::text(StatusCode::FORBIDDEN, reason + "\n"),
            Admission::Unavailable(reason) => Reply::busy(&reason),
        })
    }

    /// A page of the exporter's own, or the landing page where it has none at `/`.
    async fn own_page(&self, parts: &hyper::http::request::Parts) -> Reply {
        let request = crate::Request {
            method: parts.method.as_str().to_owned(),
            path: parts.uri.path().to_owned(),
            query: query::parse(parts.uri.query()),
            accept: joined(&parts.headers, &ACCEPT),
        };
        match self.exporter.route(&request).await {
            Some(response) => Reply::page(response),
            None if request.path == "/" => {
                let shared = [
                    (self.telemetry_path.as_str(), "Metrics"),
                    ("/-/healthy", "Health"),
                    ("/-/ready", "Readiness"),
                ];
                let own = self.exporter.links().iter().copied();
                let (metrics, states) = shared.split_at(1);
                let links = metrics.iter().copied().chain(own).chain(states.iter().copied());
                Reply::page(crate::Response {
                    status: 200,
                    content_type: "text/html; charset=utf-8",
                    body: Bytes::from(landing::page(self.about, links)),
                })
            }
            None => Reply::text(StatusCode::NOT_FOUND, "nothing at this path, see /\n".to_owned()),
        }
    }

    fn too_many_in_flight(&self) -> Reply {
        Reply::busy(&format!(
            "{} requests are being answered, the most that --web.max-requests allows",
            self.flights.max()
        ))
    }

    /// Reads a body and throws it away, up to its limits.
    async fn drain(&self, body: Incoming) -> Result<(), Reply> {
        let read = async {
            let mut body = pin!(body);
            let mut bytes = 0;
            while let Some(frame) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
                let frame = frame.map_err(|_| StatusCode::BAD_REQUEST)?;
                bytes += frame.data_ref().map_or(0, Bytes::len);
                if bytes > self.limits.body_bytes {
                    return Err(StatusCode::PAYLOAD_TOO_LARGE);
                }
            }
            Ok(())
        };
        let result = match tokio::time::timeout(self.limits.body_read, read).await {
            Ok(result) => result,
            Err(_) => Err(StatusCode::REQUEST_TIMEOUT),
        };
        result.map_err(|status| Reply::text(status, format!("request body: {status}\n")))
    }
}

/// All values of a header as one list; what is not ASCII counts as absent.
pub(crate) fn joined(headers: &HeaderMap, name: &HeaderName) -> String {
    let mut all = String::new();
    for value in headers.get_all(name) {
        if let Ok(text) = value.to_str() {
            if !all.is_empty() {
                all.push(',');
            }
            all.push_str(text);
        }
    }
    all
}
