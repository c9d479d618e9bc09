//! The running scraper: its jobs, what all of them share, and the reload of the configuration.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::rc::{Rc, Weak};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::alerts::Alerts;
use crate::clock::{self, Clock};
use crate::config::versions::Versions;
use crate::config::{Config, Job, redacted};
use crate::discovery::notices::Notices;
use crate::fleet::alerts;
use crate::fleet::destination::Destination;
use crate::fleet::{Beside, Fleet, Observation};
use crate::forward::Forward;
use crate::forward::frame::Frame;
use crate::forward::receiver::Receiver;
use crate::labels::Labels;
use crate::pool::Pool;
use crate::store::Helps;
use crate::target::{Outcome, Target, offset};
use crate::telemetry::Telemetry;
use settings::Place;

/// How often the configuration's files are asked for changes of which the kernel gives no notice.
const FILES_POLL: Duration = Duration::from_secs(5);

/// How long after a notice the files are read, since an editor makes several.
const FILES_TOGETHER: Duration = Duration::from_millis(100);

/// What every job and every scrape uses.
#[derive(Debug, Default)]
pub struct Shared {
    /// What the scraper counts about itself.
    pub telemetry: Telemetry,
    /// What leaves for the receivers.
    pub forward: Forward,
    /// What is told without a server.
    pub alerts: Alerts,
    /// What the fleet page shows.
    pub fleet: RefCell<Fleet>,
    /// What scrapes are stamped with.
    pub clock: Clock,
    /// What targets say that their metrics mean.
    pub helps: Helps,
    /// Whether no scrape begins any more.
    pub is_ending: Cell<bool>,
    /// How many scrapes are under way.
    under_way: Cell<usize>,
    /// Told at the end of each.
    scraped: Notify,
    /// Every target that was started and still is in memory.
    targets: RefCell<Vec<Weak<Target>>>,
}

/// A scrape that is under way, for as long as this lives.
#[derive(Debug)]
pub struct UnderWay<'s>(&'s Shared);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.set(self.0.under_way.get() - 1);
        self.0.scraped.notify_one();
    }
}

impl Shared {
    /// With nothing in it yet but a clock.
    pub fn with_clock(clock: Clock) -> Self {
        Self {
            clock,
            telemetry: Telemetry::default(),
            forward: Forward::default(),
            alerts: Alerts::default(),
            fleet: RefCell::default(),
            helps: Helps::default(),
            is_ending: Cell::default(),
            under_way: Cell::default(),
            scraped: Notify::default(),
            targets: RefCell::default(),
        }
    }

    /// Remembers a target that was started.
    pub fn enter(&self, target: &Rc<Target>) {
        let mut targets = self.targets.borrow_mut();
        targets.retain(|target| target.strong_count() != 0);
        targets.push(Rc::downgrade(target));
    }

    /// The targets of all jobs that are scraped.
    pub fn running(&self) -> Vec<Rc<Target>> {
        let targets = self.targets.borrow();
        let targets = targets.iter().filter_map(Weak::upgrade);
        targets.filter(|target| !target.is_removed.get()).collect()
    }

    /// Puts samples into the queues of all receivers.
    pub fn push(&self, frame: Frame) {
        self.forward.push(frame, &self.clock, &self.telemetry.forwarding);
    }

