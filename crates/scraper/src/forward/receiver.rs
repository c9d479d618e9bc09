//! One receiver: takes samples from its queue, sends them, and waits where they are not taken.
//!
//! One connection and one request at a time, so that the samples of a series arrive in their order. A request holds
//! what waits, up to `max_samples_per_send`, or what came until `batch_send_deadline`.

use std::cell::{Cell, RefCell};
use std::io::Write as _;

use std::rc::Rc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HOST, HeaderName, USER_AGENT};
use hyper::{Request, Response, StatusCode};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout, timeout_at};

use super::budget::Budget;
use super::outgoing::Outgoing;
use super::post::{self, Body, Verdict};
use super::queue::{Batch, Queue};
use super::{line_protocol, write_v1, write_v2};
use crate::client::{self, Trust, connection::Connection, oauth2, request};
use crate::clock;
use crate::config::RemoteWrite;
use crate::config::remote_write::Message;
use crate::label_set::Iter;
use crate::labels::Labels;
use crate::telemetry::forward::Cells;

/// Samples that wait in memory for one receiver at most: 8 MB, 20 minutes of five machines with 800 series every 5 s.
/// Above half of it they go to the disk, however young they are.
pub const QUEUE_SAMPLES_MAX: usize = 1 << 20;

const SELF: &str = concat!("pi-scraper/", env!("CARGO_PKG_VERSION"));

/// How a receiver does, for the page and the log.
#[derive(Clone, Debug, Default)]
pub struct Status {
    /// Why the last request failed; `None` after one that was taken.
    pub error: Option<String>,
    /// When samples were taken last, in milliseconds since 1970.
    pub taken_at_ms: Option<i64>,
    /// The time of the newest sample that was taken, in milliseconds since 1970.
    pub newest_ms: Option<i64>,
}

/// One receiver, as the configuration has it.
#[derive(Debug)]
pub struct Receiver {
    /// Its configuration.
    pub config: RemoteWrite,
    /// What waits for it.
    pub queue: Rc<Queue>,
    /// How it does.
    pub status: RefCell<Status>,
    /// What it has used of its plan.
    pub budget: Rc<Budget>,
    cells: Cells,
    message: Cell<Message>,
    /// Until when it may send what waits; set once, when it ends.
    end: Cell<Option<Instant>>,
    ending: Notify,
}

/// What one task sends with.
struct Sender {
    outgoing: Outgoing,
    trust: Trust,
    connection: Option<Connection>,
    body: Vec<u8>,
    v2: write_v2::Request,
    snappy: snap::raw::Encoder,
    /// What the snappy encoder writes to; as long as its longest result.
    compressed: Vec<u8>,
}

/// A request body and what is in it.
struct Encoded {
    body: bytes::Bytes,
    samples: u64,
    newest_ms: i64,
    left_out: LeftOut,
}

/// Samples of a batch that are not sent, by the reason.
#[derive(Clone, Copy, Debug, Default)]
struct LeftOut {
    too_old: u64,
    no_number: u64,
    over_budget: u64,
}

impl Sender {
    /// The body, compressed as the message wants it.
    fn compressed(&mut self, message: Message) -> bytes::Bytes {
        if message == Message::Influx {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            // Writing into memory does not fail.
            let written = encoder.write_all(&self.body).and_then(|()| encoder.finish());
            return written.unwrap_or_default().into();
        }
        // Only a body of 4 GB cannot be compressed, and a batch is bounded in samples.
        let bytes_max = snap::raw::max_compress_len(self.body.len());
        if self.compressed.len() < bytes_max {
            self.compressed.resize(bytes_max, 0);
        }
        let length = self.snappy.compress(&self.body, &mut self.compressed);
        let compressed = self.compressed.get(..length.unwrap_or(0));
        bytes::Bytes::copy_from_slice(compressed.unwrap_or_default())
    }
}

