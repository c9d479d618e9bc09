//! What both ports and the tasks share: the API server, the options in force, and what is served.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use exporter_http::{Admission, Caller};

use crate::api::Api;
use crate::auth_filter::AuthFilter;
use crate::auto_shard;
use crate::cluster::Cluster;
use crate::compressed::Cache;
use crate::config_file::ConfigFile;
use crate::connect::Source;
use crate::custom_resources::config::Config;
use crate::custom_resources::source;
use crate::custom_resources::watch::CustomResources;
use crate::flags::Given;
use crate::options::Options;
use crate::read::reader::{Shared, Timing};
use crate::read::turns::Turns;
use crate::shard::Shard;
use crate::telemetry::Telemetry;

/// Lists that are read at once, so that a small server is not asked for everything in one moment.
const LISTS_AT_ONCE: usize = 4;
/// After this the next list begins beside one that takes so long.
const LIST_TURN: Duration = Duration::from_secs(5);
/// How long a list may pause. A cold SQLite on an SD card takes seconds.
const LIST_SILENCE: Duration = Duration::from_secs(30);
/// How much later than asked a watch may end.
const WATCH_GRACE: Duration = Duration::from_secs(30);
/// How long the old set of options is served while the new one reads its lists.
const REPLACE_WAIT: Duration = Duration::from_secs(60);
/// How often it is looked whether lists are complete.
const COMPLETE_POLL: Duration = Duration::from_millis(100);
/// How often the configuration file is looked at.
const CONFIG_POLL: Duration = Duration::from_secs(5);
/// How long the start's lists may take until their memory is given back all the same.
const START_WAIT: Duration = Duration::from_secs(120);

/// What both ports and the tasks share.
pub struct Context {
    /// The API server.
    pub api: Rc<Api>,
    /// What is counted.
    pub telemetry: Rc<Telemetry>,
    given: Given,
    config: Option<ConfigFile>,
    options: RefCell<Rc<Options>>,
    cluster: RefCell<Rc<Cluster>>,
    /// Where the configuration of custom resources is read, and the one in force.
    custom_source: source::Source,
    custom_config: RefCell<Rc<Config>>,
    custom_resources: RefCell<Rc<CustomResources>>,
    auth_filter: AuthFilter,
    shard: Cell<Shard>,
    lists: Turns,
    /// Compressed bodies.
    pub cache: Rc<Cache>,
    /// Sets of options so far.
    clusters: Cell<u64>,
}

impl Context {
    /// Reads the configuration and begins to read the cluster. Must run in a `LocalSet`.
    ///
    /// Fails with one line: a wrong flag or file. A server that does not answer is no reason to fail.
    pub async fn start(given: Given) -> Result<Rc<Self>, String> {
        let config = ConfigFile::named(&given);
        let telemetry = Rc::<Telemetry>::default();
        let merged = match &config {
            Some(config) => config.start(&given, &telemetry)?,
            None => given.clone(),
        };
        let options = Rc::new(Options::new(&merged)?);
        let custom_source = source::Source::default();
        let (custom_config, _) = custom_source.read(&options, &telemetry)?;
        let api = Rc::new(connect(&options).await?);
        let lists = Turns::new(LISTS_AT_ONCE, LIST_TURN.min(options.watch_timeout));
        let shard = match &options.pod {
            Some((namespace, pod)) => auto_shard::first(&api, namespace, pod).await?,
            None => options.shard,
        };
        let shared = shared(&api, &lists, shard, &options);
        let cluster = Cluster::start(&options, &shared, &telemetry, 0);
        let custom = CustomResources::start(Rc::clone(&custom_config), &options, &shared, &telemetry);
        let context = Rc::new(Self {
            api,
            telemetry,
            given,
            config,
            options: RefCell::new(options),
            cluster: RefCell::new(Rc::new(cluster)),
            custom_source,
            custom_config: RefCell::new(custom_config),
            custom_resources: RefCell::new(custom),
            auth_filter: AuthFilter::default(),
            shard: Cell::new(shard),
            lists,
            cache: Rc::default(),
            clusters: Cell::new(1),
        });
        tokio::task::spawn_local(release_start(Rc::clone(&context)));
        if context.config.is_some() || context.options().custom_resources.file.is_some() {
            tokio::task::spawn_local(watch_config(Rc::clone(&context)));
        }
        if context.options().pod.is_some() {
            tokio::task::spawn_local(auto_shard::follow(Rc::clone(&context)));
        }
        Ok(context)
    }

    /// The options in force.
    pub fn options(&self) -> Rc<Options> {
        Rc::clone(&self.options.borrow())
    }

    /// What is served.
    pub fn cluster(&self) -> Rc<Cluster> {
        Rc::clone(&self.cluster.borrow())
    }

    /// What is served of custom resources.
    pub fn custom_resources(&self) -> Rc<CustomResources> {
        Rc::clone(&self.custom_resources.borrow())
    }

    /// Whether the first list of everything was complete.
    pub fn is_complete(&self) -> bool {
        self.cluster().is_ready() && self.custom_resources().is_complete()
    }

    /// Whether a client may have samples.
    pub async fn admit(&self, caller: &Caller<'_>) -> Admission {
        match self.options().auth_filter {
            true => self.auth_filter.admit(&self.api, caller).await,
            false => Admission::Allowed,
        }
    }

