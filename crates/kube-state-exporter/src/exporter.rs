//! What is served at the main port, and what happens when the configuration changes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::ArgMatches;
use clap::parser::ValueSource;
use exporter_http::flags::Settings;
use exporter_http::limits::Limits;
use exporter_http::{Exporter, Pieces, Refused, Request, Response, Scrape, StartError, Stream};
use metrics_registry::{Exposition, Format};
use tokio::sync::Semaphore;

use crate::api::Api;
use crate::auto_shard;
use crate::body::Body;
use crate::cluster::Cluster;
use crate::compressed::{Cache, Compressed, Key};
use crate::config_file::ConfigFile;
use crate::connect::Source;
use crate::flags::{self, Given};
use crate::options::Options;
use crate::read::reader::{Shared, Timing};
use crate::shard::Shard;
use crate::telemetry::{Requests, Telemetry};
use crate::telemetry_page;

/// Lists that are read at once, so that a small server is not asked for everything in one moment.
const LISTS_AT_ONCE: usize = 4;
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

/// The exporter.
pub struct KubeStateExporter {
    context: Rc<Context>,
    /// Whether `--web.listen-address` and `--web.config.file` were given; they go before the reference's flags.
    web_listen: bool,
    web_config: bool,
}

/// What both ports and the tasks share.
pub struct Context {
    /// The API server.
    pub api: Rc<Api>,
    /// What is counted.
    pub telemetry: Telemetry,
    given: Given,
    config: Option<ConfigFile>,
    options: RefCell<Rc<Options>>,
    cluster: RefCell<Rc<Cluster>>,
    shard: Cell<Shard>,
    lists: Rc<Semaphore>,
    cache: Rc<Cache>,
    /// Sets of options so far.
    clusters: Cell<u64>,
}

impl KubeStateExporter {
    /// Reads the command line and begins to read the cluster. Must run in a `LocalSet`.
    ///
    /// Fails with one line: a wrong flag or file. A server that does not answer is no reason to fail.
    pub async fn new(matches: &ArgMatches) -> Result<Self, StartError> {
        let given = flags::given(matches);
        let config = ConfigFile::named(&given);
        let telemetry = Telemetry::default();
        let merged = match &config {
            Some(config) => config.start(&given, &telemetry).map_err(StartError)?,
            None => given.clone(),
        };
        let options = Rc::new(Options::new(&merged).map_err(StartError)?);
        let environment = |name: &str| std::env::var(name).ok();
        let source = Source::find(&options.apiserver, &options.kubeconfig, environment, |path| {
            path.exists()
        });
        let api = match source {
            Ok(source) => {
                log::info!(credentials:% = source.place; "API server");
                Api::new(source).await
            }
            Err(error) => Err(error),
        };
        let api = Rc::new(api.map_err(|error| StartError(error.to_string()))?);
        let lists = Rc::new(Semaphore::new(LISTS_AT_ONCE));
        let shard = match &options.pod {
            Some((namespace, pod)) => auto_shard::first(&api, namespace, pod)
                .await
                .map_err(StartError)?,
            None => options.shard,
        };
        let shared = shared(&api, &lists, shard, &options);
        let cluster = Cluster::start(&options, &shared, &telemetry, 0);
        let context = Rc::new(Context {
            api,
            telemetry,
            given,
            config,
            options: RefCell::new(options),
            cluster: RefCell::new(Rc::new(cluster)),
            shard: Cell::new(shard),
            lists,
            cache: Rc::default(),
            clusters: Cell::new(1),
        });
        let explicit = |name: &str| matches.value_source(name) == Some(ValueSource::CommandLine);
        tokio::task::spawn_local(release_start(Rc::clone(&context)));
        if context.config.is_some() {
            tokio::task::spawn_local(watch_config(Rc::clone(&context)));
        }
        if context.options().pod.is_some() {
            tokio::task::spawn_local(auto_shard::follow(Rc::clone(&context)));
        }
        Ok(Self {
            context,
            web_listen: explicit("web.listen-address"),
            web_config: explicit("web.config.file"),
        })
    }
}

impl Context {
    /// The options in force.
    pub fn options(&self) -> Rc<Options> {
        Rc::clone(&self.options.borrow())
    }