impl Receiver {
    /// A receiver that does not send yet; [`Receiver::run`] does.
    pub fn new(config: RemoteWrite, queue: Rc<Queue>, cells: Cells, budget: Rc<Budget>) -> Self {
        queue.count_in(cells.clone());
        queue.batch_deadline.set(config.queue.batch_deadline);
        Self {
            message: Cell::new(config.message),
            config,
            queue,
            status: RefCell::default(),
            budget,
            cells,
            end: Cell::new(None),
            ending: Notify::new(),
        }
    }

    /// Makes [`Receiver::run`] end: it answers what it is doing, sends what waits until `end` where the receiver takes
    /// it, and returns.
    pub fn stop(&self, end: Instant) {
        self.end.set(Some(end));
        self.ending.notify_one();
        self.queue.wake();
    }

    fn sender(&self, external: Labels) -> Sender {
        Sender {
            outgoing: Outgoing::new(external, self.config.relabel.clone()),
            trust: Trust::new(self.config.http.tls.clone()),
            connection: None,
            body: Vec::new(),
            v2: write_v2::Request::default(),
            snappy: snap::raw::Encoder::new(),
            compressed: Vec::new(),
        }
    }

    /// Sends until [`Receiver::stop`].
    pub async fn run(self: Rc<Self>, external: Labels) {
        let mut sender = self.sender(external);
        loop {
            self.ready().await;
            if self.end.get().is_some_and(|end| end <= Instant::now()) {
                return;
            }
            let batch = self.queue.front(self.config.queue.samples_per_send_max).await;
            if batch.samples == 0 && self.end.get().is_some() {
                return;
            }
            if batch.samples == 0 {
                // What waited could not be read.
                let _ = timeout(self.config.queue.batch_deadline, self.ending.notified()).await;
                continue;
            }
            if !self.deliver(&mut sender, &batch).await {
                return;
            }
            self.queue.refused_since.set(None);
            self.queue.remove(&batch);
        }
    }

    /// Waits for a full batch, or for the deadline of one that is not. What is on disk is not waited for.
    async fn ready(&self) {
        let settings = &self.config.queue;
        while self.queue.samples() == 0 && self.end.get().is_none() {
            self.queue.grown().await;
        }
        let end = Instant::now() + self.queue.batch_wait();
        while self.queue.samples() < settings.samples_per_send_max
            && !self.queue.is_stored()
            && self.end.get().is_none()
        {
            if timeout_at(end, self.queue.grown()).await.is_err() {
                break;
            }
        }
    }

    /// Sends a batch until it is taken or refused. Returns false where it is neither and this ends.
    async fn deliver(&self, sender: &mut Sender, batch: &Batch) -> bool {
        let settings = &self.config.queue;
        let mut wait = settings.backoff_min;
        let mut attempt = 0_u32;
        loop {
            let encoded = self.encode(sender, batch);
            if encoded.samples == 0 {
                self.leave_out(encoded.left_out);
                return true;
            }
            let begun = Instant::now();
            let refused_since = self.queue.refused_since.get();
            self.queue.refused_since.set(refused_since.or(Some(begun)));
            let verdict = match timeout(self.config.timeout, self.post(sender, &encoded, attempt)).await {
                Ok(verdict) => verdict,
                Err(_) => {
                    sender.connection = None;
                    Verdict::Later(format!("no answer within {:?}", self.config.timeout), None)
                }
            };
            self.cells.sent(encoded.body.len(), begun.elapsed());
            match verdict {
                Verdict::Taken => {
                    self.taken(&encoded);
                    self.leave_out(encoded.left_out);
                    return true;
                }
                Verdict::Refused(reason) => {
                    self.leave_out(encoded.left_out);
                    self.refused(&encoded, reason);
                    return true;
                }
                Verdict::OtherMessage(reason) => {
                    log::warn!(
                        remote_name = self.config.name.as_str(), url:% = self.config.url, error = reason.as_str();
                        "receiver does not know remote write 2.0, going on with 1.0"
                    );
                    self.message.set(Message::V1);
                }
                Verdict::Later(reason, asked) => {
                    self.later(&encoded, reason);
                    attempt += 1;
                    let wait_now = asked.unwrap_or(wait).max(wait);
                    // Ends early where this ends, and then there is no other attempt.
                    let _ = timeout(jittered(wait_now), self.ending.notified()).await;
                    if self.end.get().is_some() {
                        return false;
                    }
                    wait = (wait * 2).min(settings.backoff_max);
                }
            }
        }
    }