    /// Which objects are ours.
    pub fn shard(&self) -> Shard {
        self.shard.get()
    }

    /// Other objects are ours from now on.
    pub fn set_shard(self: &Rc<Self>, shard: Shard) {
        log::info!(ordinal = shard.ordinal, total = shard.total; "objects are divided anew");
        self.shard.set(shard);
        self.replace();
    }

    /// Reads the configuration files again. A file that cannot be used is told, and nothing changes.
    pub fn reload(self: &Rc<Self>, forced: bool) {
        let config = self.config.as_ref();
        let merged = config.and_then(|config| config.changed(&self.given, &self.telemetry, forced));
        if merged.is_none() && !forced && !self.custom_source.is_touched() {
            return;
        }
        if let Err(error) = self.apply(merged.as_ref()) {
            log::warn!(error = error.as_str(); "configuration not reloaded, the old one stays");
        }
    }

    /// Puts changed configuration files in force.
    fn apply(self: &Rc<Self>, merged: Option<&Given>) -> Result<(), String> {
        let options = match merged {
            Some(merged) => Rc::new(Options::new(merged)?),
            None => self.options(),
        };
        let (custom, custom_changed) = self.custom_source.read(&options, &self.telemetry)?;
        if merged.is_none() && !custom_changed {
            return Ok(());
        }
        tell_what_needs_a_restart(&self.options(), &options);
        if options.pod.is_none() {
            self.shard.set(options.shard);
        }
        self.options.replace(options);
        self.custom_config.replace(custom);
        if let (Some(config), Some(_)) = (&self.config, merged) {
            config.accepted(&self.telemetry);
        }
        self.replace();
        Ok(())
    }

    /// Reads the cluster anew with the options in force, and serves that when its lists are complete.
    fn replace(self: &Rc<Self>) {
        let number = self.clusters.get();
        self.clusters.set(number + 1);
        let options = self.options();
        let shared = shared(&self.api, &self.lists, self.shard(), &options);
        let cluster = Rc::new(Cluster::start(&options, &shared, &self.telemetry, number));
        let config = Rc::clone(&self.custom_config.borrow());
        let custom = CustomResources::start(config, &options, &shared, &self.telemetry);
        let context = Rc::clone(self);
        tokio::task::spawn_local(async move {
            let is_complete = || cluster.is_ready() && custom.is_complete();
            complete(is_complete, REPLACE_WAIT).await;
            // A later change may have been quicker.
            let is_newer = context.cluster.borrow().number < number;
            if is_newer {
                context.cluster.replace(cluster);
                context.custom_resources.replace(custom);
                log::info!("configuration in force");
            }
            exporter_http::startup::release();
        });
    }
}

async fn connect(options: &Options) -> Result<Api, String> {
    let environment = |name: &str| std::env::var(name).ok();
    let source = Source::find(&options.apiserver, &options.kubeconfig, environment, |path| {
        path.exists()
    });
    let source = source.map_err(|error| error.to_string())?;
    log::info!(credentials:% = source.place; "API server");
    Api::new(source).await.map_err(|error| error.to_string())
}

fn shared(api: &Rc<Api>, lists: &Turns, shard: Shard, options: &Options) -> Shared {
    Shared {
        api: Rc::clone(api),
        lists: lists.clone(),
        shard,
        timing: Timing {
            watch: options.watch_timeout,
            list_silence: LIST_SILENCE.min(options.watch_timeout * 2),
            watch_grace: WATCH_GRACE.min(options.watch_timeout),
        },
    }
}

/// Waits until every list was complete once or refused, but not longer than `wait`.
async fn complete(is_complete: impl Fn() -> bool, wait: Duration) {
    let end = Instant::now() + wait;
    while !is_complete() && Instant::now() < end {
        tokio::time::sleep(COMPLETE_POLL).await;
    }
}

/// Gives back what only the first lists needed: the heap's free pages, and the code of flags, TLS and kubeconfig.
async fn release_start(context: Rc<Context>) {
    complete(|| context.is_complete(), START_WAIT).await;
    exporter_http::startup::release();
    let cluster = context.cluster();
    let missing = cluster
        .readings
        .iter()
        .filter(|reading| reading.state.age_seconds().is_none());
    log::info!(kinds = cluster.store.groups.len(), missing = missing.count(); "cluster read");
}

async fn watch_config(context: Rc<Context>) {
    loop {
        tokio::time::sleep(CONFIG_POLL).await;
        context.reload(false);
    }
}

fn tell_what_needs_a_restart(old: &Options, new: &Options) {
    let changed = [
        ("apiserver", old.apiserver != new.apiserver),
        ("kubeconfig", old.kubeconfig != new.kubeconfig),
        ("host and port", old.listen != new.listen),
        (
            "telemetry_host and telemetry_port",
            old.telemetry_listen != new.telemetry_listen,
        ),
        ("tls_config", old.tls_config != new.tls_config),
        ("server timeouts", old.server_timeouts != new.server_timeouts),
        ("pod", old.pod != new.pod),
    ];
    for (key, _) in changed.iter().filter(|(_, changed)| *changed) {
        log::warn!(key; "this change needs a restart");
    }
}
