//! `--auto-discover-databases`: every other database of a server is asked for what is its own.
//!
//! A connection sees the tables of its database only, so each gets one. They are asked one after the other.

use std::borrow::Cow;
use std::rc::Rc;
use std::time::Instant;

use super::run::{Group, Run};
use super::{Job, Server};
use crate::collectors::Context;
use crate::plan::Plan;
use crate::samples::Samples;

/// Most databases of one server; each is a connection that stays open.
const DATABASES_MAX: usize = 64;

const DATABASES: &str = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate \
    AND datname <> current_database() AND has_database_privilege(oid, 'CONNECT') ORDER BY datname";

impl Server {
    /// The names of the databases that are asked; none where the server does not say.
    pub(super) async fn discover(&self, run: &mut Run<'_>, plan: &Plan) -> Vec<String> {
        let result = run.one(Cow::Borrowed(DATABASES)).await;
        let is_wanted = |name: &&str| {
            let is_in = |names: &[String]| names.iter().any(|other| other == name);
            !is_in(&plan.exclude_databases)
                && (plan.include_databases.is_empty() || is_in(&plan.include_databases))
        };
        let mut names = Vec::new();
        if result.is_ok() {
            let found = run.table.rows().map(|row| row.label(0)).filter(is_wanted);
            names.extend(found.map(str::to_owned));
        }
        self.faults.tell("databases", result);
        if DATABASES_MAX < names.len() {
            log::debug!(server:% = self.dsn, databases = names.len(), asked = DATABASES_MAX; "too many databases");
            names.truncate(DATABASES_MAX);
        }
        names
    }

    /// Asks each database; connections of those that are gone are closed.
    pub(super) async fn ask_databases(
        &self,
        kept: &mut Vec<Rc<Self>>,
        names: Vec<String>,
        until: Instant,
        job: &mut Job<'_>,
    ) {
        let is = |server: &Rc<Self>, name: &String| server.dsn.database.as_ref() == Some(name);
        kept.retain(|server| names.iter().any(|name| is(server, name)));
        for name in &names {
            let server = match kept.iter().find(|server| is(server, name)) {
                Some(server) => server.clone(),
                None => {
                    let server = Rc::new(Self::new(self.dsn.with_database(name), self.extra.clone()));
                    kept.push(server.clone());
                    server
                }
            };
            // Boxed and of another kind than `scrape`, so that the future is of a known size.
            Box::pin(server.scrape_database(until, job)).await;
        }
    }

    /// Asks one database for the collectors and custom queries that belong to a database.
    async fn scrape_database(&self, until: Instant, job: &mut Job<'_>) {
        let Ok(mut line) = self.line.try_lock() else {
            return;
        };
        let line = &mut *line;
        let session = match tokio::time::timeout_at(until.into(), self.open(line, job.plan)).await {
            Ok(Ok(session)) => session,
            Ok(Err(error)) => return self.faults.begin("connection", &error),
            Err(_) => return,
        };
        self.was_up.set(Some(true));
        self.faults.end("connection");
        let mut run = Run {
            server: self,
            session: Some(session),
            table: &mut line.table,
            until,
            statement_limit: job.plan.limits.statement,
        };
        let context = Context {
            identity: &line.identity,
            plan: job.plan,
        };
        let per_database = job.plan.collectors().filter(|collector| collector.per_database);
        let groups: Vec<_> = per_database
            .map(|collector| Group {
                name: collector.name,
                statements: collector.statements,
                extra: &self.extra,
            })
            .collect();
        let told = run.groups(&context, &groups, job.out, job.seen).await;
        for (group, told) in std::iter::zip(&groups, told) {
            self.faults.tell(group.name, told.result);
        }
        let extra = self.extra_of_default_metrics(job.plan);
        for query in job.queries.of_databases(context.identity.version) {
            let mut samples = Samples::new(job.out, job.seen, &extra);
            let result = match run.one(query.sql()).await {
                Ok(()) => query.write(context.identity.version, run.table, &mut samples),
                Err(error) => Err(error),
            };
            self.faults.tell(query.name(), result);
        }
        line.session = run.session.take();
        line.table.shrink(0);
    }
}