    /// Counts what was not sent; once, however often the rest was.
    fn leave_out(&self, left_out: LeftOut) {
        self.cells.too_old.inc_by(left_out.too_old);
        self.cells.no_number.inc_by(left_out.no_number);
        self.cells.over_budget.inc_by(left_out.over_budget);
        self.tell_of_budget();
    }

    /// Says in the log and in metrics how much of the plan is used.
    pub(super) fn tell_of_budget(&self) {
        self.budget.tell(&self.config.name);
        self.cells
            .budget(&self.budget.rows(), self.budget.refused_series());
    }

    fn taken(&self, encoded: &Encoded) {
        self.budget.taken(encoded.samples, encoded.body.len() as u64);
        let mut status = self.status.borrow_mut();
        if status.error.take().is_some() {
            log::info!(
                remote_name = self.config.name.as_str(), url:% = self.config.url, waiting = self.queue.samples();
                "receiver takes samples again"
            );
        }
        status.taken_at_ms = Some(clock::now_ms());
        status.newest_ms = status.newest_ms.max(Some(encoded.newest_ms));
        self.cells.taken(encoded.samples, encoded.newest_ms);
    }

    fn refused(&self, encoded: &Encoded, reason: String) {
        self.cells.failed.inc_by(encoded.samples);
        let mut status = self.status.borrow_mut();
        if status.error.as_deref() != Some(reason.as_str()) {
            log::error!(
                remote_name = self.config.name.as_str(), url:% = self.config.url, samples = encoded.samples,
                error = reason.as_str(); "samples refused by the receiver, they are dropped"
            );
        }
        status.error = Some(reason);
    }

    fn later(&self, encoded: &Encoded, reason: String) {
        self.cells.retried.inc_by(encoded.samples);
        let mut status = self.status.borrow_mut();
        if status.error.is_none() {
            log::warn!(
                remote_name = self.config.name.as_str(), url:% = self.config.url, error = reason.as_str();
                "receiver does not take samples, they wait"
            );
        }
        status.error = Some(reason);
    }

    /// The body of a batch, compressed, in the message that the receiver knows.
    fn encode(&self, sender: &mut Sender, batch: &Batch) -> Encoded {
        let oldest_ms = match self.config.queue.sample_age_max {
            Duration::ZERO => i64::MIN,
            age => clock::now_ms().saturating_sub(age.as_millis() as i64),
        };
        let message = self.message.get();
        sender.body.clear();
        sender.v2.clear();
        let (mut samples, mut newest_ms) = (0, i64::MIN);
        let mut left_out = LeftOut::default();
        for (_, frame, range) in &batch.pieces {
            let labels = sender.outgoing.labels(&frame.layout);
            let refused = self.budget.refused(frame, labels.as_deref());
            let is_refused = |at| refused.as_ref().is_some_and(|mask| mask.get(at) == Some(&true));
            let wanted = frame.samples().enumerate().take(range.end).skip(range.start);
            for (at, (series, at_ms, value)) in wanted {
                let set = match &labels {
                    None => sender.outgoing.joined(&series.labels),
                    Some(labels) => match labels.get(at) {
                        Some(Some(set)) => set.as_bytes(),
                        _ => continue,
                    },
                };
                if at_ms < oldest_ms {
                    left_out.too_old += 1;
                    continue;
                }
                if is_refused(at) {
                    left_out.over_budget += 1;
                    continue;
                }
                match message {
                    Message::V1 => write_v1::push(&mut sender.body, set, at_ms, value),
                    Message::V2 => sender.v2.push(Iter::of(set), series.kind, at_ms, value),
                    Message::Influx => {
                        if !line_protocol::push(&mut sender.body, Iter::of(set), at_ms, value) {
                            left_out.no_number += 1;
                            continue;
                        }
                    }
                }
                samples += 1;
                newest_ms = newest_ms.max(at_ms);
            }
        }
        if message == Message::V2 {
            sender.v2.finish(&mut sender.body);
        }
        Encoded {
            body: sender.compressed(message),
            samples,
            newest_ms,
            left_out,
        }
    }

