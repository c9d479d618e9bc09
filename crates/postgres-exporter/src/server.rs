//! One data source: its connection, and what is asked in a scrape.

mod databases;
mod faults;
mod run;

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use metrics_registry::roster::Outcome;
use metrics_registry::{Exposition, Family};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout_at;

use self::faults::Faults;
use self::run::{Group, Run, Told};
use crate::collectors::{self, Context};
use crate::custom::Queries;
use crate::dsn::Dsn;
use crate::dsn::options::Start;
use crate::plan::Plan;
use crate::samples::{Extra, Samples, Seen};
use crate::session::{Identity, Session};
use crate::table::Table;
use crate::{Error, grants};

/// Connections that one data source may have at its server at once, those included that were given up and may still work.
const CONNECTIONS_MAX: usize = 2;
/// Kept back of the deadline, to write down what did not run.
const MARGIN: Duration = Duration::from_millis(50);
/// Buffers that are kept from one scrape to the next; a usual result has 60 kB.
const KEPT_BYTES: usize = 256 << 10;

const UP: Family<0> = Family::gauge(
    "pg_up",
    "Whether the server could be reached and answered in this scrape.",
    [],
);

const OUTCOME: Outcome = Outcome {
    duration_seconds: Family::gauge(
        "pg_scrape_collector_duration_seconds",
        "Seconds that the collector took in this scrape.",
        ["collector"],
    ),
    success: Family::gauge(
        "pg_scrape_collector_success",
        "Whether the collector had all its numbers in this scrape.",
        ["collector"],
    ),
};

/// A data source and all that survives a scrape.
pub struct Server {
    /// Where it is.
    pub dsn: Dsn,
    /// Put on every sample: nothing for the first data source, `server` for the others.
    extra: Extra,
    /// Held while a scrape asks; the second scrape of a moment waits.
    line: Mutex<Line>,
    /// When each statement that was given up has ended at the server, at the latest.
    given_up: RefCell<Vec<Instant>>,
    /// When statements had to be given up last. For a while they are asked one by one then, so that only one is left
    /// behind at the server.
    cut_short: Cell<Option<Instant>>,
    /// Whether pg_up was 1 in the last scrape.
    was_up: Cell<Option<bool>>,
    /// What went wrong last, by collector.
    faults: Faults,
}

/// The connection and its buffers.
struct Line {
    session: Option<Session>,
    start: Start,
    table: Table,
    identity: Identity,
    /// Databases that were found in the last scrape, by their names; each with a connection of its own.
    databases: Vec<std::rc::Rc<Server>>,
}

/// What one scrape of a server needs.
pub struct Job<'a> {
    /// What the command line says.
    pub plan: &'a Plan,
    /// The user's own queries.
    pub queries: &'a Queries,
    /// When to stop.
    pub deadline: Instant,
    /// Where samples go.
    pub out: &'a mut Exposition,
    /// What was written in this scrape.
    pub seen: &'a mut Seen,
}

/// How a scrape of one server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Whether it answered at all.
    pub is_up: bool,
    /// Whether the default metrics and the custom queries had all their numbers.
    pub is_complete: bool,
}

impl Server {
    /// A data source that is not asked yet. `extra` is put on all its samples.
    #[must_use]
    pub fn new(dsn: Dsn, extra: Extra) -> Self {
        let name = dsn.to_string();
        Self {
            dsn,
            extra,
            line: Mutex::new(Line {
                session: None,
                start: Start::WithSettings,
                table: Table::default(),
                identity: Identity::default(),
                databases: Vec::new(),
            }),
            given_up: RefCell::default(),
            cut_short: Cell::default(),
            was_up: Cell::new(None),
            faults: Faults::new(name),
        }
    }

