//! The statements of one scrape.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use metrics_registry::Exposition;
use tokio::time::timeout_at;

use super::Server;
use crate::collectors::{Context, Statement};
use crate::samples::{Extra, Samples, Seen};
use crate::session::{self, Session};
use crate::table::Table;
use crate::{Error, Version};

/// Before it, `statement_timeout` holds for a whole message, not for each statement in it.
const TIMEOUT_PER_STATEMENT: Version = Version::major(13);

/// The statements of one scrape, one after the other, until one of them takes the connection with it.
pub(super) struct Run<'a> {
    pub server: &'a Server,
    /// Taken while statements run, and gone once one was given up.
    pub session: Option<Session>,
    /// The rows of the newest result.
    pub table: &'a mut Table,
    /// When to stop waiting.
    pub until: Instant,
    /// `statement_timeout`, which ends at the server what is given up here.
    pub statement_limit: Duration,
}

/// Statements whose success is told as one.
pub(super) struct Group<'a> {
    pub name: &'a str,
    pub statements: &'a [Statement],
    /// Put on its samples.
    pub extra: &'a Extra,
}

/// How a group ended.
pub(super) struct Told {
    /// From the end of what was asked before it.
    pub duration: Duration,
    /// The first error of its statements.
    pub result: Result<(), Error>,
}

/// A statement that is asked, and the position of its group.
struct Planned<'a> {
    group: usize,
    statement: &'a Statement,
}

impl Run<'_> {
    /// Runs the statements of all groups, in one message where that can be; a failed one does not keep the next from
    /// running. What each group came to, in their order.
    pub async fn groups(
        &mut self,
        context: &Context<'_>,
        groups: &[Group<'_>],
        out: &mut Exposition,
        seen: &mut Seen,
    ) -> Vec<Told> {
        let mut told: Vec<Told> = groups.iter().map(|_| Told::default()).collect();
        let (mut planned, mut texts) = (Vec::new(), Vec::new());
        for (group, Group { statements, .. }) in groups.iter().enumerate() {
            for statement in *statements {
                if let Some(sql) = (statement.sql)(context) {
                    planned.push(Planned { group, statement });
                    texts.push(sql);
                }
            }
        }
        let cut_short = self.server.cut_short.get();
        let one_by_one = cut_short.is_some_and(|at| at.elapsed() < session::AGE_MAX)
            || context.identity.version < TIMEOUT_PER_STATEMENT;
        let mut at = 0;
        let mut mark = Instant::now();
        while at < planned.len() {
            let end = if one_by_one { at + 1 } else { planned.len() };
            let from = at;
            let asked = self.ask(&texts[from..end], |index, table| {
                let Some(Planned { group, statement }) = planned.get(from + index) else {
                    return;
                };
                let (Some(told), Some(of)) = (told.get_mut(*group), groups.get(*group)) else {
                    return;
                };
                let mut samples = Samples::new(out, seen, of.extra);
                told.note((statement.write)(context, table, &mut samples), &mut mark);
                at = from + index + 1;
            });
            let result = match asked.await {
                Ok(()) if at < end => Err(Error::Lost("fewer results than statements".to_owned())),
                result => result,
            };
            if let Err(error) = result {
                if let Some(told) = planned.get(at).and_then(|planned| told.get_mut(planned.group)) {
                    told.note(Err(error), &mut mark);
                }
                at += 1;
            }
        }
        told
    }

    /// Runs one statement into `table`.
    pub async fn one(&mut self, sql: Cow<'static, str>) -> Result<(), Error> {
        let mut rows = Table::default();
        let result = self
            .ask(&[sql], |_, found| std::mem::swap(found, &mut rows))
            .await;
        std::mem::swap(self.table, &mut rows);
        result
    }

    /// Runs statements until one fails, and gives the rows of each to `each` with its position.
    async fn ask(
        &mut self,
        statements: &[Cow<'static, str>],
        mut each: impl FnMut(usize, &mut Table),
    ) -> Result<(), Error> {
        let Some(mut session) = self.session.take() else {
            return Err(Error::NotAsked);
        };
        // Counted from here on: a future that is dropped must not be forgotten either.
        let mut given_up = GivenUp {
            server: self.server,
            statement_limit: self.statement_limit,
            left: statements.len(),
        };
        let asked = session.batch(statements, self.table, |index, table| {
            given_up.left = given_up.left.saturating_sub(1);
            each(index, table);
        });
        let result = match timeout_at(self.until.into(), asked).await {
            Ok(result) => {
                given_up.left = 0;
                result
            }
            Err(_) => Err(Error::Deadline),
        };
        if result.as_ref().err().is_none_or(Error::keeps_connection) {
            self.session = Some(session);
        }
        result
    }
}

impl Default for Told {
    fn default() -> Self {
        Self {
            duration: Duration::ZERO,
            result: Ok(()),
        }
    }
}

impl Told {
    /// Adds a statement that has just ended.
    fn note(&mut self, result: Result<(), Error>, mark: &mut Instant) {
        let now = Instant::now();
        self.duration += now - *mark;
        *mark = now;
        if self.result.is_ok() {
            self.result = result;
        }
    }
}

/// Remembers statements that nobody waits for any more; the server ends them by itself.
struct GivenUp<'a> {
    server: &'a Server,
    /// `statement_timeout`.
    statement_limit: Duration,
    /// Statements that were sent and not answered.
    left: usize,
}

impl Drop for GivenUp<'_> {
    fn drop(&mut self) {
        if 0 < self.left {
            // The server may go through all of them before it sees that nobody is there.
            let ended = Instant::now() + self.statement_limit * self.left as u32;
            self.server.given_up.borrow_mut().push(ended);
            self.server.cut_short.set(Some(Instant::now()));
        }
    }
}
