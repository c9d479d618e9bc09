//! One server: its kept connection and its state.
//!
//! The connection is opened by the first scrape that needs it and kept, so that a scrape costs the server no login.
//! It is given up after any fault, after [`AGE_MAX`], and with every scrape that is cut short: what the server still
//! sends then is not the answer to the next statement.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::{Duration, Instant};

use metrics_registry::roster::Outcome;
use metrics_registry::{Exposition, Family};
use sqlx::Connection as _;
use sqlx::mysql::MySqlConnection;
use tokio::sync::Mutex;
use tokio::time::timeout_at;

use crate::account::{Account, Address};
use crate::collectors::{Collect, Collector, Settings};
use crate::connect::{self, SessionSettings};
use crate::samples::{Samples, Seen};
use crate::server::Server;
use crate::visit::Visit;
use crate::{Error, grants};

/// A connection is replaced after this time: its memory at the server shrinks again, and logins are known to work.
const AGE_MAX: Duration = Duration::from_secs(600);
/// Time for a login, and for an old connection to answer. A Pi that swaps needs a second.
const CONNECT_MAX: Duration = Duration::from_secs(3);
/// Time to say goodbye to a server.
const CLOSE_MAX: Duration = Duration::from_millis(200);

/// The same words whether the scrape or the login ran out of time, so that the log does not go back and forth.
const NO_ANSWER: &str = "no answer in time";

const UP: Family<0> = Family::gauge(
    "mysql_up",
    "Whether the server could be reached and took the login.",
    [],
);
const OUTCOME: Outcome = Outcome {
    duration_seconds: Family::gauge(
        "mysql_exporter_collector_duration_seconds",
        "Seconds that the collector took in this scrape; connection is the time until the server was ready.",
        ["collector"],
    ),
    success: Family::gauge(
        "mysql_exporter_collector_success",
        "Whether the collector finished without an error in this scrape.",
        ["collector"],
    ),
};

/// One server.
pub struct Target {
    address: Address,
    account: Account,
    session: Mutex<Option<Session>>,
    /// Whether the server takes the login only over an encrypted connection.
    encrypted: Cell<bool>,
    /// What the log was told last.
    told: RefCell<Told>,
}

/// An open connection.
struct Session {
    connection: MySqlConnection,
    server: Server,
    opened: Instant,
    /// The limit of a statement that the server knows.
    statement: Duration,
}

/// What the log was told last, so that a lasting fault is one line.
#[derive(Default)]
struct Told {
    /// Why the server cannot be reached; empty while it can. Nothing before the first attempt.
    down: Option<String>,
    /// The last message of each failing collector.
    failing: HashMap<&'static str, String>,
}

/// What one scrape asks of a target.
pub struct Order<'a> {
    /// The collectors to run, in their order.
    pub collectors: &'a [&'static Collector],
    /// What the flags say of them.
    pub settings: &'a Settings,
    /// What the flags say of the session.
    pub session: &'a SessionSettings,
    /// When everything must be written.
    pub deadline: Instant,
}

impl Target {
    /// A server that was not asked yet.
    #[must_use]
    pub fn new(account: Account, address: Address) -> Self {
        Self {
            address,
            account,
            session: Mutex::default(),
            encrypted: Cell::default(),
            told: RefCell::default(),
        }
    }

    /// Runs the collectors and writes what they find before the deadline.
    pub async fn scrape(&self, order: &Order<'_>, out: &mut Exposition, seen: &mut Seen) {
        let started = Instant::now();
        let Ok(mut kept) = timeout_at(order.deadline.into(), self.session.lock()).await else {
            // Another scrape asks this server and has not come to an end; it knows best whether it is up.
            let up = self.told.borrow().down.as_deref() == Some("");
            return self.give_up(up, order.collectors, out);
        };
        // Out of the lock while it is used: a scrape that is dropped takes its half-read connection with it.
        let ready = timeout_at(order.deadline.into(), self.ready(kept.take(), order)).await;
        let ready = ready.unwrap_or_else(|_| Err(NO_ANSWER.to_owned()));
        self.tell_state(&ready);
        let mut session = match ready {
            Ok(session) => session,
            Err(_) => return out.sample(&UP, [], 0.0),
        };
        out.sample(&UP, [], 1.0);
        out.sample(
            &OUTCOME.duration_seconds,
            ["connection"],
            started.elapsed().as_secs_f64(),
        );
        if self.collect(&mut session, order, out, seen).await {
            *kept = Some(session);
        }
    }

    /// Runs the collectors one after the other. Whether the connection can be used again.
    async fn collect(
        &self,
        session: &mut Session,
        order: &Order<'_>,
        out: &mut Exposition,
        seen: &mut Seen,
    ) -> bool {
        let mut usable = true;
        for collector in order.collectors {
            if !collector.suits(&session.server) {
                continue;
            }
            if !usable {
                OUTCOME.write(out, collector.flag, Duration::ZERO, false);
                continue;
            }
            let started = Instant::now();
            let mut visit = Visit {
                connection: &mut session.connection,
                server: &session.server,
                settings: order.settings,
                samples: Samples { out, seen },
            };
            let result = timeout_at(order.deadline.into(), run(collector, &mut visit)).await;
            let success = matches!(result, Ok(Ok(())));
            usable = match &result {
                Ok(Ok(())) => true,
                Ok(Err(error)) => !error.is_broken(),
                Err(_) => false,
            };
            OUTCOME.write(out, collector.flag, started.elapsed(), success);
            self.tell_outcome(collector, &session.server, result.map_err(|_| ()));
        }
        usable
    }

