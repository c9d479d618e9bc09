//! The data sources, and what is told about the scrape itself.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

use clap::ArgMatches;
use exporter_http::flags::text;
use exporter_http::{Exporter, Refused, Scrape, StartError};
use metrics_registry::{Exposition, Family};

use crate::auth_modules::AuthModules;
use crate::custom::Queries;
use crate::dsn::options::Start;
use crate::dsn::{Dsn, sources};
use crate::plan::Plan;
use crate::probe::Targets;
use crate::samples::{Extra, Samples, Seen};
use crate::server::{Job, Server};
use crate::session::Session;
use crate::table::Table;
use crate::{Version, flags, grants};

const UP: Family<0> = Family::gauge(
    "pg_up",
    "Whether the server could be reached and answered in this scrape.",
    [],
);
const SCRAPES: Family<0> = Family::counter(
    "pg_exporter_scrapes_total",
    "Scrapes since the exporter was started.",
    [],
);
const LAST_DURATION: Family<0> = Family::gauge(
    "pg_exporter_last_scrape_duration_seconds",
    "Seconds that this scrape took.",
    [],
);
const LAST_ERROR: Family<0> = Family::gauge(
    "pg_exporter_last_scrape_error",
    "Whether a server, a default metric or a custom query did not answer in this scrape.",
    [],
);
/// Our own; the reference answers 500 instead.
const DUPLICATES: Family<0> = Family::counter(
    "pg_exporter_duplicate_series_total",
    "Series that were dropped because another row of the same scrape had given them.",
    [],
);
const RELOAD_SUCCESSFUL: Family<0> = Family::gauge(
    "postgres_exporter_config_last_reload_successful",
    "Whether the newest state of --config.file is in force.",
    [],
);
const RELOAD_TIME: Family<0> = Family::gauge(
    "postgres_exporter_config_last_reload_success_timestamp_seconds",
    "When --config.file was last read, in seconds since 1970; 0 is never.",
    [],
);

/// The postgres exporter: its data sources and what they are asked.
pub struct PostgresExporter {
    plan: Plan,
    servers: Vec<Server>,
    probed: Targets,
    queries: RefCell<Rc<Queries>>,
    config: RefCell<Config>,
    /// Series of the scrape that runs; kept for its buffer and its count.
    seen: RefCell<Seen>,
    scrapes: Cell<u64>,
}

/// The file of `--config.file`.
struct Config {
    path: PathBuf,
    modules: AuthModules,
    is_current: bool,
    read: Option<SystemTime>,
}

impl PostgresExporter {
    /// Reads the command line and the environment. Fails with one line that names the flag or variable.
    ///
    /// With `--print-grants` the process ends here.
    pub async fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        let plan = Plan::from_flags(matches)?;
        let sources =
            sources::sources(&sources::of_process).map_err(|error| StartError(error.to_string()))?;
        if matches.get_flag(flags::PRINT_GRANTS) {
            print_grants(&plan, sources.first()).await?;
            end();
        }
        let collectors: Vec<_> = plan.collectors().map(|collector| collector.name).collect();
        log::info!(data_sources = sources.len(), collectors = collectors.join(" "); "postgres exporter");
        if sources.is_empty() {
            log::warn!("no DATA_SOURCE_NAME in the environment, only /probe has numbers");
        }
        let servers = sources.into_iter().enumerate().map(|(index, dsn)| {
            log::info!(server:% = dsn; "data source");
            // The reference asks only the first one for everything, without a label; the others are told apart here.
            let server = (index != 0).then(|| ("server".to_owned(), dsn.label.clone()));
            Server::new(dsn, Extra::labels(server))
        });
        let config = Config::new(Path::new(text(matches, flags::CONFIG_FILE)));
        let queries = match &plan.custom_queries {
            Some(path) => Queries::load(path, &Queries::default()),
            None => Queries::default(),
        };
        Ok(Self {
            servers: servers.collect(),
            plan,
            probed: Targets::default(),
            queries: RefCell::new(Rc::new(queries)),
            config: RefCell::new(config),
            seen: RefCell::default(),
            scrapes: Cell::new(0),
        })
    }

    /// Asks the servers one after the other, each with its share of the time that is left.
    async fn ask(
        &self,
        servers: &[&Server],
        deadline: Instant,
        out: &mut Exposition,
        seen: &mut Seen,
    ) -> bool {
        let queries = self.queries.borrow().clone();
        let mut is_complete = true;
        for (index, server) in servers.iter().enumerate() {
            let now = Instant::now();
            let share = deadline.saturating_duration_since(now) / (servers.len() - index) as u32;
            let mut job = Job {
                plan: &self.plan,
                queries: &queries,
                deadline: now + share,
                out,
                seen,
            };
            let ended = server.scrape(&mut job).await;
            is_complete &= ended.is_up && ended.is_complete;
        }
        is_complete
    }

    /// What is told about the scrape itself.
    fn tell(&self, started: Instant, is_complete: bool, out: &mut Exposition, seen: &mut Seen) {
        let extra = Extra::labels(self.plan.constant_labels.iter().cloned());
        let duplicates = seen.duplicates;
        let mut samples = Samples::new(out, seen, &extra);
        samples.sample(&SCRAPES, [], self.scrapes.get() as f64);
        samples.sample(&LAST_DURATION, [], started.elapsed().as_secs_f64());
        samples.sample(&LAST_ERROR, [], f64::from(u8::from(!is_complete)));
        samples.sample(&DUPLICATES, [], duplicates as f64);
        self.queries.borrow().write(&mut samples);
    }
}