    async fn post(&self, sender: &mut Sender, encoded: &Encoded, attempt: u32) -> Verdict {
        let is_v2 = self.message.get() == Message::V2;
        let credentials = &self.config.http.credentials;
        if let Err(error) = oauth2::ready(credentials).await {
            return post::failed(&error);
        }
        let build = || self.request(encoded, attempt);
        let judge = async |response: Response<Incoming>| {
            let status = response.status();
            let verdict = post::verdict(response, is_v2, self.config.queue.retry_on_429).await;
            match verdict {
                // With a new token they may be taken.
                Verdict::Refused(reason)
                    if status == StatusCode::UNAUTHORIZED && oauth2::refused(credentials) =>
                {
                    Verdict::Later(reason, None)
                }
                verdict => verdict,
            }
        };
        let kept = sender.connection.take();
        if let Some(mut connection) = kept.filter(|kept| kept.serves(&self.config.url)) {
            let request = match build() {
                Ok(request) => request,
                Err(error) => return post::failed(&error),
            };
            match connection.send(request).await {
                Ok(response) => {
                    let verdict = judge(response).await;
                    sender.connection = Some(connection);
                    return verdict;
                }
                // Closed between two requests; what was sent may have arrived, which a receiver knows by its time.
                Err(error) => log::debug!(url:% = self.config.url, error:%; "connection not reused"),
            }
        }
        let sent = async {
            let mut connection =
                Connection::open(&self.config.url, &sender.trust, self.config.http.proxy.as_ref()).await?;
            let response = connection.send(build()?).await?;
            Ok::<_, client::Error>((connection, response))
        };
        match sent.await {
            Ok((connection, response)) => {
                let verdict = judge(response).await;
                sender.connection = Some(connection);
                verdict
            }
            Err(error) => post::failed(&error),
        }
    }

    fn request(&self, encoded: &Encoded, attempt: u32) -> Result<Request<Body>, client::Error> {
        let url = &self.config.url;
        let (content_type, encoding, version) = match self.message.get() {
            Message::V1 => ("application/x-protobuf", "snappy", Some("0.1.0")),
            Message::V2 => (
                "application/x-protobuf;proto=io.prometheus.write.v2.Request",
                "snappy",
                Some("2.0.0"),
            ),
            Message::Influx => ("text/plain; charset=utf-8", "gzip", None),
        };
        let mut request = Request::post(request::target(url, &self.config.http))
            .header(HOST, url.authority())
            .header(USER_AGENT, SELF)
            .header(CONTENT_TYPE, content_type)
            .header(CONTENT_ENCODING, encoding);
        if let Some(version) = version {
            request = request.header("X-Prometheus-Remote-Write-Version", version);
        }
        if 0 < attempt {
            request = request.header("Retry-Attempt", attempt);
        }
        for (name, value) in &self.config.headers {
            let name = HeaderName::try_from(name.as_str())
                .map_err(|_| client::Error::Settings(format!("{name:?} is no name of a header")))?;
            request = request.header(name, request::secret_value(value)?);
        }
        request = request::with_settings(request, &self.config.http, &self.config.http.credentials)?;
        request
            .body(Body::new(encoded.body.clone()))
            .map_err(|error| client::Error::Settings(format!("request: {error}")))
    }
}

/// Between a half and the whole of a wait, so that many do not come back at the same moment.
pub(crate) fn jittered(wait: Duration) -> Duration {
    let nanoseconds = clock::now().subsec_nanos();
    wait / 2 + (wait / 2).mul_f64(f64::from(nanoseconds % 1000) / 1000.0)
}