    /// The kept connection where it still answers, else a new one, with the limits that this scrape needs.
    async fn ready(&self, kept: Option<Session>, order: &Order<'_>) -> Result<Session, String> {
        let mut session = match self.revive(kept).await {
            Some(session) => session,
            None => self.open().await?,
        };
        let wanted = match order.session.query_seconds {
            0 => whole_seconds(order.deadline.saturating_duration_since(Instant::now())),
            seconds => Duration::from_secs(seconds),
        };
        if session.statement != wanted {
            let limited =
                connect::limit(&mut session.connection, &session.server, order.session, wanted).await;
            limited.map_err(|error| crate::error::text(&error))?;
            session.statement = wanted;
        }
        Ok(session)
    }

    async fn revive(&self, kept: Option<Session>) -> Option<Session> {
        let mut session = kept?;
        if AGE_MAX <= session.opened.elapsed() {
            // The server would note a connection that ends without a word.
            let _ = tokio::time::timeout(CLOSE_MAX, session.connection.close()).await;
            return None;
        }
        let reason = match tokio::time::timeout(CONNECT_MAX, session.connection.ping()).await {
            Ok(Ok(())) => return Some(session),
            Ok(Err(error)) => crate::error::text(&error),
            Err(_) => NO_ANSWER.to_owned(),
        };
        log::debug!(server:% = self.address, reason; "the kept connection is gone");
        None
    }

    async fn open(&self) -> Result<Session, String> {
        let opening = connect::open(&self.account, &self.address, &self.encrypted);
        let opened = tokio::time::timeout(CONNECT_MAX, opening).await;
        let (connection, server) = opened.unwrap_or_else(|_| Err(NO_ANSWER.to_owned()))?;
        log::debug!(server:% = self.address, version = server.text.as_str(); "connected");
        Ok(Session {
            connection,
            server,
            opened: Instant::now(),
            statement: Duration::ZERO,
        })
    }

    /// What this server is, for `--print-grants`.
    pub async fn server(&self) -> Result<Server, String> {
        let session = self.open().await?;
        let server = session.server.clone();
        let _ = tokio::time::timeout(CLOSE_MAX, session.connection.close()).await;
        Ok(server)
    }

    fn give_up(&self, up: bool, collectors: &[&'static Collector], out: &mut Exposition) {
        out.sample(&UP, [], f64::from(u8::from(up)));
        for collector in collectors {
            OUTCOME.write(out, collector.flag, Duration::ZERO, false);
        }
    }

    /// Says that the server is gone, or back, when that changes.
    fn tell_state(&self, ready: &Result<Session, String>) {
        let mut told = self.told.borrow_mut();
        let now = ready.as_ref().err().map_or("", String::as_str);
        if told.down.as_deref() == Some(now) {
            return;
        }
        match ready {
            Ok(session) => {
                log::info!(server:% = self.address, version = session.server.text.as_str(); "the server answers");
            }
            Err(reason) => {
                log::warn!(server:% = self.address, reason = reason.as_str(); "the server cannot be asked, mysql_up is 0");
            }
        }
        told.down = Some(now.to_owned());
    }

    /// Says a collector's fault when it begins or changes, and its end.
    fn tell_outcome(
        &self,
        collector: &'static Collector,
        server: &Server,
        result: Result<Result<(), Error>, ()>,
    ) {
        let mut told = self.told.borrow_mut();
        let error = match result {
            Ok(Ok(())) => {
                if told.failing.remove(collector.name()).is_some() {
                    log::info!(server:% = self.address, collector = collector.name(); "collector works again");
                }
                return;
            }
            Ok(Err(error)) => Some(error),
            Err(()) => None,
        };
        let message = error.as_ref().map_or_else(
            || "not finished within the time of the scrape".to_owned(),
            Error::to_string,
        );
        if told.failing.get(collector.name()) == Some(&message) {
            return;
        }
        let error = error.filter(Error::is_denied);
        match error.and_then(|_| grants::needed(collector.name(), server)) {
            Some(needed) => {
                log::warn!(server:% = self.address, collector = collector.name(), error = message.as_str(), needs = needed.to_string(); "collector lacks a grant, see --print-grants");
            }
            None => {
                log::warn!(server:% = self.address, collector = collector.name(), error = message.as_str(); "collector failed");
            }
        }
        told.failing.insert(collector.name(), message);
    }
}

async fn run(collector: &Collector, visit: &mut Visit<'_>) -> Result<(), Error> {
    match collector.collect {
        Collect::Table(table) => visit.table(table).await,
        Collect::Visit(collect) => collect(visit).await,
    }
}

/// Rounded up, at least one: the next scrape with the same time asks for the same limit then.
fn whole_seconds(time: Duration) -> Duration {
    Duration::from_secs(time.as_secs() + 1)
}