    /// Counts a scrape as under way.
    pub fn begin(&self) -> UnderWay<'_> {
        self.under_way.set(self.under_way.get() + 1);
        UnderWay(self)
    }

    /// Looks every second whether the clock is set, and lets the samples go that wait for it. Ends when it is.
    pub async fn wait_for_clock(&self) {
        while !self.clock.look() {
            sleep(Duration::from_secs(1)).await;
        }
        self.forward.release(&self.clock, &self.telemetry.forwarding);
    }

    /// Begins no more scrapes, waits for those under way, then sends or stores every sample, in `time` at most.
    pub async fn stop(&self, time: Duration) {
        let end = Instant::now() + time;
        self.is_ending.set(true);
        let scraped = async {
            while self.under_way.get() != 0 {
                self.scraped.notified().await;
            }
        };
        // A target that hangs is left alone.
        let _ = timeout_at(end - time / 4, scraped).await;
        let left = end.saturating_duration_since(Instant::now());
        tokio::join!(
            self.forward.stop(left, &self.clock, &self.telemetry.forwarding),
            self.alerts.stop(left, &self.clock, &self.telemetry.alerting),
        );
    }

    /// Tells the rules of alerts and the fleet page how a scrape ended.
    pub fn observe(&self, target: &Target, outcome: &Outcome) {
        self.alerts.observe(target, outcome, &self.telemetry.alerting);
        let mut fleet = self.fleet.borrow_mut();
        let store = target.store.borrow();
        let url = target.url.to_string();
        let mut visit = fleet.begin(Observation {
            target: &target.id,
            job: &target.job,
            instance: target.instance(),
            url: &url,
            scraped_at_ms: outcome.at_ms,
            interval_seconds: target.interval.as_secs_f64(),
            up: outcome.error.is_none(),
            error: outcome.error.as_deref(),
            duration_seconds: outcome.duration.as_secs_f64(),
            series: store.current().count(),
        });
        for current in store.shown().filter(|_| outcome.error.is_none()) {
            let label = |wanted: &str| {
                let found = current.labels.iter().find(|(name, _)| *name == wanted);
                found.map(|(_, value)| value)
            };
            visit.sample(current.labels.metric(), label, current.value);
        }
        visit.finish();
    }
}

/// The scraper of one process.
#[derive(Debug)]
pub struct Scraper {
    config_path: PathBuf,
    /// Name of this machine.
    pub hostname: String,
    /// What every job uses.
    pub shared: Rc<Shared>,
    external_labels: RefCell<Labels>,
    pools: RefCell<Vec<Rc<Pool>>>,
    /// The configuration that was taken, as it may be shown.
    pub yaml: RefCell<String>,
    /// Its files of more jobs.
    included: RefCell<Vec<PathBuf>>,
    /// The files that were read last, taken or not.
    versions: RefCell<Versions>,
    /// When the process began, in milliseconds since 1970.
    pub started_ms: i64,
    /// Whether a configuration was taken.
    pub is_ready: Cell<bool>,
}

impl Scraper {
    /// A scraper without jobs; [`Scraper::load`] reads them from `config_path`.
    pub fn new(config_path: PathBuf, shared: Rc<Shared>) -> Self {
        let hostname = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self {
            config_path,
            hostname,
            shared,
            external_labels: RefCell::default(),
            pools: RefCell::default(),
            yaml: RefCell::default(),
            included: RefCell::default(),
            versions: RefCell::default(),
            started_ms: clock::now_ms(),
            is_ready: Cell::new(false),
        }
    }

    /// Reads the configuration and takes it. Fails with the reason, and everything stays as it was.
    ///
    /// A target whose address, labels and settings are the same goes on as if nothing had happened.
    pub fn load(&self) -> Result<(), crate::config::Error> {
        let telemetry = &self.shared.telemetry;
        self.versions.replace(self.versions_now());
        let config = Config::load(&self.config_path).inspect_err(|_| {
            telemetry.reload_successful.set(0);
        })?;
        self.yaml.replace(redacted::of_file(&self.config_path));
        self.apply(config);
        telemetry.reload_successful.set(1);
        telemetry.reload_success_time.set(clock::now().as_secs_f64());
        Ok(())
    }

    /// Where the configuration stands.
    pub fn config_path(&self) -> &std::path::Path {
        &self.config_path
    }

    fn versions_now(&self) -> Versions {
        Versions::now(&self.config_path, &self.included.borrow())
    }

    /// Reads the configuration again whenever one of its files changes, until the scraper ends.
    pub async fn follow_files(&self) {
        loop {
            let notices = {
                let included = self.included.borrow();
                Notices::of_folders(Config::watched(&self.config_path, &included))
            };
            let noticed = async {
                match &notices {
                    Some(notices) => notices.changed().await,
                    None => std::future::pending().await,
                }
            };
            // What comes together is read together.
            if timeout(FILES_POLL, noticed).await.is_ok() {
                sleep(FILES_TOGETHER).await;
            }
            if self.shared.is_ending.get() {
                return;
            }
            if *self.versions.borrow() != self.versions_now() {
                // The reason is in the log, where it is not taken.
                let _ = self.reload();
            }
        }
    }

