//! The statements of one scrape.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use tokio::time::timeout_at;

use super::Server;
use crate::Error;
use crate::collectors::{Context, Statement};
use crate::samples::Samples;
use crate::session::Session;
use crate::table::Table;

/// The statements of one scrape, one after the other, until one of them takes the connection with it.
pub(super) struct Run<'a> {
    pub server: &'a Server,
    /// Taken while a statement runs, and gone once one was given up.
    pub session: Option<Session>,
    /// The rows of the newest result.
    pub table: &'a mut Table,
    /// When to stop waiting.
    pub until: Instant,
    /// `statement_timeout`, which ends at the server what is given up here.
    pub statement_limit: Duration,
}

impl Run<'_> {
    /// Runs all statements; a failed one does not keep the next from running. Returns the first error.
    pub async fn statements(
        &mut self,
        context: &Context<'_>,
        statements: &[Statement],
        samples: &mut Samples<'_>,
    ) -> Result<(), Error> {
        let mut result = Ok(());
        for statement in statements {
            let Some(sql) = (statement.sql)(context) else {
                continue;
            };
            let one = match self.ask(sql).await {
                Ok(()) => (statement.write)(context, self.table, samples),
                Err(error) => Err(error),
            };
            if result.is_ok() {
                result = one;
            }
        }
        result
    }

    /// Runs one statement into `table`.
    pub async fn ask(&mut self, sql: Cow<'static, str>) -> Result<(), Error> {
        let Some(mut session) = self.session.take() else {
            return Err(Error::NotAsked);
        };
        // Counted from here on: a future that is dropped must not be forgotten either.
        let mut given_up = GivenUp {
            server: self.server,
            ends_within: self.statement_limit,
            is_over: false,
        };
        let result = match timeout_at(self.until.into(), session.query(sql, self.table)).await {
            Ok(result) => {
                given_up.is_over = true;
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

/// Remembers a statement that nobody waits for any more; the server ends it by itself.
struct GivenUp<'a> {
    server: &'a Server,
    /// `statement_timeout`.
    ends_within: Duration,
    is_over: bool,
}

impl Drop for GivenUp<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            let ended = Instant::now() + self.ends_within;
            self.server.given_up.borrow_mut().push(ended);
        }
    }
}
