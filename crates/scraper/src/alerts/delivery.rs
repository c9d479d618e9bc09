//! One receiver of alerts: looks what it should be told, tells it, and tries again where it does not take it.
//!
//! What is to be told follows from the table and not from a queue: a receiver that was gone is told of what fires now and of
//! what ended meanwhile, each once, and nothing grows while it is gone.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Request, StatusCode};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout};

use super::alert::{Alert, Status, Told};
use super::message::{ALERTS_MAX, Message};
use crate::client::{self, Trust, connection::Connection, oauth2, request};
use crate::config::alerts::{Kind, Receiver, address};
use crate::forward::post::{self, Body, Verdict};
use crate::forward::receiver::jittered;
use crate::scraper::Shared;
use crate::telemetry::alerts::Cells;

/// The wait after the first failure; it doubles with each.
const BACKOFF_MIN: Duration = Duration::from_secs(1);

/// The longest wait, also for a message that is refused as it is.
const BACKOFF_MAX: Duration = Duration::from_secs(5 * 60);

/// How long is waited where nothing is to be told unless something changes.
const IDLE: Duration = Duration::from_secs(3600);

/// A receiver that runs.
#[derive(Debug)]
pub struct Delivery {
    /// Its configuration.
    pub receiver: Rc<Receiver>,
    /// Why the last message was not taken; `None` after one that was.
    pub error: RefCell<Option<String>>,
    is_ending: Cell<bool>,
    ending: Notify,
    trust: Trust,
    /// Until when messages of a rule are not tried again, since they were refused as they are.
    refused: RefCell<HashMap<(Rc<str>, Status), Instant>>,
}

/// A message that is due.
struct Due {
    rule: Rc<str>,
    status: Status,
    alerts: Vec<Alert>,
}

impl Delivery {
    /// One that does nothing yet; [`Delivery::run`] does.
    pub fn new(receiver: Rc<Receiver>) -> Self {
        Self {
            trust: Trust::new(receiver.http.tls.clone()),
            receiver,
            error: RefCell::default(),
            is_ending: Cell::new(false),
            ending: Notify::new(),
            refused: RefCell::default(),
        }
    }

    /// Makes [`Delivery::run`] end after the request that is under way.
    pub fn stop(&self) {
        self.is_ending.set(true);
        self.ending.notify_one();
    }

    /// Tells until [`Delivery::stop`]. Before the clock is set nothing is told: it would have times of 1970.
    pub async fn run(&self, shared: &Shared, mut changed: watch::Receiver<u64>) {
        let cells = shared.telemetry.alerting.cells(&self.receiver.name);
        let mut backoff = BACKOFF_MIN;
        while !self.is_ending.get() {
            changed.borrow_and_update();
            if !shared.clock.look() {
                self.pause(Duration::from_secs(1)).await;
                continue;
            }
            let (due, wait) = self.due(shared);
            let Some(due) = due else {
                tokio::select! {
                    // It ends with the process.
                    _ = changed.changed() => {}
                    () = sleep(wait) => {}
                    () = self.ending.notified() => {}
                }
                continue;
            };
            match self.attempt(shared, &due).await {
                Verdict::Taken => {
                    backoff = BACKOFF_MIN;
                    self.taken(shared, &due, &cells);
                }
                Verdict::Later(reason, asked) => {
                    self.failed(&due, &cells, &reason, "alerts are not taken, they are told later");
                    let wait = match asked {
                        // Not before the time that was asked for.
                        Some(asked) => asked.max(backoff) + jittered(BACKOFF_MIN),
                        None => jittered(backoff),
                    };
                    backoff = (backoff * 2).min(BACKOFF_MAX);
                    self.pause(wait).await;
                }
                Verdict::Refused(reason) | Verdict::OtherMessage(reason) => {
                    self.failed(
                        &due,
                        &cells,
                        &reason,
                        "alerts are refused, they are tried again every 5 minutes",
                    );
                    let until = Instant::now() + BACKOFF_MAX;
                    self.refused.borrow_mut().insert((due.rule, due.status), until);
                }
            }
        }
    }

    async fn pause(&self, time: Duration) {
        // Ends early where this ends.
        let _ = timeout(time, self.ending.notified()).await;
    }