    /// Asks all that runs, until the deadline. What was answered by then is written, and success 0 for the rest.
    pub async fn scrape(&self, job: &mut Job<'_>) -> Ended {
        let until = job.deadline - MARGIN.min(job.deadline.saturating_duration_since(Instant::now()) / 4);
        let entered = timeout_at(until.into(), self.line.lock()).await;
        let opened = match entered {
            Ok(mut line) => match timeout_at(until.into(), self.open(&mut line, job.plan)).await {
                Ok(Ok(session)) => Ok((line, session)),
                Ok(Err(error)) => Err(error),
                Err(_) => Err(Error::Connect("no answer before the scrape's deadline".into())),
            },
            Err(_) => Err(Error::Deadline),
        };
        match opened {
            Ok((line, session)) => {
                self.tell_up(job, None);
                self.ask(line, session, until, job).await
            }
            Err(error) => {
                self.tell_up(job, Some(&error));
                Ended {
                    is_up: false,
                    is_complete: false,
                }
            }
        }
    }

    /// Writes pg_up, and says in the log when it changes.
    fn tell_up(&self, job: &mut Job<'_>, error: Option<&Error>) {
        let is_up = error.is_none();
        let extra = self.extra_of_exporter(job.plan);
        Samples::new(job.out, job.seen, &extra).sample(&UP, [], f64::from(u8::from(is_up)));
        match error {
            Some(error) => self.faults.begin("connection", error),
            None => self.faults.end("connection"),
        }
        self.was_up.set(Some(is_up));
    }

    /// A session that has just answered: the kept one, or a new one where it is old or broken.
    async fn open(&self, line: &mut Line, plan: &Plan) -> Result<Session, Error> {
        if let Some(session) = line.session.take() {
            match self.renew(session, line, plan).await {
                Ok(session) => return Ok(session),
                Err(error) => {
                    log::debug!(server:% = self.dsn, error:%; "connection given up, opening another")
                }
            }
        }
        self.refuse_too_many()?;
        let mut session = Session::open(&self.dsn, &plan.limits, &mut line.start).await?;
        line.identity = session.identify(&mut line.table).await?;
        self.tell_opened(&mut session, line).await;
        Ok(session)
    }

    /// The kept session once it has answered, or its successor where it is old and another one can be had.
    async fn renew(&self, mut session: Session, line: &mut Line, plan: &Plan) -> Result<Session, Error> {
        if session.is_old() && self.given_up_now() == 0 {
            // Where no connection is left, the old one still does.
            if let Ok(mut new) = Session::open(&self.dsn, &plan.limits, &mut line.start).await {
                session.close().await;
                line.identity = new.identify(&mut line.table).await?;
                return Ok(new);
            }
        }
        line.identity = session.identify(&mut line.table).await?;
        Ok(session)
    }

    /// Says who was reached and which rights are missing.
    async fn tell_opened(&self, session: &mut Session, line: &mut Line) {
        let identity = &line.identity;
        if self.was_up.get().is_none() {
            log::info!(
                server:% = self.dsn, version:% = identity.version, database = identity.database.as_str(),
                user = identity.user.as_str(), standby = identity.is_standby, pooled = line.start == Start::Bare;
                "connected"
            );
        }
        match grants::missing(session, identity, &mut line.table).await {
            Ok(missing) => self.faults.rights(&identity.user, &missing),
            Err(error) => log::debug!(server:% = self.dsn, error:%; "rights not known"),
        }
    }

    async fn ask(
        &self,
        mut line: MutexGuard<'_, Line>,
        session: Session,
        until: Instant,
        job: &mut Job<'_>,
    ) -> Ended {
        let identity = std::mem::take(&mut line.identity);
        let mut table = std::mem::take(&mut line.table);
        let mut run = Run {
            server: self,
            session: Some(session),
            table: &mut table,
            until,
            statement_limit: job.plan.limits.statement,
        };
        let context = Context {
            identity: &identity,
            plan: job.plan,
        };
        let mut is_complete = self.groups(&mut run, &context, job).await;
        is_complete &= self.custom(&mut run, &context, job).await;
        if job.plan.auto_discover {
            let found = self.discover(&mut run, job.plan).await;
            line.session = run.session.take();
            self.ask_databases(&mut line.databases, found, until, job).await;
        } else {
            line.session = run.session.take();
        }
        table.shrink(KEPT_BYTES);
        line.table = table;
        Ended {
            is_up: true,
            is_complete,
        }
    }

