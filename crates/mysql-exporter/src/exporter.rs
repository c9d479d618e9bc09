//! Answers requests: which server, which collectors, until when.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use bytes::Bytes;
use clap::ArgMatches;
use exporter_http::serve::Begin;
use exporter_http::{Exporter, Refused, Request, Response, Scrape, StartError};
use metrics_registry::{Exposition, Family};

use crate::account::{Account, Address};
use crate::accounts::{self, Accounts, Sources};
use crate::collectors::{self, Collector, Settings};
use crate::connect::SessionSettings;
use crate::samples::Seen;
use crate::target::{Order, Target};
use crate::targets::Targets;
use crate::{flags, grants};

/// Kept back of the time that the server leaves, to write what did not come to an end.
const MARGIN: Duration = Duration::from_millis(50);
/// What the HTTP side keeps back itself.
const KEPT_BACK_SECONDS: f64 = 0.5;
/// Time that `--print-grants` waits for the server.
const GRANTS_MAX: Duration = Duration::from_secs(10);

const DROPPED: Family<0> = Family::counter(
    "mysql_exporter_duplicate_series_dropped_total",
    "Series left out because the server gave two rows with the same labels; the reference answers HTTP 500 then.",
    [],
);

/// The exporter: its accounts, its servers, and which collectors run.
pub struct MysqlExporter {
    sources: Sources,
    accounts: RefCell<Accounts>,
    targets: Targets,
    collectors: Vec<&'static Collector>,
    settings: Settings,
    session: SessionSettings,
    /// Kept back of the deadline.
    margin: Duration,
    /// The series of the newest scrape, kept for its buffer.
    seen: Cell<Option<Box<Seen>>>,
    /// Series left out since the start.
    dropped: Cell<u64>,
}

impl MysqlExporter {
    /// Reads the command line, and the grants where it asks for them. Fails with one line that says what is wrong.
    pub async fn begin(matches: &ArgMatches) -> Result<Begin<Self>, StartError> {
        let sources = Sources::new(matches)?;
        let accounts = sources.load().map_err(StartError)?;
        let collectors = in_order(|collector| flags::is_on(matches, collector));
        let settings = flags::settings(matches);
        if matches.get_flag(flags::PRINT_GRANTS) {
            return grants(&accounts, &collectors, &settings).await.map(Begin::Print);
        }
        let names = collectors.iter().map(|collector| collector.name());
        let names = names.collect::<Vec<_>>().join(" ");
        let server = accounts
            .get(accounts::MAIN)
            .map(|account| account.address.to_string());
        log::info!(server = server.unwrap_or_default(), collectors = names; "mysql exporter");
        let offset = (flags::offset_seconds(matches) - KEPT_BACK_SECONDS).clamp(0.0, 60.0);
        Ok(Begin::Serve(Self {
            sources,
            accounts: RefCell::new(accounts),
            targets: Targets::default(),
            collectors,
            settings,
            session: flags::session(matches),
            margin: MARGIN + Duration::from_secs_f64(offset),
            seen: Cell::default(),
            dropped: Cell::default(),
        }))
    }

    /// The section and the address that a request names.
    fn asked(&self, scrape: &Scrape) -> Result<std::rc::Rc<Target>, Refused> {
        let is_probe = scrape.path == "/probe";
        let one = |name| {
            scrape
                .query_all(name)
                .next()
                .filter(|text: &&str| !text.is_empty())
        };
        let target = one("target");
        if is_probe && target.is_none() {
            return Err(Refused(
                "target is missing, as in /probe?target=db.example:3306".to_owned(),
            ));
        }
        // The reference looks at auth_module only in probes; one that is named is meant.
        let section = one("auth_module").unwrap_or(accounts::MAIN);
        let accounts = self.accounts.borrow();
        let account = accounts
            .get(section)
            .ok_or_else(|| Refused(format!("no usable section [{section}] in the configuration")))?;
        let address = match target {
            Some(text) => address(text)?,
            None => account.address.clone(),
        };
        Ok(self.targets.get(section, account, &address))
    }

