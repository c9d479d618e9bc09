//! The targets of one job: found, compared with those that run, started and stopped.

mod removal;

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::time::Duration;

use tokio::task::{JoinHandle, spawn_local};
use tokio::time::{sleep, timeout};

use crate::client::Trust;
use crate::config::Job;
use crate::config::job::ScrapeSettings;
use crate::discovery;
use crate::discovery::file_sd::FileWatch;
use crate::discovery::notices::Notices;
use crate::discovery::provider::Provider;
use crate::labels::Labels;
use crate::scrape;
use crate::scraper::Shared;
use crate::target::{NoTarget, Target, offset};
use crate::telemetry;

/// One job and its running targets.
#[derive(Debug)]
pub struct Pool {
    /// Its configuration.
    pub job: Job,
    /// What the offsets of its targets were computed with.
    pub seed: u64,
    settings: Rc<ScrapeSettings>,
    trust: Rc<Trust>,
    shared: Rc<Shared>,
    watches: RefCell<Vec<FileWatch>>,
    running: RefCell<Vec<Running>>,
    dropped: RefCell<Dropped>,
    providers: Vec<Rc<Provider>>,
    /// Those that look for changes.
    tasks: RefCell<Vec<Task>>,
}

/// A target and the task that scrapes it. Dropping it ends the task at its next wait.
#[derive(Debug)]
pub struct Running {
    target: Rc<Target>,
    offset: Duration,
    _task: Task,
}

/// Targets that relabelling dropped.
#[derive(Debug, Default)]
pub struct Dropped {
    /// How many there are.
    pub count: usize,
    /// What they were found with; fewer than there are where the configuration, or [`DROPPED_KEPT_MAX`], says so.
    pub kept: Vec<Labels>,
}

/// How many dropped targets are kept for the page: one with 30 labels takes about 3 kB.
const DROPPED_KEPT_MAX: usize = 1000;

/// How long after the first notice of a change files are read, since an editor makes several.
const NOTICES_TOGETHER: Duration = Duration::from_millis(50);