impl Exporter for PostgresExporter {
    async fn scrape(&self, scrape: &Scrape, out: &mut Exposition) -> Result<(), Refused> {
        let started = Instant::now();
        let deadline = scrape.deadline.min(started + self.plan.collection_timeout);
        let probed = match scrape.path.as_str() {
            "/probe" => Some(self.probed.server(scrape, &self.config.borrow().modules)?),
            _ => None,
        };
        let servers: Vec<&Server> = match &probed {
            Some(server) => vec![server],
            None => self.servers.iter().collect(),
        };
        self.scrapes.set(self.scrapes.get() + 1);
        // Taken out while it is written to: two targets may be probed at once.
        let mut seen = self.seen.take();
        let counted = seen.duplicates;
        seen.clear();
        let is_complete = self.ask(&servers, deadline, out, &mut seen).await && !servers.is_empty();
        if servers.is_empty() {
            Samples::new(out, &mut seen, &Extra::default()).sample(&UP, [], 0.0);
        }
        self.tell(started, is_complete, out, &mut seen);
        if probed.is_none() {
            self.config.borrow().write(out);
        }
        let dropped = seen.duplicates - counted;
        if 0 < dropped {
            log::debug!(series = dropped; "series that came twice dropped");
        }
        let mut kept = self.seen.borrow_mut();
        seen.duplicates = seen.duplicates.max(kept.duplicates + dropped);
        *kept = seen;
        Ok(())
    }

    fn shares_scrapes(&self) -> bool {
        true
    }

    fn has_probe(&self) -> bool {
        true
    }

    fn reload(&self) {
        self.config.borrow_mut().load();
        self.probed.clear();
        if let Some(path) = &self.plan.custom_queries {
            let before = self.queries.borrow().clone();
            *self.queries.borrow_mut() = Rc::new(Queries::load(path, &before));
        }
    }
}

impl Config {
    fn new(path: &Path) -> Self {
        let mut config = Self {
            path: path.to_owned(),
            modules: AuthModules::default(),
            is_current: false,
            read: None,
        };
        config.load();
        config
    }

    /// Reads the file; what is wrong with it is logged, and what was read before stays.
    fn load(&mut self) {
        if !self.path.exists() {
            // The default names a file that few have.
            log::debug!(path:% = self.path.display(); "no file with logins for /probe");
            self.is_current = false;
            return;
        }
        let loaded = AuthModules::load(&self.path);
        self.is_current = loaded.is_ok();
        match loaded {
            Ok(modules) => {
                self.modules = modules;
                self.read = Some(SystemTime::now());
            }
            Err(error) => log::error!(error:%; "logins for /probe not loaded"),
        }
    }

    fn write(&self, out: &mut Exposition) {
        let since = self
            .read
            .and_then(|read| read.duration_since(SystemTime::UNIX_EPOCH).ok());
        let seconds = since.unwrap_or(Duration::ZERO).as_secs_f64();
        out.sample(&RELOAD_SUCCESSFUL, [], f64::from(u8::from(self.is_current)));
        out.sample(&RELOAD_TIME, [], seconds);
    }
}

/// Ends the process well.
#[expect(
    clippy::disallowed_methods,
    reason = "nothing is open yet, and the start knows no other end than serving or an error"
)]
fn end() -> ! {
    std::process::exit(0)
}

/// Writes the SQL for the server of the first data source, or for the newest where it does not answer yet.
async fn print_grants(plan: &Plan, dsn: Option<&Dsn>) -> Result<(), StartError> {
    /// What is assumed of a server that does not let us in: its rights are those of all since 16.
    const ASSUMED: Version = Version::major(16);
    // Who asks as the superuser wants another user than that.
    let user = dsn.and_then(|dsn| dsn.user.as_deref());
    let user = user.filter(|user| *user != "postgres").unwrap_or("prometheus");
    let database = dsn.and_then(|dsn| dsn.database.as_deref()).unwrap_or("postgres");
    let mut text = String::new();
    let version = match dsn {
        None => ASSUMED,
        Some(dsn) => match version(plan, dsn).await {
            Ok(version) => version,
            Err(error) => {
                text = format!("-- {dsn} does not answer yet ({error}); this is for {ASSUMED} and later.\n");
                ASSUMED
            }
        },
    };
    text.push_str(&grants::sql(version, user, database));
    let written = std::io::stdout().write_all(text.as_bytes());
    written.map_err(|error| StartError(format!("write the SQL: {error}")))
}

async fn version(plan: &Plan, dsn: &Dsn) -> Result<Version, crate::Error> {
    let mut start = Start::WithSettings;
    let mut session = Session::open(dsn, &plan.limits, &mut start).await?;
    let identity = session.identify(&mut Table::default()).await?;
    session.close().await;
    Ok(identity.version)
}