    /// The first message that is due; else in how long one will be.
    fn due(&self, shared: &Shared) -> (Option<Due>, Duration) {
        let (now, now_ms) = (Instant::now(), shared.clock.now_ms());
        let mut refused = self.refused.borrow_mut();
        refused.retain(|_, until| now < *until);
        let mut table = shared.alerts.table.borrow_mut();
        table.settle(now, now_ms);
        let waiting: Vec<(&Alert, Status, Duration)> = table
            .all()
            .filter_map(|alert| {
                let wait = alert.due_in(&self.receiver, now, now_ms)?;
                Some((alert, alert.status()?, wait))
            })
            .collect();
        let mut next = IDLE;
        for (alert, status, wait) in &waiting {
            let until = refused.get(&(Rc::clone(&alert.rule), *status));
            let wait = until.map_or(*wait, |until| (*wait).max(until.saturating_duration_since(now)));
            if wait.is_zero() {
                // Those that wait for others of their rule go with it; those that repeat themselves do not.
                let is_of_it = |other: &&(&Alert, Status, Duration)| {
                    other.0.rule == alert.rule
                        && other.1 == *status
                        && (other.2.is_zero() || !other.0.told.contains_key(&self.receiver.name))
                };
                let alerts = waiting.iter().filter(is_of_it).take(ALERTS_MAX);
                let due = Due {
                    rule: Rc::clone(&alert.rule),
                    status: *status,
                    alerts: alerts.map(|(alert, ..)| (*alert).clone()).collect(),
                };
                return (Some(due), Duration::ZERO);
            }
            next = next.min(wait);
        }
        (None, next)
    }

    async fn attempt(&self, shared: &Shared, due: &Due) -> Verdict {
        let body = {
            let context = shared.alerts.context.borrow();
            let message = Message {
                status: due.status,
                alerts: &due.alerts,
                context: &context,
                now_ms: shared.clock.now_ms(),
            };
            message.body(&self.receiver)
        };
        match timeout(self.receiver.timeout, self.post(body)).await {
            Ok(Ok(verdict)) => verdict,
            Ok(Err(error)) => post::failed(&error),
            Err(_) => Verdict::Later(format!("no answer within {:?}", self.receiver.timeout), None),
        }
    }

    /// One request on a connection of its own: they are rare.
    async fn post(&self, body: String) -> Result<Verdict, client::Error> {
        let receiver = &self.receiver;
        let secret = receiver.url.read().map_err(client::Error::Settings)?;
        let url = address(secret.expose(), &receiver.kind).map_err(client::Error::Settings)?;
        let credentials = &receiver.http.credentials;
        oauth2::ready(credentials).await?;
        let request = Request::post(request::target(&url, &receiver.http))
            .header(HOST, url.authority())
            .header(USER_AGENT, request::SELF)
            .header(CONTENT_TYPE, "application/json");
        let request = request::with_settings(request, &receiver.http, credentials)?
            .body(Body::new(body.into()))
            .map_err(|error| client::Error::Settings(format!("request: {error}")))?;
        let mut connection = Connection::open(&url, &self.trust, receiver.http.proxy.as_ref()).await?;
        let response = connection.send(request).await?;
        let status = response.status();
        Ok(match post::verdict(response, false, true).await {
            // With a new token it may be taken.
            Verdict::Refused(reason)
                if status == StatusCode::UNAUTHORIZED && oauth2::refused(credentials) =>
            {
                Verdict::Later(reason, None)
            }
            verdict => verdict,
        })
    }

    fn taken(&self, shared: &Shared, due: &Due, cells: &Cells) {
        cells.sent.inc_by(due.alerts.len() as u64);
        let numbers: Vec<u64> = due.alerts.iter().map(|alert| alert.number).collect();
        let name = &self.receiver.name;
        let told = Told {
            at_ms: shared.clock.now_ms(),
            at: Some(Instant::now()),
            resolved: due.status == Status::Resolved,
        };
        let resends = self.receiver.kind == Kind::Alertmanager;
        let lasts = shared
            .alerts
            .table
            .borrow_mut()
            .tell(name, &numbers, told, resends);
        if self.error.take().is_some() {
            log::info!(receiver = name.as_str(); "alerts are taken again");
        }
        if lasts {
            shared.alerts.changed(&shared.telemetry.alerting);
        }
    }

    fn failed(&self, due: &Due, cells: &Cells, reason: &str, what: &str) {
        cells.errors.inc_by(due.alerts.len() as u64);
        let before = self.error.replace(Some(reason.to_owned()));
        if before.as_deref() != Some(reason) {
            log::warn!(receiver = self.receiver.name.as_str(), error = reason; "{what}");
        }
    }
}