    /// What is served.
    pub fn cluster(&self) -> Rc<Cluster> {
        Rc::clone(&self.cluster.borrow())
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

    /// Reads the configuration file again. A file that cannot be used is told, and nothing changes.
    pub fn reload(self: &Rc<Self>, forced: bool) {
        let Some(merged) = self
            .config
            .as_ref()
            .and_then(|config| config.changed(&self.given, &self.telemetry, forced))
        else {
            return;
        };
        match Options::new(&merged) {
            Ok(options) => {
                tell_what_needs_a_restart(&self.options(), &options);
                if options.pod.is_none() {
                    self.shard.set(options.shard);
                }
                self.options.replace(Rc::new(options));
                if let Some(config) = &self.config {
                    config.accepted(&self.telemetry);
                }
                self.replace();
            }
            Err(error) => {
                log::warn!(error = error.as_str(); "configuration not reloaded, the old one stays");
            }
        }
    }

    /// Reads the cluster anew with the options in force, and serves that when its lists are complete.
    fn replace(self: &Rc<Self>) {
        let number = self.clusters.get();
        self.clusters.set(number + 1);
        let options = self.options();
        let shared = shared(&self.api, &self.lists, self.shard(), &options);
        let cluster = Rc::new(Cluster::start(&options, &shared, &self.telemetry, number));
        let context = Rc::clone(self);
        tokio::task::spawn_local(async move {
            complete(&cluster, REPLACE_WAIT).await;
            // A later change may have been quicker.
            if context.cluster.borrow().number < number {
                context.cluster.replace(cluster);
                log::info!("configuration in force");
            }
            exporter_http::startup::release();
        });
    }
}

fn shared(api: &Rc<Api>, lists: &Rc<Semaphore>, shard: Shard, options: &Options) -> Shared {
    Shared {
        api: Rc::clone(api),
        lists: Rc::clone(lists),
        shard,
        timing: Timing {
            watch: options.watch_timeout,
            list_silence: LIST_SILENCE.min(options.watch_timeout * 2),
            watch_grace: WATCH_GRACE.min(options.watch_timeout),
        },
    }
}

/// Waits until every list was complete once, but not longer than `wait`.
async fn complete(cluster: &Cluster, wait: Duration) {
    let end = Instant::now() + wait;
    while !cluster.store.is_complete() && Instant::now() < end {
        tokio::time::sleep(COMPLETE_POLL).await;
    }
}

/// Gives back what only the first lists needed: the heap's free pages, and the code of flags, TLS and kubeconfig.
async fn release_start(context: Rc<Context>) {
    complete(&context.cluster(), START_WAIT).await;
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

impl Exporter for KubeStateExporter {
    /// Never asked: `stream` answers every scrape.
    async fn scrape(&self, _scrape: &Scrape, _out: &mut Exposition) -> Result<(), Refused> {
        Ok(())
    }

    fn stream(&self, scrape: &Scrape, format: Format, gzip: bool) -> Option<Stream> {
        let cluster = self.context.cluster();
        let requests = Rc::clone(&self.context.telemetry.requests);
        let started = Instant::now();
        let wanted = Wanted::new(scrape);
        let body = || Body::new(&cluster.store, format, |name| wanted.includes(name));
        if !gzip || !self.context.options().gzip {
            return Some(Stream {
                pieces: Box::new(Timed {
                    pieces: body(),
                    started,
                    requests,
                }),
                gzip: false,
            });
        }
        let key = Key {
            generation: cluster.store.generation(),
            request: format!("{} {format:?} {wanted:?}", cluster.number),
        };
        let pieces: Box<dyn Pieces> = match self.context.cache.get(&key) {
            Some(kept) => Box::new(Timed {
                pieces: kept,
                started,
                requests,
            }),
            None => {
                let pieces = Compressed::new(body(), key, Rc::clone(&self.context.cache));
                Box::new(Timed {
                    pieces,
                    started,
                    requests,
                })
            }
        };
        Some(Stream { pieces, gzip: true })
    }

    fn adjust(&self, settings: &mut Settings, limits: &mut Limits) {
        let options = self.context.options();
        if !self.web_listen {
            settings.listen = vec![options.listen.clone()];
        }
        if !self.web_config && options.tls_config.is_some() {
            settings.config_file.clone_from(&options.tls_config);
        }
        limits.body_read = options.server_timeouts.read;
        limits.response_write = options.server_timeouts.write;
        limits.idle = options.server_timeouts.idle;
        limits.header_read = options.server_timeouts.read_header;
        let telemetry = Settings {
            listen: vec![options.telemetry_listen.clone()],
            systemd_socket: false,
            ..settings.clone()
        };
        tokio::task::spawn_local(telemetry_page::serve(
            Rc::clone(&self.context),
            telemetry,
            *limits,
        ));
    }

    async fn route(&self, request: &Request) -> Option<Response> {
        match request.path.as_str() {
            "/healthz" => Some(text(200, "OK\n")),
            "/livez" => Some(self.livez().await),
            "/readyz" if self.is_ready() => Some(text(200, "OK\n")),
            "/readyz" => Some(text(503, "lists are not complete yet\n")),
            _ => None,
        }
    }

    fn is_ready(&self) -> bool {
        self.context.cluster().store.is_complete()
    }

    fn reload(&self) {
        self.context.reload(true);
    }

    fn links(&self) -> &[(&'static str, &'static str)] {
        &[("/livez", "API server"), ("/healthz", "This process")]
    }
}

impl KubeStateExporter {
    /// Whether the API server lives, as the reference has it.
    async fn livez(&self) -> Response {
        match self.context.api.health("/livez").await {
            Ok((status, _)) if status.is_success() => text(200, "OK\n"),
            Ok((status, _)) => text(503, &format!("the API server answers {status}\n")),
            Err(error) => text(503, &format!("the API server: {error}\n")),
        }
    }
}

pub(crate) fn text(status: u16, body: &str) -> Response {
    Response {
        status,
        content_type: "text/plain; charset=utf-8",
        body: bytes::Bytes::copy_from_slice(body.as_bytes()),
    }
}

/// `?resources=pods,nodes&exclude_resources=jobs`; what is excluded is not included.
#[derive(Debug, Default)]
struct Wanted {
    resources: Vec<String>,
    exclude: Vec<String>,
}

impl Wanted {
    fn new(scrape: &Scrape) -> Self {
        let list = |name| {
            let values = scrape.query_all(name).flat_map(|value| value.split(','));
            values
                .map(|value| value.trim().to_owned())
                .filter(|value| !value.is_empty())
                .collect()
        };
        Self {
            resources: list("resources"),
            exclude: list("exclude_resources"),
        }
    }

    fn includes(&self, name: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|other| other == name);
        (self.resources.is_empty() || named(&self.resources)) && !named(&self.exclude)
    }
}

/// Tells how long a body took, to its last byte or to where the client left.
struct Timed<P> {
    pieces: P,
    started: Instant,
    requests: Rc<Requests>,
}

impl<P: Pieces> Pieces for Timed<P> {
    fn next(&mut self, out: &mut Vec<u8>) {
        self.pieces.next(out);
    }
}

impl<P> Drop for Timed<P> {
    fn drop(&mut self) {
        self.requests.observe(self.started.elapsed().as_secs_f64());
    }
}