#[derive(Debug)]
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Pool {
    /// Starts a job. Targets of the job before it that are the same go on, and what the same sources said last is known.
    pub fn start(job: Job, seed: u64, shared: Rc<Shared>, before: Option<&Self>) -> Rc<Self> {
        let watches = job.file_sd.iter().cloned().map(FileWatch::new).collect();
        let sources = job.sources.iter().cloned();
        let providers = sources.map(|source| {
            let mut known = before.iter().flat_map(|before| &before.providers);
            let known = known.find(|known| known.source == source);
            Rc::new(Provider::new(
                source,
                known.map_or_else(Vec::new, |known| known.found()),
            ))
        });
        let pool = Rc::new(Self {
            settings: Rc::new(job.scrape.clone()),
            trust: Rc::new(Trust::new(job.scrape.http.tls.clone())),
            seed,
            shared,
            watches: RefCell::new(watches),
            running: RefCell::new(before.map_or_else(Vec::new, Self::hand_over)),
            dropped: RefCell::default(),
            providers: providers.collect(),
            tasks: RefCell::default(),
            job,
        });
        pool.refresh();
        pool.sync();
        let weak = Rc::downgrade(&pool);
        let mut tasks: Vec<Task> = Vec::new();
        let poll = pool.watches.borrow().iter().map(FileWatch::poll_interval).min();
        tasks.extend(poll.map(|poll| Task(spawn_local(watch(weak.clone(), poll)))));
        tasks.extend(pool.providers.iter().map(|provider| {
            let follow = follow(weak.clone(), Rc::clone(provider));
            Task(spawn_local(follow))
        }));
        pool.tasks.replace(tasks);
        pool
    }

    /// The targets, by address and labels.
    pub fn targets(&self) -> Vec<Rc<Target>> {
        self.running
            .borrow()
            .iter()
            .map(|running| Rc::clone(&running.target))
            .collect()
    }

    /// The targets that relabelling dropped.
    pub fn dropped(&self) -> std::cell::Ref<'_, Dropped> {
        self.dropped.borrow()
    }

    /// Gives its targets to the next configuration of the job, and looks for no others.
    fn hand_over(&self) -> Vec<Running> {
        self.tasks.take();
        self.running.take()
    }

    /// Ends the job and all its targets.
    pub fn stop(&self) {
        for running in self.hand_over() {
            removal::begin(running, &self.shared);
        }
        self.count(0, 0);
    }

    /// Reads files that changed. Returns whether targets may have changed by that.
    fn refresh(&self) -> bool {
        let mut watches = self.watches.borrow_mut();
        let mut changed = false;
        for watch in watches.iter_mut() {
            changed |= watch.refresh(&self.shared.telemetry);
        }
        changed
    }

    /// Starts targets that are new and stops those that are gone.
    fn sync(&self) {
        let (wanted, found) = self.wanted();
        let refused = self.refusal(wanted.len());
        let mut before = self.running.take();
        let mut after = Vec::with_capacity(wanted.len());
        for target in wanted {
            let same = before.iter().position(|running| running.target.is_same(&target));
            let running = match same {
                Some(at) => before.swap_remove(at),
                None => self.run(target),
            };
            running.target.refused.replace(refused.clone());
            after.push(running);
        }
        for gone in before {
            removal::begin(gone, &self.shared);
        }
        after.sort_by(|left, right| left.target.id_by_address().cmp(&right.target.id_by_address()));
        self.count(found, after.len());
        self.running.replace(after);
    }

    /// The targets that should run, and how many were found; one that is found twice runs once.
    fn wanted(&self) -> (Vec<Target>, usize) {
        let watches = self.watches.borrow();
        let fixed = self.job.static_groups.iter().flat_map(discovery::found);
        let asked = self.providers.iter().flat_map(|provider| provider.found());
        let files = watches.iter().flat_map(FileWatch::found);
        let found: Vec<Labels> = fixed.chain(files).chain(asked).collect();
        let mut wanted: Vec<Target> = Vec::with_capacity(found.len());
        let mut dropped = Dropped::default();
        let dropped_kept_max = match self.job.keep_dropped_targets {
            0 => DROPPED_KEPT_MAX,
            limit => DROPPED_KEPT_MAX.min(usize::try_from(limit).unwrap_or(usize::MAX)),
        };
        for labels in &found {
            match Target::build(&self.job, &self.settings, labels) {
                Ok(target) if wanted.iter().any(|other| other.id == target.id) => {}
                Ok(target) => wanted.push(target),
                Err(NoTarget::Dropped { discovered, .. }) => {
                    dropped.count += 1;
                    if dropped.kept.len() < dropped_kept_max {
                        dropped.kept.push(discovered);
                    }
                }
                Err(NoTarget::Unusable(reason)) => {
                    let pool = telemetry::Pool {
                        scrape_job: self.job.name.clone(),
                    };
                    self.shared.telemetry.sync_failed.get_or_create(&pool).inc();
                    log::warn!(job = self.job.name.as_str(), labels:? = labels, error = reason.as_str(); "target not used");
                }
            }
        }
        self.dropped.replace(dropped);
        (wanted, found.len())
    }

    fn refusal(&self, targets: usize) -> Option<String> {
        let limit = self.job.target_limit;
        if limit == 0 || targets as u64 <= limit {
            return None;
        }
        self.shared.telemetry.exceeded_target_limit.inc();
        Some(format!(
            "target_limit exceeded (number of targets: {targets}, limit: {limit})"
        ))
    }

    fn run(&self, target: Target) -> Running {
        let target = Rc::new(target);
        let offset = offset::of(&target, self.seed);
        let task = scrape::repeat(
            Rc::clone(&target),
            Rc::clone(&self.trust),
            offset,
            Rc::clone(&self.shared),
        );
        self.shared.enter(&target);
        Running {
            target,
            offset,
            _task: Task(spawn_local(task)),
        }
    }

    fn count(&self, found: usize, running: usize) {
        let telemetry = &self.shared.telemetry;
        let scrape_job = self.job.name.clone();
        let pool = telemetry::Pool { scrape_job };
        let discovery = telemetry::Discovery {
            name: "scrape",
            config: self.job.name.clone(),
        };
        telemetry.discovered.get_or_create(&discovery).set(found as i64);
        telemetry.pool_targets.get_or_create(&pool).set(running as i64);
        telemetry
            .pool_target_limit
            .get_or_create(&pool)
            .set(i64::try_from(self.job.target_limit).unwrap_or(i64::MAX));
        telemetry.pool_syncs.get_or_create(&pool).inc();
    }
}

/// Looks for changed files until the job ends: when the kernel says so, and from time to time.
async fn watch(pool: Weak<Pool>, poll: Duration) {
    let notices = pool.upgrade().and_then(|pool| {
        let watches = pool.watches.borrow();
        Notices::of_folders(watches.iter().flat_map(FileWatch::patterns))
    });
    loop {
        match &notices {
            None => sleep(poll).await,
            Some(notices) => {
                // What comes together is read together.
                if timeout(poll, notices.changed()).await.is_ok() {
                    sleep(NOTICES_TOGETHER).await;
                }
            }
        }
        let Some(pool) = pool.upgrade() else { return };
        if pool.refresh() {
            pool.sync();
        }
    }
}

/// Asks a source again and again until the job ends.
async fn follow(pool: Weak<Pool>, provider: Rc<Provider>) {
    let known = pool.upgrade();
    let Some((job, shared)) = known.map(|pool| (pool.job.name.clone(), Rc::clone(&pool.shared))) else {
        return;
    };
    let changed = || {
        if let Some(pool) = pool.upgrade() {
            pool.sync();
        }
    };
    provider.follow(&job, &shared.telemetry, changed).await;
}