    /// Default metrics of the contract, which carry the label `server` and the labels of the command line, and the
    /// collectors. Whether the former had all their numbers.
    async fn groups(&self, run: &mut Run<'_>, context: &Context<'_>, job: &mut Job<'_>) -> bool {
        let plan = context.plan;
        let extra = self.extra_of_default_metrics(plan);
        let own = plan.default_metrics.then_some(collectors::DEFAULT_METRICS);
        let moved = plan
            .default_metrics_of_019()
            .map(|collector| (collector.name, collector.statements));
        let group = |(name, statements), extra| Group {
            name,
            statements,
            extra,
        };
        let mut groups: Vec<_> = own
            .into_iter()
            .chain(moved)
            .map(|named| group(named, &extra))
            .collect();
        let defaults = groups.len();
        groups.extend(
            plan.collectors()
                .map(|collector| group((collector.name, collector.statements), &self.extra)),
        );
        let told = run.groups(context, &groups, job.out, job.seen).await;
        let mut is_complete = true;
        for (index, (group, Told { duration, result })) in std::iter::zip(&groups, told).enumerate() {
            if index < defaults {
                is_complete &= result.is_ok();
            } else {
                let mut samples = Samples::new(job.out, job.seen, &self.extra);
                samples.sample(&OUTCOME.duration_seconds, [group.name], duration.as_secs_f64());
                let success = f64::from(u8::from(result.is_ok()));
                samples.sample(&OUTCOME.success, [group.name], success);
            }
            self.faults.tell(group.name, result);
        }
        if plan.default_metrics {
            let mut samples = Samples::new(job.out, job.seen, &extra);
            collectors::static_version::write(context.identity, &mut samples);
        }
        is_complete
    }

    async fn custom(&self, run: &mut Run<'_>, context: &Context<'_>, job: &mut Job<'_>) -> bool {
        let extra = self.extra_of_default_metrics(context.plan);
        let mut is_complete = true;
        for query in job.queries.of(context.identity.version) {
            let mut samples = Samples::new(job.out, job.seen, &extra);
            let result = match query.cached(&self.dsn) {
                Some(kept) => query.write(context.identity.version, &kept, &mut samples),
                None => match run.one(query.sql()).await {
                    Ok(()) => {
                        query.keep(&self.dsn, run.table);
                        query.write(context.identity.version, run.table, &mut samples)
                    }
                    Err(error) => Err(error),
                },
            };
            is_complete &= result.is_ok();
            self.faults.tell(query.name(), result);
        }
        is_complete
    }

    /// Fails where connections that were given up may still be open at the server.
    fn refuse_too_many(&self) -> Result<(), Error> {
        match self.given_up_now() {
            0..CONNECTIONS_MAX => Ok(()),
            count => Err(Error::Connect(format!(
                "{count} earlier statements may still run at the server, no further connection is opened"
            ))),
        }
    }

    fn given_up_now(&self) -> usize {
        let now = Instant::now();
        let mut given_up = self.given_up.borrow_mut();
        given_up.retain(|until| now < *until);
        given_up.len()
    }

    /// What stands on the default metrics.
    fn extra_of_default_metrics(&self, plan: &Plan) -> Extra {
        let server = [("server".to_owned(), self.dsn.label.clone())];
        let mut extra = Extra::labels(plan.constant_labels.iter().cloned().chain(server));
        extra.prefix.clone_from(&plan.metric_prefix);
        extra
    }

    /// What stands on the families that tell about the scrape.
    fn extra_of_exporter(&self, plan: &Plan) -> Extra {
        Extra::labels(plan.constant_labels.iter().chain(&self.extra.labels).cloned())
    }
}

#[cfg(test)]
mod tests;