    /// The same while it runs: a failure is logged too.
    pub fn reload(&self) -> Result<(), crate::config::Error> {
        if self.shared.is_ending.get() {
            // Receivers that stop must not be started again.
            let reason = "not read, the scraper is about to end";
            return Err(crate::config::Error::of(
                &self.config_path,
                (Place::default(), reason.into()),
            ));
        }
        self.load()
            .inspect_err(|error| log::error!(error:%; "configuration not taken, the old one stays"))
    }

    /// Every target, by job in the order of their names.
    pub fn targets(&self) -> Vec<Rc<Target>> {
        self.pools().iter().flat_map(|pool| pool.targets()).collect()
    }

    /// The jobs, in the order of their names.
    pub fn pools(&self) -> Vec<Rc<Pool>> {
        let mut pools = self.pools.borrow().clone();
        pools.sort_by(|left, right| left.job.name.cmp(&right.job.name));
        pools
    }

    /// Tells the page what it shows beside machines and targets.
    pub fn tell_page(&self) {
        let beside = Beside {
            destinations: self
                .shared
                .forward
                .receivers()
                .iter()
                .map(|one| destination(one))
                .collect(),
            alerts: alerts::rows(&self.shared.alerts),
            alert_receivers: self.shared.alerts.receiver_statuses(),
            dropped: self.pools.borrow().iter().map(|pool| pool.dropped().count).sum(),
        };
        self.shared.fleet.borrow_mut().beside = beside;
    }

    /// Labels that tell this scraper from others.
    pub fn external_labels(&self) -> Labels {
        self.external_labels.borrow().clone()
    }

    fn apply(&self, config: Config) {
        let forwarding = &self.shared.telemetry.forwarding;
        self.shared
            .forward
            .apply(config.remote_write, &config.external_labels, forwarding);
        self.shared.alerts.apply(
            config.alerts,
            &config.external_labels,
            &self.shared,
            &self.hostname,
        );
        let seed = offset::seed(&self.hostname, &config.external_labels);
        self.external_labels.replace(config.external_labels);
        self.included.replace(config.scrape_config_files);
        self.versions.replace(self.versions_now());
        let mut before = self.pools.take();
        let mut after = Vec::with_capacity(config.jobs.len());
        for job in config.jobs {
            let old = before
                .iter()
                .position(|pool| pool.job.name == job.name)
                .map(|at| before.swap_remove(at));
            after.push(self.pool(job, old, seed));
        }
        for gone in before {
            gone.stop();
        }
        let jobs = after.len();
        let targets: usize = after.iter().map(|pool| pool.targets().len()).sum();
        self.pools.replace(after);
        self.is_ready.set(true);
        log::info!(path:% = self.config_path.display(), jobs, targets; "configuration taken");
    }

    fn pool(&self, job: Job, old: Option<Rc<Pool>>, seed: u64) -> Rc<Pool> {
        let telemetry = &self.shared.telemetry;
        match old {
            Some(old) if old.job == job && old.seed == seed => old,
            Some(old) => {
                telemetry.pool_reloads.inc();
                Pool::start(job, seed, Rc::clone(&self.shared), Some(&old))
            }
            None => {
                telemetry.pools.inc();
                Pool::start(job, seed, Rc::clone(&self.shared), None)
            }
        }
    }
}

/// A receiver as the page shows it.
fn destination(receiver: &Receiver) -> Destination {
    let status = receiver.status.borrow();
    let waiting = receiver.queue.samples();
    let newest_ms = status.newest_ms.filter(|_| waiting != 0);
    Destination {
        name: receiver.config.name.clone(),
        url: receiver.config.url.to_string(),
        waiting,
        behind_seconds: newest_ms.map(|newest_ms| (clock::now_ms() - newest_ms).max(0) as f64 / 1e3),
        error: status.error.clone(),
        budget: receiver.budget.rows().into(),
        refused_series: receiver.budget.refused_series(),
    }
}