    /// Those that are on and named; all that are on where none of the names is theirs, as in the reference.
    fn selected(&self, scrape: &Scrape) -> Vec<&'static Collector> {
        let names: Vec<_> = scrape.query_all("collect[]").collect();
        let named = |collector: &&&'static Collector| names.contains(&collector.name());
        let selected: Vec<_> = self.collectors.iter().filter(named).copied().collect();
        if selected.is_empty() {
            return self.collectors.clone();
        }
        selected
    }

    fn reread(&self) -> Result<(), String> {
        let accounts = self.sources.load()?;
        if *self.accounts.borrow() != accounts {
            self.accounts.replace(accounts);
            self.targets.clear();
        }
        Ok(())
    }
}

impl Exporter for MysqlExporter {
    async fn scrape(&self, scrape: &Scrape, out: &mut Exposition) -> Result<(), Refused> {
        let target = self.asked(scrape)?;
        let collectors = self.selected(scrape);
        let order = Order {
            collectors: &collectors,
            settings: &self.settings,
            session: &self.session,
            deadline: scrape
                .deadline
                .checked_sub(self.margin)
                .unwrap_or_else(Instant::now),
        };
        let mut seen = self.seen.take().unwrap_or_default();
        target.scrape(&order, out, &mut seen).await;
        self.dropped
            .set(self.dropped.get() + std::mem::take(&mut seen.dropped));
        seen.clear();
        self.seen.set(Some(seen));
        if scrape.path != "/probe" {
            out.sample(&DROPPED, [], self.dropped.get() as f64);
        }
        Ok(())
    }

    fn has_probe(&self) -> bool {
        true
    }

    fn shares_scrapes(&self) -> bool {
        true
    }

    async fn route(&self, request: &Request) -> Option<Response> {
        if request.path != "/-/reload" {
            return None;
        }
        let (status, body) = match self.reread() {
            Ok(()) => (200, "ok".to_owned()),
            Err(problem) => {
                log::warn!(problem = problem.as_str(); "configuration not reloaded, the old one stays");
                (
                    500,
                    format!("not reloaded, the old configuration stays: {problem}\n"),
                )
            }
        };
        Some(Response {
            status,
            content_type: "text/plain; charset=utf-8",
            body: Bytes::from(body),
        })
    }

    fn reload(&self) {
        match self.reread() {
            Ok(()) => log::info!("configuration reloaded"),
            Err(problem) => log::warn!(problem; "configuration not reloaded, the old one stays"),
        }
    }
}

/// The collectors that run: those of the default set first, so that none of the others takes their time.
fn in_order(is_on: impl Fn(&Collector) -> bool) -> Vec<&'static Collector> {
    let mut collectors: Vec<_> = collectors::ALL
        .iter()
        .filter(|collector| is_on(collector))
        .collect();
    collectors.sort_by_key(|collector| !collector.on);
    collectors
}

/// The address in a request; without a port it is the usual one.
fn address(text: &str) -> Result<Address, Refused> {
    Address::parse(text).map_err(|error| Refused(format!("target: {error}")))
}

async fn grants(
    accounts: &Accounts,
    collectors: &[&'static Collector],
    settings: &Settings,
) -> Result<String, StartError> {
    let account: &Account = accounts
        .get(accounts::MAIN)
        .ok_or_else(|| StartError("--print-grants needs the section [client]".to_owned()))?;
    let target = Target::new(account.clone(), account.address.clone());
    let server = tokio::time::timeout(GRANTS_MAX, target.server()).await;
    let server = server.unwrap_or_else(|_| Err("no answer".to_owned()));
    let server = server.map_err(|reason| StartError(format!("{}: {reason}", account.address)))?;
    Ok(grants::script(&server, account, collectors, settings))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_set_is_first() {
        let names = ["binlog_size", "slave_status", "global_status", "sys.user_summary"];
        let order = in_order(|collector| names.contains(&collector.name()));
        let order: Vec<_> = order.iter().map(|collector| collector.name()).collect();
        assert_eq!(
            order,
            ["global_status", "slave_status", "binlog_size", "sys.user_summary"]
        );
    }
}
